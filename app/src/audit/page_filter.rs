//! What the log is narrowed to: in the address, in the form, and in words.

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use super::{AuditEntry, list_audit};
use crate::{
    error::Error,
    page::Page,
    page_context::use_current_organization,
    ui::{Field, Icon, Select, choices, escaped, icon},
};

/// How many calls are shown at once.
const SHOWN_MAX: u32 = 50;

/// Which calls are listed. Pages read all the time, so what was only read stands aside until somebody asks for it.
const KINDS: [(&str, &str); 3] = [("", "Writes and refusals"), ("changed", "What changed something"), ("all", "Every call, reads too")];

const DOORS: [(&str, &str); 7] = [
    ("", "Every door"),
    ("page", "Page"),
    ("assistant", "Assistant"),
    ("mcp", "MCP"),
    ("rest", "REST"),
    ("cli", "Command line"),
    ("link", "Link"),
];

const PERIODS: [(&str, &str); 5] =
    [("", "All time"), ("today", "Today"), ("this_week", "This week"), ("this_month", "This month"), ("last_month", "Last month")];

/// Which calls are asked for, as it stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditPageFilter {
    show: String,
    door: String,
    period: String,
    member: String,
    operation: String,
    outcome: String,
}

impl AuditPageFilter {
    /// What the address asks for.
    pub fn of(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        Self {
            show: get("show"),
            door: get("door"),
            period: get("period"),
            member: get("member"),
            operation: get("operation"),
            outcome: get("outcome"),
        }
    }

    /// The calls that it finds.
    pub async fn find(self, cursor: Option<String>) -> Result<Page<AuditEntry>, Error> {
        let given = |text: String| (!text.is_empty()).then_some(text);
        let (changed, reads) = match self.show.as_str() {
            "changed" => (Some(true), None),
            "all" => (None, None),
            _ => (None, Some(false)),
        };
        let Self { door, period, member, operation, outcome, .. } = self;
        let (member, door, operation, outcome, period) = (given(member), given(door), given(operation), given(outcome), given(period));
        list_audit(member, door, operation, outcome, changed, reads, period, Some(SHOWN_MAX), cursor).await
    }

    /// The address of the log with this filter.
    pub fn path(&self, base: &str) -> String {
        let fields = [
            ("show", &self.show),
            ("door", &self.door),
            ("period", &self.period),
            ("member", &self.member),
            ("operation", &self.operation),
            ("outcome", &self.outcome),
        ];
        let set = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let set: Vec<String> = set.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        if set.is_empty() { base.to_owned() } else { format!("{base}?{}", set.join("&")) }
    }

    /// What is set, in words. Which kinds of calls are listed is said above the list.
    fn words(&self) -> String {
        let set = [named(&DOORS, &self.door), named(&PERIODS, &self.period), &self.member, &self.operation, &self.outcome];
        set.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(" · ")
    }
}

/// A door as people read it.
pub fn door(name: &str) -> &str {
    named(&DOORS, name)
}

/// What a choice is called; nothing for none.
fn named<'a>(choices: &[(&'static str, &'static str)], value: &'a str) -> &'a str {
    match choices.iter().find(|(name, _)| *name == value) {
        Some((name, label)) if !name.is_empty() => label,
        _ => value,
    }
}

/// The form of the filter, and what the list below leaves out.
#[component]
pub fn AuditFilterForm() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(AuditPageFilter::of));
    let base = use_current_organization().path("settings/audit");
    view! { {move || shown(&filter.get(), &base)} }
}

fn shown(filter: &AuditPageFilter, base: &str) -> AnyView {
    let words = filter.words();
    let set = !words.is_empty();
    // The form stands beside the fold and not in it: a wide screen shows it without the fold, and needs no script for that.
    view! {
        <details class="fold" open=set>
            <summary class="button">
                {icon(Icon::Sliders)}
                <span>"Filter" {set.then(|| view! { <span class="quiet">{format!(": {words}")}</span> })}</span>
            </summary>
        </details>
        {form(filter, base, set)}
        {left_out(filter, base)}
    }
    .into_any()
}

fn form(filter: &AuditPageFilter, base: &str, set: bool) -> impl IntoView + use<> {
    let base = base.to_owned();
    view! {
        <form class="filters" method="get">
            <Select label="What" name="show" choices=choices(&KINDS) value=filter.show.clone() />
            <Select label="Door" name="door" choices=choices(&DOORS) value=filter.door.clone() />
            <Select label="When" name="period" choices=choices(&PERIODS) value=filter.period.clone() />
            <Field label="Who" name="member" value=filter.member.clone() />
            <Field label="Operation" name="operation" value=filter.operation.clone() />
            <div class="actions">
                <button type="submit" class="button">"Show"</button>
                {set.then(|| view! { <a class="button bare" href=base>"Clear"</a> })}
            </div>
        </form>
    }
}

/// Which calls the list leaves out, and the way to them.
fn left_out(filter: &AuditPageFilter, base: &str) -> impl IntoView + use<> {
    let (words, label, show) = match filter.show.as_str() {
        "all" => ("Every call is listed, reads too.", "Leave reads out", ""),
        "changed" => ("Only what changed something is listed.", "Show all writes and refusals", ""),
        _ => ("Reads that were answered are left out.", "Also show reads", "all"),
    };
    let path = AuditPageFilter { show: show.to_owned(), ..filter.clone() }.path(base);
    view! { <p class="quiet">{words} " " <a href=path>{label}</a></p> }
}
