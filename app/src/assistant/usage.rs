//! What a model may be used for: tokens of an organization, counted by month.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    door::Visitor,
    model::{Question, Turn},
    store,
};
use crate::error::{Code, Error};

/// What a model may read in a month.
pub const INPUT_CAP: i64 = 500_000;

/// What a model may write in a month.
pub const OUTPUT_CAP: i64 = 100_000;

/// From how much on people are warned, in percent.
const WARNING_PERCENT: i64 = 80;

/// How many characters are about a token, for a model that does not count.
const CHARACTERS_PER_TOKEN: usize = 4;

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

/// Counts what was used, and answers the month's sum.
pub async fn count(visitor: &Visitor, used: Tokens) -> Result<Tokens, Error> {
    let mut db = visitor.db().await?;
    let sum = store::usage::count(&mut db, month(visitor), used).await?;
    db.commit().await?;
    Ok(sum)
}

/// Refuses when the month's tokens are used up.
pub async fn check(visitor: &Visitor) -> Result<(), Error> {
    let mut db = visitor.db().await?;
    let used = store::usage::of_month(&mut db, month(visitor)).await?;
    if used.percent() < 100 {
        return Ok(());
    }
    Err(Error::new(Code::RateLimited, "The organization has used up its tokens for this month; it goes on with the next one.")
        .hint("Slash commands work without a model, such as /log 45m Acme / Onboarding."))
}

/// What people are told when the month's tokens run low.
pub fn warning(sum: Tokens) -> Option<String> {
    let percent = sum.percent();
    (percent >= WARNING_PERCENT).then(|| format!("Note: {percent} % of this month's tokens are used."))
}

/// The first day of the present month, where the organization is.
pub fn month(visitor: &Visitor) -> Date {
    visitor.caller.services.clock.now().to_zoned(visitor.place.zone.clone()).date().first_of_month()
}
