-- works with: 19
-- How far the latest mail of an invoice is stands beside the invoice in every list, so it is found by one look.
create index outgoing_mail_of_invoice on outgoing_mail (organization_id, invoice_id, created_at desc, id desc)
    where invoice_id is not null;
