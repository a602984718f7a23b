//! What a page says once a write is done, by operation: a page with scripts says it at once, and the server says it on the page to which a
//! form without scripts returns. Both have it from the two tables below.
//!
//! A write that stands in neither is one of which pages say nothing, because they show what has changed; without scripts its title stands
//! for it.

use domain::tax::category::TaxCategory;
use leptos::server_fn::ServerFn;

use super::{
    account::profile::changed_words,
    archive_or_delete::{archived_words, deleted_words, restored_words},
    budgets::form::cleared_words,
    clients::form::saved_words,
    invoices::{
        actions::{resent_words, sent_words, voided_words},
        numbers::next_number_words,
        payments_section::recorded_words,
    },
    people::{
        client_grants_dialog::granted_words,
        invite::{resent_invitation_words, revoked_invitation_words},
        received_invitation::answered_words,
        removed_words, role_words,
        team::team_words,
    },
    rate_prompts::rate_words,
    time::{confirmed_words, form::logged_words},
};
use crate::{
    account::{
        UpdateProfile,
        address_change::{ChangeAddress, ForgetAddressChange, SendAddressChange},
        sign_in::ChangePassword,
        tokens::RevokeToken,
    },
    assistant::SetAssistant,
    clients::{ArchiveClient, DeleteClient, RestoreClient, UpdateClient},
    history::UndoAction,
    invoices::{
        DeleteInvoiceDraft, RecordPayment, RemovePayment, ResendInvoice, SendInvoice, SetNextInvoiceNumber, StopInvoiceMail,
        UpdateInvoiceDraft, VoidInvoice,
    },
    organizations::UpdateOrganization,
    people::{
        ChangeMemberRole, RemoveMember, SetClientGrants,
        invitations::{AnswerInvitation, ResendInvitation, RevokeInvitation},
    },
    project_budgets::{ClearBudget, SetBudget},
    projects::{
        ArchiveProject, DeleteProject, RestoreProject, UpdateProject,
        team::{AssignProjectMembers, UnassignProjectMembers},
    },
    repricing::SetRate,
    security::{EndOtherSignIns, EndSignIn},
    time::{ConfirmTimeEntries, CreateTimeEntry, DeleteTimeEntry, UpdateTimeEntry},
    verification::links::SendVerification,
};

/// A write of which the same is said whatever its answer.
pub trait Done: ServerFn {
    /// What is said.
    const DONE: &'static str;
}

/// A write of which something is said that stands in its answer.
pub trait DoneWords: ServerFn {
    /// What the words depend on beside the answer.
    type Beside;

    /// What is said.
    fn done_words(answer: &Self::Output, beside: Self::Beside) -> String;
}

/// Whether mails leave from here.
#[derive(Debug, Clone, Copy)]
pub struct MailLeaves(pub bool);

/// The tax category that the form showed; none where that is not known.
#[derive(Debug, Clone, Copy)]
pub struct TaxBefore(pub Option<TaxCategory>);

macro_rules! same {
    ($($write:ty => $words:expr,)+) => {
        $(impl Done for $write {
            const DONE: &'static str = $words;
        })+

        /// What is said of each write whatever its answer, by its path.
        #[cfg(feature = "ssr")]
        const SAME: &[(&str, &str)] = &[$((<$write as ServerFn>::PATH, $words)),+];
    };
}

macro_rules! of_answer {
    ($($write:ty, $beside:ty => |$answer:ident, $known:pat_param| $words:expr,)+) => {
        $(impl DoneWords for $write {
            type Beside = $beside;

            fn done_words($answer: &Self::Output, $known: Self::Beside) -> String {
                $words
            }
        })+

        /// What is said of each write by its answer, by its path.
        #[cfg(feature = "ssr")]
        const OF_ANSWER: &[(&str, without_scripts::AnswerWords)] =
            &[$((<$write as ServerFn>::PATH, without_scripts::of_answer::<$write>)),+];
    };
}

const MAIL_ON_ITS_WAY: &str = "The mail is on its way. Look among unwanted mails too.";

same! {
    UpdateProject => "Project saved.",
    UpdateProfile => "Your name was saved. Pages show it from the next visit on.",
    UpdateTimeEntry => "Saved.",
    DeleteTimeEntry => "The entry was deleted.",
    UpdateInvoiceDraft => "Draft saved.",
    DeleteInvoiceDraft => "The draft was deleted. Any time on it can be billed again.",
    StopInvoiceMail => "The mail was stopped. The invoice stays sent; mail it elsewhere if its client should have it.",
    RemovePayment => "The payment was removed. What it paid is open again.",
    SetBudget => "Budget saved.",
    RevokeToken => "Revoked. Its next call is refused.",
    EndSignIn => "Signed out there.",
    EndOtherSignIns => "All other browsers were signed out.",
    SendVerification => MAIL_ON_ITS_WAY,
    SendAddressChange => MAIL_ON_ITS_WAY,
    ForgetAddressChange => "Your address stays as it is.",
    UndoAction => "Undone.",
}

of_answer! {
    CreateTimeEntry, () => |logged, ()| logged_words(logged),
    ConfirmTimeEntries, () => |confirmed, ()| confirmed_words(confirmed),
    UpdateClient, TaxBefore => |saved, TaxBefore(before)| saved_words("Client saved.", before, (saved.tax_category, saved.tax_rate)),
    ArchiveClient, () => |client, ()| archived_words(&client.name, "Its projects, time and invoices stay."),
    RestoreClient, () => |client, ()| restored_words(&client.name),
    DeleteClient, () => |client, ()| deleted_words(&client.name),
    ArchiveProject, () => |project, ()| archived_words(&project.name, "Its time stays."),
    RestoreProject, () => |project, ()| restored_words(&project.name),
    DeleteProject, () => |project, ()| deleted_words(&project.name),
    AssignProjectMembers, () => |team, ()| team_words(team),
    UnassignProjectMembers, () => |team, ()| team_words(team),
    ClearBudget, () => |cleared, ()| cleared_words(cleared),
    SetRate, () => |set, ()| rate_words(set),
    SendInvoice, () => |invoice, ()| sent_words(invoice),
    ResendInvoice, MailLeaves => |_invoice, MailLeaves(leaves)| resent_words(leaves),
    VoidInvoice, () => |invoice, ()| voided_words(invoice),
    RecordPayment, () => |invoice, ()| recorded_words(invoice),
    SetNextInvoiceNumber, () => |report, ()| next_number_words(report),
    UpdateOrganization, TaxBefore =>
        |saved, TaxBefore(before)| saved_words("Organization saved.", before, (saved.tax_category, saved.tax_rate)),
    ChangeMemberRole, () => |member, ()| role_words(member),
    RemoveMember, () => |gone, ()| removed_words(gone),
    SetClientGrants, () => |member, ()| granted_words(member),
    ResendInvitation, MailLeaves => |sent, MailLeaves(leaves)| resent_invitation_words(sent, leaves),
    RevokeInvitation, () => |gone, ()| revoked_invitation_words(gone),
    AnswerInvitation, () => |answer, ()| answered_words(answer),
    ChangePassword, () => |changed, ()| changed_words(changed),
    ChangeAddress, MailLeaves => |_answer, MailLeaves(leaves)| asked_address_words(leaves),
    SetAssistant, () => |now, ()| (if now.enabled { "The assistant is on." } else { "The assistant is off." }).to_owned(),
}

/// What is said once another address is asked for.
fn asked_address_words(mail_leaves: bool) -> String {
    let words = match mail_leaves {
        true => "A link is on its way to the new address. It counts once you have opened it.",
        false => "The new address counts once it is confirmed.",
    };
    words.to_owned()
}

#[cfg(feature = "ssr")]
pub use without_scripts::{SentForm, done_words, is_confirmed};

/// The words on the page to which a form without scripts returns.
#[cfg(feature = "ssr")]
mod without_scripts {
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::{DoneWords, MailLeaves, OF_ANSWER, SAME, TaxBefore};
    use crate::operation::{from_json, wire::SHOWN_PREFIX};

    /// A form that was sent without scripts.
    #[derive(Debug, Clone, Copy)]
    pub struct SentForm<'a> {
        /// Its fields, URL-encoded.
        pub fields: &'a [u8],
        /// Whether mails leave from here.
        pub mail_leaves: bool,
    }

    /// What words depend on beside the answer, as the form tells it.
    pub trait OfForm {
        /// Reads it.
        fn of(form: &SentForm<'_>) -> Self;
    }

    impl OfForm for () {
        fn of(_: &SentForm<'_>) -> Self {}
    }

    impl OfForm for MailLeaves {
        fn of(form: &SentForm<'_>) -> Self {
            Self(form.mail_leaves)
        }
    }

    impl OfForm for TaxBefore {
        fn of(form: &SentForm<'_>) -> Self {
            let shown = format!("{SHOWN_PREFIX}tax_category");
            let before = url::form_urlencoded::parse(form.fields).find(|(name, _)| *name == shown);
            Self(before.and_then(|(_, code)| code.parse().ok()))
        }
    }

    /// Words about an answer in JSON; none for one of another form.
    pub(super) type AnswerWords = fn(&Value, &SentForm<'_>) -> Option<String>;

    /// The words about an answer of the write `S`.
    pub(super) fn of_answer<S>(answer: &Value, form: &SentForm<'_>) -> Option<String>
    where
        S: DoneWords,
        S::Beside: OfForm,
        S::Output: DeserializeOwned,
    {
        from_json::<S::Output>(answer.clone()).ok().map(|answer| S::done_words(&answer, S::Beside::of(form)))
    }

    /// What the page says once the write at this path is done with this answer; `None` for a write of which pages say nothing, and for an
    /// answer of another form.
    pub fn done_words(call: &str, answer: &Value, form: &SentForm<'_>) -> Option<String> {
        let same = SAME.iter().find(|(path, _)| *path == call).map(|(_, words)| (*words).to_owned());
        same.or_else(|| OF_ANSWER.iter().find(|(path, _)| *path == call).and_then(|(_, words)| words(answer, form)))
    }

    /// Whether pages say something once the write at this path is done.
    pub fn is_confirmed(call: &str) -> bool {
        SAME.iter().any(|(path, _)| *path == call) || OF_ANSWER.iter().any(|(path, _)| *path == call)
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
