//! Form fields of a client, for a new and for an existing one.

use domain::{
    country::COUNTRIES,
    money::{Currency, written},
    percent::Percent,
    tax::category::TaxCategory,
};
use leptos::prelude::*;

use crate::{
    clients::{Client, CreateClient},
    page_context::use_current_organization,
    pages::invoices::exemption_reasons::{EXEMPTION_REASONS_ID, OrganizationExemptionReasons},
    ui::{Field, Form, Select, SelectOption, Submit, TextArea, WriteAction, choices, idempotency_field},
};

/// The form for a new client: a name is enough, the rest comes from the organization.
#[component]
pub fn NewClientForm(
    /// The action that adds the client.
    action: WriteAction<CreateClient>,
) -> impl IntoView {
    let here = use_current_organization();
    let rate = Currency::parse(&here.0.currency).unwrap_or_default().example(120);
    view! {
        <Form action id="new-client" class="grid-form" clears=true>
            {idempotency_field(action)}
            <Field label="Name" name="name" required=true maxlength=200 placeholder="Acme GmbH" class="span-2" />
            <Select label="Currency" name="currency" choices=currencies() value=here.0.currency.clone() />
            <Field label="Rate per hour" name="rate" inputmode="decimal" optional=true placeholder=rate />
            <Field label="Payment terms in days" name="payment_terms_days" kind="number" optional=true placeholder="14" />
            <Field label="Tax rate in percent" name="tax_rate" inputmode="decimal" optional=true />
            <Field label="E-mail for invoices" name="email" kind="email" optional=true placeholder="billing@acme.example" class="span-2" />
            <TextArea label="Postal address" name="address" optional=true placeholder="As it stands on a letter" class="span-2" />
            <div class="form-end span-2">
                <Submit label="Add client" />
                <p class="hint">"What is left out comes from the organization's settings."</p>
            </div>
        </Form>
    }
}

/// All fields of an existing client, with the suggestions for its exemption reason.
pub fn changeable_fields(client: &Client) -> impl IntoView + use<> {
    view! { {fields(client)} <OrganizationExemptionReasons language=client.language.clone() /> }
}

/// All fields of an existing client.
pub fn fields(client: &Client) -> impl IntoView + use<> {
    let rate = client.rate.as_ref().map(|rate| written(rate.amount, &client.currency)).unwrap_or_default();
    view! {
        <Field label="Name" name="name" required=true maxlength=200 value=client.name.clone() />
        <Field label="Legal name" name="legal_name" maxlength=200 value=client.legal_name.clone().unwrap_or_default() optional=true hint="On invoices; empty for the name." />
        <Select label="Currency" name="currency" choices=currencies() value=client.currency.to_string() />
        <Field label="Rate per hour" name="rate" inputmode="decimal" value=rate optional=true hint="New time only; empty for the organization's." />
        <Select label="Tax" name="tax_category" choices=tax_categories() value=client.tax_category.code() />
        <Field label="Tax rate in percent" name="tax_rate" inputmode="decimal" value=client.tax_rate.to_string() />
        <Field label="Why no tax is charged" name="tax_reason" maxlength=500 value=client.tax_reason.clone().unwrap_or_default() optional=true list=EXEMPTION_REASONS_ID autocomplete="off" hint="On invoices without tax; the list has the words for small businesses. Empty for the usual words." class="span-2" />
        <Field label="Payment terms in days" name="payment_terms_days" kind="number" value=client.payment_terms_days.to_string() />
        <Select label="Language of documents" name="language" choices=languages() value=client.language.clone() />
        <Field label="E-mail for invoices" name="email" kind="email" value=client.email.clone().unwrap_or_default() optional=true class="span-2" />
        <TextArea label="Postal address" name="address" value=client.address.clone().unwrap_or_default() optional=true class="span-2" />
        <Select label="Country" name="country" choices=countries() value=client.country.clone().unwrap_or_default() />
        <Field label="VAT identifier" name="vat_id" value=client.vat_id.clone().unwrap_or_default() optional=true />
        <Field label="Colour" name="color" kind="color" value=client.color.clone() />
    }
}

/// The options for the currency.
pub fn currencies() -> Vec<SelectOption> {
    Currency::codes().iter().map(|code| ((*code).to_owned(), (*code).to_owned())).collect()
}

/// The options for the country by name, with none first.
pub fn countries() -> Vec<SelectOption> {
    let named = COUNTRIES.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned()));
    std::iter::once((String::new(), "Choose …".to_owned())).chain(named).collect()
}

/// The options for the tax category, each with its purpose and code.
pub fn tax_categories() -> Vec<SelectOption> {
    TaxCategory::ALL.iter().map(|category| (category.code().to_owned(), category.named())).collect()
}

/// The confirmation of a form with the tax, which says a category that followed from the rate: a rate alone means the standard category.
pub fn saved_words(saved: &str, before: Option<TaxCategory>, (category, rate): (TaxCategory, Percent)) -> String {
    match category {
        category if before.is_none_or(|before| before == category) => saved.to_owned(),
        TaxCategory::S => format!("{saved} Tax is now {}, {rate} %.", category.named()),
        _ => format!("{saved} Tax is now {}.", category.named()),
    }
}

/// The options for the language of documents.
pub fn languages() -> Vec<SelectOption> {
    choices(&[("en", "English"), ("de", "German"), ("ja", "Japanese")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_that_followed_from_the_rate_is_said() {
        let words = |before, after| saved_words("Client saved.", before, after);
        let (standard, none) = (Percent(200_000), Percent(0));
        assert_eq!(words(Some(TaxCategory::E), (TaxCategory::S, standard)), "Client saved. Tax is now Standard rate (S), 20 %.");
        assert_eq!(words(Some(TaxCategory::S), (TaxCategory::E, none)), "Client saved. Tax is now Exempt (E).");
        assert_eq!(words(Some(TaxCategory::S), (TaxCategory::S, standard)), "Client saved.");
    }
}
