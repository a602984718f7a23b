//! The settings page that lists the mails of the outbox.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    access::Permission,
    invoices::{OutgoingMail, list_mails},
    page::Page,
    page_context::{use_changes, use_current_organization, use_page_context},
    pages::closed_section::closed_section,
    ui::{Empty, PageSection, Tone, badge, create_resource, pager, when_loaded},
};

/// The list of the mails in the outbox, for those who write invoices.
#[component]
pub fn MailsSection() -> impl IntoView {
    match use_current_organization().may(Permission::WriteMoney) {
        true => section(),
        false => closed_section("Mails", "mails", "Owners, admins and managers read the mails of invoices and invitations."),
    }
}

fn section() -> AnyView {
    let changes = use_changes();
    let query = use_query_map();
    let mails =
        create_resource(move || (changes.money.get(), query.with(|query| query.get("cursor"))), |(_, cursor)| list_mails(Some(30), cursor));
    let leaves = use_page_context().mail_leaves;
    view! {
        <PageSection title="Mails" id="mails">
            {(!leaves).then(|| view! { <p class="notice">"No mail server is set up, so mails are kept here and do not leave. Whoever runs this Stint sets STINT_SMTP_URL to change that; what has waited for more than a week by then waits until somebody mails it again, on the page of its invoice."</p> })}
            {when_loaded(mails, list)}
        </PageSection>
    }
    .into_any()
}

fn list(page: Page<OutgoingMail>) -> AnyView {
    let here = use_current_organization();
    if page.items.is_empty() {
        return view! { <Empty title="No mail yet" text="Invoices and invitations leave by mail when they are sent." /> }.into_any();
    }
    let next = page.next_cursor;
    view! {
        <div class="mails">{page.items.into_iter().map(mail).collect_view()}</div>
        {pager(here.path("settings/mails"), next)}
    }
    .into_any()
}

fn mail(mail: OutgoingMail) -> impl IntoView {
    let here = use_current_organization();
    let (tone, word) = match mail.state.state.as_str() {
        "sent" => (Tone::Good, "Sent"),
        "failed" if mail.state.is_stopped() || mail.state.is_void() => (Tone::Plain, "Stopped"),
        "failed" if mail.state.is_not_needed() => (Tone::Plain, "Not needed"),
        "failed" => (Tone::Bad, "Failed"),
        _ => (Tone::Plain, "Waiting"),
    };
    let tries = (mail.attempts > 1).then(|| format!("Tried {} times.", mail.attempts));
    let next = match mail.invoice {
        Some(invoice) => Some((here.path(&format!("invoices/{invoice}")), "To the invoice")),
        // A mail without an invoice is an invitation.
        None => (mail.state.stays && !mail.state.is_not_needed()).then(|| (here.path("settings/members"), "Invite again under Members")),
    };
    view! {
        <details class="mail">
            <summary>
                <span class="mail-subject">{mail.subject}</span>
                <span class="mail-reader quiet">{mail.state.recipient}</span>
                <span class="mail-time quiet">{mail.created_at.day().label()} " " {mail.created_at.clock().to_owned()}</span>
                {badge(tone, word)}
            </summary>
            <div class="mail-body">
                {mail.state.last_error.map(|problem| view! { <p class="wrong">{problem}</p> })}
                {tries.map(|tries| view! { <p class="quiet">{tries}</p> })}
                {match mail.body {
                    Some(body) => view! { <p class="words">{body}</p> }.into_any(),
                    None => view! { <p class="quiet">"Its text holds a link for its reader only, so it is not kept."</p> }.into_any(),
                }}
                {next.map(|(path, label)| view! { <p><a href=path>{label}</a></p> })}
            </div>
        </details>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        testing::{World, provide_organization},
    };

    #[tokio::test]
    async fn who_may_not_read_the_mails_is_told_who_may_and_nothing_of_the_mail_server() {
        let studio = World::new("studio").await;
        for role in [Role::Member, Role::Viewer] {
            let looking = async {
                provide_organization();
                view! { <MailsSection /> }.to_html()
            };
            let html = studio.as_role(role).await.caller.clone().run(looking).await;
            assert!(html.contains("Owners, admins and managers read the mails") && !html.contains("STINT_SMTP_URL"), "{role:?}: {html}");
        }
    }
}
