-- works with: 60
-- Whether somebody has said the time zone of the organization: whether it is the right one is asked until then.
alter table organization add column time_zone_said boolean not null default false;
