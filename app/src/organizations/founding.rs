//! The form that founds an organization.

use leptos::prelude::*;

use super::CreateOrganization;
use crate::{
    ends,
    ui::{Field, Form, Submit, Write, answered, once},
};

/// Asks for the name of a new organization, and leads into it.
#[component]
pub fn Founding() -> impl IntoView {
    let action = Write::<CreateOrganization>::new();
    answered(action, |founded| ends::go(&format!("/o/{}", founded.slug)));
    view! {
        <Form action id="new-organization" class="stack" clears=true>
            {once(action)}
            <Field label="Name of the organization" name="name" required=true maxlength=200 placeholder="Lovelace & Babbage" />
            <Submit label="Found organization" />
        </Form>
    }
}
