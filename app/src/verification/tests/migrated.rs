//! Tests of the migrations that removed link secrets from mails, answers and mail servers' replies.

use sqlx::{AssertSqlSafe, PgPool, Row, raw_sql};

use crate::{database::MIGRATIONS, testing::empty};

/// The schema version before link secrets.
const BEFORE: i64 = 10;

/// An organization with an invitation, its mail, an answer that held the link, and two people: one whose address the operator
/// vouched for, and one who confirmed theirs by such a link.
const OLD: &str = "
    set app.organization_id = '00000000-0000-0000-0000-000000000001';
    insert into organization (id, slug, name, created_at) values ('00000000-0000-0000-0000-000000000001', 'acme', 'Acme', now());
    insert into app_user (id, email, name, password_hash, created_at, email_confirmed_at) values
        ('00000000-0000-0000-0000-0000000000a1', 'vouched@example.com', 'Ada', '-', '2026-01-01', '2026-01-01'),
        ('00000000-0000-0000-0000-0000000000a2', 'linked@example.com', 'Eve', '-', '2026-01-01', '2026-01-02');
    insert into member (organization_id, id, user_id, role, name, created_at) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000b1', '00000000-0000-0000-0000-0000000000a1', 'owner', 'Ada', now());
    insert into invitation (organization_id, id, email, role, invited_by, secret_hash, created_at, sent_at, expires_at) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000c1', 'new@example.com', 'member',
         '00000000-0000-0000-0000-0000000000b1', sha256('old'), now(), now(), now() + interval '14 days');
    insert into outgoing_mail (organization_id, id, recipient, subject, body, next_attempt_at, created_at) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d1', 'new@example.com', 's', '/invitation/old', now(), now()),
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d2', 'gone@example.com', 's', '/invitation/gone', now(), now());
    insert into idempotency (organization_id, member_id, key, operation, arguments_hash, answer, created_at) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000b1', 'k', 'invite_member', 'x',
         '{\"link\": \"/invitation/old\"}', now());
";

async fn texts(pool: &PgPool, query: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(query.to_owned())).fetch_all(pool).await.expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn links_from_before_prove_nothing_and_no_mail_holds_one_any_more() {
    let pool = empty("secrets").await;
    MIGRATIONS.run_to(BEFORE, &pool).await.expect("the schema before");
    raw_sql(OLD).execute(&pool).await.expect("what was there");
    MIGRATIONS.run(&pool).await.expect("the schema of now");
    let drawn = "select purpose || ' ' || coalesce(mailbox, 'handed over') from travelling_secret where hash = sha256('old')";
    assert_eq!(texts(&pool, drawn).await, ["join_organization handed over"]);
    let mails = "select recipient || ' ' || state || ' ' || template || coalesce(body, '') from outgoing_mail order by 1";
    assert_eq!(texts(&pool, mails).await, ["gone@example.com failed answer_invitation", "new@example.com waiting answer_invitation"]);
    assert_eq!(texts(&pool, "select email from app_user where email_confirmed_at is not null").await, ["vouched@example.com"]);
    assert_eq!(texts(&pool, "select key from idempotency where answer is null").await, ["k"]);
    pool.close().await;
}

/// The schema version before secrets were removed from stored replies of mail servers.
const QUOTED: i64 = 62;

/// Two mails with a link, quoted by a mail server or not, one mail without, and their link secrets.
const QUOTES: &str = "
    set app.organization_id = '00000000-0000-0000-0000-000000000001';
    insert into organization (id, slug, name, created_at) values ('00000000-0000-0000-0000-000000000001', 'acme', 'Acme', now());
    insert into outgoing_mail (organization_id, id, recipient, subject, body, template, reference, state, last_error, next_attempt_at, created_at) values
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d1', 'a@example.com', 's', null, 'answer_invitation',
         '00000000-0000-0000-0000-0000000000c1', 'waiting', 'The mail server refused it for now: 451 blocked: http://x/invitation/secret', now(), now()),
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d2', 'b@example.com', 's', null, 'answer_invitation',
         '00000000-0000-0000-0000-0000000000c2', 'failed', 'The mail server refused it: 550 no such mailbox', now(), now()),
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d3', 'c@example.com', 's', 'b', null,
         null, 'failed', 'The mail server refused it: 550 too long', now(), now()),
        ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000d4', 'd@example.com', 's', null, 'answer_invitation',
         '00000000-0000-0000-0000-0000000000c4', 'failed', 'It was taken back.', now(), now());
    insert into travelling_secret (hash, purpose, subject, within, mailbox, created_at, expires_at)
    select sha256(mailbox::bytea), 'answer_invitation', subject::uuid, '00000000-0000-0000-0000-000000000001', mailbox, now(), now() + interval '1 day'
    from (values ('a@example.com', '00000000-0000-0000-0000-0000000000c1'), ('b@example.com', '00000000-0000-0000-0000-0000000000c2')) s (mailbox, subject);
";

#[tokio::test]
async fn what_mail_servers_quoted_before_is_kept_no_more_and_its_links_open_nothing() {
    let pool = empty("quotes").await;
    MIGRATIONS.run_to(QUOTED, &pool).await.expect("the schema before");
    raw_sql(QUOTES).execute(&pool).await.expect("what was there");
    MIGRATIONS.run(&pool).await.expect("the schema of now");
    assert_eq!(
        texts(&pool, "select last_error from outgoing_mail order by recipient").await,
        [
            "The mail server refused it for now.",
            "The mail server refused it.",
            "The mail server refused it: 550 too long",
            "It was taken back."
        ]
    );
    assert_eq!(texts(&pool, "select mailbox from travelling_secret where used_at is null").await, ["b@example.com"]);
    pool.close().await;
}

/// The schema version before only the code of a mail server's reply was stored for mails with a link.
const WORDED: i64 = 65;

/// Mails with a link that a mail server has refused in many words or in few, one mail without, and their link secrets.
const WORDS: &str = "
    set app.organization_id = '00000000-0000-0000-0000-000000000001';
    insert into organization (id, slug, name, created_at) values ('00000000-0000-0000-0000-000000000001', 'acme', 'Acme', now());
    insert into outgoing_mail (organization_id, id, recipient, subject, body, template, reference, state, last_error, next_attempt_at, created_at)
    select '00000000-0000-0000-0000-000000000001', ('00000000-0000-0000-0000-0000000000d' || place)::uuid, mailbox, 's',
        case when template is null then 'b' end, template, case when template is null then null else ('00000000-0000-0000-0000-0000000000c' || place)::uuid end,
        state, words, now(), now()
    from (values
        (1, 'a@example.com', 'answer_invitation', 'waiting', 'The mail server refused it for now: 451 4.7.1 blocked A.T.0.G.k.t.b.8.A.T.0.G.k.t.b.8.A.T.0.G'),
        (2, 'b@example.com', 'answer_invitation', 'failed', 'The mail server refused it: 550 no such mailbox'),
        (3, 'c@example.com', null, 'failed', 'The mail server refused it: 550 5.7.1 blocked A.T.0.G.k.t.b.8.A.T.0.G.k.t.b.8.A.T.0.G'),
        (4, 'd@example.com', 'answer_invitation', 'failed', 'It was taken back.'),
        (5, 'e@example.com', 'answer_invitation', 'waiting', 'The mail server could not be reached: Connection error: Connection refused (os error 111)')
    ) m (place, mailbox, template, state, words);
    insert into travelling_secret (hash, purpose, subject, within, mailbox, created_at, expires_at)
    select sha256(recipient::bytea), template, reference, organization_id, recipient, now(), now() + interval '1 day'
    from outgoing_mail where template is not null;
";

#[tokio::test]
async fn of_what_mail_servers_said_before_nothing_but_the_code_is_kept() {
    let pool = empty("words").await;
    MIGRATIONS.run_to(WORDED, &pool).await.expect("the schema before");
    raw_sql(WORDS).execute(&pool).await.expect("what was there");
    MIGRATIONS.run(&pool).await.expect("the schema of now");
    assert_eq!(
        texts(&pool, "select last_error from outgoing_mail order by recipient").await,
        [
            "The mail server refused it for now: 451 4.7.1.",
            "The mail server refused it: 550.",
            "The mail server refused it: 550 5.7.1 blocked A.T.0.G.k.t.b.8.A.T.0.G.k.t.b.8.A.T.0.G",
            "It was taken back.",
            "The mail server could not be reached."
        ]
    );
    let open = "select mailbox from travelling_secret where used_at is null order by 1";
    assert_eq!(texts(&pool, open).await, ["b@example.com", "d@example.com", "e@example.com"]);
    pool.close().await;
}
