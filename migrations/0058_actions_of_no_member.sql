-- works with: 57
-- That an invitation was declined stands in the log of the organization that sent it. Whoever declines belongs to no organization, so
-- the row names no member; its hash is over null at that place, as it always was over what a row does not say.

alter table action alter column member_id drop not null;
