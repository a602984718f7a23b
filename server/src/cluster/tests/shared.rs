//! Several processes on one data folder.

use super::*;

#[tokio::test]
async fn two_on_one_folder_share_the_database() {
    let folder = folder();
    let (first, second) = tokio::join!(start(&folder), start(&folder));
    remember(&pool(&first).await).await;
    let pool = pool(&second).await;
    assert_eq!(recalls(&pool).await.expect("a word"), "GRÜßE");
    second.stop().await;
    // Whichever of the two was asked to start it: the other one still has a database.
    eventually("the first one works", async || {
        let Ok(mut connection) = PgConnection::connect_with(&first.owner()).await else { return false };
        sqlx::query("select word from kept").fetch_one(&mut connection).await.is_ok()
    })
    .await;
    first.stop().await;
    assert_eq!(postmaster(&folder), None);
}

#[tokio::test]
async fn who_shares_leaves_the_database_alone() {
    let folder = folder();
    let server = start(&folder).await;
    let pid = postmaster(&folder);
    let pool = pool(&server).await;
    for _ in 0..3 {
        start(&folder).await.stop().await;
    }
    assert_eq!(postmaster(&folder), pid);
    assert_eq!(ask::<i32>(&pool, "select 1").await.expect("never interrupted"), 1);
    server.stop().await;
}

#[tokio::test]
async fn who_shares_takes_over_when_the_first_one_ends() {
    let folder = folder();
    let command = start(&folder).await;
    remember(&pool(&command).await).await;
    let server = start(&folder).await;
    let pool = pool(&server).await;
    let old = postmaster(&folder).expect("it runs");
    command.stop().await;
    eventually("the server has a database of its own", async || recalls(&pool).await.is_ok()).await;
    assert!(postmaster(&folder).is_some_and(|pid| pid != old));
    server.stop().await;
    assert_eq!(postmaster(&folder), None);
}
