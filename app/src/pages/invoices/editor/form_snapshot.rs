//! Snapshot of a draft's form for an edit conflict: somebody else saved the draft while the user was typing.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::InvoiceId;
use leptos::prelude::*;

use super::{DRAFT_FORM_ID, differences::has_typed_differences};
use crate::{
    error::{Code, Error},
    invoices::{Invoice, InvoiceLine, UpdateInvoiceDraft},
    page_context::{invalidate, use_changes},
    platform,
    ui::{WriteAction, refusal, refused_form},
};

/// The id of the dialog that sends the draft; it closes when a conflict has to be shown.
pub const SEND_DIALOG_ID: &str = "send-dialog";

/// The fields of a draft's form as they were on the screen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FormSnapshot {
    invoice: Option<InvoiceId>,
    fields: BTreeMap<String, String>,
    untouched: BTreeSet<String>,
}

impl FormSnapshot {
    fn of_page(invoice: InvoiceId) -> Self {
        let mut screen = Self { invoice: Some(invoice), ..Self::default() };
        for (name, value, touched) in platform::field_values(DRAFT_FORM_ID) {
            if !touched {
                screen.untouched.insert(name.clone());
            }
            screen.fields.insert(name, value);
        }
        screen
    }

    /// The snapshot from a form that was submitted without scripts and came back.
    pub(super) fn returned(typed: BTreeMap<String, String>, untouched: BTreeMap<String, String>) -> Self {
        let names = untouched.keys().cloned().collect();
        Self { invoice: None, fields: typed.into_iter().chain(untouched).collect(), untouched: names }
    }

    /// The snapshot if it belongs to this draft.
    pub fn of(self, invoice: InvoiceId) -> Option<Self> {
        self.invoice.is_none_or(|of| of == invoice).then_some(self)
    }

    /// The value of a field.
    pub(super) fn said(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The value of a field that the user changed; `None` where it is as the server rendered it.
    pub(super) fn typed(&self, name: &str) -> Option<&str> {
        self.said(name).filter(|_| !self.untouched.contains(name))
    }

    /// The ids of the lines in the form, each with its index.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.fields.iter().filter_map(|(name, id)| {
            let at = name.strip_prefix("lines[")?.strip_suffix("][line]")?.parse().ok()?;
            Some((at, id.as_str()))
        })
    }

    /// The name that a field of this line had: another line may have its index now.
    pub(super) fn name(&self, line: &InvoiceLine, field: &str) -> Option<String> {
        let id = line.id.to_string();
        self.lines().find(|(_, known)| *known == id).map(|(at, _)| format!("lines[{at}][{field}]"))
    }
}

/// Watches for a write that is refused as stale: then takes a snapshot of the form, closes the send dialog and reloads the saved
/// draft.
pub fn watch_for_conflict<S: 'static>(
    write: WriteAction<S>,
    answers: RwSignal<usize>,
    invoice: InvoiceId,
    screen: RwSignal<Option<FormSnapshot>>,
) {
    let (changes, refusal) = (use_changes(), refusal(write));
    Effect::new(move |seen: Option<usize>| {
        let count = answers.get();
        if seen.is_some_and(|seen| seen != count) && is_stale(refusal.get_untracked().as_ref()) {
            platform::hide_popover(SEND_DIALOG_ID);
            screen.set(Some(FormSnapshot::of_page(invoice)));
            invalidate(changes.money);
        }
        count
    });
}

fn is_stale(refusal: Option<&Error>) -> bool {
    refusal.is_some_and(|refusal| refusal.code == Code::Stale)
}

/// The form of this draft whose write was refused as stale: the snapshot kept here, or the form that came back without scripts.
pub(super) fn stale_form(invoice: InvoiceId, snapshot: Option<FormSnapshot>) -> Option<FormSnapshot> {
    let returned = || refused_form::<UpdateInvoiceDraft>().filter(|form| is_stale(form.refusal.as_ref()) && !form.fields.is_empty());
    snapshot.and_then(|screen| screen.of(invoice)).or_else(|| returned().map(|form| FormSnapshot::returned(form.fields, form.untouched)))
}

/// Whether the user still has to choose between their input and the draft that somebody else saved. Until then the draft can be neither
/// saved nor sent.
pub fn has_unresolved_conflict(invoice: &Invoice, snapshot: Option<FormSnapshot>) -> bool {
    stale_form(invoice.id, snapshot).is_some_and(|screen| has_typed_differences(invoice, &screen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stood_as_the_server_had_said_it_was_not_typed() {
        let fields = [("notes", "Thanks"), ("discount", "10%")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let screen = FormSnapshot { fields: fields.into(), untouched: ["notes".to_owned()].into(), ..FormSnapshot::default() };
        assert_eq!((screen.typed("notes"), screen.said("notes"), screen.typed("discount")), (None, Some("Thanks"), Some("10%")));
    }
}
