//! The dialog that sets the client grants of a viewer, in the list of members.

use leptos::prelude::*;

use crate::{
    clients::Client,
    page::Page,
    page_context::invalidate,
    pages::done_words::DoneWords,
    people::{Member, SetClientGrants},
    summary::ClientRef,
    ui::{
        Dialog, DialogTrigger, Form, Submit, TypedResource, WriteAction, checkbox_group, hidden, on_success, refusal, use_flash,
        when_loaded,
    },
};

/// What is said once the grants are set.
pub(in crate::pages) fn granted_words(member: &Member) -> String {
    format!("{} sees {} from now on.", member.name, seen(member.clients.as_deref().unwrap_or_default()))
}

/// The button that opens the dialog, with one checkbox per client.
#[component]
pub fn ClientGrantsDialog(
    /// The viewer.
    member: Member,
    /// The clients to choose from.
    clients: TypedResource<Page<Client>>,
    /// A counter that invalidates the list.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let flash = use_flash();
    let form = format!("grants-form-{}", member.id);
    let action = WriteAction::<SetClientGrants>::of_form(&form);
    on_success(action, move |member| {
        flash.say(SetClientGrants::done_words(member, ()));
        invalidate(changes);
    });
    let refused = refusal(action);
    let dialog = format!("grants-{}", member.id);
    let (id, granted) = (member.id, member.clients.clone().unwrap_or_default());
    view! {
        <DialogTrigger dialog=dialog.clone() label="Clients …" spoken=format!("Choose the clients that {} sees …", member.name) />
        <Dialog id=dialog title=format!("Which clients does {} see?", member.name) refused closes=action.version()>
            <p class="quiet">"Of these they see projects, hours and sent invoices. Nothing else is there for them."</p>
            <Form action id=form class="stack">
                // Without a ticked box the form revokes all grants.
                {hidden("member", id)} {hidden("clients[]", "")}
                {when_loaded(clients, move |page| boxes(page, &granted))}
                <Submit label="Save clients" />
            </Form>
        </Dialog>
    }
}

/// Granted clients come first, so that they are present even if the list of clients is longer than a page.
fn boxes(page: Page<Client>, granted: &[ClientRef]) -> AnyView {
    let ticked: Vec<String> = granted.iter().map(|client| client.id.to_string()).collect();
    let others = page.items.into_iter().map(|client| (client.id.to_string(), client.name)).filter(|(id, _)| !ticked.contains(id));
    let choices: Vec<_> = granted.iter().map(|client| (client.id.to_string(), client.name.clone())).chain(others).collect();
    match choices.is_empty() {
        true => view! { <p>"There are no clients yet."</p> }.into_any(),
        false => checkbox_group("Clients", "clients[]", choices, &ticked),
    }
}

/// The clients as a list within a sentence.
pub fn seen(clients: &[ClientRef]) -> String {
    match clients {
        [] => "nothing".to_owned(),
        [one] => one.name.clone(),
        [.., last] => {
            let others: Vec<&str> = clients.iter().take(clients.len() - 1).map(|client| client.name.as_str()).collect();
            format!("{} and {}", others.join(", "), last.name)
        }
    }
}
