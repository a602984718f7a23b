//! What stood on the screen when somebody else had saved the draft meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;

use super::{DRAFT_FORM_ID, differences::has_typed_differences};
use crate::{
    error::{Code, Error},
    id::InvoiceId,
    invoices::{Invoice, InvoiceLine, UpdateInvoiceDraft},
    page_context::{invalidate, use_changes},
    platform,
    ui::{WriteAction, refusal, refused_form},
};

/// The id of the dialog that sends the draft: it gives way to what has to be looked at.
pub const SEND_DIALOG_ID: &str = "send-dialog";

/// The fields of a draft's form as they stood on the screen.
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

    /// The screen that came back with a form that was sent without scripts.
    pub(super) fn returned(typed: BTreeMap<String, String>, untouched: BTreeMap<String, String>) -> Self {
        let names = untouched.keys().cloned().collect();
        Self { invoice: None, fields: typed.into_iter().chain(untouched).collect(), untouched: names }
    }

    /// The screen of this draft.
    pub fn of(self, invoice: InvoiceId) -> Option<Self> {
        self.invoice.is_none_or(|of| of == invoice).then_some(self)
    }

    /// What stood in a field.
    pub(super) fn said(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// What was typed into a field; nothing where it stood as the server had said it.
    pub(super) fn typed(&self, name: &str) -> Option<&str> {
        self.said(name).filter(|_| !self.untouched.contains(name))
    }

    /// The ids of the lines that stood there, each with where.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.fields.iter().filter_map(|(name, id)| {
            let at = name.strip_prefix("lines[")?.strip_suffix("][line]")?.parse().ok()?;
            Some((at, id.as_str()))
        })
    }

    /// The name that a field of this line had: another line may stand in its place by now.
    pub(super) fn name(&self, line: &InvoiceLine, field: &str) -> Option<String> {
        let id = line.id.to_string();
        self.lines().find(|(_, known)| *known == id).map(|(at, _)| format!("lines[{at}][{field}]"))
    }
}

/// When somebody else has saved the draft meanwhile: keeps what stands on the screen, and has the page show the draft as it stands
/// by now.
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

/// What stood on the screen of this draft when somebody else had saved it: it was kept here, or came back without scripts.
pub(super) fn stale_form(invoice: InvoiceId, kept: Option<FormSnapshot>) -> Option<FormSnapshot> {
    let returned = || refused_form::<UpdateInvoiceDraft>().filter(|form| is_stale(form.refusal.as_ref()) && !form.fields.is_empty());
    kept.and_then(|screen| screen.of(invoice)).or_else(|| returned().map(|form| FormSnapshot::returned(form.fields, form.untouched)))
}

/// Whether somebody has yet to say which of two is to count: what they typed, or the draft as somebody else has saved it meanwhile. Until
/// then nothing of either is saved or sent.
pub fn has_unresolved_conflict(invoice: &Invoice, kept: Option<FormSnapshot>) -> bool {
    stale_form(invoice.id, kept).is_some_and(|screen| has_typed_differences(invoice, &screen))
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
