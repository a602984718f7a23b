//! The filter of the audit page: in the address, in the form, and in words.

use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

use crate::{
    audit_log::{AuditEntry, list_audit},
    error::Error,
    page::Page,
    page_context::use_current_organization,
    ui::{Field, Icon, Select, choices, escaped, icon},
};

/// The size of a page.
const SHOWN_MAX: u32 = 50;

/// The choices of which calls are listed. Pages read all the time, so reads are listed only on request.
const KINDS: [(&str, &str); 3] = [("", "Writes and refusals"), ("changed", "What changed something"), ("all", "Every call, reads too")];

const CHANNELS: [(&str, &str); 7] = [
    ("", "Every channel"),
    ("page", "Page"),
    ("assistant", "Assistant"),
    ("mcp", "MCP"),
    ("rest", "REST"),
    ("cli", "Command line"),
    ("link", "Link"),
];

const PERIODS: [(&str, &str); 5] =
    [("", "All time"), ("today", "Today"), ("this_week", "This week"), ("this_month", "This month"), ("last_month", "Last month")];

/// The filter as query parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditPageFilter {
    show: String,
    channel: String,
    period: String,
    member: String,
    operation: String,
    outcome: String,
}

impl AuditPageFilter {
    /// Parses the filter from the query of the address.
    pub fn of(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        Self {
            show: get("show"),
            channel: get("channel"),
            period: get("period"),
            member: get("member"),
            operation: get("operation"),
            outcome: get("outcome"),
        }
    }

    /// A page of the calls that match.
    pub async fn find(self, cursor: Option<String>) -> Result<Page<AuditEntry>, Error> {
        let given = |text: String| (!text.is_empty()).then_some(text);
        let (changed, reads) = match self.show.as_str() {
            "changed" => (Some(true), None),
            "all" => (None, None),
            _ => (None, Some(false)),
        };
        let Self { channel, period, member, operation, outcome, .. } = self;
        let (member, channel, operation, outcome, period) =
            (given(member), given(channel), given(operation), given(outcome), given(period));
        list_audit(member, channel, operation, outcome, changed, reads, period, Some(SHOWN_MAX), cursor).await
    }

    /// The address of the audit page with this filter.
    pub fn path(&self, base: &str) -> String {
        let fields = [
            ("show", &self.show),
            ("channel", &self.channel),
            ("period", &self.period),
            ("member", &self.member),
            ("operation", &self.operation),
            ("outcome", &self.outcome),
        ];
        let set = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let set: Vec<String> = set.map(|(name, value)| format!("{name}={}", escaped(value))).collect();
        if set.is_empty() { base.to_owned() } else { format!("{base}?{}", set.join("&")) }
    }

    /// The active filters in words, without the kinds of calls, which the list itself states.
    fn words(&self) -> String {
        let set = [named(&CHANNELS, &self.channel), named(&PERIODS, &self.period), &self.member, &self.operation, &self.outcome];
        set.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(" · ")
    }
}

/// The label of a channel.
pub fn channel(name: &str) -> &str {
    named(&CHANNELS, name)
}

/// The label of a choice; nothing for none.
fn named<'a>(choices: &[(&'static str, &'static str)], value: &'a str) -> &'a str {
    match choices.iter().find(|(name, _)| *name == value) {
        Some((name, label)) if !name.is_empty() => label,
        _ => value,
    }
}

/// The form of the filter, with a note of what the list leaves out.
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
    // The form is next to the disclosure and not in it: a wide screen shows it without the disclosure, and needs no script for that.
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
            <Select label="Channel" name="channel" choices=choices(&CHANNELS) value=filter.channel.clone() />
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

/// States which calls the list leaves out, with a link to them.
fn left_out(filter: &AuditPageFilter, base: &str) -> impl IntoView + use<> {
    let (words, label, show) = match filter.show.as_str() {
        "all" => ("Every call is listed, reads too.", "Leave reads out", ""),
        "changed" => ("Only what changed something is listed.", "Show all writes and refusals", ""),
        _ => ("Reads that were answered are left out.", "Also show reads", "all"),
    };
    let path = AuditPageFilter { show: show.to_owned(), ..filter.clone() }.path(base);
    view! { <p class="quiet">{words} " " <a href=path>{label}</a></p> }
}
