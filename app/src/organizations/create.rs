//! Creates organizations: on sign-up, and further ones of a signed-in person.

use domain::{
    day::zone,
    id::{MemberId, OrganizationId, UserId},
    tax::category::TaxCategory,
    text,
};
use jiff::{SignedDuration, Timestamp};

use super::{
    Organization, OrganizationSummary, identifier_remarks, initial_settings::InitialSettings, no_tax_hint, required_tax_number, settings,
    slug::slug_of, store,
};
use crate::{access::Role, database::Db, error::Error, operation::Call};

/// Attempts at a free slug: a taken slug gets a random suffix of 32 bits, so a few are enough.
const TRIES: usize = 4;

/// The most organizations that one person may found within [`FOUNDED_WITHIN`].
const FOUNDED_MAX: i32 = 20;

/// The period in which founded organizations are counted.
const FOUNDED_WITHIN: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The founder of an organization, who is its first owner.
pub struct Founder<'a> {
    /// The person.
    pub user: UserId,
    /// Their id as a member.
    pub member: MemberId,
    /// Their name.
    pub name: &'a str,
}

/// Inserts the organization of this transaction with its founder; returns its slug. The founder is recorded because all organizations that
/// a person founded share one quota.
pub async fn insert_with_founder(db: &mut Db, founder: &Founder<'_>, name: &str, zone: &str, now: Timestamp) -> Result<String, Error> {
    let mut slug = slug_of(name);
    for _ in 0..TRIES {
        if store::insert(db, &slug, name, zone, now).await? {
            note(db, founder.user, now).await?;
            store::insert_member(db, founder.member, founder.user, Role::Owner, founder.name, now).await?;
            return Ok(slug);
        }
        slug = format!("{}-{:08x}", slug_of(name), rand::random::<u32>());
    }
    Err(Error::internal())
}

/// Records the founder; refuses when they have founded too many recently.
async fn note(db: &mut Db, founder: UserId, now: Timestamp) -> Result<(), Error> {
    let Some(first) = store::insert_founding(db, founder, now, FOUNDED_MAX, now - FOUNDED_WITHIN).await? else { return Ok(()) };
    let (days, wait) = (FOUNDED_WITHIN.as_hours() / 24, (first + FOUNDED_WITHIN).duration_since(now));
    let what = format!("You have founded {FOUNDED_MAX} organizations within {days} days, and more are not founded by one person.");
    Err(Error::rate_limited(&what, wait.unsigned_abs()))
}

/// Creates another organization of the caller.
pub async fn create(cx: &mut Call, name: &str, zone: Option<String>, basics: InitialSettings) -> Result<OrganizationSummary, Error> {
    let name = text::line("name", name, 200)?;
    let here = cx.caller.membership.as_ref().and_then(|membership| membership.organization_zone.iana_name().map(str::to_owned));
    let zone = match zone.filter(|zone| !zone.trim().is_empty()) {
        Some(zone) => zone::parse_name(&zone)?,
        None => basics.zone(here.filter(|_| basics.country.is_none()).as_deref()),
    };
    let (person, id, now) = (cx.caller.person()?.clone(), OrganizationId::new(), cx.now);
    let founder = Founder { user: person.id, member: MemberId::new(), name: &person.name };
    cx.db.enter_organization(id).await?;
    let slug = insert_with_founder(&mut cx.db, &founder, &name, &zone, now).await?;
    basics.write(&mut cx.db, cx.caller.services.documents.as_ref()).await?;
    cx.act_as_member(founder.member).await?;
    let founded = settings::get(cx).await?;
    let taxed = founded.tax_category == TaxCategory::S;
    let of_numbers =
        [required_tax_number::of_given(&founded), identifier_remarks::no_tax_number(&founded, taxed), required_tax_number::of(&founded)];
    let warnings = [of_no_country(&founded), of_reason(&founded)].into_iter().chain(of_numbers);
    warnings.flatten().for_each(|warning| cx.warn(warning));
    Ok(OrganizationSummary { id, slug, name, role: cx.membership()?.role })
}

/// The warning about invoices without a tax rate: they state an exemption reason, or none although the law of the country wants one.
fn of_reason(founded: &Organization) -> Option<String> {
    match founded.tax_reason.as_deref() {
        Some(reason) => Some(format!("No rate of tax was given, so its invoices say \"{reason}\". {}", no_tax_hint::WAY)),
        None => {
            let is_untold = founded.tax_category == TaxCategory::O && founded.country.as_deref().is_some_and(no_tax_hint::is_untold);
            is_untold.then(|| format!("No rate of tax was given, so its invoices say nothing of tax, {}", no_tax_hint::WAY_OF_UNTOLD))
        }
    }
}

/// The warning that no country was given.
fn of_no_country(founded: &Organization) -> Option<String> {
    let Organization { name, currency, time_zone, .. } = founded;
    founded.country.is_none().then(|| {
        format!(
            "Nobody has said in which country {name} is. It bills in {currency}, its clock is that of {time_zone}, and what the law wants on \
             its invoices is not known. Say its country in Settings before the first invoice."
        )
    })
}
