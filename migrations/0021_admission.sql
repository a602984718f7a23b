-- works with: 20
-- How often somebody may still call, shared by all processes. A process takes calls in blocks, never one by one.
--
-- What stands here is a memory of the last minutes and no record: it is not written ahead, and a crash forgets it.

create unlogged table call_quota (
    kind text not null check (kind in ('person', 'token')),
    id uuid not null,
    -- How many calls are left, less than nothing when processes ran ahead of each other.
    calls_left double precision not null,
    counted_at timestamptz not null,
    primary key (kind, id)
);
create index call_quota_counted_at on call_quota (counted_at);

-- It belongs to no organization, and nobody reads or writes it but through the function below.
alter table call_quota enable row level security;
revoke all on call_quota from public, stint_app, stint_viewer;

-- Takes calls from what is left of an owner's quota, which fills by per_minute up to burst, and answers what is left then.
create function take_calls(of_kind text, of_id uuid, many double precision, per_minute double precision, burst double precision)
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
    delete from call_quota where (kind, id) in (
        select q.kind, q.id from call_quota q where q.counted_at < clock_timestamp() - interval '1 hour' limit 5 for update skip locked);
    return answer;
end $$;
revoke execute on function take_calls(text, uuid, double precision, double precision, double precision) from public;
grant execute on function take_calls(text, uuid, double precision, double precision, double precision) to stint_app;
