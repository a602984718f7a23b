//! Requests to change the address of an account: pending, sent again or withdrawn.

use domain::text;
use jiff::{SignedDuration, Timestamp};

use crate::{
    account::verified_password,
    context::{Caller, Person},
    database::{AccessMode, Db},
    error::{Code, Error},
    secrets::link_purpose::LinkPurpose,
    security::{
        EventKind,
        event::{RequestOrigin, record_event},
    },
    verification::{
        address::{notify, send, withdraw},
        mail::lost_password,
        mail_limits, store,
    },
};

/// How long an address stays pending: the time that its mail may wait for a mail server, and the lifetime of its link after that.
const WAITS: SignedDuration = SignedDuration::from_hours(48);

/// The pending address of the caller.
pub async fn waiting(caller: &Caller) -> Result<Option<String>, Error> {
    let person = caller.person()?.id;
    let mut db = caller.begin(AccessMode::Read).await?;
    store::waiting_address(&mut db, person, caller.services.clock.now()).await
}

/// Requests another address, which takes effect once it is confirmed. Notifies the current one if it is confirmed.
pub async fn ask(caller: &Caller, email: &str, present: String) -> Result<(), Error> {
    let (person, now) = (caller.person()?, caller.services.clock.now());
    let email = text::email("email", email)?;
    if email == person.email {
        return Err(Error::invalid("email", format!("You sign in with {email} already.")));
    }
    let verified = verified_password::verify_current(caller, present).await?;
    let mut db = caller.begin(AccessMode::Write).await?;
    verified.hold_caller(&mut db, caller).await?;
    refuse_taken(&mut db, &email).await?;
    mail(&mut db, caller, &email, now).await?;
    record_event(&mut db, person.id, EventKind::AddressChangeAsked, now, &RequestOrigin::of(caller), &email).await?;
    tell_present(&mut db, caller, person, &email, now).await?;
    db.commit().await?;
    caller.services.outbox_wakeup.notify_one();
    Ok(())
}

/// Sends the link to the pending address again.
pub async fn send_again(caller: &Caller) -> Result<(), Error> {
    let (person, now) = (caller.person()?.id, caller.services.clock.now());
    let mut db = caller.begin(AccessMode::Write).await?;
    store::hold_person(&mut db, Some(person.0), None).await?;
    let waiting = store::waiting_address(&mut db, person, now).await?;
    let email = waiting.ok_or_else(|| Error::new(Code::Conflict, "No address waits to be confirmed. Ask for the change again."))?;
    refuse_taken(&mut db, &email).await?;
    mail(&mut db, caller, &email, now).await?;
    db.commit().await?;
    caller.services.outbox_wakeup.notify_one();
    Ok(())
}

/// Withdraws the request, and its links.
pub async fn forget(caller: &Caller) -> Result<(), Error> {
    let (person, now) = (caller.person()?.id, caller.services.clock.now());
    let mut db = caller.begin(AccessMode::Write).await?;
    store::hold_person(&mut db, Some(person.0), None).await?;
    let Some(email) = store::waiting_address(&mut db, person, now).await? else { return Ok(()) };
    withdraw(&mut db, person, &[LinkPurpose::ChangeAddress], "It was taken back.", now).await?;
    record_event(&mut db, person, EventKind::AddressChangeWithdrawn, now, &RequestOrigin::of(caller), &email).await?;
    db.commit().await
}

async fn refuse_taken(db: &mut Db, email: &str) -> Result<(), Error> {
    match store::person(db, None, Some(email)).await? {
        Some(_) => Err(Error::invalid("email", "There is already an account with this address. Use another one.")),
        None => Ok(()),
    }
}

/// Mails the link and stores the pending address. Earlier requests are withdrawn.
async fn mail(db: &mut Db, caller: &Caller, email: &str, now: Timestamp) -> Result<(), Error> {
    let person = caller.person()?.id;
    mail_limits::count_proof(db, caller, LinkPurpose::ChangeAddress, "A link to another address was asked for a moment ago.").await?;
    withdraw(db, person, &[LinkPurpose::ChangeAddress], "Another link was asked for.", now).await?;
    send(db, person, LinkPurpose::ChangeAddress, email, now).await?;
    store::set_waiting_address(db, person, Some((email, now + WAITS))).await
}

/// Notifies the current address, if it is confirmed.
async fn tell_present(db: &mut Db, caller: &Caller, person: &Person, email: &str, now: Timestamp) -> Result<(), Error> {
    if !person.confirmed {
        return Ok(());
    }
    let told = format!(
        "Hello {},\n\nyou asked to sign in to Stint with {email} instead of this address. It changes once the link that was sent there \
         is used.\n\nIf it was not you, choose another password now, which also takes that wish back:\n\n{}",
        person.name,
        lost_password(&caller.services.public_url)
    );
    notify(db, person.id, &person.email, "Your address for Stint is about to change", &told, now).await
}
