//! The purposes of link secrets, and the paths of their links.

use jiff::SignedDuration;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The purpose of a link secret. For a mailed one it is also the template of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum LinkPurpose {
    /// Proves that a person reads the mailbox that they sign in with.
    ConfirmAddress,
    /// Proves that a person reads the mailbox that they want to sign in with.
    ChangeAddress,
    /// Sets a new password when theirs is lost.
    ResetPassword,
    /// Answers an invitation from the mailbox that it was sent to, which confirms that address.
    AnswerInvitation,
    /// Joins an organization by a link that was handed over, which confirms no address.
    JoinOrganization,
    /// Reads the document of an invoice, by a link that an agent gave to its person.
    ReadDocument,
}

impl LinkPurpose {
    /// All of them.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How long its secrets are valid. Those of an invitation expire with it.
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::ConfirmAddress => SignedDuration::from_hours(7 * 24),
            Self::ChangeAddress => SignedDuration::from_hours(24),
            Self::ResetPassword => SignedDuration::from_hours(1),
            Self::AnswerInvitation | Self::JoinOrganization => SignedDuration::from_hours(14 * 24),
            Self::ReadDocument => SignedDuration::from_mins(5),
        }
    }

    /// The path of the page that its link opens.
    pub fn path(self, secret: &str) -> String {
        format!("/{}/{secret}", self.page())
    }

    /// The first segment of that path.
    pub(super) fn page(self) -> &'static str {
        match self {
            Self::ConfirmAddress | Self::ChangeAddress => "verify",
            Self::ResetPassword => "reset",
            Self::AnswerInvitation | Self::JoinOrganization => "invitation",
            Self::ReadDocument => "document",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purpose_is_known_by_its_name() {
        let words = ["confirm_address", "change_address", "reset_password", "answer_invitation", "join_organization", "read_document"];
        assert_eq!(LinkPurpose::ALL.iter().map(|purpose| purpose.name()).collect::<Vec<_>>(), words);
        assert!(LinkPurpose::ALL.iter().all(|purpose| purpose.name().parse::<LinkPurpose>() == Ok(*purpose)));
    }

    #[test]
    fn an_operator_reads_how_long_links_open_something() {
        let hours = |purpose: LinkPurpose| purpose.lifetime().as_hours();
        let row = format!(
            "| {} days to confirm an address, {} hours to change it, {} hour for a new password, {} days for an invitation, {} minutes for a document |",
            hours(LinkPurpose::ConfirmAddress) / 24,
            hours(LinkPurpose::ChangeAddress),
            hours(LinkPurpose::ResetPassword),
            hours(LinkPurpose::AnswerInvitation) / 24,
            LinkPurpose::ReadDocument.lifetime().as_mins()
        );
        assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
    }
}
