//! Password reset by a link that is sent to the person's mailbox.

use std::{sync::Arc, time::Duration};

use domain::{id::UserId, text};
use jiff::Timestamp;

use crate::{
    account::{
        self,
        browser::{known_browser, set_known_browser},
        hash_queue::Requester,
        password,
        registration::trust_browser,
    },
    context::{Caller, Person, Services},
    database::{AccessMode, Db, RowScope},
    error::{Code, Error},
    people::unconfirmed_account::{self, MembershipReview},
    quotas::{self, MailShare},
    secrets::{acceptable_password, link_purpose::LinkPurpose, random_secret},
    security::{
        self, EventKind,
        event::{RequestOrigin, apply_password_change, record_event},
    },
    verification::{
        address,
        link_secret::{self, LinkSecret},
        mail::lost_password,
        mail_limits,
        store::{self, PersonLock},
    },
};

/// Accepts a request for a reset link. The work is done in the background, because its duration would tell whether somebody has an account.
pub async fn asked(caller: &Caller, email: &str) -> Result<(), Error> {
    let (email, services) = (text::known_email("email", email)?, caller.services.clone());
    refuse_without_mails(&services).await?;
    let (tasks, from) = (services.tasks.clone(), RequestOrigin::of(caller));
    tasks.spawn(async move {
        match send_soon(&services, &email, &from).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("a link for a new password was not sent, since somebody else held its account"),
            Err(error) => tracing::warn!(%error, "a link for a new password could not be sent"),
        }
    });
    Ok(())
}

/// The pauses between attempts while another transaction holds the account.
const PAUSES: [Duration; 4] = [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5), Duration::from_secs(10)];

/// Calls [`send`] again a few times while another transaction holds the account; holds no connection in the pauses.
async fn send_soon(services: &Arc<Services>, email: &str, from: &RequestOrigin) -> Result<bool, Error> {
    for pause in PAUSES {
        if send(services, email, from).await? {
            return Ok(true);
        }
        tokio::time::sleep(pause).await;
    }
    send(services, email, from).await
}

/// Refuses any request when the mail quota of the day is used up: a link mailed tomorrow would have expired.
async fn refuse_without_mails(services: &Services) -> Result<(), Error> {
    if !services.mail_leaves {
        return Ok(());
    }
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let left = quotas::require_mail_left(&mut db, &services.quotas, MailShare::People).await;
    db.release().await;
    left.map_err(|error| error.hint("Whoever runs this Stint can make the link: stint admin reset-password."))
}

/// Sends the link to the person with this address, unless there is none or enough were sent already. The request is recorded as a security
/// event either way. Returns false if another transaction holds the account: waiting for it would block a connection that sign-in shares.
pub async fn send(services: &Arc<Services>, email: &str, from: &RequestOrigin) -> Result<bool, Error> {
    let now = services.clock.now();
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Write).await?;
    let person = match store::hold_person_at_once(&mut db, email).await? {
        PersonLock::Nobody => return Ok(true),
        PersonLock::HeldByOthers => return Ok(false),
        PersonLock::Held(person) => person,
    };
    let (confirmed, person) = (person.confirmed, UserId(person.id));
    record_event(&mut db, person, EventKind::PasswordResetAsked, now, from, "").await?;
    if mail_limits::may_send_reset(&mut db, person, confirmed, now).await? && is_let_by_network(&mut db, services, from, confirmed).await? {
        address::send(&mut db, person, LinkPurpose::ResetPassword, email, now).await?;
    }
    db.commit().await?;
    services.outbox_wakeup.notify_one();
    Ok(true)
}

/// Counts the link for the requesting network; whether it may be mailed. An operator has no network.
async fn is_let_by_network(db: &mut Db, services: &Services, from: &RequestOrigin, confirmed: bool) -> Result<bool, Error> {
    let Ok(address) = from.address.parse() else { return Ok(true) };
    match mail_limits::count_reset(db, services, address, confirmed).await {
        Ok(()) => Ok(true),
        Err(error) if error.code == Code::RateLimited => Ok(false),
        Err(error) => Err(error),
    }
}

/// Sets a new password for the person of a link: all their sign-ins end, and their tokens are revoked if asked to. The link proves the
/// mailbox, so the address is confirmed and the attempts of others do not slow down the next sign-in. If the address was unconfirmed,
/// somebody else may have signed up with it: their tokens are revoked in any case, known browsers are deleted, and their memberships are
/// reviewed ([`unconfirmed_account::review_memberships`]), with a report by mail.
pub async fn reset(caller: &Caller, given: &str, password: String, revoke_tokens: bool) -> Result<(), Error> {
    let services = &caller.services;
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let found = of_reset(address::of_person(&mut db, given).await?)?;
    acceptable_password::acceptable_password(&password, found.mailbox.as_deref().unwrap_or_default())?;
    found.refuse_unless_fresh(services.clock.now())?;
    // Hashing is slow, so the connection is returned to the pool meanwhile.
    db.release().await;
    let hash = password::hash_password(Requester::of(caller), password).await?;
    let (person, mailbox, now) = (UserId(found.subject), found.mailbox.unwrap_or_default(), services.clock.now());
    let mut db = services.database.begin(RowScope::Person(person.0), AccessMode::Write).await?;
    let held = store::hold_person(&mut db, Some(person.0), None).await?.ok_or_else(link_secret::unknown)?;
    link_secret::redeem(&mut db, given, now).await?;
    // A link issued while the address changed was sent to a mailbox that is no longer theirs.
    if !store::confirm_address(&mut db, person, &mailbox, now).await? {
        return Err(link_secret::spent());
    }
    let from = RequestOrigin::of(caller);
    account::store::set_password(&mut db, person.0, &hash).await?;
    // Lock order: before any membership, as calls lock their sign-in first and then rows of the organization.
    security::store::end_sign_ins(&mut db, person.0, &[]).await?;
    let (mut db, taken_back) = match held.confirmed {
        true => (db, MembershipReview::default()),
        false => proved(db, caller, Person { id: person, name: held.name, email: mailbox.clone(), confirmed: true }, now).await?,
    };
    apply_password_change(&mut db, person, &[], revoke_tokens || !held.confirmed, now, &from).await?;
    address::forget_links(&mut db, person, now).await?;
    let browser = known_browser(caller).unwrap_or_else(random_secret::random);
    trust_browser(&mut db, caller, (person, &mailbox), &browser, now).await?;
    let told = changed_by_link(&services.public_url, (!held.confirmed).then_some(&taken_back));
    address::notify(&mut db, person, &mailbox, "Your password for Stint was changed", &told, now).await?;
    unconfirmed_account::append_audit_records(&mut db, taken_back).await?;
    db.commit().await?;
    services.outbox_wakeup.notify_one();
    set_known_browser(caller, &browser)
}

/// The mail about the change. If the address was unconfirmed, it includes the membership review.
fn changed_by_link(public_url: &str, proved: Option<&MembershipReview>) -> String {
    let places = proved.map(|taken_back| {
        let except = if taken_back.leaves_places() { ", except in the organizations that could not be looked at" } else { "" };
        format!(
            "\n\nNobody had proved this address before, so somebody else may have signed up with it. The access tokens of the account were \
             revoked, and its open invitations were taken back, with those of members who joined through it and have proved no address \
             either{except}.{}",
            taken_back.in_mail()
        )
    });
    format!(
        "Hello,\n\nyour password for Stint was changed with a link for a new password, and you were signed out everywhere. Such a link is \
         sent to this address, or made by whoever runs this Stint.\n\nIf you have chosen it yourself, you need do nothing. If not, change \
         the password of your mailbox first, since somebody else may read your mails, and then the one for Stint:\n\n{}{}",
        lost_password(public_url),
        places.unwrap_or_default()
    )
}

/// The effects of confirming an address that somebody else may have signed up with.
async fn proved(mut db: Db, caller: &Caller, person: Person, now: Timestamp) -> Result<(Db, MembershipReview), Error> {
    record_event(&mut db, person.id, EventKind::AddressConfirmed, now, &RequestOrigin::of(caller), &person.email).await?;
    security::store::forget_browsers(&mut db, person.id.0).await?;
    unconfirmed_account::review_memberships(db, caller, person).await
}

fn of_reset(found: LinkSecret) -> Result<LinkSecret, Error> {
    match found.purpose {
        LinkPurpose::ResetPassword => Ok(found),
        _ => Err(link_secret::unknown()),
    }
}
