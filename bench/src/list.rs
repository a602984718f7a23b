//! The list that everything is compared with: the product's own statement, with its parameters for a first page of 50.

use jiff::{Timestamp, civil::Date};
use sqlx::{PgConnection, query_as};
use uuid::Uuid;

/// The statement of `list_time_entries`, from the same file that the product includes.
pub const STATEMENT: &str = include_str!("../../app/src/time/list_time_entries.sql");

/// The types of the statement's parameters, in their order.
pub const PARAMETERS: &str = "uuid, date, date, date, timestamptz, uuid, uuid, uuid, boolean, boolean, text, text, text, text, bigint";

/// One more than a page, to know whether there is another.
const LIMIT: i64 = 51;

const FIRST_DAY: Date = Date::constant(1970, 1, 1);
const LAST_DAY: Date = Date::constant(2200, 12, 31);

/// The product's parameters as SQL literals.
pub fn literals(organization: Uuid) -> String {
    let (day, position, id) = (Date::MAX, Timestamp::MAX, Uuid::max());
    let unfiltered = ["null"; 8].join(", ");
    format!("'{organization}', '{FIRST_DAY}', '{LAST_DAY}', '{day}', '{position}', '{id}', {unfiltered}, {LIMIT}")
}

/// A row, as a minimal program would answer it.
#[derive(sqlx::FromRow, serde::Serialize)]
#[allow(missing_docs, reason = "the columns are those of the statement")]
pub struct Entry {
    pub id: Uuid,
    pub member_id: Uuid,
    pub member_name: String,
    pub project_id: Uuid,
    pub project_name: String,
    pub project_color: String,
    pub client_id: Uuid,
    pub client_name: String,
    pub currency: String,
    pub description: String,
    pub billable: bool,
    #[serde(serialize_with = "written")]
    pub day: jiff_sqlx::Date,
    #[serde(serialize_with = "perhaps_written")]
    pub started_at: Option<jiff_sqlx::Timestamp>,
    #[serde(serialize_with = "perhaps_written")]
    pub ended_at: Option<jiff_sqlx::Timestamp>,
    pub running: bool,
    pub seconds: i32,
    pub rate: i64,
    pub state: String,
    pub labour: String,
    pub source: String,
    #[sqlx(rename = "invoice_id?")]
    pub invoice_id: Option<Uuid>,
    #[sqlx(rename = "locked!")]
    pub locked: bool,
    pub version: i32,
}

/// Runs the statement.
pub async fn entries(connection: &mut PgConnection, organization: Uuid) -> sqlx::Result<Vec<Entry>> {
    let none = None::<Uuid>;
    query_as(STATEMENT)
        .bind(organization)
        .bind(jiff_sqlx::Date::from(FIRST_DAY))
        .bind(jiff_sqlx::Date::from(LAST_DAY))
        .bind(jiff_sqlx::Date::from(Date::MAX))
        .bind(jiff_sqlx::Timestamp::from(Timestamp::MAX))
        .bind(Uuid::max())
        .bind(none)
        .bind(none)
        .bind(None::<bool>)
        .bind(None::<bool>)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(LIMIT)
        .fetch_all(connection)
        .await
}

fn written<S: serde::Serializer>(day: &jiff_sqlx::Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&day.to_jiff())
}

fn perhaps_written<S: serde::Serializer>(at: &Option<jiff_sqlx::Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(&at.to_jiff()),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_of_the_statement_has_a_type_and_a_value() {
        let declared = PARAMETERS.split(',').count();
        assert_eq!(literals(Uuid::nil()).split(", ").count(), declared);
        assert!(STATEMENT.contains(&format!("${declared}")) && !STATEMENT.contains(&format!("${}", declared + 1)));
    }
}
