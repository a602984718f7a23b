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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<Vec<String>, Error> {
        parse_addresses(&given.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_address_counts_once_however_it_is_given() {
        let two = ["ada@acme.example".to_owned(), "billing@acme.example".to_owned()];
        assert_eq!(read(&["ada@acme.example", "Billing@acme.example ", "ADA@acme.example"]).as_deref(), Ok(two.as_slice()));
        assert_eq!(read(&["ada@acme.example, billing@acme.example; ada@acme.example"]).as_deref(), Ok(two.as_slice()));
        for pasted in [
            "ada@acme.example;billing@acme.example;",
            "ada@acme.example\r\nbilling@acme.example\r\n",
            "ada@acme.example\rbilling@acme.example",
        ] {
            assert_eq!(read(&[pasted]).as_deref(), Ok(two.as_slice()), "{pasted:?}");
        }
        assert_eq!(read(&["", " "]), Ok(Vec::new()));
        assert!(read(&[","]).is_err() && read(&["", " ; "]).is_err());
    }

    #[test]
    fn what_is_no_address_and_more_than_ten_are_refused() {
        for wrong in [["ada@acme.example, nobody"].as_slice(), &["ada@acme.example", "Ada <ada@acme.example>"]] {
            assert!(read(wrong).is_err_and(|error| error.field("to").is_some()), "{wrong:?}");
        }
        let ten = (0..10).map(|at| format!("a{at}@acme.example")).collect::<Vec<_>>().join(",");
        assert_eq!(read(&[&ten]).map(|ten| ten.len()), Ok(10));
        assert!(read(&[&ten, "b@acme.example"]).is_err_and(|error| error.message.contains("11 addresses")));
    }
}
