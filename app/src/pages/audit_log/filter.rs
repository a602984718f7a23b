//! The filter of the audit page: in the address, in the form, and in words.

use leptos::{context::Provider, prelude::*};
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

use crate::{
    audit_log::{
        AuditEntry, ListAudit,
        operation_titles::{OperationTitle, list_operation_titles},
    },
    error::{Code, Error},
    page::Page,
    ui::{Field, FormState, Icon, Select, SelectOption, choices, escaped, icon},
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        ListAudit { member, channel, operation, outcome, changed, reads, period, limit: Some(SHOWN_MAX), cursor }.call().await
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
    fn words(&self, operations: &[OperationTitle]) -> String {
        let operation = operations.iter().find(|known| known.name == self.operation).map_or(&self.operation, |known| &known.title);
        let set = [named(&CHANNELS, &self.channel), named(&PERIODS, &self.period), &self.member, operation, &self.outcome];
        set.into_iter().filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(" · ")
    }
}

/// The data of the page: the filter, the operations to choose from, and the calls, or why the filter could not be applied.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AuditPageData {
    filter: AuditPageFilter,
    operations: Vec<OperationTitle>,
    /// The calls that match.
    pub entries: Result<Page<AuditEntry>, Error>,
}

impl AuditPageData {
    /// Loads a page of the calls that match.
    pub async fn load(filter: AuditPageFilter, cursor: Option<String>) -> Result<Self, Error> {
        let (operations, entries) = futures::join!(list_operation_titles(), filter.clone().find(cursor));
        let entries = match entries {
            // The only record that a filter names is a member.
            Err(error) if error.code == Code::NotFound => Err(error.with_field("member")),
            Err(error) if error.code != Code::Invalid => return Err(error),
            entries => entries,
        };
        Ok(Self { filter, operations: operations?, entries })
    }

    /// Why the filter finds nothing, for the field that it is about.
    pub fn refusal(&self) -> Option<Error> {
        let operation = &self.filter.operation;
        let is_known = operation.is_empty() || self.operations.iter().any(|known| known.name == *operation);
        let unknown = || Error::invalid("operation", format!("There is no operation \"{operation}\" here. Choose one of the list."));
        // The refusal of the operation offers words that are not in the list of the form.
        let at_field = |error: &Error| match error.field("period") {
            Some(_) => Error::invalid("period", "There are no such days. Choose one of the list."),
            None => error.clone(),
        };
        self.entries.as_ref().err().map(at_field).or_else(|| (!is_known).then(unknown))
    }
}

/// Whether a field of the form tells the refusal.
pub fn is_told_at_field(refusal: &Error) -> bool {
    ["show", "channel", "period", "member", "operation"].iter().any(|name| refusal.field(name).is_some())
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

/// The form of the filter on the page at `base`, with the refusal at the field that it is about, and a note of what the list leaves out.
pub fn filter_form(found: &AuditPageData, refusal: Option<Error>, base: &str) -> AnyView {
    let filter = &found.filter;
    let words = filter.words(&found.operations);
    let set = !words.is_empty();
    let (given, operations, path) = (filter.clone(), found.operations.clone(), base.to_owned());
    let state = FormState {
        id: "audit".to_owned(),
        refusal: Signal::derive(move || refusal.clone()),
        pending: Signal::derive(|| false),
        typed: Default::default(),
        untouched: Default::default(),
        changes: false,
    };
    // The form is next to the disclosure and not in it: a wide screen shows it without the disclosure, and needs no script for that.
    view! {
        <details class="fold" open=set>
            <summary class="button">
                {icon(Icon::Sliders)}
                <span>"Filter" {set.then(|| view! { <span class="quiet">{format!(": {words}")}</span> })}</span>
            </summary>
        </details>
        <Provider value=state>{form(&given, operations, path, set)}</Provider>
        {left_out(filter, base)}
    }
    .into_any()
}

fn form(filter: &AuditPageFilter, operations: Vec<OperationTitle>, base: String, set: bool) -> AnyView {
    let titled = operations.into_iter().map(|known| (known.name, known.title));
    let operations: Vec<SelectOption> = std::iter::once((String::new(), "Every operation".to_owned())).chain(titled).collect();
    view! {
        <form class="filters" method="get">
            <Select label="What" name="show" choices=choices(&KINDS) value=filter.show.clone() />
            <Select label="Channel" name="channel" choices=choices(&CHANNELS) value=filter.channel.clone() />
            <Select label="When" name="period" choices=choices(&PERIODS) value=filter.period.clone() />
            <Field label="Who" name="member" value=filter.member.clone() />
            <Select label="Operation" name="operation" choices=operations value=filter.operation.clone() />
            <div class="actions">
                <button type="submit" class="button">"Show"</button>
                {set.then(|| view! { <a class="button bare" href=base>"Clear"</a> })}
            </div>
        </form>
    }
    .into_any()
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

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::World;

    /// The page with this filter: its form, and whether calls are listed.
    async fn shown(studio: &World, filter: AuditPageFilter) -> (String, bool) {
        let looking = async {
            let found = AuditPageData::load(filter, None).await.expect("the page");
            (filter_form(&found, found.refusal(), "/o/studio/settings/audit").to_html(), found.entries.is_ok())
        };
        studio.caller.clone().run(looking).await
    }

    #[tokio::test]
    async fn operations_are_chosen_by_the_titles_that_the_list_shows() {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        let (form, _) = shown(&studio, AuditPageFilter { operation: "create_client".to_owned(), ..AuditPageFilter::default() }).await;
        assert!(
            form.contains(r#"<option value="create_client" selected>"#) && form.contains(r#"<option value="record_payment">"#),
            "{form}"
        );
        let (form, listed) = shown(&studio, AuditPageFilter { operation: "nothing".to_owned(), ..AuditPageFilter::default() }).await;
        assert!(listed && form.contains("There is no operation") && form.contains("nothing"), "{form}");
    }

    #[tokio::test]
    async fn an_unknown_member_is_said_at_the_field_and_the_page_stays() {
        let studio = World::new("studio").await;
        let (form, listed) = shown(&studio, AuditPageFilter { member: "Zzzzzz".to_owned(), ..AuditPageFilter::default() }).await;
        assert!(!listed && form.contains("There is no member") && form.contains(r#"id="audit-member-wrong""#), "{form}");
        assert!(!form.contains("list_members shows"), "{form}");
        let looking = async {
            let found = AuditPageData::load(AuditPageFilter { member: "Zzzzzz".to_owned(), ..AuditPageFilter::default() }, None).await;
            found.expect("the page").refusal()
        };
        let refusal = studio.caller.clone().run(looking).await.expect("a refusal");
        assert!(is_told_at_field(&refusal), "{refusal:?}");
        assert!(!is_told_at_field(&Error::invalid("cursor", "This is no cursor.")), "no field tells it");
    }

    #[tokio::test]
    async fn days_that_there_are_not_are_told_at_the_field_without_the_words_of_programs() {
        let studio = World::new("studio").await;
        let (form, listed) = shown(&studio, AuditPageFilter { period: "foo".to_owned(), ..AuditPageFilter::default() }).await;
        assert!(!listed && form.contains("There are no such days. Choose one of the list.") && !form.contains("2026-W12"), "{form}");
    }
}
