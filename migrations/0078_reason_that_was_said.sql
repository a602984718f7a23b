-- works with: 60
-- Whether somebody has said why the organization charges no tax: words that it began with are asked about until then.
alter table organization add column tax_reason_said boolean not null default false;
