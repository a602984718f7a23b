-- works with: 60
-- What of the note of a draft was composed: the end of it, as it stood there when the note was written. It is composed again in whatever
-- language the client has by then, until the invoice is sent. Of notes from before, and from programs that do not say it, nobody knows; and
-- a note that does not end with it any more was written by somebody else.
alter table invoice add column composed_terms text;
