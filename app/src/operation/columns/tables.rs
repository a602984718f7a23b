//! The columns of each recorded table.

use super::{
    Class::{
        Amount, Choice, Computed, Cost, HiddenFromAgents, HiddenOnCards, Mirror, OrganizationAmount, Random, Reference, Seconds,
        SetByEveryWrite, TaxCategory, TellsOfMoney, Unit, UnitPrice, UnnamedReference, Unrecorded,
    },
    Column, column,
};

/// An organization.
pub(super) const ORGANIZATION: &[Column] = &[
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("slug", &[]),
    column("name", &[]).labelled("Name").identifying(),
    column("legal_name", &[]),
    column("address", &[]),
    column("vat_id", &[]),
    column("email", &[]).labelled("E-mail"),
    column("phone", &[]),
    column("bank_holder", &[]),
    column("iban", &[]),
    column("bic", &[]),
    column("bank_name", &[]),
    column("currency", &[]),
    column("time_zone", &[]),
    column("language", &[Choice]),
    column("week_start", &[]),
    column("rate", &[Amount]),
    column("payment_terms_days", &[]),
    column("tax_category", &[Choice, TaxCategory]),
    column("tax_rate", &[]),
    column("number_pattern", &[]),
    column("number_yearly_reset", &[]),
    column("rounding_step", &[HiddenOnCards]),
    column("rounding_mode", &[Choice, HiddenOnCards]),
    column("rounding_basis", &[Choice, HiddenOnCards]),
    column("timer_limit_seconds", &[Seconds]),
    column("lock_date", &[]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("assistant_enabled", &[]),
    column("assistant_switched_by", &[Reference]),
    column("assistant_switched_at", &[]),
    column("tax_percent", &[]),
    column("tax_number", &[]),
    column("country", &[]),
    column("tax_reason", &[]),
    column("account_number", &[]),
    column("time_zone_said", &[]),
    column("tax_reason_said", &[]),
    column("number_given", &[]),
];

/// A member.
pub(super) const MEMBER: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("user_id", &[HiddenFromAgents, UnnamedReference]),
    column("role", &[Choice]),
    column("kind", &[Choice]),
    column("name", &[]).labelled("Name").identifying(),
    column("bill_rate", &[OrganizationAmount]),
    column("cost_rate", &[OrganizationAmount, Cost]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("removed_at", &[]),
    column("search_key", &[HiddenFromAgents, Unrecorded]),
    column("search_key_of", &[HiddenFromAgents, Unrecorded]),
    column("time_zone", &[]),
];

/// A token.
pub(super) const ACCESS_TOKEN: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("name", &[]).labelled("Name").identifying(),
    column("member_id", &[Reference]).labelled("Member"),
    column("secret_hash", &[HiddenOnCards, Random, Unrecorded]),
    column("scopes", &[]),
    column("writes", &[Choice]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("expires_at", &[]),
    column("revoked_at", &[]),
    column("last_used_at", &[]),
    column("last_used_by", &[]),
];

/// An invitation.
pub(super) const INVITATION: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("name", &[]).labelled("Name").identifying(),
    column("email", &[]).labelled("E-mail"),
    column("role", &[Choice]),
    column("project_ids", &[HiddenFromAgents, Reference]),
    column("invited_by", &[HiddenFromAgents, Reference]),
    column("sent", &[]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("sent_at", &[]),
    column("expires_at", &[]).following("sent_at"),
    column("answered_at", &[]),
    column("answer", &[Choice]),
    column("revoked_at", &[]),
    column("client_ids", &[HiddenFromAgents, Reference]),
];

/// A client.
pub(super) const CLIENT: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("name", &[]).labelled("Name").identifying(),
    column("color", &[]),
    column("currency", &[]),
    column("rate", &[Amount]),
    column("payment_terms_days", &[]),
    column("tax_category", &[Choice, TaxCategory]),
    column("tax_rate", &[]),
    column("email", &[]).labelled("E-mail"),
    column("address", &[]),
    column("vat_id", &[]),
    column("language", &[Choice]),
    column("archived_at", &[]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("tax_percent", &[]),
    column("legal_name", &[]),
    column("country", &[]),
    column("tax_reason", &[]),
    column("search_key", &[HiddenFromAgents, Unrecorded]),
    column("search_key_of", &[HiddenFromAgents, Unrecorded]),
    column("namesake", &[HiddenFromAgents, Unrecorded]),
];

/// A client grant: first the client, then the member.
pub(super) const CLIENT_GRANT: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("client_id", &[Reference]).labelled("Client").identifying(),
    column("member_id", &[Reference]).labelled("Member"),
];

/// A project.
pub(super) const PROJECT: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("name", &[]).labelled("Name").identifying(),
    column("client_id", &[Reference]).labelled("Client").identifying(),
    column("code", &[]),
    column("color", &[]),
    column("billing", &[Choice]),
    column("rate", &[Amount]),
    column("bill_agent_time", &[]),
    column("archived_at", &[]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("search_key", &[HiddenFromAgents, Unrecorded]),
    column("search_key_of", &[HiddenFromAgents, Unrecorded]),
    column("namesake", &[HiddenFromAgents, Unrecorded]),
];

/// A project assignment: first the project, then the member.
pub(super) const PROJECT_MEMBER: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("project_id", &[Reference]).labelled("Project").identifying(),
    column("member_id", &[Reference]).labelled("Member"),
];

/// A time entry.
pub(super) const TIME_ENTRY: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("project_id", &[Reference]).labelled("Project").identifying(),
    column("member_id", &[Reference]).labelled("Member"),
    column("day", &[]).labelled("Day").identifying(),
    column("billable", &[]),
    column("started_at", &[]).labelled("From"),
    column("seconds", &[Seconds]).labelled("Duration").answered_as("worked").following("ended_at"),
    column("ended_at", &[]),
    column("running", &[HiddenOnCards]),
    column("description", &[]).labelled("Description"),
    column("rate", &[Amount]),
    column("rate_overridden", &[TellsOfMoney, HiddenOnCards, HiddenFromAgents]),
    column("cost_rate", &[OrganizationAmount, Cost]),
    column("state", &[Choice]),
    column("labour", &[Choice, HiddenOnCards]),
    column("source", &[Choice, HiddenOnCards]),
    column("created_by", &[HiddenOnCards, HiddenFromAgents, Reference]),
    column("created_through", &[HiddenOnCards, HiddenFromAgents, UnnamedReference]),
    column("invoice_line_id", &[TellsOfMoney, HiddenOnCards, UnnamedReference]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("updated_at", &[HiddenOnCards, HiddenFromAgents, SetByEveryWrite]),
    column("version", &[HiddenOnCards, HiddenFromAgents, SetByEveryWrite]),
    column("position", &[HiddenOnCards, HiddenFromAgents, Mirror]),
];

/// A budget of a project.
pub(super) const BUDGET: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("project_id", &[Reference]).labelled("Project").identifying(),
    column("seconds", &[Seconds]).labelled("Hours").answered_as("hours"),
    column("amount", &[Amount]).labelled("Amount"),
    column("period", &[Choice]).labelled("Period"),
    column("basis", &[Choice]),
    column("warning_percent", &[]),
    column("critical_percent", &[]),
    column("hard_stop", &[]),
    column("version", &[HiddenOnCards, HiddenFromAgents, SetByEveryWrite]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("updated_at", &[HiddenOnCards, HiddenFromAgents, SetByEveryWrite]),
];

/// An invoice.
pub(super) const INVOICE: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("number", &[]).labelled("Number").identifying(),
    column("state", &[Choice]).answered_as("status"),
    column("client_id", &[Reference]).labelled("Client").identifying(),
    column("series", &[HiddenOnCards, HiddenFromAgents]),
    column("sequence", &[HiddenOnCards, HiddenFromAgents]),
    column("currency", &[]),
    column("period_from", &[]),
    column("period_to", &[]),
    column("group_by", &[Choice]),
    column("rounding_step", &[HiddenOnCards]),
    column("rounding_mode", &[Choice, HiddenOnCards]),
    column("rounding_basis", &[Choice, HiddenOnCards]),
    column("discount_amount", &[Amount]).answered_as("discount_written"),
    column("discount_percent", &[TellsOfMoney]).answered_as("discount_written"),
    column("notes", &[]),
    column("payment_terms_days", &[]),
    column("subtotal", &[Amount, Computed]),
    column("discount", &[Amount, Computed]),
    column("net", &[Amount, Computed]),
    column("tax", &[Amount, Computed]),
    column("total", &[Amount, Computed]).labelled("Total"),
    column("paid", &[Amount, Computed]),
    column("issued_on", &[]),
    column("due_on", &[]),
    column("document", &[TellsOfMoney, HiddenOnCards, HiddenFromAgents, Unrecorded]),
    column("version", &[HiddenOnCards, HiddenFromAgents, SetByEveryWrite]),
    column("created_by", &[HiddenOnCards, HiddenFromAgents, Reference]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
    column("sent_at", &[]),
    column("voided_at", &[]),
    column("discount_rate", &[TellsOfMoney]),
    column("period_given", &[HiddenFromAgents]),
    column("redraft_of_id", &[TellsOfMoney, Reference]),
    column("laid_out", &[HiddenOnCards, HiddenFromAgents, UnnamedReference]),
    column("composed_terms", &[HiddenOnCards, HiddenFromAgents]),
    column("sent_client_name", &[HiddenOnCards, HiddenFromAgents, Unrecorded]),
];

/// A line of an invoice.
pub(super) const INVOICE_LINE: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("invoice_id", &[Reference, HiddenOnCards]),
    column("position", &[HiddenOnCards, HiddenFromAgents]),
    column("kind", &[Choice]),
    column("project_id", &[Reference]).labelled("Project").identifying(),
    column("seconds", &[Seconds]).labelled("Duration").answered_as("worked"),
    column("description", &[]).labelled("Description"),
    column("billed_seconds", &[Seconds]).answered_as("billed"),
    column("quantity", &[HiddenOnCards]),
    column("unit", &[Choice, Unit]),
    column("price", &[Amount]),
    column("net", &[Amount]),
    column("tax_category", &[Choice, TaxCategory]),
    column("tax_rate", &[]),
    column("unit_price", &[UnitPrice]),
    column("invoiced_quantity", &[]),
    column("tax_percent", &[]),
    column("tax_reason", &[]),
    column("composed", &[HiddenOnCards, HiddenFromAgents]),
];

/// A payment.
pub(super) const PAYMENT: &[Column] = &[
    column("organization_id", &[HiddenOnCards, HiddenFromAgents]),
    column("id", &[HiddenOnCards, HiddenFromAgents]),
    column("invoice_id", &[Reference, HiddenOnCards]),
    column("amount", &[Amount]).labelled("Amount"),
    column("paid_on", &[]).answered_as("date"),
    column("method", &[Choice]),
    column("note", &[]),
    column("created_at", &[HiddenOnCards, HiddenFromAgents]),
];
