-- works with: 19
-- Whether there is room for what is to be kept, asked after a write has failed.

-- Writes rows into a table of its own, a million at most, some 36 bytes each, and keeps nothing of it: it fails as a write fails
-- where there is no room.
create function probe_storage(rows integer) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    create unlogged table storage_probe as select n from generate_series(1, least(rows, 1000000)) n;
    drop table storage_probe;
end
$$;

revoke execute on function probe_storage from public;
grant execute on function probe_storage to stint_app;
