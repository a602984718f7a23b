-- works with: 81
-- What time is worth and which time is still to be billed, in one place for all statements.

-- The amount of an entry in minor units: its seconds at its rate per hour, rounded half up. None without a rate.
create function entry_amount(seconds integer, rate bigint) returns bigint
language sql immutable parallel safe
return (seconds::bigint * rate + 1800) / 3600;

-- The rate per hour that time has now: that of the project, else the client, else, for clients in the organization's currency, the
-- member, else the organization.
create function current_rate(of_project bigint, of_client bigint, client_currency text, of_member bigint, of_organization bigint, organization_currency text)
returns bigint
language sql immutable parallel safe
return coalesce(of_project, of_client, case when client_currency = organization_currency then coalesce(of_member, of_organization) end);

-- Whether an entry is billable time that counts and is on no invoice.
create function is_unbilled(entry time_entry) returns boolean
language sql immutable parallel safe
return entry.invoice_line_id is null and entry.billable and not entry.running and entry.state in ('logged', 'approved');

revoke execute on function entry_amount, current_rate, is_unbilled from public;
grant execute on function entry_amount, current_rate, is_unbilled to stint_app;
