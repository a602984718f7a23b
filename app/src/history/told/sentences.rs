//! The sentences in which people are told what was done. Every other operation is told by its title.

/// `{name}` has to be known for the sentence; `{: name}` is left out where it is not.
const SENTENCES: [(&str, &str); 39] = [
    ("record_payment", "Payment of {amount} recorded on {invoice}"),
    ("remove_payment", "Payment of {amount} removed from {invoice}{: reason}"),
    ("draft_invoice", "Invoice for {client} drafted"),
    ("update_invoice_draft", "Draft for {client} changed"),
    ("delete_invoice_draft", "Draft for {client} deleted"),
    ("send_invoice", "Invoice {invoice} for {client} sent"),
    ("resend_invoice", "Invoice {invoice} mailed{ to to}"),
    ("stop_invoice_mail", "Mail of invoice {invoice} stopped"),
    ("void_invoice", "Invoice {invoice} for {client} voided"),
    ("create_time_entry", "{hours} logged on {project}{: description}"),
    ("update_time_entry", "{hours} on {project} changed{: description}"),
    ("delete_time_entry", "{hours} on {project} deleted{: description}"),
    ("create_time_entries", "Several entries logged"),
    ("start_timer", "Timer started on {project}{: description}"),
    ("stop_timer", "Timer stopped: {hours} on {project}{: description}"),
    ("update_timer", "Timer on {project} changed{: description}"),
    ("discard_timer", "Timer on {project} discarded{: description}"),
    ("create_client", "Client {client} added"),
    ("update_client", "Client {client} changed"),
    ("archive_client", "Client {client} archived"),
    ("restore_client", "Client {client} restored"),
    ("delete_client", "Client {client} deleted"),
    ("create_project", "Project {project} added"),
    ("update_project", "Project {project} changed"),
    ("archive_project", "Project {project} archived"),
    ("restore_project", "Project {project} restored"),
    ("delete_project", "Project {project} deleted"),
    ("set_rate", "Rate of {whose} set{ to rate}"),
    ("set_budget", "Budget of {project} set"),
    ("clear_budget", "Budget of {project} cleared"),
    ("invite_member", "{email} invited"),
    ("revoke_invitation", "Invitation of {email} revoked"),
    ("change_member_role", "{member} made {role}"),
    ("remove_member", "{member} removed"),
    ("assign_project_members", "{member} put on {project}"),
    ("unassign_project_members", "{member} taken off {project}"),
    ("update_organization", "Settings changed"),
    ("create_token", "Token {name} made"),
    ("revoke_token", "Token {name} revoked"),
];

/// The sentence of an operation.
pub fn of(operation: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(name, _)| *name == operation).map(|(_, sentence)| *sentence)
}

/// The operations that have one.
#[cfg(test)]
pub fn operations() -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().map(|(name, _)| *name)
}
