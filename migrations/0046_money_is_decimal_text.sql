-- Amounts pass every door as decimal text in major units, such as "120.00". What was kept as JSON from before says minor units and is
-- not given again: answers to idempotency keys, cards that wait for a person, and what the assistant has looked up. What was said about
-- it stays.

alter table idempotency no force row level security;
update idempotency set answer = null where answer is not null;
alter table idempotency force row level security;

alter table own_idempotency no force row level security;
update own_idempotency set answer = null where answer is not null;
alter table own_idempotency force row level security;

alter table card no force row level security;
update card set state = 'dismissed' where state = 'waiting';
alter table card force row level security;

alter table message no force row level security;
update message set steps = (
    select coalesce(jsonb_agg(step - 'result' order by place), '[]') from jsonb_array_elements(steps) with ordinality s (step, place))
where steps @? '$[*].result';
alter table message force row level security;
