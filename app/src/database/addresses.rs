//! Addresses that people sign in with and that were kept as they were written, when several spellings of a domain were several addresses.

use sqlx::{PgConnection, query, query_as};
use uuid::Uuid;

use super::SchemaError;
use crate::text;

/// An address that may have another spelling by now.
struct Written {
    person: Uuid,
    email: String,
}

/// Gives all of them the spelling by which they are looked for. Of several accounts whose addresses come to one, the one that has it
/// keeps it: who owns the others is for whoever runs this Stint to find out.
pub(super) async fn respell_all(owner: &mut PgConnection) -> Result<(), SchemaError> {
    for Written { person, email } in written(owner).await? {
        let Ok(spelled) = text::known_email("email", &email) else { continue };
        if spelled != email && !respell(owner, person, &spelled).await? {
            tracing::warn!(%person, "this account has the address of another one in another spelling, so nobody can sign in to it");
        }
    }
    Ok(())
}

/// Those with letters beyond ASCII, or with a domain that stands for some.
async fn written(owner: &mut PgConnection) -> Result<Vec<Written>, sqlx::Error> {
    query_as!(
        Written,
        "select id as person, email from app_user where octet_length(email) <> length(email) or email like '%xn--%' order by id"
    )
    .fetch_all(owner)
    .await
}

/// Gives a person this spelling of their address; whether nobody else has it.
async fn respell(owner: &mut PgConnection, person: Uuid, spelled: &str) -> Result<bool, sqlx::Error> {
    let respelled = query!(
        "update app_user set email = $2 where id = $1 and not exists (select from app_user other where other.email = $2)",
        person,
        spelled
    );
    Ok(respelled.execute(owner).await?.rows_affected() == 1)
}
