//! Addresses that were kept as they were written.

use sqlx::{Connection, PgConnection, raw_sql};

use super::super::migrate;
use crate::testing::create;

const OLD: &str = "
    insert into app_user (id, email, name, password_hash, created_at)
    select ('00000000-0000-0000-0000-0000000000a' || place)::uuid, email, 'Ada', '', now()
    from unnest(array['ada@xn--bcher-kva.example', 'bob@bücher。example', 'eve@bücher.example', 'eve@xn--bcher-kva.example', 'ada@example.com'])
        with ordinality as given (email, place);
";

#[tokio::test]
async fn addresses_from_before_get_their_one_spelling_and_nobody_gets_that_of_another() {
    let options = create("addresses_").await;
    migrate(&options).await.expect("the schema");
    let mut connection = PgConnection::connect_with(&options).await.expect("a connection");
    raw_sql(OLD).execute(&mut connection).await.expect("what was there");
    for _ in 0..2 {
        migrate(&options).await.expect("the schema again");
        let kept: Vec<String> =
            sqlx::query_scalar("select email from app_user order by id").fetch_all(&mut connection).await.expect("addresses");
        let expected = ["ada@bücher.example", "bob@bücher.example", "eve@bücher.example", "eve@xn--bcher-kva.example", "ada@example.com"];
        assert_eq!(kept, expected);
    }
    connection.close().await.expect("closed");
}
