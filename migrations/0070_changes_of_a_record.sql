-- works with: 60
-- The newest change of a record is found without walking through the others.
create index change_of_record_in_order on change (organization_id, kind, record_id, position desc);
drop index change_of_record;
