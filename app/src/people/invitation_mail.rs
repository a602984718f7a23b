//! The mail of an invitation, composed when it leaves.

use domain::{id::OrganizationId, locale::Locale};
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{invitations::InvitationState, store::invitation};
use crate::{
    access::{Role, role_words::with_article},
    database::Db,
    error::Error,
    organizations,
    outbox::NOT_NEEDED,
    secrets::link_purpose::LinkPurpose,
    verification::{
        link_secret::{self, NewLinkSecret, SecretHash},
        mail::MailText,
    },
};

/// The reason why the mail of a revoked invitation is not sent.
pub fn taken_back() -> String {
    format!("The invitation was taken back, {NOT_NEEDED}")
}

/// Composes the mail of an invitation to this mailbox, with a secret of its own. It names the inviter, the organization and the role, and
/// no amounts. The mail is not sent when the invitation is no longer open.
pub async fn invitation(db: &mut Db, public_url: &str, mailbox: &str, id: Uuid, now: jiff::Timestamp) -> Result<MailText, Error> {
    let Some(row) = invitation::find(db, Some(id), None).await? else { return Ok(stays()) };
    let expires = row.expires_at.to_jiff();
    if InvitationState::of(row.answer.as_deref(), row.revoked, expires, now) != InvitationState::Open || row.email != mailbox {
        return Ok(stays());
    }
    let purpose = LinkPurpose::AnswerInvitation;
    let within = Some(OrganizationId(db.organization()));
    let secret = link_secret::issue(db, &NewLinkSecret { purpose, subject: id, within, mailbox: Some(mailbox), expires }, now).await?;
    let organization = organizations::store::get(db).await?;
    let zone = TimeZone::get(&organization.time_zone).map_err(|_| Error::internal())?;
    let locale = Locale::of(&organization.language);
    let text = words(
        locale,
        &Invited {
            name: row.name.as_deref(),
            by: &row.invited_by,
            organization: &organization.name,
            role: row.role.parse()?,
            link: &format!("{public_url}{}", purpose.path(&secret)),
            last: &locale.day(expires.to_zoned(zone).date()),
        },
    );
    Ok(MailText::Secret(text, SecretHash::of(&secret)))
}

/// The content of the mail.
struct Invited<'a> {
    name: Option<&'a str>,
    by: &'a str,
    organization: &'a str,
    role: Role,
    link: &'a str,
    last: &'a str,
}

fn words(locale: Locale, invited: &Invited<'_>) -> String {
    let Invited { name, by, organization, role, link, last } = *invited;
    let called = name.map(|name| format!(" {name}")).unwrap_or_default();
    let role = as_role(locale, role);
    match locale {
        Locale::English => format!(
            "Hello{called},\n\n{by} invites you to {organization} on Stint, {role}. See the invitation, and accept or decline it:\n\n\
             {link}\n\nIt can be answered until {last}. If you do not expect it, you need do nothing."
        ),
        Locale::German => format!(
            "Guten Tag{called},\n\n{by} lädt Sie zu {organization} bei Stint ein, {role}. Hier sehen Sie die Einladung und nehmen sie an oder \
             lehnen sie ab:\n\n{link}\n\nSie gilt bis zum {last}. Wenn Sie sie nicht erwartet haben, brauchen Sie nichts zu tun."
        ),
        Locale::Japanese => japanese(invited, &role),
    }
}

fn japanese(invited: &Invited<'_>, role: &str) -> String {
    let Invited { name, by, organization, link, last, .. } = *invited;
    let called = name.map(|name| format!("{name} 様\n\n")).unwrap_or_default();
    format!(
        "{called}{by}さんから、Stintの「{organization}」へ{role}として招待されました。下記のリンクから内容をご確認のうえ、承諾または辞退してください。\n\n\
         {link}\n\nこの招待の有効期限は{last}です。お心当たりのない場合は、何もなさる必要はございません。"
    )
}

/// The subject of the mail.
pub fn subject(language: &str, by: &str, organization: &str) -> String {
    match Locale::of(language) {
        Locale::English => format!("{by} invites you to {organization}"),
        Locale::German => format!("{by} lädt Sie zu {organization} ein"),
        Locale::Japanese => format!("{by}さんから「{organization}」への招待"),
    }
}

fn as_role(locale: Locale, role: Role) -> String {
    match (locale, role) {
        (Locale::English, role) => format!("as {}", with_article(role)),
        (Locale::German, Role::Owner) => "mit den Rechten des Inhabers".to_owned(),
        (Locale::German, Role::Admin) => "mit den Rechten der Verwaltung".to_owned(),
        (Locale::German, Role::Manager) => "als Projektleitung".to_owned(),
        (Locale::German, Role::Member) => "als Mitglied".to_owned(),
        (Locale::German, Role::Viewer) => "zum Ansehen".to_owned(),
        (Locale::Japanese, Role::Owner) => "オーナー".to_owned(),
        (Locale::Japanese, Role::Admin) => "管理者".to_owned(),
        (Locale::Japanese, Role::Manager) => "マネージャー".to_owned(),
        (Locale::Japanese, Role::Member) => "メンバー".to_owned(),
        (Locale::Japanese, Role::Viewer) => "閲覧者".to_owned(),
    }
}

fn stays() -> MailText {
    MailText::Cancelled("The invitation was answered, taken back or has run out, so its mail does not leave any more.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_invited_as_what_they_will_be_in_the_language_of_the_organization() {
        let told = |language: &str, role| {
            let locale = Locale::of(language);
            let invited =
                Invited { name: Some("Barbara"), by: "Ada", organization: "Studio", role, link: "https://stint.test", last: "5 May" };
            words(locale, &invited)
        };
        for (role, words) in [(Role::Owner, "as an owner"), (Role::Admin, "as an admin"), (Role::Member, "as a member")] {
            assert!(told("en", role).starts_with(&format!("Hello Barbara,\n\nAda invites you to Studio on Stint, {words}.")), "{words}");
        }
        assert!(told("de", Role::Member).starts_with("Guten Tag Barbara,\n\nAda lädt Sie zu Studio bei Stint ein, als Mitglied."));
        assert_eq!(subject("de-AT", "Ada", "Studio"), "Ada lädt Sie zu Studio ein");
        assert!(told("ja", Role::Viewer).starts_with("Barbara 様\n\nAdaさんから、Stintの「Studio」へ閲覧者として招待されました。"));
        assert_eq!(subject("ja", "Ada", "Studio"), "Adaさんから「Studio」への招待");
    }
}
