-- works with: 60
-- A mail server may quote what it refuses, the link in it included. What it said of mails that carry a link was kept as it was, and told
-- to whoever lists mails. Its quotes go, and the links of mails that no mail server has taken open nothing any more where it is not
-- certain that none was quoted.

alter table outgoing_mail no force row level security;

update travelling_secret s set used_at = now()
from outgoing_mail m
where s.subject = m.reference and s.purpose = m.template and s.mailbox = m.recipient and s.used_at is null
    and m.template is not null and m.state <> 'sent' and m.last_error ~ '^The mail server (refused|did not say)'
    and m.last_error ~* '(verify|reset|invitation)(/|%2f)|[a-z0-9_-]{20}';

update outgoing_mail set last_error = regexp_replace(last_error, '^(The mail server [a-z ]+): .*$', '\1.')
where template is not null and last_error ~ '^The mail server [a-z ]+: ';

alter table outgoing_mail force row level security;

-- Forgets the browsers in which somebody has signed in with the account of a person: whoever they were, it is another's now.
create function forget_browsers(person uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from known_browser b where b.user_id = person
$$;

revoke execute on function forget_browsers from public;
grant execute on function forget_browsers to stint_app;
