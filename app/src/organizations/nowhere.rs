//! The way on for somebody who is signed in and belongs to no organization any more.

use leptos::prelude::*;
use leptos_meta::Title;

use super::founding::Founding;
use crate::{account::page::Doorway, visit::use_visit};

/// Where the first page leads whoever belongs nowhere: to an organization of their own, or to the mail with an invitation.
pub fn page() -> AnyView {
    let person = use_visit().person.map(|person| person.email);
    view! {
        <Title text="Welcome · Stint" />
        <Doorway title="You belong to no organization" lead="Open the link of an invitation, or found your own.">
            {match person {
                None => view! { <p><a class="button primary" href="/sign-in">"Sign in"</a></p> }.into_any(),
                Some(person) => view! {
                    <p class="quiet">"You are signed in as " <b>{person}</b> "."</p>
                    <Founding />
                }
                .into_any(),
            }}
        </Doorway>
    }
    .into_any()
}
