//! Badges for the status of an invoice, and for a mail that may not have reached the client.

use domain::money::Money;
use leptos::prelude::*;

use crate::{
    invoices::InvoiceStatus,
    outbox::MailState,
    page_context::use_page_context,
    ui::{Tone, badge},
};

/// The badges of an invoice.
pub fn status_badges(status: InvoiceStatus, total: &Money, mail: Option<&MailState>) -> impl IntoView + use<> {
    let (tone, word) = match status {
        _ if is_zero_total(status, total) => (Tone::Quiet, "Nothing due"),
        InvoiceStatus::Draft => (Tone::Quiet, "Draft"),
        InvoiceStatus::Sent => (Tone::Plain, "Sent"),
        InvoiceStatus::Overdue => (Tone::Bad, "Overdue"),
        InvoiceStatus::PartlyPaid => (Tone::Warn, "Partly paid"),
        InvoiceStatus::Paid => (Tone::Good, "Paid"),
        InvoiceStatus::Void => (Tone::Quiet, "Void"),
    };
    let mail = mail.filter(|_| is_awaiting_payment(status)).and_then(|mail| mail_badge(mail, use_page_context().mail_leaves));
    view! { {badge(tone, word)} {mail.map(|(tone, word)| view! { " " {badge(tone, word)} })} }
}

/// Whether a sent invoice has a total of zero: it counts as paid without a payment, and is never due.
fn is_zero_total(status: InvoiceStatus, total: &Money) -> bool {
    status == InvoiceStatus::Paid && total.amount == 0
}

/// Whether a due date applies: a void invoice and one with a total of zero have none.
pub fn has_due_day(status: InvoiceStatus, total: &Money) -> bool {
    status != InvoiceStatus::Void && !is_zero_total(status, total)
}

/// Whether an invoice awaits payment: then it matters that the client has received it.
pub fn is_awaiting_payment(status: InvoiceStatus) -> bool {
    matches!(status, InvoiceStatus::Sent | InvoiceStatus::Overdue | InvoiceStatus::PartlyPaid)
}

/// The badge for a mail that has not left; `None` for one that is about to leave.
fn mail_badge(mail: &MailState, mail_leaves: bool) -> Option<(Tone, &'static str)> {
    match mail.state.as_str() {
        _ if mail.stays => Some((Tone::Bad, "Not mailed")),
        "waiting" if !mail_leaves || mail.last_error.is_some() => Some((Tone::Quiet, "Mail waits")),
        _ => None,
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use domain::money::Currency;

    fn said(state: &str, last_error: Option<&str>, stays: bool, mail_leaves: bool) -> Option<&'static str> {
        let mail = MailState {
            recipient: "billing@acme.example".to_owned(),
            state: state.to_owned(),
            last_error: last_error.map(str::to_owned),
            stays,
        };
        mail_badge(&mail, mail_leaves).map(|(_, word)| word)
    }

    #[test]
    fn a_mail_that_nobody_has_is_told_and_one_that_is_about_to_leave_is_not() {
        assert_eq!(said("failed", Some("no such mailbox"), true, true), Some("Not mailed"));
        assert_eq!(said("waiting", Some("It has waited for more than 7 days."), true, true), Some("Not mailed"));
        assert_eq!(said("waiting", Some("try again later"), false, true), Some("Mail waits"));
        assert_eq!(said("waiting", None, false, false), Some("Mail waits"), "there is no mail server");
        assert_eq!(said("waiting", None, false, true), None);
        assert_eq!(said("sent", None, false, false), None);
    }

    #[test]
    fn what_comes_to_nothing_was_not_paid_but_is_not_due() {
        let shown = |amount| status_badges(InvoiceStatus::Paid, &Money::new(amount, &Currency::default()), None).to_html();
        assert!(shown(0).contains("Nothing due") && !shown(0).contains("Paid"), "{}", shown(0));
        assert!(shown(100).contains("Paid"), "{}", shown(100));
        let due = |status, amount| has_due_day(status, &Money::new(amount, &Currency::default()));
        assert!(due(InvoiceStatus::Paid, 100) && !due(InvoiceStatus::Paid, 0) && !due(InvoiceStatus::Void, 100));
    }

    #[test]
    fn only_who_owes_something_has_to_have_the_invoice() {
        assert!([InvoiceStatus::Sent, InvoiceStatus::Overdue, InvoiceStatus::PartlyPaid].into_iter().all(is_awaiting_payment));
        assert!(![InvoiceStatus::Draft, InvoiceStatus::Paid, InvoiceStatus::Void].into_iter().any(is_awaiting_payment));
    }
}
