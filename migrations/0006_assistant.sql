-- The assistant drawer: what was said, the writes that wait for a person, and how much a model was used.

-- Off until somebody who runs the organization has read what is sent where, and switches it on. No foreign key for who:
-- organization and member would hold each other.
alter table organization
    add column assistant_enabled boolean not null default false,
    add column assistant_switched_by uuid,
    add column assistant_switched_at timestamptz;

-- A conversation belongs to one member; nobody else finds it, whatever their role.
create table conversation (
    organization_id uuid not null,
    id uuid not null,
    member_id uuid not null,
    title text not null constraint conversation_title_length check (length(title) between 1 and 200),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (organization_id, id),
    constraint conversation_member foreign key (organization_id, member_id) references member (organization_id, id) on delete cascade
);
create index conversation_newest on conversation (organization_id, member_id, updated_at desc, id desc);

create table message (
    organization_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    position bigint not null generated always as identity,
    speaker text not null constraint message_speaker_known check (speaker in ('person', 'assistant')),
    text text not null,
    -- Reads with their results, and cards by their id.
    steps jsonb not null default '[]',
    refusal jsonb,
    created_at timestamptz not null,
    -- Absent while it is being made. The run lives in the process: without one, an answer that has no end was cut off.
    ended_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, conversation_id) references conversation (organization_id, id) on delete cascade
);
create index message_newest on message (organization_id, conversation_id, position desc);

-- A write as it would be, waiting for a person.
create table card (
    organization_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    operation text not null,
    arguments jsonb not null,
    effect jsonb not null,
    warnings jsonb not null default '[]',
    -- Which argument is not clear yet, and what it could mean.
    choice_of text,
    choices jsonb not null default '[]',
    -- What the dry run did, without what each run makes anew; committing needs the same again.
    fingerprint bytea,
    state text not null default 'waiting' constraint card_state_known check (state in ('waiting', 'committed', 'dismissed', 'undone')),
    action_id uuid,
    refusal jsonb,
    link text,
    created_at timestamptz not null,
    primary key (organization_id, id),
    foreign key (organization_id, conversation_id) references conversation (organization_id, id) on delete cascade,
    constraint card_committed_is_an_action check ((state in ('committed', 'undone')) = (action_id is not null)),
    constraint card_is_clear_or_a_choice check ((choice_of is null) = (fingerprint is not null))
);
create index card_of_conversation on card (organization_id, conversation_id);

-- What a model read and wrote for an organization in a month, in tokens.
create table model_usage (
    organization_id uuid not null references organization (id),
    month date not null constraint model_usage_month_begins check (extract(day from month) = 1),
    input_tokens bigint not null,
    output_tokens bigint not null,
    primary key (organization_id, month)
);

do $$
declare
    tenant text;
begin
    foreach tenant in array array['conversation', 'message', 'card', 'model_usage'] loop
        execute format('alter table %I enable row level security', tenant);
        execute format('alter table %I force row level security', tenant);
        execute format('create policy tenant on %I using (organization_id = (select current_organization())) with check (organization_id = (select current_organization()))', tenant);
    end loop;
end
$$;

grant select, insert, update, delete on conversation, message, card, model_usage to stint_app;
