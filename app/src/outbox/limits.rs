//! Times after which a mail is no longer delivered, or its delivery counts as unheard.

use jiff::SignedDuration;

/// The time from such a hand-over to the next attempt; much longer than the mail server may take to answer and the outcome to be recorded.
pub const UNHEARD_WAIT: SignedDuration = SignedDuration::from_hours(2);

/// The longest time that a mail is with the mail server before its outcome counts as unheard, including recording it.
pub const IN_HAND_MAX: SignedDuration = SignedDuration::from_mins(11);

/// The age up to which a mail leaves by itself. An older one would surprise its recipient, for instance when a mail server is set up after
/// months: it waits for a person, who sends it again.
pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The message about a mail that is too old.
pub const TOO_OLD: &str = "It has waited for more than 7 days and does not leave by itself any more. If it is still wanted, send it again.";
