-- Everything on a sent invoice is frozen: lines, quantities, rates, parties, payment instructions, PDF bytes. The operations
-- refuse to change it; the database does not let them, should one of them ever forget.

create function invoice_is_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if old.state <> 'draft' then
            raise exception 'a sent invoice is never deleted' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
        end if;
        return old;
    end if;
    if old.state <> 'draft' and (new.state = 'draft' or
        (new.number, new.series, new.sequence, new.client_id, new.currency, new.subtotal, new.discount, new.net, new.tax, new.total,
         new.issued_on, new.due_on, new.document, new.notes, new.payment_terms_days)
        is distinct from
        (old.number, old.series, old.sequence, old.client_id, old.currency, old.subtotal, old.discount, old.net, old.tax, old.total,
         old.issued_on, old.due_on, old.document, old.notes, old.payment_terms_days)) then
        raise exception 'a sent invoice does not change' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
    end if;
    return new;
end
$$;
create trigger invoice_frozen before update or delete on invoice for each row execute function invoice_is_frozen();

create function invoice_line_is_frozen() returns trigger language plpgsql as $$
declare
    line invoice_line := case when tg_op = 'DELETE' then old else new end;
begin
    if exists (select from invoice where organization_id = line.organization_id and id = line.invoice_id and state <> 'draft') then
        raise exception 'a line of a sent invoice does not change' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
    end if;
    return line;
end
$$;
create trigger invoice_line_frozen before insert or update or delete on invoice_line for each row execute function invoice_line_is_frozen();

create function invoice_document_is_frozen() returns trigger language plpgsql as $$
begin
    raise exception 'the document of a sent invoice does not change' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
end
$$;
create trigger invoice_document_frozen before update or delete on invoice_document for each row execute function invoice_document_is_frozen();

-- Time on a sent invoice is billed: it neither changes nor goes away. Only a void releases it, by taking it off its line.
create function time_entry_is_billed() returns trigger language plpgsql as $$
begin
    if old.invoice_line_id is null or (tg_op = 'UPDATE' and new.invoice_line_id is null) then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    if exists (
        select from invoice_line l join invoice i on i.organization_id = l.organization_id and i.id = l.invoice_id
        where l.organization_id = old.organization_id and l.id = old.invoice_line_id and i.state in ('sent', 'paid')
    ) then
        raise exception 'billed time does not change' using errcode = 'restrict_violation', constraint = 'time_entry_billed';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end
$$;
create trigger time_entry_billed before update or delete on time_entry for each row execute function time_entry_is_billed();
