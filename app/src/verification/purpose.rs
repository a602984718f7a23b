//! What secrets that travel are for, and where their links lead.

use std::borrow::Cow;

use jiff::SignedDuration;

use crate::account::secret::hidden;

/// How long a secret is at least, in characters: no word that stands in a path is as long.
const SECRET_LENGTH: usize = 32;

/// What a secret that travels is for. One that is sent by mail is the template of that mail too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To prove that a person reads the mailbox that they sign in with.
    ConfirmAddress,
    /// To prove that a person reads the mailbox that they want to sign in with.
    ChangeAddress,
    /// To give a person another password when theirs is lost.
    ResetPassword,
    /// To answer an invitation from the mailbox that it was sent to, which proves that mailbox.
    AnswerInvitation,
    /// To come into an organization by a link that was handed over, which proves no mailbox.
    JoinOrganization,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::ConfirmAddress, Self::ChangeAddress, Self::ResetPassword, Self::AnswerInvitation, Self::JoinOrganization];

    /// The name as stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::ConfirmAddress => "confirm_address",
            Self::ChangeAddress => "change_address",
            Self::ResetPassword => "reset_password",
            Self::AnswerInvitation => "answer_invitation",
            Self::JoinOrganization => "join_organization",
        }
    }

    /// The purpose of a stored name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// How long its secrets can be used. Those of an invitation run out with it.
    pub fn lifetime(self) -> SignedDuration {
        match self {
            Self::ConfirmAddress => SignedDuration::from_hours(7 * 24),
            Self::ChangeAddress => SignedDuration::from_hours(24),
            Self::ResetPassword => SignedDuration::from_hours(1),
            Self::AnswerInvitation | Self::JoinOrganization => SignedDuration::from_hours(14 * 24),
        }
    }

    /// The path of the page that its link opens.
    pub fn path(self, secret: &str) -> String {
        format!("/{}/{secret}", self.page())
    }

    /// The first part of that path.
    fn page(self) -> &'static str {
        match self {
            Self::ConfirmAddress | Self::ChangeAddress => "verify",
            Self::ResetPassword => "reset",
            Self::AnswerInvitation | Self::JoinOrganization => "invitation",
        }
    }
}

/// The path of a request as it may be logged: with the secret of a link left out.
pub fn without_secret(path: &str) -> Cow<'_, str> {
    let page = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match Purpose::ALL.iter().any(|purpose| purpose.page().eq_ignore_ascii_case(page)) {
        true => Cow::Owned(format!("/{page}/…")),
        false => Cow::Borrowed(path),
    }
}

/// A text as it may be kept: with the secrets of links that stand in it left out.
pub fn text_without_secrets(text: &str) -> Cow<'_, str> {
    Purpose::ALL.iter().fold(Cow::Borrowed(text), |text, purpose| {
        if let Cow::Owned(shown) = hidden(&text, &purpose.path(""), |run| (run.len() >= SECRET_LENGTH).then_some(0)) {
            return Cow::Owned(shown);
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_a_travelling_secret_is_logged_with_it() {
        for purpose in Purpose::ALL {
            for path in [purpose.path("s3cret"), format!("/{}", purpose.path("s3cret")), format!("{}/more", purpose.path("s3cret"))] {
                assert!(!without_secret(&path).contains("s3cret"), "{path}");
            }
        }
        assert_eq!(without_secret("/o/ada/invoices"), "/o/ada/invoices");
        assert_eq!(without_secret("/"), "/");
    }

    #[test]
    fn no_secret_of_a_link_is_kept_with_the_text_around_it() {
        for purpose in Purpose::ALL {
            let secret = crate::account::secret::random();
            let text = format!("See https://stint.test{} and /reset/later.", purpose.path(&secret));
            assert_eq!(text_without_secrets(&text), format!("See https://stint.test{} and /reset/later.", purpose.path("…")));
        }
        assert!(matches!(text_without_secrets("/o/ada/invitation/x"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_purpose_is_known_by_its_name() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::named(purpose.name()), Some(purpose));
        }
    }
}
