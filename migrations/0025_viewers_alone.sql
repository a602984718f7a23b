-- works with: 19
-- What narrows a viewer is for the viewer's own transactions. The owner of the tables may become that role, and PostgreSQL holds
-- a member of a role to its policies too, unless the membership inherits nothing: a function that works with the rights of the
-- owner would find no client and revoke no token. So each of these policies asks who is at work.
do $$
declare
    narrowing record;
begin
    for narrowing in
        select p.polname, c.relname, pg_get_expr(p.polqual, p.polrelid) as seen, pg_get_expr(p.polwithcheck, p.polrelid) as written
        from pg_policy p join pg_class c on c.oid = p.polrelid
        where c.relnamespace = 'public'::regnamespace and 'stint_viewer'::regrole = any (p.polroles)
    loop
        execute format('alter policy %I on %I', narrowing.polname, narrowing.relname)
            || coalesce(' using ((select current_user) <> ''stint_viewer'' or (' || narrowing.seen || '))', '')
            || coalesce(' with check ((select current_user) <> ''stint_viewer'' or (' || narrowing.written || '))', '');
    end loop;
end
$$;
