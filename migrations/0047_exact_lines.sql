-- works with: 46
-- Lines of invoices are exact: a unit price has up to six decimals, a quantity up to eight, a percentage up to four. The columns of
-- before are kept in step by triggers, for programs that know no others and for images of records from before that are put back.

-- How many decimals a currency has in ISO 4217.
create function minor_digits(currency text) returns integer language sql immutable parallel safe as $$
    select case
        when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 0
        when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
        when currency in ('CLF', 'UYW') then 4
        else 2 end
$$;

-- How many millionths of the major unit are in the smallest unit of the currency of an invoice.
create function millionths_in_minor_unit(organization uuid, invoice uuid) returns bigint language sql stable as $$
    select (10 ^ (6 - minor_digits(i.currency)))::bigint from invoice i where i.organization_id = organization and i.id = invoice
$$;

-- A price in minor units as one in millionths; of a price beyond any that there is, the largest that there is room for.
create function unit_price_of(price bigint, millionths bigint) returns bigint language sql immutable parallel safe as $$
    select greatest(least(price::numeric * millionths, 9e18), -9e18)::bigint
$$;

alter table invoice_line
    -- Net price of one (BT-146), in millionths of the major unit of the invoice's currency.
    add column unit_price bigint,
    -- Quantity (BT-129) of a custom line, in hundred-millionths; that of a line of time follows from its seconds.
    add column invoiced_quantity bigint,
    -- Tax rate (BT-152), in ten-thousandths of a percent.
    add column tax_percent integer constraint invoice_line_tax_percent_range check (tax_percent between 0 and 1000000),
    -- Why no tax is charged (BT-120); the usual words of the category where absent.
    add column tax_reason text constraint invoice_line_tax_reason_length check (length(tax_reason) between 1 and 500);
alter table client add column tax_percent integer constraint client_tax_percent_range check (tax_percent between 0 and 1000000);
alter table organization add column tax_percent integer constraint organization_tax_percent_range check (tax_percent between 0 and 1000000);
-- Share of a discount (BT-94), in ten-thousandths of a percent.
alter table invoice add column discount_rate integer constraint invoice_discount_rate_range check (discount_rate between 1 and 1000000);

-- Rewritten as columns: no row is updated, so nothing is written into the log, and what is frozen stays so.
alter table invoice no force row level security;
alter table invoice_line
    alter column unit_price type bigint using unit_price_of(price, millionths_in_minor_unit(organization_id, invoice_id)),
    alter column invoiced_quantity type bigint using case when kind = 'custom' then quantity * 100000 end,
    alter column tax_percent type integer using tax_rate * 100;
alter table invoice force row level security;
alter table invoice_line
    alter column unit_price set not null,
    alter column tax_percent set not null,
    add constraint invoice_line_quantity_or_time check ((kind = 'custom') = (invoiced_quantity is not null));
alter table client alter column tax_percent type integer using tax_rate * 100;
alter table client alter column tax_percent set not null;
alter table organization alter column tax_percent type integer using tax_rate * 100;
alter table organization alter column tax_percent set not null;
alter table invoice alter column discount_rate type integer using discount_percent * 100;

-- Which column was written decides; the other one follows.
create function keep_tax_percent() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.tax_percent := coalesce(new.tax_percent, new.tax_rate * 100, 0);
    elsif new.tax_percent is not distinct from old.tax_percent and new.tax_rate is distinct from old.tax_rate then
        new.tax_percent := new.tax_rate * 100;
    end if;
    new.tax_rate := round(new.tax_percent / 100.0);
    return new;
end
$$;
create trigger keep_tax_percent before insert or update of tax_rate, tax_percent on organization for each row execute function keep_tax_percent();
create trigger keep_tax_percent before insert or update of tax_rate, tax_percent on client for each row execute function keep_tax_percent();
create trigger keep_tax_percent before insert or update of tax_rate, tax_percent on invoice_line for each row execute function keep_tax_percent();

create function keep_discount_rate() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        new.discount_rate := coalesce(new.discount_rate, new.discount_percent * 100);
    elsif new.discount_rate is not distinct from old.discount_rate and new.discount_percent is distinct from old.discount_percent then
        new.discount_rate := new.discount_percent * 100;
    end if;
    -- A share below half a hundredth of a percent is one there all the same.
    new.discount_percent := greatest(round(new.discount_rate / 100.0), 1);
    if new.discount_rate is null then
        new.discount_percent := null;
    end if;
    return new;
end
$$;
create trigger keep_discount_rate before insert or update of discount_percent, discount_rate on invoice
    for each row execute function keep_discount_rate();

create function keep_exact_line() returns trigger language plpgsql as $$
declare
    millionths bigint;
begin
    if tg_op = 'INSERT' then
        new.invoiced_quantity := coalesce(new.invoiced_quantity, case when new.kind = 'custom' then new.quantity * 100000 end);
        if new.unit_price is null then
            new.unit_price := unit_price_of(new.price, millionths_in_minor_unit(new.organization_id, new.invoice_id));
        end if;
        return new;
    end if;
    if new.kind = 'custom' and new.invoiced_quantity is not distinct from old.invoiced_quantity and new.quantity <> old.quantity then
        new.invoiced_quantity := new.quantity * 100000;
    end if;
    if new.unit_price is not distinct from old.unit_price and new.price <> old.price then
        millionths := millionths_in_minor_unit(new.organization_id, new.invoice_id);
        new.unit_price := unit_price_of(new.price, millionths);
    end if;
    return new;
end
$$;
revoke execute on function minor_digits, millionths_in_minor_unit, unit_price_of, keep_tax_percent, keep_discount_rate, keep_exact_line from public;
grant execute on function minor_digits, millionths_in_minor_unit, unit_price_of to stint_app;
create trigger keep_exact_line before insert or update of price, unit_price, quantity, invoiced_quantity on invoice_line
    for each row execute function keep_exact_line();
