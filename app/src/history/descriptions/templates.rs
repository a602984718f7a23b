//! Sentence templates that describe actions; an operation without one is described by its title.

const SET_RATE: &str = "set_rate";

/// `{name}` is required for the sentence; `{: name}` is left out where its value is unknown.
const SENTENCES: [(&str, &str); 44] = [
    ("record_payment", "Payment of {amount} recorded on {invoice}"),
    ("remove_payment", "Payment of {amount} removed from {invoice}{: reason}"),
    ("draft_invoice", "Invoice for {client} drafted"),
    ("draft_invoices", "Invoice for {client} drafted"),
    ("redraft_invoice", "Invoice {redraft_of} drafted again"),
    ("update_invoice_draft", "Draft for {client} changed"),
    ("delete_invoice_draft", "Draft for {client} deleted"),
    ("send_invoice", "Invoice {invoice} for {client} sent"),
    ("resend_invoice", "Invoice {invoice} mailed{ to to}"),
    ("stop_invoice_mail", "Mail of invoice {invoice} stopped"),
    ("void_invoice", "Invoice {invoice} for {client} voided"),
    ("create_time_entry", "{hours} {logged} on {project}{, unconfirmed}{: description}"),
    ("update_time_entry", "{hours} on {project} changed{: description}"),
    ("delete_time_entry", "{hours} on {project} deleted{: description}"),
    ("create_time_entries", "{hours} {logged} on {project}{, unconfirmed}{: description}"),
    ("update_time_entries", "{hours} on {project} changed{: description}"),
    ("confirm_time_entries", "{hours} on {project} confirmed{: description}"),
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
    (SET_RATE, "Rate of {whose} set{ to rate}{ and for unbilled}"),
    ("set_budget", "Budget of {project} set"),
    ("clear_budget", "Budget of {project} cleared"),
    ("invite_member", "{email} invited"),
    ("revoke_invitation", "Invitation of {email} revoked"),
    ("change_member_role", "{member} made {role}"),
    ("remove_member", "{member} removed"),
    ("set_client_grants", "Clients granted to {member} changed"),
    ("assign_project_members", "{member} put on {project}"),
    ("unassign_project_members", "{member} taken off {project}"),
    ("update_organization", "Settings changed"),
    ("create_token", "Token {name} made"),
    ("revoke_token", "Token {name} revoked"),
];

/// The sentence for an operation that may affect several records of a kind.
pub struct BatchSentence {
    operation: &'static str,
    /// The kind of those records.
    pub kind: &'static str,
    /// The sentence.
    pub sentence: &'static str,
}

const SEVERAL: [BatchSentence; 6] = [
    BatchSentence { operation: "draft_invoices", kind: "invoice", sentence: "{count} invoices drafted: for {clients}" },
    BatchSentence {
        operation: "create_time_entries",
        kind: "time_entry",
        sentence: "{count} entries {logged} on {projects}{, unconfirmed}",
    },
    BatchSentence { operation: "update_time_entries", kind: "time_entry", sentence: "{count} entries on {projects} changed" },
    BatchSentence { operation: "confirm_time_entries", kind: "time_entry", sentence: "{count} entries on {projects} confirmed" },
    BatchSentence { operation: "assign_project_members", kind: "project_member", sentence: "{members} put on {project}" },
    BatchSentence { operation: "unassign_project_members", kind: "project_member", sentence: "{members} taken off {project}" },
];

/// The sentence of an operation on one record.
pub fn of(operation: &str) -> Option<&'static str> {
    SENTENCES.iter().find(|(name, _)| *name == operation).map(|(_, sentence)| *sentence)
}

/// The sentence of `set_rate` where it cleared a rate, only repriced time, or changed nothing: `has_one` is whether the changed record
/// has a rate now, none without such a record, and `of_time` whether time was repriced.
pub fn of_rate(operation: &str, has_one: Option<bool>, of_time: bool) -> Option<&'static str> {
    if operation != SET_RATE {
        return None;
    }
    match (has_one, of_time) {
        (Some(true), _) => None,
        (Some(false), _) => Some("Rate of {whose} taken away{, also for unbilled}"),
        (None, true) => Some("Unbilled time of {whose} priced anew"),
        (None, false) => Some("Rate of {whose} left as it is"),
    }
}

/// The operations that may change the time of several projects.
pub fn on_projects() -> Vec<String> {
    SEVERAL.iter().filter(|several| several.kind == "time_entry").map(|several| several.operation.to_owned()).collect()
}

/// The sentence of an operation on several records at once.
pub fn of_several(operation: &str) -> Option<&'static BatchSentence> {
    SEVERAL.iter().find(|several| several.operation == operation)
}

/// The operations that have one.
#[cfg(test)]
pub fn operations() -> impl Iterator<Item = &'static str> {
    SENTENCES.iter().map(|(name, _)| *name).chain(SEVERAL.iter().map(|several| several.operation))
}
