//! The form that creates an organization.

use leptos::prelude::*;

use crate::{
    organizations::CreateOrganization,
    platform,
    ui::{Field, Form, Submit, WriteAction, idempotency_field, on_success},
};

/// Asks for the name of a new organization, and navigates to it.
#[component]
pub fn CreateOrganizationForm() -> impl IntoView {
    let action = WriteAction::<CreateOrganization>::new();
    on_success(action, |founded| platform::navigate(&format!("/o/{}", founded.slug)));
    view! {
        <Form action id="new-organization" class="stack" clears=true>
            {idempotency_field(action)}
            <Field label="Name of the organization" name="name" required=true maxlength=200 placeholder="Lovelace & Babbage" />
            <Submit label="Found organization" />
        </Form>
    }
}
