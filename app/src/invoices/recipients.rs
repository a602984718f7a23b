//! Parses the recipients of an invoice, and combines the states of the mails that were queued together.

use crate::outbox::MailState;

/// Combines the states of two mails of one sending: the least delivered state, with all recipients who are in it.
pub fn least_delivered(one: MailState, other: MailState) -> MailState {
    match delivery_rank(&one).cmp(&delivery_rank(&other)) {
        std::cmp::Ordering::Equal => MailState { recipient: format!("{}, {}", one.recipient, other.recipient), ..one },
        std::cmp::Ordering::Less => other,
        std::cmp::Ordering::Greater => one,
    }
}

/// Rank of a mail by delivery: 0 sent, 1 about to leave, 2 stays.
fn delivery_rank(mail: &MailState) -> u8 {
    match mail.state.as_str() {
        _ if mail.stays => 2,
        "waiting" => 1,
        _ => 0,
    }
}
