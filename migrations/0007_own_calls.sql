-- Calls that belong to a person rather than to an organization: founding one, answering an invitation, one's own name.

-- Answers that such calls were given, kept for a day under the caller's key, so that a repeated call is done once.
create table own_idempotency (
    user_id uuid not null references app_user (id) on delete cascade,
    key text not null constraint own_idempotency_key_length check (length(key) between 1 and 200),
    operation text not null,
    arguments_hash bytea not null,
    answer jsonb,
    created_at timestamptz not null,
    primary key (user_id, key)
);
create index own_idempotency_oldest on own_idempotency (created_at);

alter table own_idempotency enable row level security;
alter table own_idempotency force row level security;
create policy own on own_idempotency using (user_id = (select current_person())) with check (user_id = (select current_person()));
create policy worker_old on own_idempotency using ((select current_setting('app.worker', true)) = 'answers');

grant select, insert, update, delete on own_idempotency to stint_app;

-- Forgets answers given before an instant; how many there were.
create function forget_own_answers(instant timestamptz) returns bigint language plpgsql as $$
declare
    forgotten bigint;
begin
    perform set_config('app.worker', 'answers', true);
    delete from own_idempotency where created_at < instant;
    get diagnostics forgotten = row_count;
    perform set_config('app.worker', '', true);
    return forgotten;
end
$$;

-- Gives a person another name wherever they belong. A name is the person's own: no organization's log holds it as a change
-- of its records, and each is changed in its own tenant; afterwards the transaction stands where it stood.
create function rename_member(person uuid, new_name text) returns void language plpgsql as $$
declare
    tenant text := coalesce(current_setting('app.organization_id', true), '');
    reader text := coalesce(current_setting('app.user_id', true), '');
    acting text := coalesce(current_setting('app.action_id', true), '');
    place uuid;
    places uuid[];
begin
    perform set_config('app.user_id', person::text, true);
    perform set_config('app.action_id', '', true);
    select array_agg(m.organization_id) into places from member m where m.user_id = person;
    foreach place in array coalesce(places, '{}') loop
        perform set_config('app.organization_id', place::text, true);
        update member set name = new_name where organization_id = place and user_id = person and name <> new_name;
    end loop;
    perform set_config('app.organization_id', tenant, true);
    perform set_config('app.user_id', reader, true);
    perform set_config('app.action_id', acting, true);
end
$$;

grant execute on function forget_own_answers, rename_member to stint_app;
