//! Confirms the address of an account, or the one that it changes to.

use domain::id::UserId;
use jiff::Timestamp;

use super::{
    link_secret::{self, LinkSecret},
    links::{LinkMail, LinkState, ShownLink},
    mail, mail_limits, store,
};
use crate::{
    context::{Caller, Person},
    database::{AccessMode, Db, RowScope},
    error::{Code, Error},
    secrets::link_purpose::LinkPurpose,
    security::{
        EventKind,
        event::{RequestOrigin, record_event},
    },
};

/// The purpose and state of a link, for its page.
pub async fn show(caller: &Caller, given: &str) -> Result<ShownLink, Error> {
    let mut db = caller.services.database.begin(RowScope::Nobody, AccessMode::Read).await?;
    let found = of_person(&mut db, given).await?;
    let state = match (found.used, found.expires <= caller.services.clock.now()) {
        (true, _) => LinkState::Used,
        (false, true) => LinkState::Expired,
        (false, false) => LinkState::Open,
    };
    let yours = caller.person.as_ref().is_some_and(|person| person.id.0 == found.subject);
    let mailbox = found.mailbox.unwrap_or_default();
    let counts = yours && caller.person.as_ref().is_some_and(|person| person.confirmed && person.email == mailbox);
    let person = store::person(&mut db, Some(found.subject), None).await?;
    let proves = found.purpose == LinkPurpose::ResetPassword && person.is_some_and(|person| !person.confirmed);
    Ok(ShownLink { mailbox, changes: found.purpose == LinkPurpose::ChangeAddress, state, yours, counts, proves })
}

/// Finds the secret of a link about a person's own sign-in.
pub(crate) async fn of_person(db: &mut Db, given: &str) -> Result<LinkSecret, Error> {
    let found = link_secret::find(db, given).await?;
    found.filter(|found| found.within.is_none() && found.mailbox.is_some()).ok_or_else(link_secret::unknown)
}

/// Puts a mail with a link for this purpose into the outbox.
pub async fn send(db: &mut Db, person: UserId, purpose: LinkPurpose, mailbox: &str, now: Timestamp) -> Result<(), Error> {
    let mail = store::NewAccountMail { mailbox, subject: mail::subject(purpose), body: None, person, carries: Some(purpose) };
    store::mail(db, &mail, now).await
}

/// Puts a notice to a person into the outbox. The mailbox has to be confirmed, as strangers must not be told anything. Of many notices
/// about the same subject within a day only the first are sent.
pub(crate) async fn notify(db: &mut Db, person: UserId, mailbox: &str, subject: &str, body: &str, now: Timestamp) -> Result<(), Error> {
    if !mail_limits::may_notify(db, person, mailbox, subject, now).await? {
        return Ok(());
    }
    store::mail(db, &store::NewAccountMail { mailbox, subject, body: Some(body), person, carries: None }, now).await
}

/// Sends the mail that confirms the caller's address again.
pub async fn send_again(caller: &Caller) -> Result<(), Error> {
    let (person, now) = (caller.person()?, caller.services.clock.now());
    if person.confirmed {
        return Err(Error::new(Code::Conflict, format!("{} is confirmed already.", person.email)));
    }
    let mut db = caller.begin(AccessMode::Write).await?;
    let again = format!(
        "A mail to {} was asked for a moment ago. If none comes, look among unwanted mails and whether the address is right, or ask \
         whoever runs this Stint: stint admin confirm makes the link.",
        person.email
    );
    mail_limits::count_proof(&mut db, caller, LinkPurpose::ConfirmAddress, &again).await?;
    send(&mut db, person.id, LinkPurpose::ConfirmAddress, &person.email, now).await?;
    db.commit().await?;
    caller.services.outbox_wakeup.notify_one();
    Ok(())
}

/// The state of the latest mail that confirms the caller's address. The mail server's own words are for the operator.
pub async fn link_mail(caller: &Caller) -> Result<Option<LinkMail>, Error> {
    let person = caller.person()?;
    let mut db = caller.begin(AccessMode::Read).await?;
    let newest = store::newest_mail(&mut db, person.id, &person.email, &[LinkPurpose::ConfirmAddress]).await?;
    Ok(newest.map(|mail| match (mail.state.as_str(), mail.refused) {
        _ if mail.too_old => LinkMail::Stays,
        ("sent", _) => LinkMail::Sent,
        ("failed", _) => LinkMail::Failed,
        (_, true) => LinkMail::Postponed,
        (_, false) => LinkMail::Waiting,
    }))
}

/// Confirms the caller's address, or changes it to the new one, by the secret that was mailed there.
pub async fn confirm(caller: &Caller, given: &str) -> Result<(), Error> {
    let (person, now) = (caller.person()?, caller.services.clock.now());
    let mut db = caller.begin(AccessMode::Write).await?;
    store::hold_person(&mut db, Some(person.id.0), None).await?;
    let found = of_person(&mut db, given).await?;
    let mailbox = found.mailbox.clone().unwrap_or_default();
    if found.subject != person.id.0 {
        let message = format!(
            "This link is for another account than {}. Sign out, and sign in with the account that it was asked for.",
            person.email
        );
        return Err(Error::new(Code::Forbidden, message));
    }
    match found.purpose {
        LinkPurpose::ConfirmAddress => {
            link_secret::redeem(&mut db, given, now).await?;
            if !store::confirm_address(&mut db, person.id, &mailbox, now).await? {
                return Err(Error::new(Code::Conflict, "You sign in with another address by now. Confirm that one."));
            }
            record_event(&mut db, person.id, EventKind::AddressConfirmed, now, &RequestOrigin::of(caller), &mailbox).await?;
        }
        LinkPurpose::ChangeAddress => {
            link_secret::redeem(&mut db, given, now).await?;
            change(&mut db, person, &mailbox, now).await?;
            record_event(&mut db, person.id, EventKind::AddressChanged, now, &RequestOrigin::of(caller), &mailbox).await?;
        }
        _ => return Err(link_secret::unknown()),
    }
    withdraw(&mut db, person.id, &[found.purpose], "It was confirmed.", now).await?;
    db.commit().await?;
    caller.services.outbox_wakeup.notify_one();
    Ok(())
}

/// Changes the address of a person and notifies both mailboxes, the former one if it was confirmed. Links that were sent to it become
/// invalid.
async fn change(db: &mut Db, person: &Person, after: &str, now: Timestamp) -> Result<(), Error> {
    let (id, name, before) = (person.id, &person.name, &person.email);
    store::change_address(db, id, after, now).await?;
    withdraw(db, id, &[LinkPurpose::ConfirmAddress, LinkPurpose::ResetPassword], "The account has another address by now.", now).await?;
    let subject = "Your address for Stint has changed";
    if person.confirmed {
        let told = format!(
            "Hello {name},\n\nyou sign in to Stint with {after} from now on, and not with {before} any more.\n\nIf it was not you, tell \
             whoever runs this Stint."
        );
        notify(db, id, before, subject, &told, now).await?;
    }
    notify(db, id, after, subject, &format!("Hello {name},\n\nyou sign in to Stint with {after} from now on."), now).await
}

/// Withdraws links to reset the password or change the address, after the password was changed.
pub(crate) async fn forget_links(db: &mut Db, person: UserId, now: Timestamp) -> Result<(), Error> {
    withdraw(db, person, &[LinkPurpose::ResetPassword, LinkPurpose::ChangeAddress], "The password was changed.", now).await
}

/// Withdraws links for these purposes, including those whose mail has not left.
pub(crate) async fn withdraw(db: &mut Db, person: UserId, purposes: &[LinkPurpose], why: &str, now: Timestamp) -> Result<(), Error> {
    link_secret::withdraw(db, purposes, person.0, now).await?;
    if purposes.contains(&LinkPurpose::ChangeAddress) {
        store::set_waiting_address(db, person, None).await?;
    }
    store::cancel_mails(db, person, purposes, why).await
}
