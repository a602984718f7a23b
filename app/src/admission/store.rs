//! SQL of the shared rate limits.

use sqlx::query_scalar;

use super::shared_rate::RateKey;
use crate::{database::Db, error::Error, limits::Rate};

/// Takes `many` calls from the bucket that all processes share, and answers what is left; negative when processes took more than
/// there was.
pub(super) async fn take(db: &mut Db, key: RateKey, rate: Rate, many: u32) -> Result<f64, Error> {
    let (kind, id) = match key {
        RateKey::Person(id) => ("person", id),
        // No token has the id of a person: all tokens of a person are counted like one token, under the id of the person.
        RateKey::Token(id) | RateKey::TokensOf(id) => ("token", id),
    };
    let (many, per_minute, burst) = (f64::from(many), f64::from(rate.per_minute.get()), f64::from(rate.burst.get()));
    Ok(query_scalar!(r#"select take_calls($1, $2, $3, $4, $5) as "left!""#, kind, id, many, per_minute, burst)
        .fetch_one(db.connection())
        .await?)
}
