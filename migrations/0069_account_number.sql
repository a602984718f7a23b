-- works with: 60
-- Not every bank account has an IBAN: EN 16931 BT-84 is an IBAN or a national account number.
alter table organization add column account_number text
    constraint organization_account_number_length check (length(account_number) between 1 and 100);
