# A PostgreSQL cluster for one command: reached by its socket only, gone when the command ends.

cluster_dir=

# PostgreSQL refuses to run as root: there the cluster belongs to an unprivileged user.
cluster_owner() {
  if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_cluster_owner() (
  cd "$cluster_dir" || exit # that user may not enter the folder we are in
  if [ "$(id -u)" = 0 ]; then
    local owner
    owner=$(cluster_owner)
    exec setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups "$@"
  fi
  exec "$@"
)

# start_cluster: sets STINT_TEST_DATABASE_URL to its superuser; stops with the script.
start_cluster() {
  need_postgres
  local bin
  bin=$(postgres_bin)
  # Not below $TMPDIR, which may be closed to the owner or too long for a socket's path.
  cluster_dir=$(mktemp -d /tmp/stint-pg.XXXXXX)
  at_exit stop_cluster
  [ "$(id -u)" != 0 ] || chown "$(cluster_owner)" "$cluster_dir"
  say "starting a throwaway PostgreSQL in $cluster_dir"
  as_cluster_owner "$bin/initdb" -D "$cluster_dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$cluster_dir/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 3 "$cluster_dir/initdb.log")"
  cluster_settings | as_cluster_owner tee -a "$cluster_dir/data/postgresql.conf" >/dev/null
  as_cluster_owner "$bin/pg_ctl" -D "$cluster_dir/data" -l server.log -w -t 60 start >/dev/null ||
    die "PostgreSQL did not start: $(tail -n 5 "$cluster_dir/server.log")"
  STINT_TEST_DATABASE_URL=$(cluster_url postgres)
  export STINT_TEST_DATABASE_URL
}

# cluster_url DATABASE: the host in the path is only there to please URL parsers; the socket counts.
cluster_url() { echo "postgres://postgres@localhost/$1?host=$cluster_dir"; }

# Nothing here outlives the command, so nothing waits for the disk.
cluster_settings() {
  cat <<SETTINGS
listen_addresses = ''
unix_socket_directories = '$cluster_dir'
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
timezone = 'UTC'
SETTINGS
}

stop_cluster() {
  if [ -f "$cluster_dir/data/postmaster.pid" ]; then
    as_cluster_owner "$(postgres_bin)/pg_ctl" -D "$cluster_dir/data" -m immediate -w -t 30 stop >/dev/null
  fi
  rm -rf "$cluster_dir"
}

# create_schema NAME: a database with all migrations applied; prints its URL.
create_schema() {
  local name=$1 bin migration url
  bin=$(postgres_bin)
  "$bin/psql" -qX "$STINT_TEST_DATABASE_URL" -c "create database $name" >&2
  url=$(cluster_url "$name")
  # The migrator's own table, which a query reads: the server makes it before the first migration.
  "$bin/psql" -qX "$url" -c "create table _sqlx_migrations (version bigint primary key, description text not null,
    installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null,
    execution_time bigint not null)" >&2
  for migration in migrations/*.sql; do
    [ -e "$migration" ] || continue
    PGOPTIONS='-c client_min_messages=warning' "$bin/psql" -qX -v ON_ERROR_STOP=1 --single-transaction \
      -f "$migration" "$url" >&2 || die "migration $migration failed"
  done
  echo "$url"
}
