-- works with: 60
-- Whether somebody has said why the organization charges no tax: words that it began with are asked about until then, or until its first
-- invoice has a number.
alter table organization add column tax_reason_said boolean not null default false;

-- The number as its founder gave it, where it was completed into the VAT identifier, until somebody sets one: so long it is told.
alter table organization add column number_given text constraint organization_number_given_length check (length(number_given) between 1 and 50);
