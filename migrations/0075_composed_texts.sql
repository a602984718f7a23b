-- works with: 60
-- Whether the text of a line was composed of its time and of the names of now, so that it is composed again when the invoice is drafted
-- again, in whatever language and with whatever names there are by then. Of lines from before, and from programs that do not say it,
-- nobody knows.
--
-- And which lines of a sent invoice repay what was laid out for the client: its sums are those of then, whatever words say so later.

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
revoke execute on function keep_composed from public;
create trigger keep_composed before update of description on invoice_line for each row execute function keep_composed();

-- The lines of it that do so. Nothing before it is sent, and of one that was sent before that was kept or by a program that does not
-- say it.
alter table invoice add column laid_out uuid[];

-- The same as before, and of a sent invoice it stays, too, what of it was laid out.
create or replace function invoice_is_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.state <> 'draft' then
            raise exception 'a sent invoice is never deleted' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
        end if;
        return old;
    end if;
    if old.state <> 'draft' and (new.state = 'draft' or
        (new.number, new.series, new.sequence, new.client_id, new.currency, new.subtotal, new.discount, new.net, new.tax, new.total,
         new.issued_on, new.due_on, new.document, new.notes, new.payment_terms_days, new.redraft_of_id, new.laid_out)
        is distinct from
        (old.number, old.series, old.sequence, old.client_id, old.currency, old.subtotal, old.discount, old.net, old.tax, old.total,
         old.issued_on, old.due_on, old.document, old.notes, old.payment_terms_days, old.redraft_of_id, old.laid_out)) then
        raise exception 'a sent invoice does not change' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
    end if;
    return new;
end
$$;
