-- works with: 19
-- Where people reach this deployment: the server says so when it starts, and commands beside it put it into the links they print.

-- One row, once a server has run.
create table deployment (
    one boolean primary key default true constraint deployment_one check (one),
    -- An origin, without a slash at the end.
    public_url text not null
);

-- It belongs to no organization, and nobody reads or writes it but through the functions below.
alter table deployment enable row level security;
revoke all on deployment from public, stint_app, stint_viewer;

-- Keeps the address of the server that started last. One that starts again under the same address writes nothing.
create function keep_public_url(address text) returns void language sql security definer set search_path = public, pg_temp as $$
    insert into deployment as known (public_url) values (address)
    on conflict (one) do update set public_url = excluded.public_url where known.public_url is distinct from excluded.public_url
$$;

-- The address that was kept; none where no server has run.
create function kept_public_url() returns text language sql stable security definer set search_path = public, pg_temp as $$
    select d.public_url from deployment d
$$;

revoke execute on function keep_public_url, kept_public_url from public;
grant execute on function keep_public_url, kept_public_url to stint_app;
