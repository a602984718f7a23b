-- works with: 60
-- A void invoice is drafted again at most once: the invoice that does so says which one it drafts again, and while it is there no other
-- one does.

alter table invoice
    -- The void invoice that this one drafts again.
    add column redraft_of_id uuid,
    add constraint invoice_redraft_of_another check (redraft_of_id <> id),
    add constraint invoice_redraft_of foreign key (organization_id, redraft_of_id) references invoice (organization_id, id);
create unique index invoice_redraft_of_unique on invoice (organization_id, redraft_of_id) where redraft_of_id is not null;

-- The same as before, and of a sent invoice it stays, too, what it drafts again.
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
         new.issued_on, new.due_on, new.document, new.notes, new.payment_terms_days, new.redraft_of_id)
        is distinct from
        (old.number, old.series, old.sequence, old.client_id, old.currency, old.subtotal, old.discount, old.net, old.tax, old.total,
         old.issued_on, old.due_on, old.document, old.notes, old.payment_terms_days, old.redraft_of_id)) then
        raise exception 'a sent invoice does not change' using errcode = 'restrict_violation', constraint = 'invoice_frozen';
    end if;
    return new;
end
$$;
