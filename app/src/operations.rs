//! The registry of all operations. This list is the product's table of contents.

use crate::{
    account::{UpdateProfile, Whoami, tokens::*},
    assistant::{GetAssistant, SetAssistant},
    audit_log::{verification::*, *},
    clients::*,
    history::*,
    invoices::{history::GetInvoiceHistory, *},
    notifications::*,
    operation::{
        Operation,
        registry::{self, Registry},
    },
    organizations::*,
    people::{invitations::*, *},
    project_budgets::*,
    projects::{team::*, *},
    repricing::{ListRates, SetRate},
    security::*,
    time::{running_timer, *},
};

/// Builds the list of all operations, sorted by name.
fn list() -> Vec<Operation> {
    let mut all = vec![
        // Me
        Operation::of::<Whoami>(),
        Operation::of::<UpdateProfile>(),
        Operation::of::<ListTokens>(),
        Operation::of::<CreateToken>(),
        Operation::of::<RevokeToken>(),
        Operation::of::<ListSignIns>(),
        Operation::of::<EndSignIn>(),
        Operation::of::<EndOtherSignIns>(),
        Operation::of::<ListSecurityEvents>(),
        // Organizations
        Operation::of::<ListOrganizations>(),
        Operation::of::<GetOrganization>(),
        Operation::of::<UpdateOrganization>(),
        Operation::of::<CreateOrganization>(),
        // People
        Operation::of::<ListMembers>(),
        Operation::of::<GetMember>(),
        Operation::of::<ChangeMemberRole>(),
        Operation::of::<SetClientGrants>(),
        Operation::of::<RemoveMember>(),
        Operation::of::<SetTimeZone>(),
        Operation::of::<LeaveOrganization>(),
        Operation::of::<InviteMember>(),
        Operation::of::<ResendInvitation>(),
        Operation::of::<RevokeInvitation>(),
        Operation::of::<ListOpenInvitations>(),
        Operation::of::<ListInvitations>(),
        Operation::of::<AnswerInvitation>(),
        // Clients
        Operation::of::<ListClients>(),
        Operation::of::<GetClient>(),
        Operation::of::<CreateClient>(),
        Operation::of::<UpdateClient>(),
        Operation::of::<ArchiveClient>(),
        Operation::of::<RestoreClient>(),
        Operation::of::<DeleteClient>(),
        // Projects
        Operation::of::<ListProjects>(),
        Operation::of::<GetProject>(),
        Operation::of::<CreateProject>(),
        Operation::of::<UpdateProject>(),
        Operation::of::<ArchiveProject>(),
        Operation::of::<RestoreProject>(),
        Operation::of::<DeleteProject>(),
        Operation::of::<AssignProjectMembers>(),
        Operation::of::<UnassignProjectMembers>(),
        // Rates
        Operation::of::<ListRates>(),
        Operation::of::<SetRate>(),
        // Budgets
        Operation::of::<ListBudgets>(),
        Operation::of::<GetBudget>(),
        Operation::of::<SetBudget>(),
        Operation::of::<ClearBudget>(),
        Operation::of::<GetProjectStatus>(),
        // Timer
        Operation::of::<GetTimer>(),
        Operation::of::<StartTimer>(),
        Operation::of::<StopTimer>(),
        Operation::of::<UpdateTimer>(),
        Operation::of::<DiscardTimer>(),
        // Time
        Operation::of::<ListTimeEntries>(),
        Operation::of::<GetTimeEntry>(),
        Operation::of::<CreateTimeEntry>(),
        Operation::of::<CreateTimeEntries>(),
        Operation::of::<UpdateTimeEntry>(),
        Operation::of::<UpdateTimeEntries>(),
        Operation::of::<DeleteTimeEntry>(),
        Operation::of::<SummarizeTime>(),
        Operation::of::<ConfirmTimeEntries>(),
        // Inbox
        Operation::of::<ListNotifications>(),
        Operation::of::<MarkNotificationsRead>(),
        // Invoices
        Operation::of::<balance::GetBalance>(),
        Operation::of::<ListUnbilled>(),
        Operation::of::<PreviewInvoice>(),
        Operation::of::<DraftInvoice>(),
        Operation::of::<DraftInvoices>(),
        Operation::of::<UpdateInvoiceDraft>(),
        Operation::of::<DeleteInvoiceDraft>(),
        Operation::of::<ListInvoices>(),
        Operation::of::<GetInvoice>(),
        Operation::of::<GetInvoiceDocument>(),
        Operation::of::<SendInvoice>(),
        Operation::of::<ResendInvoice>(),
        Operation::of::<StopInvoiceMail>(),
        Operation::of::<RecordPayment>(),
        Operation::of::<RemovePayment>(),
        Operation::of::<VoidInvoice>(),
        Operation::of::<RedraftInvoice>(),
        Operation::of::<ReportInvoiceNumbers>(),
        Operation::of::<SetNextInvoiceNumber>(),
        Operation::of::<ListMails>(),
        // History
        Operation::of::<ListActions>(),
        Operation::of::<GetInvoiceHistory>(),
        Operation::of::<UndoAction>(),
        // Audit
        Operation::of::<ListAudit>(),
        Operation::of::<GetAuditEntry>(),
        Operation::of::<VerifyAudit>(),
        Operation::of::<StartAuditVerification>(),
        Operation::of::<GetAuditVerification>(),
        // Assistant
        Operation::of::<GetAssistant>(),
        Operation::of::<SetAssistant>(),
    ];
    all.sort_by_key(|operation| operation.declaration.name);
    all
}

/// Installs the registry, at the start of the process.
pub fn install() {
    registry::install(Registry { operations: list, stop_timer_of: |cx, member| Box::pin(running_timer::stop_timer_of(cx, member)) });
}

/// All operations, sorted by name.
pub fn all() -> &'static [Operation] {
    install();
    registry::all()
}

/// The operation of this name.
pub fn find(name: &str) -> Option<&'static Operation> {
    install();
    registry::find(name)
}

/// Server functions that are no operations, so only a browser may call them: they deal in cookies, passwords and
/// links out of a mail, serve the drawer of the assistant, which is a channel of its own, or word what a page shows or offers for a choice.
pub const BROWSER_ONLY: [&str; 29] = [
    "/call/sign_up",
    "/call/sign_in",
    "/call/sign_out",
    "/call/change_password",
    "/call/request_password_reset",
    "/call/reset_password",
    "/call/change_address",
    "/call/confirm_address",
    "/call/send_verification",
    "/call/show_link_mail",
    "/call/show_waiting_address",
    "/call/send_address_change",
    "/call/forget_address_change",
    "/call/show_link",
    "/call/show_invitation",
    "/call/assistant_say",
    "/call/assistant_commit",
    "/call/assistant_dismiss",
    "/call/assistant_choose",
    "/call/assistant_undo",
    "/call/assistant_stop",
    "/call/assistant_conversations",
    "/call/assistant_conversation",
    "/call/assistant_rename",
    "/call/assistant_delete",
    "/call/assistant_standing",
    "/call/assistant_commands",
    "/call/operation_titles",
    "/call/show_audit_entry",
];
