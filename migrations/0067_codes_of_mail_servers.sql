-- works with: 60
-- A mail server may quote what it refuses in any encoding. Of what it said of mails that carry a link nothing but the code stays, and the
-- links of mails that no mail server has taken open nothing any more where enough was said to quote one.

alter table outgoing_mail no force row level security;

update travelling_secret s set used_at = now()
from outgoing_mail m
where s.subject = m.reference and s.purpose = m.template and s.mailbox = m.recipient and s.used_at is null
    and m.template is not null and m.state <> 'sent' and m.last_error ~ '^The mail server (refused|did not say)'
    and length(regexp_replace(m.last_error, '^The mail server [a-z ]+: ', '')) >= 40;

update outgoing_mail set last_error =
    regexp_replace(last_error, '^(The mail server [a-z ]+): ([2-5][0-9]{2}( [245]\.[0-9]{1,3}\.[0-9]{1,3})?)(?![0-9.]).*$', '\1: \2.')
where template is not null and last_error ~ '^The mail server [a-z ]+: [2-5][0-9]{2}';

update outgoing_mail set last_error = regexp_replace(last_error, '^(The mail server [a-z ]+): .*$', '\1.')
where template is not null and last_error ~ '^The mail server [a-z ]+: '
    and last_error !~ '^The mail server [a-z ]+: [2-5][0-9]{2}( [245]\.[0-9]{1,3}\.[0-9]{1,3})?\.$';

alter table outgoing_mail force row level security;

-- Uses up one secret, whose mail has reached nobody. Others of its kind and subject stay: their mails may have arrived.
create function forget_secret(secret bytea, instant timestamptz) returns void
language sql security definer set search_path = public, pg_temp as $$
    update travelling_secret s set used_at = instant where s.hash = secret and s.used_at is null
$$;

revoke execute on function forget_secret from public;
grant execute on function forget_secret to stint_app;
