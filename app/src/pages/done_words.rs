//! What a page says once a write is done, for a form that was sent without scripts: the words are those of the page with scripts.

use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{account, archive_or_delete, budgets, clients, invoices, organizations, people, projects, time, undo_button};
use crate::{
    account::{UpdateProfile, sign_in::ChangePassword, tokens::RevokeToken},
    clients::{ArchiveClient, Client, DeleteClient, DeletedClient, RestoreClient, UpdateClient},
    history::UndoAction,
    invoices::{DeleteInvoiceDraft, RecordPayment, RemovePayment, SendInvoice, StopInvoiceMail, UpdateInvoiceDraft, VoidInvoice},
    operation::from_json,
    organizations::UpdateOrganization,
    people::{ChangeMemberRole, RemoveMember, SetClientGrants},
    project_budgets::{ClearBudget, SetBudget},
    projects::{ArchiveProject, DeleteProject, DeletedProject, Project, RestoreProject, UpdateProject},
    security::{EndOtherSignIns, EndSignIn},
    time::{ConfirmTimeEntries, CreateTimeEntry, DeleteTimeEntry, UpdateTimeEntry},
};

/// The writes of which the same is said whatever their answer, by their path.
const SAME: [(&str, &str); 16] = [
    (UpdateClient::PATH, clients::manage::SAVED),
    (UpdateProject::PATH, projects::manage::SAVED),
    (UpdateOrganization::PATH, organizations::SAVED),
    (UpdateProfile::PATH, account::profile::NAME_SAVED),
    (UpdateTimeEntry::PATH, time::form::SAVED),
    (DeleteTimeEntry::PATH, time::form::DELETED),
    (UpdateInvoiceDraft::PATH, invoices::editor::SAVED),
    (DeleteInvoiceDraft::PATH, invoices::actions::DRAFT_DELETED),
    (VoidInvoice::PATH, invoices::actions::VOIDED),
    (StopInvoiceMail::PATH, invoices::actions::MAIL_STOPPED),
    (RemovePayment::PATH, invoices::payments_section::REMOVED),
    (SetBudget::PATH, budgets::form::SAVED),
    (RevokeToken::PATH, account::tokens::REVOKED),
    (EndSignIn::PATH, account::security::SIGNED_OUT),
    (EndOtherSignIns::PATH, account::security::OTHERS_SIGNED_OUT),
    (UndoAction::PATH, undo_button::UNDONE),
];

/// Words about an answer in JSON; none for one of another form.
type AnswerWords = fn(&Value) -> Option<String>;

/// The writes of which something is said that stands in their answer, by their path.
const OF_ANSWER: [(&str, AnswerWords); 15] = [
    (CreateTimeEntry::PATH, |answer| about(answer, time::form::logged_words)),
    (ConfirmTimeEntries::PATH, |answer| about(answer, time::confirmed_words)),
    (SendInvoice::PATH, |answer| about(answer, invoices::actions::sent_words)),
    (RecordPayment::PATH, |answer| about(answer, invoices::payments_section::recorded_words)),
    (ClearBudget::PATH, |answer| about(answer, budgets::form::cleared_words)),
    (ChangeMemberRole::PATH, |answer| about(answer, people::role_words)),
    (RemoveMember::PATH, |answer| about(answer, people::removed_words)),
    (SetClientGrants::PATH, |answer| about(answer, people::client_grants_dialog::granted_words)),
    (ChangePassword::PATH, |answer| about(answer, account::profile::changed_words)),
    (ArchiveClient::PATH, |answer| about(answer, |client: &Client| archive_or_delete::archived_words(&client.name, clients::manage::KEPT))),
    (RestoreClient::PATH, |answer| about(answer, |client: &Client| archive_or_delete::restored_words(&client.name))),
    (DeleteClient::PATH, |answer| about(answer, |client: &DeletedClient| archive_or_delete::deleted_words(&client.name))),
    (ArchiveProject::PATH, |answer| {
        about(answer, |project: &Project| archive_or_delete::archived_words(&project.name, projects::manage::KEPT))
    }),
    (RestoreProject::PATH, |answer| about(answer, |project: &Project| archive_or_delete::restored_words(&project.name))),
    (DeleteProject::PATH, |answer| about(answer, |project: &DeletedProject| archive_or_delete::deleted_words(&project.name))),
];

/// What the page says once the write at this path is done with this answer; `None` for a write of which pages say nothing, because they
/// show what has changed.
pub fn done_words(call: &str, answer: &Value) -> Option<String> {
    let same = SAME.iter().find(|(path, _)| *path == call).map(|(_, words)| (*words).to_owned());
    same.or_else(|| OF_ANSWER.iter().find(|(path, _)| *path == call).and_then(|(_, words)| words(answer)))
}

fn about<T: DeserializeOwned>(answer: &Value, words: fn(&T) -> String) -> Option<String> {
    from_json(answer.clone()).ok().map(|answer| words(&answer))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;
    use crate::testing::World;

    #[test]
    fn each_write_has_one_entry() {
        let paths: Vec<&str> = SAME.iter().map(|(path, _)| *path).chain(OF_ANSWER.iter().map(|(path, _)| *path)).collect();
        assert_eq!(paths.iter().collect::<HashSet<_>>().len(), paths.len(), "{paths:?}");
    }

    #[tokio::test]
    async fn words_about_an_answer_say_what_stands_in_it() {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
        let logged = studio.ok("create_time_entry", json!({"project": "Site", "duration": "1h"})).await;
        assert_eq!(done_words(CreateTimeEntry::PATH, &logged).as_deref(), Some("1h logged on Site: 1h that day."));
        let archived = studio.ok("archive_project", json!({"project": "Site"})).await;
        assert_eq!(done_words(ArchiveProject::PATH, &archived).as_deref(), Some("Site is archived. Its time stays."));
        let restored = studio.ok("restore_project", json!({"project": "Site"})).await;
        assert_eq!(done_words(RestoreProject::PATH, &restored).as_deref(), Some("Site is restored."));
    }

    #[test]
    fn an_answer_of_another_form_is_left_to_the_title() {
        assert_eq!(done_words(SendInvoice::PATH, &json!([1])), None);
        assert_eq!(done_words("/call/unknown", &json!({})), None);
    }
}
