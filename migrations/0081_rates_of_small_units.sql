-- works with: 80
-- A rate goes up to a thousand million major units of its currency, and a budget to ten thousand hours at that. The tables know no
-- currency, so they hold what that is of four decimals, the most that a currency has; the program knows the decimals of each.

alter table organization
    drop constraint organization_rate_range,
    add constraint organization_rate_range check (rate between 0 and 10000000000000);

alter table member
    drop constraint member_bill_rate_range,
    add constraint member_bill_rate_range check (bill_rate between 0 and 10000000000000),
    drop constraint member_cost_rate_range,
    add constraint member_cost_rate_range check (cost_rate between 0 and 10000000000000);

alter table client
    drop constraint client_rate_range,
    add constraint client_rate_range check (rate between 0 and 10000000000000);

alter table project
    drop constraint project_rate_range,
    add constraint project_rate_range check (rate between 0 and 10000000000000);

alter table budget
    drop constraint budget_amount_range,
    add constraint budget_amount_range check (amount between 1 and 100000000000000000);

-- The largest table comes last, since a table stays locked until the end.
alter table time_entry
    drop constraint time_entry_rate_range,
    add constraint time_entry_rate_range check (rate between 0 and 10000000000000);
