-- works with: 42
-- A mail waits while the address of whoever wrote it is not confirmed: it may have been written before a mail server was set up, when
-- nobody was asked to confirm theirs.
alter table outgoing_mail add column written_by uuid;
