//! Token quotas of the model, per organization and month.

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
    quotas::{self, INPUT_CAP, OUTPUT_CAP},
    verification::require_confirmed,
};

/// The usage from which on people are warned, in percent.
const WARNING_PERCENT: i64 = 80;

/// The approximate number of characters per token, for a model that does not report its usage.
pub const CHARACTERS_PER_TOKEN: usize = 4;

/// The output tokens reserved for one answer.
const ANSWER: i64 = 10_000;

/// Tokens that a model read and wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TokenUsage {
    /// Input tokens.
    pub input: i64,
    /// Output tokens.
    pub output: i64,
}

impl TokenUsage {
    /// The usage of the month's quota in percent: the higher of input and output.
    pub fn percent(self) -> i64 {
        (self.input * 100 / INPUT_CAP).max(self.output * 100 / OUTPUT_CAP)
    }

    /// Input and output together.
    pub fn all(self) -> i64 {
        self.input + self.output
    }

    /// Estimates the tokens of a request and of an answer of so many characters.
    pub fn estimate(request: &ModelRequest, answer: usize) -> Self {
        let read: usize = request.chat_messages.iter().map(length).sum();
        let offered: usize = request.tools.iter().map(|tool| tool.description.len() + 200).sum();
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

/// Reserves tokens for a request and its answer before the model is asked, and returns what it reserved. Concurrent requests of any process
/// see the reservation, so that the caps hold while answers are being made. [`settle`] returns what was not used; the reservation of a
/// process that died is not returned.
///
/// # Errors
/// `rate_limited` when the organization's tokens of the month, or those of the deployment, do not suffice.
pub async fn take(user: &AssistantUser, request: &ModelRequest) -> Result<TokenUsage, Error> {
    let (month, wanted) = (month(user), TokenUsage { output: ANSWER, ..TokenUsage::estimate(request, 0) });
    let mut db = user.db(AccessMode::Write).await?;
    let sum = store::usage::count(&mut db, month, wanted).await?;
    // The last answer of the month may be as long as there are tokens left for it.
    let beyond = (sum.output - OUTPUT_CAP).max(0);
    if sum.input > INPUT_CAP || beyond >= ANSWER {
        return Err(used_up(month));
    }
    if beyond > 0 {
        store::usage::count(&mut db, month, TokenUsage { input: 0, output: -beyond }).await?;
    }
    let taken = TokenUsage { output: ANSWER - beyond, ..wanted };
    // Last, since the counter of the whole deployment is locked from here until the commit.
    quotas::reserve_tokens(&mut db, &user.caller.services.quotas, taken.all()).await.map_err(without_model)?;
    db.commit().await?;
    Ok(taken)
}

/// Replaces a reservation by the tokens used, and returns the month's sum.
pub async fn settle(user: &AssistantUser, taken: TokenUsage, used: TokenUsage) -> Result<TokenUsage, Error> {
    let more = TokenUsage { input: used.input - taken.input, output: used.output - taken.output };
    let mut db = user.db_to_finish().await?;
    let sum = store::usage::count(&mut db, month(user), more).await?;
    quotas::adjust_tokens(&mut db, &user.caller.services.quotas, more.all()).await?;
    db.commit().await?;
    Ok(sum)
}

/// Refuses when the tokens of the month are used up, or the user's address is not confirmed.
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

/// The warning when the month's tokens run low.
pub fn warning(sum: TokenUsage) -> Option<String> {
    let percent = sum.percent();
    (percent >= WARNING_PERCENT).then(|| format!("Note: {percent} % of this month's tokens are used."))
}

/// The first day of the present month, in the organization's time zone.
pub fn month(user: &AssistantUser) -> Date {
    user.caller.services.clock.now().to_zoned(user.membership.organization_zone.clone()).date().first_of_month()
}
