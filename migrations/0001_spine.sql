-- The spine: people, organizations, work, time, invoices, and the records that make every write traceable.
--
-- Every tenant table leads its primary key, its foreign keys and its unique constraints with organization_id: no row can
-- point into another tenant, and the schema can be distributed by organization. Row security is forced on all of them.

-- The role that the application works as: it owns nothing and cannot bypass row security. Roles belong to the whole
-- cluster, so two databases may make it at the same time.
do $$
begin
    if not exists (select from pg_roles where rolname = 'stint_app') then
        create role stint_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    end if;
exception when duplicate_object or unique_violation then
    null;
end
$$;

-- Whoever connects must be able to become the application's role.
do $$
begin
    if not pg_has_role(current_user, 'stint_app', 'member') then
        execute format('grant stint_app to %I', current_user);
    end if;
end
$$;

create table app_user (
    id uuid primary key,
    email text not null constraint app_user_email_unique unique
        constraint app_user_email_lower check (email = lower(email) and length(email) <= 254),
    name text not null constraint app_user_name_length check (length(name) between 1 and 200),
    password_hash text not null,
    created_at timestamptz not null
);

-- One row per signed-in browser. Only a hash of the cookie is kept, so that a copy of the table signs nobody in.
create table sign_in (
    token_hash bytea primary key,
    user_id uuid not null references app_user (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_seen_at timestamptz not null,
    user_agent text not null default ''
);
create index sign_in_by_user on sign_in (user_id);

create table organization (
    id uuid primary key,
    slug text not null constraint organization_slug_unique unique
        constraint organization_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?$'),
    name text not null constraint organization_name_length check (length(name) between 1 and 200),
    legal_name text constraint organization_legal_name_length check (length(legal_name) <= 200),
    address text constraint organization_address_length check (length(address) <= 1000),
    vat_id text constraint organization_vat_id_length check (length(vat_id) <= 50),
    email text constraint organization_email_length check (length(email) <= 254),
    phone text constraint organization_phone_length check (length(phone) <= 50),
    bank_holder text constraint organization_bank_holder_length check (length(bank_holder) <= 200),
    iban text constraint organization_iban_length check (length(iban) <= 42),
    bic text constraint organization_bic_length check (length(bic) <= 11),
    bank_name text constraint organization_bank_name_length check (length(bank_name) <= 200),
    currency text not null default 'EUR' constraint organization_currency_form check (currency ~ '^[A-Z]{3}$'),
    time_zone text not null default 'UTC',
    language text not null default 'en' constraint organization_language_known check (language in ('en', 'de')),
    week_start smallint not null default 1 constraint organization_week_start_range check (week_start between 1 and 7),
    -- Minor units per hour; what an hour costs when nothing nearer to the work says otherwise.
    rate bigint not null default 0 constraint organization_rate_range check (rate between 0 and 100000000),
    payment_terms_days smallint not null default 14 constraint organization_terms_range check (payment_terms_days between 0 and 365),
    tax_category text not null default 'S' constraint organization_tax_category_known check (tax_category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
    -- Hundredths of a percent.
    tax_rate integer not null default 0 constraint organization_tax_rate_range check (tax_rate between 0 and 10000),
    number_pattern text not null default '{YYYY}-{0001}' constraint organization_number_pattern_length check (length(number_pattern) <= 40),
    number_yearly_reset boolean not null default true,
    rounding_step smallint not null default 0 constraint organization_rounding_step_range check (rounding_step between 0 and 480),
    rounding_mode text not null default 'nearest' constraint organization_rounding_mode_known check (rounding_mode in ('up', 'nearest', 'down')),
    rounding_basis text not null default 'line' constraint organization_rounding_basis_known check (rounding_basis in ('entry', 'day_and_project', 'line')),
    timer_limit_seconds integer not null default 28800 constraint organization_timer_limit_range check (timer_limit_seconds between 60 and 86400),
    lock_date date,
    created_at timestamptz not null
);

create table member (
    organization_id uuid not null references organization (id),
    id uuid not null,
    user_id uuid references app_user (id),
    role text not null constraint member_role_known check (role in ('owner', 'admin', 'manager', 'member', 'viewer')),
    kind text not null default 'human' constraint member_kind_known check (kind in ('human', 'agent')),
    name text not null,
    bill_rate bigint constraint member_bill_rate_range check (bill_rate between 0 and 100000000),
    cost_rate bigint constraint member_cost_rate_range check (cost_rate between 0 and 100000000),
    created_at timestamptz not null,
    primary key (organization_id, id),
    constraint member_user_unique unique (organization_id, user_id)
);
-- The switcher and every sign-in ask for the organizations of one person.
create index member_by_user on member (user_id);

create table access_token (
    organization_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    name text not null constraint access_token_name_length check (length(name) between 1 and 100),
    secret_hash bytea not null,
    scopes text[] not null,
    writes text not null constraint access_token_writes_known check (writes in ('drafts', 'ask', 'direct')),
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_used_by text,
    primary key (organization_id, id),
    foreign key (organization_id, member_id) references member (organization_id, id) on delete cascade
);
create index access_token_by_id on access_token (id);

create table client (
    organization_id uuid not null references organization (id),
    id uuid not null,
    name text not null constraint client_name_length check (length(name) between 1 and 200),
    color text not null,
    currency text not null constraint client_currency_form check (currency ~ '^[A-Z]{3}$'),
    rate bigint constraint client_rate_range check (rate between 0 and 100000000),
    payment_terms_days smallint not null constraint client_terms_range check (payment_terms_days between 0 and 365),
    tax_category text not null constraint client_tax_category_known check (tax_category in ('S', 'Z', 'E', 'AE', 'K', 'G', 'O')),
    tax_rate integer not null constraint client_tax_rate_range check (tax_rate between 0 and 10000),
    email text constraint client_email_length check (length(email) <= 254),
    address text constraint client_address_length check (length(address) <= 1000),
    vat_id text constraint client_vat_id_length check (length(vat_id) <= 50),
    language text not null constraint client_language_known check (language in ('en', 'de')),
    archived_at timestamptz,
    created_at timestamptz not null,
    primary key (organization_id, id)
);
create unique index client_name_unique on client (organization_id, lower(name));

create table project (
    organization_id uuid not null,
    id uuid not null,
    client_id uuid not null,
    name text not null constraint project_name_length check (length(name) between 1 and 200),
    code text constraint project_code_length check (length(code) <= 30),
    color text not null,
    billing text not null constraint project_billing_known check (billing in ('time_and_materials', 'fixed_price', 'overhead')),
    rate bigint constraint project_rate_range check (rate between 0 and 100000000),
    bill_agent_time boolean not null default false,
    archived_at timestamptz,
    created_at timestamptz not null,
    primary key (organization_id, id),
    constraint project_client foreign key (organization_id, client_id) references client (organization_id, id)
);
create unique index project_name_unique on project (organization_id, client_id, lower(name));

create table project_member (
    organization_id uuid not null,
    project_id uuid not null,
    member_id uuid not null,
    primary key (organization_id, project_id, member_id),
    foreign key (organization_id, project_id) references project (organization_id, id) on delete cascade,
    foreign key (organization_id, member_id) references member (organization_id, id) on delete cascade
);

create table invoice (
    organization_id uuid not null,
    id uuid not null,
    client_id uuid not null,
    state text not null default 'draft' constraint invoice_state_known check (state in ('draft', 'sent', 'paid', 'void')),
    -- Given when the invoice is sent, in the same transaction, and never again.
    number text,
    -- What the number was counted in, and its count: a report proves from these that there is no gap.
    series text,
    sequence bigint,
    currency text not null,
    period_from date,
    period_to date,
    group_by text not null constraint invoice_group_by_known check (group_by in ('project', 'day', 'entry', 'member')),
    rounding_step smallint not null,
    rounding_mode text not null,
    rounding_basis text not null,
    discount_amount bigint constraint invoice_discount_amount_range check (discount_amount > 0),
    discount_percent integer constraint invoice_discount_percent_range check (discount_percent between 1 and 10000),
    notes text constraint invoice_notes_length check (length(notes) <= 4000),
    payment_terms_days smallint not null,
    subtotal bigint not null default 0,
    discount bigint not null default 0,
    net bigint not null default 0,
    tax bigint not null default 0,
    total bigint not null default 0 constraint invoice_total_not_negative check (total >= 0),
    paid bigint not null default 0 constraint invoice_not_overpaid check (paid between 0 and total),
    issued_on date,
    due_on date,
    -- The whole document as it was sent: parties, lines, totals, payment instructions.
    document jsonb,
    version integer not null default 1,
    created_by uuid not null,
    created_at timestamptz not null,
    sent_at timestamptz,
    voided_at timestamptz,
    primary key (organization_id, id),
    constraint invoice_client foreign key (organization_id, client_id) references client (organization_id, id),
    foreign key (organization_id, created_by) references member (organization_id, id),
    constraint invoice_number_unique unique (organization_id, number),
    constraint invoice_sequence_unique unique (organization_id, series, sequence),
    constraint invoice_one_discount check (discount_amount is null or discount_percent is null),
    constraint invoice_sent_is_whole check (
        (state = 'draft') = (number is null)
        and (number is null) = (issued_on is null)
        and (number is null) = (document is null)
    )
);
create index invoice_newest on invoice (organization_id, created_at desc, id desc);

create table invoice_line (
    organization_id uuid not null,
    id uuid not null,
    invoice_id uuid not null,
    position integer not null,
    kind text not null constraint invoice_line_kind_known check (kind in ('time', 'custom')),
    description text not null constraint invoice_line_description_length check (length(description) between 1 and 2000),
    project_id uuid,
    -- Raw seconds worked and seconds billed after rounding; a custom line has neither.
    seconds bigint,
    billed_seconds bigint,
    -- Thousandths of the unit.
    quantity bigint not null,
    unit text not null constraint invoice_line_unit_known check (unit in ('HUR', 'DAY', 'C62')),
    price bigint not null,
    net bigint not null,
    tax_category text not null,
    tax_rate integer not null,
    primary key (organization_id, id),
    constraint invoice_line_invoice foreign key (organization_id, invoice_id) references invoice (organization_id, id) on delete cascade,
    foreign key (organization_id, project_id) references project (organization_id, id),
    constraint invoice_line_position_unique unique (organization_id, invoice_id, position) deferrable initially deferred
);

create table time_entry (
    organization_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    project_id uuid not null,
    description text not null default '' constraint time_entry_description_length check (length(description) <= 2000),
    billable boolean not null,
    day date not null,
    started_at timestamptz,
    ended_at timestamptz,
    running boolean not null default false,
    seconds integer not null constraint time_entry_seconds_range check (seconds between 0 and 86400),
    -- The rates that held when the entry was made: later changes of a rate do not touch it.
    rate bigint not null constraint time_entry_rate_range check (rate between 0 and 100000000),
    rate_overridden boolean not null default false,
    cost_rate bigint,
    state text not null default 'logged' constraint time_entry_state_known check (state in ('draft', 'logged', 'submitted', 'approved')),
    labour text not null default 'human' constraint time_entry_labour_known check (labour in ('human', 'agent')),
    source text not null constraint time_entry_source_known check (source in ('timer', 'manual', 'session', 'assistant', 'mcp', 'api', 'import')),
    created_by uuid not null,
    created_through uuid,
    -- One column, one line: an entry is on at most one live invoice because it has no place for a second.
    invoice_line_id uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version integer not null default 1,
    position timestamptz not null generated always as (coalesce(started_at, created_at)) stored,
    primary key (organization_id, id),
    constraint time_entry_member foreign key (organization_id, member_id) references member (organization_id, id),
    constraint time_entry_project foreign key (organization_id, project_id) references project (organization_id, id),
    foreign key (organization_id, created_by) references member (organization_id, id),
    constraint time_entry_invoice_line foreign key (organization_id, invoice_line_id) references invoice_line (organization_id, id),
    constraint time_entry_order check (ended_at > started_at),
    constraint time_entry_timer_is_open check (running = (started_at is not null and ended_at is null)),
    constraint time_entry_not_empty check (running or seconds > 0)
);
-- At most one running timer per member.
create unique index time_entry_one_running on time_entry (organization_id, member_id) where running;
create index time_entry_newest on time_entry (organization_id, day desc, position desc, id desc);
create index time_entry_of_member on time_entry (organization_id, member_id, day desc, position desc, id desc);
create index time_entry_of_project on time_entry (organization_id, project_id, day desc);
create index time_entry_unbilled on time_entry (organization_id, project_id, day) where invoice_line_id is null and billable and not running;
create index time_entry_of_line on time_entry (organization_id, invoice_line_id) where invoice_line_id is not null;

-- The frozen bytes of what was sent.
create table invoice_document (
    organization_id uuid not null,
    invoice_id uuid not null,
    kind text not null constraint invoice_document_kind_known check (kind in ('pdf')),
    bytes bytea not null,
    sha256 bytea not null,
    created_at timestamptz not null,
    primary key (organization_id, invoice_id, kind),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);

-- The last number given in each series. The row is locked while a number is given, and the number is given in the
-- transaction that sends the invoice: numbers have no gap.
create table invoice_series (
    organization_id uuid not null references organization (id),
    series text not null,
    last bigint not null,
    primary key (organization_id, series)
);

create table payment (
    organization_id uuid not null,
    id uuid not null,
    invoice_id uuid not null,
    amount bigint not null constraint payment_amount_positive check (amount > 0),
    paid_on date not null,
    method text not null default 'bank_transfer' constraint payment_method_known check (method in ('bank_transfer', 'card', 'cash', 'other')),
    note text constraint payment_note_length check (length(note) <= 1000),
    created_at timestamptz not null,
    primary key (organization_id, id),
    constraint payment_invoice foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);
create index payment_of_invoice on payment (organization_id, invoice_id);

-- Mails leave through here: written with the fact they speak of, sent afterwards, retried.
create table outgoing_mail (
    organization_id uuid not null references organization (id),
    id uuid not null,
    recipient text not null,
    subject text not null,
    body text not null,
    invoice_id uuid,
    state text not null default 'waiting' constraint outgoing_mail_state_known check (state in ('waiting', 'sent', 'failed')),
    attempts integer not null default 0,
    next_attempt_at timestamptz not null,
    last_error text,
    created_at timestamptz not null,
    sent_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, invoice_id) references invoice (organization_id, id)
);
create index outgoing_mail_due on outgoing_mail (next_attempt_at) where state = 'waiting';
create index outgoing_mail_newest on outgoing_mail (organization_id, created_at desc, id desc);

-- Every write of every door, and what was refused. Append-only for the application.
create table action (
    organization_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    member_id uuid not null,
    token_id uuid,
    door text not null,
    operation text not null,
    arguments jsonb not null,
    outcome text not null,
    primary key (organization_id, id),
    foreign key (organization_id, member_id) references member (organization_id, id)
);
create index action_newest on action (organization_id, at desc, id desc);

-- What an action did to each record, before and after: the ground for dry runs, history and undo.
create table change (
    organization_id uuid not null,
    action_id uuid not null,
    position bigint not null generated always as identity,
    kind text not null,
    record_id uuid not null,
    before jsonb,
    after jsonb,
    primary key (organization_id, action_id, position)
);
create index change_of_record on change (organization_id, kind, record_id);

-- An answer that was given, kept for a day, so that the same call can be repeated without being done twice.
create table idempotency (
    organization_id uuid not null,
    member_id uuid not null,
    key text not null constraint idempotency_key_length check (length(key) between 1 and 200),
    operation text not null,
    arguments_hash bytea not null,
    answer jsonb,
    created_at timestamptz not null,
    primary key (organization_id, member_id, key),
    foreign key (organization_id, member_id) references member (organization_id, id) on delete cascade
);
create index idempotency_oldest on idempotency (created_at);

-- The transaction says for whom it works: `set local` in the round trip that begins it. After that transaction the
-- setting reads as an empty string, hence nullif.
create function current_organization() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.organization_id', true), '')::uuid $$;
create function current_person() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.user_id', true), '')::uuid $$;
create function current_token() returns uuid language sql stable parallel safe
    as $$ select nullif(current_setting('app.token_id', true), '')::uuid $$;

-- Writes down what happens to a record while an action is under way.
create function record_change() returns trigger language plpgsql as $$
declare
    acting uuid := nullif(current_setting('app.action_id', true), '')::uuid;
begin
    if acting is null then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into change (organization_id, action_id, kind, record_id, after)
        values (new.organization_id, acting, tg_table_name, new.id, to_jsonb(new));
    elsif tg_op = 'DELETE' then
        insert into change (organization_id, action_id, kind, record_id, before)
        values (old.organization_id, acting, tg_table_name, old.id, to_jsonb(old));
    elsif old is distinct from new then
        insert into change (organization_id, action_id, kind, record_id, before, after)
        values (new.organization_id, acting, tg_table_name, new.id, to_jsonb(old), to_jsonb(new));
    end if;
    return null;
end
$$;

do $$
declare
    tracked text;
begin
    foreach tracked in array array['client', 'project', 'time_entry', 'invoice', 'invoice_line', 'payment', 'member'] loop
        execute format('create trigger record_change after insert or update or delete on %I for each row execute function record_change()', tracked);
    end loop;
end
$$;

-- Row security, forced on every tenant table.
do $$
declare
    tenant text;
begin
    for tenant in
        select c.table_name from information_schema.columns c
        join information_schema.tables t using (table_schema, table_name)
        where c.table_schema = 'public' and c.column_name = 'organization_id' and t.table_type = 'BASE TABLE'
    loop
        execute format('alter table %I enable row level security', tenant);
        execute format('alter table %I force row level security', tenant);
        execute format('create policy tenant on %I using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', tenant);
    end loop;
end
$$;

alter table organization enable row level security;
alter table organization force row level security;
create policy tenant on organization using (id = (select current_organization())) with check (id = (select current_organization()));

-- Before a tenant is chosen a person sees where they belong, and a token is found by its own id.
create policy own_memberships on member for select using (user_id = (select current_person()));
create policy own_organizations on organization for select
    using (id in (select m.organization_id from member m where m.user_id = (select current_person())));
create policy own_token on access_token for select using (id = (select current_token()));

grant usage on schema public to stint_app;
grant select, insert, update, delete on all tables in schema public to stint_app;
revoke update, delete on action, change from stint_app;
-- Readiness compares the applied migrations with those of the binary; the migrator makes its table before this runs.
do $$
begin
    if to_regclass('_sqlx_migrations') is not null then
        revoke all on _sqlx_migrations from stint_app;
        grant select on _sqlx_migrations to stint_app;
    end if;
end
$$;
grant execute on all functions in schema public to stint_app;

-- Who is behind a cookie, and where: one round trip for every page. An empty slug asks for the person alone.
create function authenticate_sign_in(cookie_hash bytea, wanted_slug text, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text,
    organization_id uuid, slug text, organization_name text, member_id uuid, role text,
    time_zone text, currency text, week_start smallint, language text
) language plpgsql as $$
declare
    person uuid;
begin
    select s.user_id into person from sign_in s where s.token_hash = cookie_hash and s.expires_at > instant;
    if person is null then
        return;
    end if;
    perform set_config('app.user_id', person::text, true);
    return query
        select u.id, u.name, u.email, o.id, o.slug, o.name, m.id, m.role, o.time_zone, o.currency, o.week_start, o.language
        from app_user u
        left join (member m join organization o on o.id = m.organization_id and o.slug = wanted_slug) on m.user_id = u.id
        where u.id = person
        order by o.id nulls last limit 1;
end
$$;

-- Who is behind a token: one round trip for every call of an agent. The secret is compared by the caller, in constant time.
create function authenticate_token(token uuid, instant timestamptz)
returns table (
    user_id uuid, user_name text, email text,
    organization_id uuid, slug text, organization_name text, member_id uuid, role text,
    time_zone text, currency text, week_start smallint, language text,
    token_name text, secret_hash bytea, scopes text[], writes text, seen_recently boolean
) language plpgsql as $$
declare
    tenant uuid;
begin
    perform set_config('app.token_id', token::text, true);
    select t.organization_id into tenant from access_token t
    where t.id = token and t.revoked_at is null and (t.expires_at is null or t.expires_at > instant);
    if tenant is null then
        return;
    end if;
    perform set_config('app.organization_id', tenant::text, true);
    return query
        select u.id, u.name, u.email, o.id, o.slug, o.name, m.id, m.role, o.time_zone, o.currency, o.week_start, o.language,
            t.name, t.secret_hash, t.scopes, t.writes, coalesce(t.last_used_at > instant - interval '1 minute', false)
        from access_token t
        join member m on m.organization_id = t.organization_id and m.id = t.member_id
        join organization o on o.id = t.organization_id
        left join app_user u on u.id = m.user_id
        where t.organization_id = tenant and t.id = token;
end
$$;

grant execute on all functions in schema public to stint_app;

-- The workers of the process look for work in every tenant. They learn only where there is some: whose it is and its id.
-- What it says is read afterwards, in a transaction of that tenant. The setting lives no longer than the function's query.
create policy worker_due on outgoing_mail for select using ((select current_setting('app.worker', true)) = 'mail');
create policy worker_old on idempotency for select using ((select current_setting('app.worker', true)) = 'answers');

-- Mails that may leave now, the longest waiting first.
create function due_mails(instant timestamptz, at_most integer) returns table (organization_id uuid, id uuid) language plpgsql as $$
begin
    perform set_config('app.worker', 'mail', true);
    return query
        select m.organization_id, m.id from outgoing_mail m
        where m.state = 'waiting' and m.next_attempt_at <= instant
        order by m.next_attempt_at limit at_most;
    perform set_config('app.worker', '', true);
end
$$;

-- Organizations that keep answers given before an instant.
create function organizations_with_answers_before(instant timestamptz, at_most integer) returns table (organization_id uuid) language plpgsql as $$
begin
    perform set_config('app.worker', 'answers', true);
    return query select distinct i.organization_id from idempotency i where i.created_at < instant limit at_most;
    perform set_config('app.worker', '', true);
end
$$;

grant execute on function due_mails, organizations_with_answers_before to stint_app;
