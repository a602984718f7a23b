//! The end of a write: commit with its audit record, or rollback after a dry run.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::{
    Call, Declaration, WriteResponse,
    call::AuditPlacement,
    store::{self, idempotency},
};
use crate::{
    access::{Permission, Role},
    audit::{self, AuditRecord, RecordSlot, outcome},
    context::{Channel, expected_effect::ExpectedEffect},
    error::Error,
    quotas,
};

/// The end of the warning of a dry run that changes more than its answer shows.
const NOT_ALL_SHOWN: &str = " records, of which not all are shown.";

/// The fields of answers that hold a secret: the token of a new token, and the link of an invitation that a person hands over.
pub(super) const SECRET_FIELDS: [&str; 2] = ["token", "link"];

/// Whether an answer holds a secret: in one of the fields for it, or, so that none is stored from any other, as text that is one.
pub(super) fn holds_secret(answer: &Value) -> bool {
    SECRET_FIELDS.iter().any(|field| answer.get(*field).is_some_and(|secret| !secret.is_null()))
        || matches!(audit::redact_text(&answer.to_string()), Cow::Owned(_))
}

/// The number of records that a dry run would change, from its warning that not all of them are shown; none from any other warning.
pub fn records_told(warning: &str) -> Option<usize> {
    warning.strip_prefix("This changes ")?.strip_suffix(NOT_ALL_SHOWN)?.parse().ok()
}

impl Call {
    /// Commits the write with its record, or rolls everything back after a dry run.
    pub(super) async fn end<T: Serialize>(
        mut self,
        declaration: &'static Declaration,
        slot: &RecordSlot,
        arguments: &Value,
        key: Option<&str>,
        result: T,
    ) -> Result<WriteResponse<T>, Error> {
        if self.mails > 0 && !declaration.mails {
            tracing::error!(operation = declaration.name, "an operation writes mails and does not declare it");
            self.db.roll_back().await;
            return Err(Error::internal());
        }
        if self.dry_run {
            let changes = self.changes().await?;
            self.warn_truncated(changes.len()).await?;
            self.warn_if_unchanged(declaration).await?;
            let warnings = self.warnings;
            self.db.roll_back().await;
            slot.put(AuditRecord::of_access(&self.caller, self.now, declaration, arguments.clone(), outcome::DRY_RUN));
            return Ok(WriteResponse { result, action: None, dry_run: true, repeated: false, changes, warnings });
        }
        if let Some(expected_effect) = self.caller.expected_effect.take() {
            let seen = serde_json::to_value(&result).map_err(|_| Error::internal())?;
            if let Err(error) = self.verify_expected_effect(&expected_effect, seen).await {
                self.db.roll_back().await;
                return Err(error);
            }
        }
        let services = self.caller.services.clone();
        if services.mail_leaves {
            quotas::count_written_mails(&mut self.db, &services.quotas, self.mails, self.caller.token.is_none()).await?;
        }
        self.warn_if_unchanged(declaration).await?;
        let mailed = self.mails > 0;
        let warnings = std::mem::take(&mut self.warnings);
        let response = WriteResponse { result, action: Some(self.action), dry_run: false, repeated: false, changes: Vec::new(), warnings };
        if let Some(key) = key {
            let answer = serde_json::to_value(&response).map_err(|_| Error::internal())?;
            self.store_answer(declaration, key, answer).await?;
        }
        let on_commit = std::mem::take(&mut self.on_commit);
        self.commit(declaration, slot, arguments.clone()).await?;
        if mailed {
            services.outbox_wakeup.notify_one();
        }
        on_commit.into_iter().for_each(|ring| ring(&services));
        Ok(response)
    }

    /// Stores the answer under its key, for a repeated call; none that holds a secret, which is shown only once.
    async fn store_answer(&mut self, declaration: &'static Declaration, key: &str, answer: Value) -> Result<(), Error> {
        if declaration.secret && holds_secret(&answer) {
            return Ok(());
        }
        idempotency::store_answer(&mut self.db, self.idempotency_scope, key, answer).await
    }

    /// Warns when the answer does not show all changes.
    async fn warn_truncated(&mut self, shown: usize) -> Result<(), Error> {
        let all = store::count(&mut self.db, self.action).await?;
        if all.changes > shown as i64 {
            self.warn(format!("This changes {}{NOT_ALL_SHOWN}", all.records));
        }
        Ok(())
    }

    /// Warns a program that its call has changed nothing, or would change nothing. An operation that is not idempotent always changes
    /// something, and the records of a person alone have no images.
    async fn warn_if_unchanged(&mut self, declaration: &'static Declaration) -> Result<(), Error> {
        let may_be_none = declaration.idempotent && declaration.needs != Permission::SignedIn && self.mails == 0 && !self.changed_something;
        if may_be_none && store::count(&mut self.db, self.action).await?.changes == 0 {
            self.warn_unchanged();
        }
        Ok(())
    }

    /// Warns a program that its call changes nothing: it may have meant something else, and would report success. At a page, saving
    /// without a change is intended.
    pub fn warn_unchanged(&mut self) {
        if self.caller.channel != Channel::Page {
            self.warn(if self.dry_run { "This would change nothing." } else { "Nothing was changed." });
        }
    }

    /// Refuses a write whose effect is not the one that the caller agreed to. It is compared in the transaction of the write, so that
    /// no other change comes in between.
    async fn verify_expected_effect(&mut self, expected_effect: &ExpectedEffect, seen: Value) -> Result<(), Error> {
        expected_effect.verify(seen, &self.changes().await?, self.now)
    }

    /// Commits a call of [`Call::resume`], with its record.
    pub async fn keep(self, declaration: &'static Declaration, arguments: Value) -> Result<(), Error> {
        self.commit(declaration, &RecordSlot::none(), arguments).await
    }

    /// Commits, with the record in the same transaction where there is an organization to hold it.
    async fn commit(mut self, declaration: &'static Declaration, slot: &RecordSlot, arguments: Value) -> Result<(), Error> {
        let record = match self.audit_placement {
            AuditPlacement::NonMember => Some(AuditRecord::of_non_member(&self.caller, self.action, self.now, declaration, arguments)),
            AuditPlacement::CurrentOrganization if self.caller.membership.is_none() || declaration.needs == Permission::SignedIn => {
                self.db.commit().await?;
                slot.put(AuditRecord::of_access(&self.caller, self.now, declaration, arguments, outcome::DONE));
                return Ok(());
            }
            _ => AuditRecord::of_write(&self.caller, self.action, self.now, declaration, arguments),
        };
        // Last, since the audit chain of the organization is locked from here until the commit.
        let undoes = self.undoes.map(|undone| undone.0);
        let records: Vec<AuditRecord> = record.map(|record| AuditRecord { undoes, ..record }).into_iter().collect();
        audit::store::append_writes(&mut self.db, &records).await?;
        if declaration.needs != Permission::SignedIn
            && let Err(error) = self.reauthorize().await
        {
            self.db.roll_back().await;
            return Err(error);
        }
        self.db.commit().await
    }

    /// Refuses to commit when the caller was removed or given another role, or their token or sign-in was ended, while this call
    /// waited. Lock order: it is checked while the audit chain of the organization is locked. A change of a member or a token locks
    /// the chain too, so that one of the two comes first.
    async fn reauthorize(&mut self) -> Result<(), Error> {
        let Some(membership) = self.caller.membership.as_ref() else { return Ok(()) };
        let (member, then) = (membership.member, membership.role);
        let token = self.caller.token.as_ref().map(|token| token.id.0);
        let now = store::caller_status(&mut self.db, member.0, token, self.caller.sign_in.as_deref(), self.action).await?;
        match now {
            Some(now) if !now.signed_in => Err(Error::signed_out()),
            Some(now) if !now.token_holds => Err(Error::unauthenticated()),
            Some(now) if now.present && now.role.parse().is_ok_and(|role: Role| role.covers(then)) => Ok(()),
            _ => Err(Error::membership_changed()),
        }
    }
}
