-- works with: 60
-- Whether the text of a line was composed of its time and of the names of now, so that it is composed again when the invoice is drafted
-- again, in whatever language and with whatever names there are by then. Of lines from before, and from programs that do not say it,
-- nobody knows.

alter table invoice_line add column composed boolean;

-- A text that somebody has written is theirs.
create function keep_composed() returns trigger language plpgsql as $$
begin
    if old.composed and new.composed and new.description is distinct from old.description then
        new.composed := false;
    end if;
    return new;
end
$$;
create trigger keep_composed before update of description on invoice_line for each row execute function keep_composed();
