//! The fields in which a line is written by hand.

use domain::money::Currency;
use leptos::prelude::*;

use crate::{
    pages::clients::form::tax_categories,
    ui::{Field, Select, SelectOption},
};

/// The fields of a custom line, as the first item of the argument `list`.
pub fn line_fields(list: &str, currency: &Currency) -> impl IntoView + use<> {
    let name = |field: &str| format!("{list}[0][{field}]");
    let taxes = std::iter::once((String::new(), "As the client".to_owned())).chain(tax_categories()).collect::<Vec<SelectOption>>();
    view! {
        <Field label="What" name=name("description") maxlength=2000 placeholder="Hosting, November" class="grow" />
        <Field label="Quantity" name=name("quantity") inputmode="decimal" placeholder="1" class="short" />
        <Field label=format!("Price in {currency}") name=name("price") inputmode="decimal" placeholder=currency.example(50) class="short" />
        <Select label="Tax" name=name("tax_category") choices=taxes />
        <Field label="Rate in percent" name=name("tax_rate") inputmode="decimal" class="short" />
        <Field label="Reason for no tax" name=name("tax_reason") maxlength=500 autocomplete="off" />
    }
}
