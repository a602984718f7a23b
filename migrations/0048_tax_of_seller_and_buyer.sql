-- works with: 46
-- What an invoice must say of the tax of who sells and who buys.

alter table organization
    -- Tax number at the local office (BT-32), apart from the VAT identifier (BT-31).
    add column tax_number text constraint organization_tax_number_length check (length(tax_number) between 1 and 50),
    -- Country (BT-40), ISO 3166-1.
    add column country text constraint organization_country_form check (country ~ '^[A-Z]{2}$'),
    -- Why new clients are charged no tax (BT-120); the usual words of the category where absent.
    add column tax_reason text constraint organization_tax_reason_length check (length(tax_reason) between 1 and 500);

-- Whoever has just signed up charges no tax until they say that they do.
alter table organization alter column tax_category set default 'O';

alter table client
    -- What stands on its invoices (BT-44); the name where absent.
    add column legal_name text constraint client_legal_name_length check (length(legal_name) between 1 and 200),
    -- Country (BT-55), ISO 3166-1.
    add column country text constraint client_country_form check (country ~ '^[A-Z]{2}$'),
    add column tax_reason text constraint client_tax_reason_length check (length(tax_reason) between 1 and 500);
