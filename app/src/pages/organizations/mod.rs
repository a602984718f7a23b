//! Settings → Organization.

pub mod create_form;
pub mod memberships;
pub mod no_organization;

use domain::{country::zones, money::written, number_pattern::reset_not_applied};
use leptos::prelude::*;

use super::{
    clients::form::{countries, currencies, languages, tax_categories},
    done_words::{DoneWords, TaxBefore},
    invoices::exemption_reasons::{EXEMPTION_REASONS_ID, ExemptionReasons},
    rate_prompts::{RateOf, UnbilledAtOtherRate},
    read_only::disabled_fields,
};
use crate::{
    access::Permission,
    organizations::{Organization, UpdateOrganization, get_organization, no_tax_hint, number_hint::tax_number_hint},
    page_context::use_current_organization,
    ui::{
        Checkbox, Field, Form, PageSection, Select, SelectOption, Submit, TextArea, WriteAction, choices, create_resource, on_success,
        use_flash, when_loaded,
        zones::{ZONE_NAMES, ZoneNames},
    },
};

/// Letterhead, bank details and the defaults of new work.
#[component]
pub fn OrganizationSection() -> impl IntoView {
    let action = WriteAction::<UpdateOrganization>::new();
    let flash = use_flash();
    let category = StoredValue::new(None);
    on_success(action, move |saved| {
        flash.done(UpdateOrganization::done_words(saved, TaxBefore(category.get_value())), saved);
    });
    let organization = create_resource(move || action.version().get(), |_| get_organization());
    when_loaded(organization, move |organization: Organization| {
        category.set_value(Some(organization.tax_category));
        match use_current_organization().may(Permission::ManageOrganization) {
            true => view! { <Settings organization action /> }.into_any(),
            false => read_only(&organization),
        }
    })
}

/// The settings for those who may not change them. Where clients pay and how they are taxed is shown to those who see money.
fn read_only(organization: &Organization) -> AnyView {
    let organization = StoredValue::new(organization.clone());
    let money = use_current_organization().may(Permission::ReadMoney).then(|| {
        view! {
            <PageSection title="Where clients pay" id="bank">
                <div class="grid-form">{organization.with_value(bank)}</div>
            </PageSection>
            <PageSection title="New invoices" id="invoicing">
                <div class="grid-form">{organization.with_value(invoicing)}</div>
            </PageSection>
        }
    });
    let sections = view! {
        <div class="columns">
            <PageSection title="On every invoice" id="letterhead">
                <div class="grid-form">{organization.with_value(letterhead)}</div>
            </PageSection>
            <PageSection title="Time and money" id="basics">
                <div class="grid-form">{organization.with_value(basics)}</div>
            </PageSection>
            {money}
        </div>
    };
    disabled_fields("Owners and admins change these settings.", sections.into_any())
}

#[component]
fn Settings(organization: Organization, action: WriteAction<UpdateOrganization>) -> impl IntoView {
    let organization = StoredValue::new(organization);
    view! {
        <Form action id="organization" asks=true changes=true>
            <div class="columns">
                <PageSection title="On every invoice" id="letterhead">
                    <div class="grid-form">{organization.with_value(letterhead)}</div>
                </PageSection>
                <PageSection title="Where clients pay" id="bank">
                    <div class="grid-form">{organization.with_value(bank)}</div>
                </PageSection>
                <PageSection title="Time and money" id="basics">
                    <div class="grid-form">{organization.with_value(basics)}</div>
                </PageSection>
                <PageSection title="New invoices" id="invoicing">
                    <div class="grid-form">{organization.with_value(invoicing)}</div>
                </PageSection>
            </div>
            <div class="form-end"><Submit label="Save organization" /></div>
        </Form>
        <UnbilledAtOtherRate of=RateOf::Organization />
    }
}

fn letterhead(organization: &Organization) -> impl IntoView + use<> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let numbers = use_current_organization().may(Permission::ReadMoney).then(|| {
        view! {
            <Field label="VAT identifier" name="vat_id" value=text(&organization.vat_id) optional=true />
            <Field label="Tax number" name="tax_number" value=text(&organization.tax_number) optional=true hint=tax_number_hint(organization.country.as_deref()) />
        }
    });
    view! {
        <Field label="Name" name="name" required=true maxlength=200 value=organization.name.clone() />
        <Field label="Legal name" name="legal_name" maxlength=200 value=text(&organization.legal_name) optional=true />
        <TextArea label="Postal address" name="address" value=text(&organization.address) optional=true class="span-2" />
        <Select label="Country" name="country" choices=countries() value=text(&organization.country) />
        {numbers}
        <Field label="Telephone" name="phone" kind="tel" value=text(&organization.phone) optional=true />
        <Field label="E-mail for questions" name="email" kind="email" value=text(&organization.email) optional=true class="span-2" />
    }
}

fn bank(organization: &Organization) -> impl IntoView + use<> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    view! {
        <Field label="Account holder" name="bank_holder" value=text(&organization.bank_holder) optional=true class="span-2" hint="Empty for the legal name." />
        <Field label="IBAN" name="iban" value=text(&organization.iban) optional=true class="span-2" />
        <Field label="Account number" name="account_number" maxlength=100 value=text(&organization.account_number) optional=true class="span-2" hint="Where there is no IBAN, with the routing number of the bank." />
        <Field label="BIC" name="bic" maxlength=11 value=text(&organization.bic) optional=true />
        <Field label="Bank" name="bank_name" value=text(&organization.bank_name) optional=true />
    }
}

fn basics(organization: &Organization) -> impl IntoView + use<> {
    let weekdays =
        [("1", "Monday"), ("2", "Tuesday"), ("3", "Wednesday"), ("4", "Thursday"), ("5", "Friday"), ("6", "Saturday"), ("7", "Sunday")];
    let rate = organization.rate.as_ref().map(|rate| written(rate.amount, &organization.currency)).unwrap_or_default();
    let changeable = use_current_organization().may(Permission::ManageOrganization);
    let lock = organization.lock_date.as_ref().map(ToString::to_string).unwrap_or_default();
    view! {
        <Select label="Currency" name="currency" choices=currencies() value=organization.currency.to_string() />
        {changeable.then(|| view! { <Field label="Rate per hour" name="rate" inputmode="decimal" value=rate optional=true hint="For clients in this currency without one." /> })}
        <Field label="Time zone" name="time_zone" required=true value=organization.time_zone.clone() list=ZONE_NAMES autocomplete="off" hint=zone_hint(organization) />
        <ZoneNames />
        <Select label="The week begins on" name="week_start" choices=choices(&weekdays) value=organization.week_start.to_string() />
        {is_zone_asked(organization).then(|| view! { <Checkbox label=format!("Our days are those of {}", organization.time_zone) name="time_zone_said" class="span-2" /> })}
        <Field label="Closed up to and including" name="lock_date" kind="date" value=lock optional=true hint="Time up to this day can no longer change." class="span-2" />
    }
}

/// Whether the time zone may be a guess that nobody has confirmed.
pub fn is_zone_asked(organization: &Organization) -> bool {
    !organization.time_zone_said && zones::may_be_a_guess(&organization.time_zone, organization.country.as_deref())
}

/// The hint of the time zone: that it may be wrong, if it may be a guess.
fn zone_hint(organization: &Organization) -> &'static str {
    match is_zone_asked(organization) {
        false => "Such as Europe/Berlin.",
        true if organization.time_zone == "UTC" => {
            "UTC unless another is set, such as Europe/Berlin. Invoices bear the day that it is there."
        }
        true => "Your country has several: invoices bear the day that it is in this one.",
    }
}

fn invoicing(organization: &Organization) -> impl IntoView + use<> {
    let reset = choices(&[("true", "Starts again each year"), ("false", "Goes on for ever")]);
    let rounding = &organization.rounding;
    view! {
        <Select label="Tax" name="tax_category" choices=tax_categories() value=organization.tax_category.code() />
        <Field label="Tax rate in percent" name="tax_rate" inputmode="decimal" value=organization.tax_rate.to_string() />
        <Field label="Why no tax is charged" name="tax_reason" maxlength=500 value=organization.tax_reason.clone().unwrap_or_default() optional=true list=EXEMPTION_REASONS_ID autocomplete="off" hint="On invoices without tax; the list has the words for small businesses. Empty for the usual words." class="span-2" />
        {no_tax_hint::in_settings(organization).map(|told| view! { <p class="hint span-2">{told}</p> })}
        {no_tax_hint::is_asked(organization).then(|| view! { <Checkbox label=no_tax_hint::SAID name="tax_reason_said" class="span-2" /> })}
        <ExemptionReasons country=organization.country.clone() language=organization.language.clone() />
        <Field label="Days to pay" name="payment_terms_days" kind="number" value=organization.payment_terms_days.to_string() />
        <Select label="Language of documents" name="language" choices=languages() value=organization.language.clone() />
        <Field label="Invoice numbers" name="number_pattern" value=organization.number_pattern.clone() hint="One counter, such as {YYYY}-{0001}. Which count comes next is set under Invoices, Numbers." />
        <Select label="The counter" name="number_yearly_reset" choices=reset value=organization.number_yearly_reset.to_string() />
        {reset_not_applied(&organization.number_pattern, organization.number_yearly_reset).map(|told| view! { <p class="hint span-2">{told}</p> })}
        <Select label="Billed time is rounded" name="rounding_step" choices=steps() value=rounding.step_minutes.to_string() />
        <Select label="In which direction" name="rounding_mode" choices=choices(&[("up", "Up"), ("nearest", "To the nearest"), ("down", "Down")]) value=rounding.mode.name() />
        <Select
            label="What is rounded"
            name="rounding_basis"
            choices=choices(&[("line", "Each line"), ("day_and_project", "Each day and project"), ("entry", "Each entry")])
            value=rounding.basis.name()
            class="span-2"
        />
        <Checkbox label="Tax, days to pay and language also for clients that have what stood here until now" name="also_clients" ticked=true class="span-2" />
    }
}

fn steps() -> Vec<SelectOption> {
    choices(&[
        ("0", "Not at all"),
        ("1", "To a minute"),
        ("5", "To 5 minutes"),
        ("6", "To 6 minutes"),
        ("10", "To 10 minutes"),
        ("15", "To 15 minutes"),
        ("30", "To half an hour"),
        ("60", "To an hour"),
    ])
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{access::Role, testing::provide_made_up_organization, ui::FormState};

    fn organization() -> Organization {
        serde_json::from_value(serde_json::json!({
            "id": "01980000-0000-7000-8000-000000000001", "slug": "studio", "name": "Studio", "country": "DE", "currency": "EUR",
            "time_zone": "Europe/Berlin", "language": "de", "week_start": 1, "payment_terms_days": 14, "tax_category": "E", "tax_rate": "0",
            "number_pattern": "{0001}", "number_yearly_reset": true, "rounding": {"step_minutes": 0, "mode": "nearest", "basis": "line"},
            "timer_limit_seconds": 28_800
        }))
        .expect("an organization")
    }

    #[test]
    fn a_time_zone_that_nobody_need_have_chosen_is_said_to_be_perhaps_the_wrong_one() {
        let hint = |zone: &str, country: &str| {
            zone_hint(&Organization { time_zone: zone.to_owned(), country: Some(country.to_owned()), ..organization() })
        };
        assert!(hint("America/New_York", "US").starts_with("Your country has several"));
        assert!(hint("UTC", "JP").starts_with("UTC unless another is set"));
        assert_eq!((hint("America/Chicago", "US"), hint("Asia/Tokyo", "JP")), ("Such as Europe/Berlin.", "Such as Europe/Berlin."));
    }

    /// Renders a part of the form within its context, as an owner sees it.
    fn in_the_form<V: IntoView>(part: impl FnOnce() -> V) -> String {
        in_the_form_of(Role::Owner, part)
    }

    fn in_the_form_of<V: IntoView>(role: Role, part: impl FnOnce() -> V) -> String {
        Owner::new().with(|| {
            let (refusal, pending) = (Signal::derive(|| None), Signal::derive(|| false));
            let (typed, untouched) = Default::default();
            provide_context(FormState { id: "organization".to_owned(), refusal, pending, typed, untouched, changes: true });
            provide_made_up_organization(role);
            part().to_html()
        })
    }

    #[test]
    fn whoever_may_not_change_the_settings_reads_them_without_bank_and_tax() {
        let of_member = in_the_form_of(Role::Member, || read_only(&organization()));
        assert!(of_member.contains("Owners and admins change these settings.") && of_member.contains("<fieldset"), "{of_member}");
        for field in ["iban", "vat_id", "tax_number", "tax_category"] {
            assert!(!of_member.contains(&format!("name=\"{field}\"")), "{field}: {of_member}");
        }
        assert!(in_the_form(|| read_only(&organization())).contains("name=\"iban\""), "whoever sees money sees where it is paid");
    }

    /// Whether a part has this field as one that sends nothing while untouched, and whether it has a checkbox to confirm it.
    fn said_by_a_tick(part: &str, field: &str) -> (bool, bool) {
        (part.contains(&format!("shown.{field}")), part.contains(&format!("name=\"{field}_said\"")))
    }

    #[test]
    fn a_time_zone_that_is_asked_about_is_said_by_a_tick_and_by_no_other_save() {
        let part = |said: bool| {
            let (time_zone, country) = ("UTC".to_owned(), Some("JP".to_owned()));
            let organization = Organization { time_zone, country, time_zone_said: said, ..organization() };
            in_the_form(|| basics(&organization))
        };
        assert_eq!(said_by_a_tick(&part(false), "time_zone"), (true, true), "{}", part(false));
        assert_eq!(said_by_a_tick(&part(true), "time_zone"), (true, false), "{}", part(true));
    }

    #[test]
    fn a_counter_that_does_not_start_again_is_told_beside_it() {
        let shown = |pattern: &str| {
            let organization = Organization { number_pattern: pattern.to_owned(), ..organization() };
            Owner::new().with(|| invoicing(&organization).to_html())
        };
        assert!(shown("{0001}").contains("does not start again each year"), "{}", shown("{0001}"));
        assert!(!shown("{YYYY}-{0001}").contains("does not start again each year"));
    }

    #[test]
    fn the_words_of_a_small_business_are_at_hand_beside_the_category() {
        let organization = organization();
        let shown = Owner::new().with(|| invoicing(&organization).to_html());
        let field = shown.split("<input").find(|field| field.contains(r#"name="tax_reason""#)).expect("a field for the reason");
        assert!(field.contains(&format!("list=\"{EXEMPTION_REASONS_ID}\"")), "{field}");
        assert!(shown.contains("Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG"), "{shown}");
    }

    /// The reason may be the default after an empty rate, and somebody else may change it meanwhile.
    #[test]
    fn the_reason_of_a_small_business_is_said_by_a_tick_and_by_no_other_save() {
        let part = |reason: &str, said: bool| {
            let organization = Organization { tax_reason: Some(reason.to_owned()), tax_reason_said: said, ..organization() };
            in_the_form(|| invoicing(&organization))
        };
        let (words, other) = ("Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG", "§ 4 Nr. 14 UStG");
        for (reason, said, asked) in [(words, false, true), (words, true, false), (other, false, false)] {
            assert_eq!(said_by_a_tick(&part(reason, said), "tax_reason"), (true, asked), "{reason} {said}");
        }
    }
}
