-- works with: 19
-- What the migrations have made, written down by whoever runs them: at every start, and whenever somebody asks whether Stint is
-- ready, the database is compared with it. A restore that lost the policies of a role, or a wall that somebody took down, is
-- found before anybody works on it.

-- How far the schema has come. One row.
create table schema_record (
    one boolean primary key default true constraint schema_record_one check (one),
    -- The newest migration.
    version bigint not null,
    -- The oldest version whose programs still work on this schema.
    works_with bigint not null
);

-- What holds the walls up, piece by piece.
create table schema_piece (
    piece text primary key,
    definition text not null
);

-- The pieces as the catalogue has them now. A role and its memberships are pieces too: they belong to the whole cluster, and a
-- dump of a database does not hold them. Rights are told for the application's roles and for everybody; whom else an operator
-- lets in, a backup for example, is theirs to say. Partitions come and go and are left out. Who the owner is called is no matter, as long as everything has the same one.
create function schema_pieces() returns table (piece text, definition text) language sql stable set search_path = pg_catalog, public as $$
    with owner as (
        select c.relowner as id from pg_class c where c.oid = to_regclass('public.schema_record')
    ), role as (
        select r.oid, r.rolname from pg_roles r where r.rolname in ('stint_app', 'stint_viewer')
        union all select 0, 'public'
    ), place as (
        select c.* from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    ), routine as (
        select p.* from pg_proc p where p.pronamespace = 'public'::regnamespace
            and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    )
    select format('role %s', r.rolname), concat_ws(' ',
        case when r.rolsuper then 'superuser' end, case when r.rolbypassrls then 'bypassrls' end,
        case when r.rolcreaterole then 'createrole' end, case when r.rolcanlogin then 'login' end,
        'in', (select coalesce(string_agg(distinct g.rolname, ',' order by g.rolname), 'none') from pg_auth_members m
               join pg_roles g on g.oid = m.roleid where m.member = r.oid and pg_has_role(r.oid, g.oid, 'usage')))
    from pg_roles r where r.rolname in ('stint_app', 'stint_viewer')
    union all
    select format('table %s', c.relname), concat_ws(' ',
        case when c.relrowsecurity then 'row security' end, case when c.relforcerowsecurity then 'forced' end,
        case when c.relowner is distinct from (select id from owner) then 'of another owner' end,
        (select string_agg(distinct a.privilege_type || ' to ' || role.rolname, ',')
         from aclexplode(c.relacl) a join role on role.oid = a.grantee))
    from place c
    union all
    select format('policy %s on %s', p.polname, c.relname), concat_ws(' ',
        case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
        'to', (select string_agg(coalesce(r.rolname, 'public'), ',' order by r.rolname)
               from unnest(p.polroles) granted left join pg_roles r on r.oid = granted),
        'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
    from pg_policy p join place c on c.oid = p.polrelid
    union all
    select format('function %s', f.oid::regprocedure), concat_ws(' ',
        case when f.prosecdef then 'definer' end, array_to_string(f.proconfig, ','), f.provolatile, md5(f.prosrc),
        case when f.proowner is distinct from (select id from owner) then 'of another owner' end,
        (select string_agg(distinct role.rolname, ',')
         from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a join role on role.oid = a.grantee))
    from routine f
    union all
    select format('trigger %s on %s', t.tgname, c.relname), concat_ws(' ', t.tgtype, t.tgenabled, t.tgfoid::regproc)
    from pg_trigger t join place c on c.oid = t.tgrelid where not t.tgisinternal
    union all
    select format('constraint %s on %s', k.conname, c.relname), concat_ws(' ', k.contype, case when not k.convalidated then 'not validated' end)
    from pg_constraint k join place c on c.oid = k.conrelid where k.contype in ('p', 'u', 'f', 'c')
    union all
    select format('index %s', i.indexrelid::regclass), case when i.indisvalid then 'valid' else 'not valid' end
    from pg_index i join place c on c.oid = i.indrelid where i.indisunique
$$;

-- What is missing, what is otherwise than the migrations made it, and which policies nobody knows of; what was lost with a role
-- comes first.
create function schema_damage() returns table (piece text, damage text) language sql stable set search_path = public, pg_temp as $$
    with now as materialized (select p.piece, p.definition from schema_pieces() p)
    select d.piece, d.damage from (
        select m.piece, case when n.piece is null then 'is missing' else 'is not as it was made' end
        from schema_piece m left join now n on n.piece = m.piece
        where n.definition is distinct from m.definition
        union all
        select n.piece, 'was added' from now n
        where n.piece like 'policy %' and not exists (select from schema_piece m where m.piece = n.piece)
    ) d (piece, damage)
    order by d.piece not like 'role %', d.piece not like 'policy %', d.piece
$$;

-- Writes down what there is now, as the owner does at the end of the migrations.
create function record_schema(newest bigint, oldest bigint) returns void language plpgsql as $$
begin
    lock table schema_record in exclusive mode;
    delete from schema_piece;
    delete from schema_record;
    insert into schema_record (version, works_with) values (newest, oldest);
    insert into schema_piece select p.piece, p.definition from schema_pieces() p;
end
$$;

grant select on schema_record, schema_piece to stint_app;
revoke execute on function schema_pieces, schema_damage, record_schema from public;
grant execute on function schema_pieces, schema_damage to stint_app;

-- A database that was restored without its roles has lost what narrows the sight of viewers. It must not be written down as right.
do $$
begin
    if (select count(*) from pg_policy p where 'stint_viewer'::regrole = any (p.polroles)) < 10 then
        raise exception 'policies of the role stint_viewer are missing: this database was restored without its roles'
            using hint = 'Restore it again as docs/backup.md describes, with the roles first.';
    end if;
end
$$;
