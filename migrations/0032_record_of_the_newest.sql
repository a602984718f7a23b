-- works with: 19
-- The same as before, but for a program whose migrations are not the newest ones any more: two of different versions may migrate
-- at once, and the older one must not write its number over the newer one's.
create or replace function record_schema(newest bigint, oldest bigint) returns void language plpgsql as $$
begin
    lock table schema_record in exclusive mode;
    if (select max(m.version) from _sqlx_migrations m where m.success) > newest then
        return;
    end if;
    delete from schema_piece;
    delete from schema_record;
    insert into schema_record (version, works_with) values (newest, oldest);
    insert into schema_piece select p.piece, p.definition from schema_pieces() p;
end
$$;
