//! What a model may be used for: tokens of an organization, counted by month.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    model::{ChatMessage, ModelRequest},
    store,
    user::AssistantUser,
};
use crate::{
    database::AccessMode,
    error::{Code, Error},
    quotas,
    verification::require_confirmed,
};

/// What a model may read in a month.
pub const INPUT_CAP: i64 = 500_000;

/// What a model may write in a month.
pub const OUTPUT_CAP: i64 = 100_000;

/// From how much on people are warned, in percent.
const WARNING_PERCENT: i64 = 80;

/// How many characters are about a token, for a model that does not count.
pub const CHARACTERS_PER_TOKEN: usize = 4;

/// How many tokens are taken for one answer before it is made.
const ANSWER: i64 = 10_000;

/// What a model read and wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TokenUsage {
    /// What it read.
    pub input: i64,
    /// What it wrote.
    pub output: i64,
}

impl TokenUsage {
    /// How much of the month's tokens this is, in percent: of what is nearer to its end.
    pub fn percent(self) -> i64 {
        (self.input * 100 / INPUT_CAP).max(self.output * 100 / OUTPUT_CAP)
    }

    /// Read and written together.
    pub fn all(self) -> i64 {
        self.input + self.output
    }

    /// About what a question and its answer come to.
    pub fn estimate(question: &ModelRequest, answer: usize) -> Self {
        let read: usize = question.chat_messages.iter().map(length).sum();
        let offered: usize = question.tools.iter().map(|tool| tool.description.len() + 200).sum();
        let tokens = |characters: usize| i64::try_from(characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(i64::MAX);
        Self { input: tokens(read + offered), output: tokens(answer) }
    }
}

fn length(chat_message: &ChatMessage) -> usize {
    match chat_message {
        ChatMessage::System(text) | ChatMessage::User(text) | ChatMessage::ToolResult { text, .. } => text.len(),
        ChatMessage::Assistant { text, calls } => text.len() + calls.iter().map(|call| call.arguments.len() + 20).sum::<usize>(),
    }
}

/// Takes tokens for a question and its answer before the model is asked: what was taken. Whatever is asked at the same moment, by
/// whichever process, finds them taken, so that the caps hold while answers are being made. [`settle`] gives back what was not
/// used; what a process took that died stays taken.
///
/// # Errors
/// `rate_limited` when the organization's tokens of the month, or those of the deployment, do not suffice.
pub async fn take(user: &AssistantUser, question: &ModelRequest) -> Result<TokenUsage, Error> {
    let (month, wanted) = (month(user), TokenUsage { output: ANSWER, ..TokenUsage::estimate(question, 0) });
    let mut db = user.db(AccessMode::Write).await?;
    let sum = store::usage::count(&mut db, month, wanted).await?;
    // The last answer of the month may be as long as there are tokens for it.
    let beyond = (sum.output - OUTPUT_CAP).max(0);
    if sum.input > INPUT_CAP || beyond >= ANSWER {
        return Err(used_up(month));
    }
    if beyond > 0 {
        store::usage::count(&mut db, month, TokenUsage { input: 0, output: -beyond }).await?;
    }
    let taken = TokenUsage { output: ANSWER - beyond, ..wanted };
    // Last, since what all organizations have used is held from here until the commit.
    quotas::reserve_tokens(&mut db, &user.caller.services.quotas, taken.all()).await.map_err(without_model)?;
    db.commit().await?;
    Ok(taken)
}

/// Counts what was used in place of what was taken for it, and answers the month's sum.
pub async fn settle(user: &AssistantUser, taken: TokenUsage, used: TokenUsage) -> Result<TokenUsage, Error> {
    let more = TokenUsage { input: used.input - taken.input, output: used.output - taken.output };
    let mut db = user.db_to_finish().await?;
    let sum = store::usage::count(&mut db, month(user), more).await?;
    quotas::adjust_tokens(&mut db, &user.caller.services.quotas, more.all()).await?;
    db.commit().await?;
    Ok(sum)
}

/// Refuses when the tokens of the month are used up, and for whoever has not confirmed their address.
pub async fn check(user: &AssistantUser) -> Result<(), Error> {
    require_confirmed::for_model(&user.caller).await?;
    let mut db = user.db(AccessMode::Read).await?;
    let used = store::usage::of_month(&mut db, month(user)).await?;
    if used.percent() >= 100 {
        return Err(used_up(month(user)));
    }
    quotas::check_tokens(&mut db, &user.caller.services.quotas).await.map_err(without_model)
}

fn used_up(month: Date) -> Error {
    let next = month.checked_add(jiff::Span::new().months(1)).unwrap_or(month);
    without_model(Error::new(
        Code::RateLimited,
        format!("The organization has used up its tokens for this month; it goes on with the next one, on {next}."),
    ))
}

fn without_model(error: Error) -> Error {
    error.hint("Slash commands work without a model, such as /log 45m Acme / Onboarding.")
}

/// What people are told when the month's tokens run low.
pub fn warning(sum: TokenUsage) -> Option<String> {
    let percent = sum.percent();
    (percent >= WARNING_PERCENT).then(|| format!("Note: {percent} % of this month's tokens are used."))
}

/// The first day of the present month, where the organization is.
pub fn month(user: &AssistantUser) -> Date {
    user.caller.services.clock.now().to_zoned(user.membership.organization_zone.clone()).date().first_of_month()
}
