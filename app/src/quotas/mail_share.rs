//! Who has which part of the deployment's mails.

/// Whose a mail is, as far as the deployment's mails of a day are shared: whoever uses theirs up takes none from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailShare {
    /// Written by an organization: invoices, invitations.
    Organizations,
    /// To a person about their own sign-in, at an address that is known to be theirs.
    People,
    /// To an address that nobody has proved: anybody can have asked for it.
    Proofs,
}

/// How mails of organizations are called where they are counted.
const MAILS: &str = "mails";

/// How mails to people about their own sign-in are called where they are counted.
const SIGN_IN_MAILS: &str = "sign_in_mails";

/// How those of them are called that go to addresses that nobody has proved.
const PROOF_MAILS: &str = "proof_mails";

impl MailShare {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Organizations, Self::People, Self::Proofs];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Organizations => "organizations",
            Self::People => "people",
            Self::Proofs => "proofs",
        }
    }

    /// The share of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|share| share.name() == name)
    }

    /// As what its mails are counted, and how many of each there may be in a day on which `most` may leave in all. A fifth is for
    /// people's own sign-ins; of that fifth, proofs have half.
    pub(super) fn counted_as(self, most: i64) -> Vec<(&'static str, i64)> {
        let people = (most / 5).max(1);
        match self {
            Self::Organizations => vec![(MAILS, most - people)],
            Self::People => vec![(SIGN_IN_MAILS, people)],
            Self::Proofs => vec![(PROOF_MAILS, (people / 2).max(1)), (SIGN_IN_MAILS, people)],
        }
    }

    /// What is said when there are no more of it.
    pub(super) fn used_up(self) -> &'static str {
        match self {
            Self::Organizations => "This Stint has sent all mails that it may send today",
            Self::People | Self::Proofs => "This Stint has sent all mails about sign-ins that it may send today",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_a_day_are_never_more_than_there_is() {
        for most in 1..200 {
            let bound = |share: MailShare| share.counted_as(most);
            let (organizations, people) = (bound(MailShare::Organizations)[0].1, bound(MailShare::People)[0].1);
            assert_eq!(organizations + people, most);
            let proofs = bound(MailShare::Proofs)[0].1;
            assert!(most < 10 || (people * 5 <= most && proofs * 2 <= people), "{most}");
        }
    }

    #[test]
    fn a_share_is_known_by_its_name() {
        for share in MailShare::ALL {
            assert_eq!(MailShare::named(share.name()), Some(share));
        }
    }
}
