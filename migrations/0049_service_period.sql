-- works with: 46
-- Every invoice has a service period: the days of the time on it, unless somebody has written another one.

alter table invoice add column period_given boolean not null default false;
-- A period of before was chosen by a person. No row is updated: nothing is written into the log, and what is frozen stays so.
alter table invoice alter column period_given drop default;
alter table invoice alter column period_given type boolean using period_from is not null;
alter table invoice alter column period_given set default false;
