//! What a model may be used for: tokens of an organization, counted by month.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    door::Visitor,
    model::{Question, Turn},
    store,
};
use crate::{
    database::Access,
    error::{Code, Error},
    quotas,
    verification::refusal,
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
pub struct Tokens {
    /// What it read.
    pub input: i64,
    /// What it wrote.
    pub output: i64,
}

impl Tokens {
    /// How much of the month's tokens this is, in percent: of what is nearer to its end.
    pub fn percent(self) -> i64 {
        (self.input * 100 / INPUT_CAP).max(self.output * 100 / OUTPUT_CAP)
    }

    /// Read and written together.
    pub fn all(self) -> i64 {
        self.input + self.output
    }

    /// About what a question and its answer come to.
    pub fn guessed(question: &Question, answer: usize) -> Self {
        let read: usize = question.turns.iter().map(length).sum();
        let offered: usize = question.tools.iter().map(|tool| tool.description.len() + 200).sum();
        let tokens = |characters: usize| i64::try_from(characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(i64::MAX);
        Self { input: tokens(read + offered), output: tokens(answer) }
    }
}

fn length(turn: &Turn) -> usize {
    match turn {
        Turn::System(text) | Turn::Person(text) | Turn::Result { text, .. } => text.len(),
        Turn::Model { text, calls } => text.len() + calls.iter().map(|call| call.arguments.len() + 20).sum::<usize>(),
    }
}

/// Takes tokens for a question and its answer before the model is asked: what was taken. Whatever is asked at the same moment, by
/// whichever process, finds them taken, so that the caps hold while answers are being made. [`settle`] gives back what was not
/// used; what a process took that died stays taken.
///
/// # Errors
/// `rate_limited` when the organization's tokens of the month, or those of the deployment, do not suffice.
pub async fn take(visitor: &Visitor, question: &Question) -> Result<Tokens, Error> {
    let (month, wanted) = (month(visitor), Tokens { output: ANSWER, ..Tokens::guessed(question, 0) });
    let mut db = visitor.db(Access::Write).await?;
    let sum = store::usage::count(&mut db, month, wanted).await?;
    // The last answer of the month may be as long as there are tokens for it.
    let beyond = (sum.output - OUTPUT_CAP).max(0);
    if sum.input > INPUT_CAP || beyond >= ANSWER {
        return Err(used_up(month));
    }
    if beyond > 0 {
        store::usage::count(&mut db, month, Tokens { input: 0, output: -beyond }).await?;
    }
    let taken = Tokens { output: ANSWER - beyond, ..wanted };
    // Last, since what all organizations have used is held from here until the commit.
    quotas::take_tokens(&mut db, &visitor.caller.services.quotas, taken.all()).await.map_err(without_model)?;
    db.commit().await?;
    Ok(taken)
}

/// Counts what was used in place of what was taken for it, and answers the month's sum.
pub async fn settle(visitor: &Visitor, taken: Tokens, used: Tokens) -> Result<Tokens, Error> {
    let more = Tokens { input: used.input - taken.input, output: used.output - taken.output };
    let mut db = visitor.db_to_end().await?;
    let sum = store::usage::count(&mut db, month(visitor), more).await?;
    quotas::settle_tokens(&mut db, &visitor.caller.services.quotas, more.all()).await?;
    db.commit().await?;
    Ok(sum)
}

/// Refuses when the tokens of the month are used up, and for whoever has not confirmed their address.
pub async fn check(visitor: &Visitor) -> Result<(), Error> {
    refusal::of_model(&visitor.caller).await?;
    let mut db = visitor.db(Access::Read).await?;
    let used = store::usage::of_month(&mut db, month(visitor)).await?;
    if used.percent() >= 100 {
        return Err(used_up(month(visitor)));
    }
    quotas::check_tokens(&mut db, &visitor.caller.services.quotas).await.map_err(without_model)
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
pub fn warning(sum: Tokens) -> Option<String> {
    let percent = sum.percent();
    (percent >= WARNING_PERCENT).then(|| format!("Note: {percent} % of this month's tokens are used."))
}

/// The first day of the present month, where the organization is.
pub fn month(visitor: &Visitor) -> Date {
    visitor.caller.services.clock.now().to_zoned(visitor.place.organization_zone.clone()).date().first_of_month()
}
