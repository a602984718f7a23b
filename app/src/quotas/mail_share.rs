//! The shares of the deployment's mails per day.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// The share that a mail counts for: using one up takes nothing from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum MailShare {
    /// Mails of an organization: invoices and invitations.
    Organizations,
    /// Mails to a person about their own sign-in, to a confirmed address.
    People,
    /// Mails to an unconfirmed address, which anybody can have requested.
    Proofs,
}

/// The counter of organizations' mails.
const MAILS: &str = "mails";

/// The counter of mails to people about their own sign-in.
const SIGN_IN_MAILS: &str = "sign_in_mails";

/// The counter of those among them that go to unconfirmed addresses.
const PROOF_MAILS: &str = "proof_mails";

impl MailShare {
    /// All shares.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The counters of its mails and their limits per day, out of `most` in all. A fifth is for people's own sign-ins, and half of that
    /// fifth for unconfirmed addresses.
    pub(super) fn counted_as(self, most: i64) -> Vec<(&'static str, i64)> {
        let people = (most / 5).max(1);
        match self {
            Self::Organizations => vec![(MAILS, most - people)],
            Self::People => vec![(SIGN_IN_MAILS, people)],
            Self::Proofs => vec![(PROOF_MAILS, (people / 2).max(1)), (SIGN_IN_MAILS, people)],
        }
    }

    /// The message when the share is used up.
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
        assert_eq!(MailShare::ALL.iter().map(|share| share.name()).collect::<Vec<_>>(), ["organizations", "people", "proofs"]);
        assert!(MailShare::ALL.iter().all(|share| share.name().parse::<MailShare>() == Ok(*share)));
    }
}
