-- works with: 60
-- Which rows go is asked once: a subquery behind "in" may be asked again for each row that is looked at, and locks others each time.

create or replace function take_calls(of_kind text, of_id uuid, many double precision, per_minute double precision, burst double precision)
returns double precision language plpgsql security definer set search_path = public, pg_temp as $$
declare
    answer double precision;
begin
    insert into call_quota as known (kind, id, calls_left, counted_at)
    values (of_kind, of_id, burst - many, clock_timestamp())
    on conflict (kind, id) do update set
        calls_left = greatest(
            least(burst, known.calls_left + greatest(0, extract(epoch from clock_timestamp() - known.counted_at)) * per_minute / 60) - many,
            -burst),
        counted_at = clock_timestamp()
    returning calls_left into answer;
    -- Whoever has been silent for an hour has a full quota again and needs no row. Each call takes a few of them away, so that
    -- there are never many; a row that somebody else is at is left to them.
    delete from call_quota where ctid = any (array(
        select q.ctid from call_quota q where q.counted_at < clock_timestamp() - interval '1 hour' limit 5 for update skip locked));
    return answer;
end $$;

create or replace function forget_mails_to_people(before timestamptz, at_most integer) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    nobody constant uuid := '00000000-0000-0000-0000-000000000000';
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    gone integer;
begin
    perform set_config('app.organization_id', nobody::text, true);
    delete from outgoing_mail m where m.organization_id = nobody and m.id = any (array(
        select w.id from outgoing_mail w
        where w.organization_id = nobody and w.state = 'waiting' and w.queued_at < before
        order by w.next_attempt_at, w.id limit at_most for update skip locked));
    get diagnostics gone = row_count;
    perform set_config('app.organization_id', tenant, true);
    return gone;
end
$$;
