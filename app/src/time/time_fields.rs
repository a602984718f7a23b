//! Form fields for the time of an entry, exact to the second, so that saving an unchanged form changes nothing.

use domain::{
    day::OffsetDateTime,
    hours::{self, WorkDuration},
};
use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast};
use web_sys::HtmlInputElement;

use super::elapsed::{TimeFieldValues, elapsed, unix_seconds, utc_offset};
use crate::{page_context::use_current_organization, platform, ui::Field};

/// The field for the day.
pub fn day_field(day: String) -> AnyView {
    view! { <Field label="Day" name="date" kind="date" value=day required=true class="day" /> }.into_any()
}

/// The field for the duration.
pub fn duration_field(duration: Option<String>) -> AnyView {
    view! { <Field label="Duration" name="duration" value=duration required=true placeholder="1h 30m" class="short" /> }.into_any()
}

/// The field for the duration and, without scripts to switch between them, those for start and end: typed values stay, and one of
/// the two is filled in.
pub fn duration_or_times_fields() -> AnyView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let field = node.get().and_then(|node| node.query_selector("input").ok()?);
        if let Some(field) = field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            field.set_required(true);
        }
    });
    view! {
        <div class="either" node_ref=node>
            <Field label="Duration" name="duration" placeholder="1h 30m" class="short" />
            <noscript inner_html=times_without_scripts()></noscript>
        </div>
    }
    .into_any()
}

/// The fields for start and end, which only a browser without scripts shows.
#[cfg(feature = "ssr")]
fn times_without_scripts() -> String {
    let fields = view! {
        <Field label="Or from" name="started_at" kind="time" />
        <Field label="To" name="ended_at" kind="time" hint="An end before the start is on the next day." />
    };
    fields.to_html()
}

#[cfg(not(feature = "ssr"))]
fn times_without_scripts() -> String {
    String::new()
}

/// The values of start and end in a form, and those of the entry that it shows.
pub struct TimeRangeValues {
    /// The day of the start.
    pub day: String,
    /// The start on the clock of the entry.
    pub from: String,
    /// The end.
    pub to: String,
    /// Start and end of the entry, if there is one.
    pub before: Option<(OffsetDateTime, OffsetDateTime)>,
}

/// The fields for start and end on the clock of that day, and the duration between them.
pub fn time_range_fields(values: TimeRangeValues) -> AnyView {
    let offset = offset(use_current_organization().0.time_zone, values.before.as_ref());
    let before = values.before.as_ref().and_then(|(from, to)| Some((unix_seconds(from)?, unix_seconds(to)?)));
    let TimeRangeValues { day, from, to, .. } = values;
    let duration = move |values: &TimeFieldValues<'_>| duration_text(values, before, &offset);
    let lasts = RwSignal::new(duration(&TimeFieldValues { day: &day, from: &from, to: &to }));
    let node = NodeRef::<html::Div>::new();
    let look = move || {
        let Some(node) = node.get_untracked() else { return };
        let value =
            |field: &str| Some(node.closest("form").ok()??.query_selector(field).ok()??.dyn_into::<HtmlInputElement>().ok()?.value());
        let value = |name: &str| value(&format!("input[name={name}]")).unwrap_or_default();
        let (day, from, to) = (value("date"), value("started_at"), value("ended_at"));
        lasts.set(duration(&TimeFieldValues { day: &day, from: &from, to: &to }));
    };
    // The server drops it on any thread; nothing in it is bound to one.
    let looks = StoredValue::new(look);
    // Times may have been typed before hydration. The day is elsewhere in the form.
    Effect::new(move |_| {
        looks.with_value(|look| look());
        let typed = window_event_listener(ev::input, move |_| looks.with_value(|look| look()));
        on_cleanup(move || typed.remove());
    });
    let step = |value: &str| (value.len() > 5).then_some("1");
    view! {
        <div class="clock" node_ref=node>
            <Field label="From" name="started_at" kind="time" step=step(&from) value=from required=true />
            <Field label="To" name="ended_at" kind="time" step=step(&to) value=to required=true />
            <p class="clock-lasts"><span>"Worked"</span> <output>{lasts}</output></p>
            <p class="quiet">"An end before the start is on the next day."</p>
        </div>
    }
    .into_any()
}

/// The UTC offset of a form's clock at an instant: of the clock of the page, or of that of a member elsewhere, of which only the offsets
/// at the start and the end of the entry are known.
fn offset(zone: String, before: Option<&(OffsetDateTime, OffsetDateTime)>) -> impl Fn(i64) -> Option<i64> + Clone + Send + Sync + 'static {
    let elsewhere = before.filter(|(from, to)| [from, to].into_iter().any(|moment| is_elsewhere(&zone, moment)));
    let elsewhere = elsewhere.and_then(|(from, to)| Some((unix_seconds(to)?, utc_offset(from)?, utc_offset(to)?)));
    move |at| match elsewhere {
        Some((end, first, last)) => Some(if at < end { first } else { last }),
        None => platform::utc_offset(&zone, at),
    }
}

/// Whether a moment is shown on another clock than that of a zone.
pub fn is_elsewhere(zone: &str, moment: &OffsetDateTime) -> bool {
    let shown = || Some(platform::utc_offset(zone, unix_seconds(moment)?)? == utc_offset(moment)?);
    !shown().unwrap_or(true)
}

/// The duration from one time on the clock of a day to the next occurrence of the other; `–` while one is missing.
fn duration_text(values: &TimeFieldValues<'_>, before: Option<(i64, i64)>, offset: &impl Fn(i64) -> Option<i64>) -> String {
    let Some(elapsed) = elapsed(values, before, offset).filter(|elapsed| *elapsed >= 0) else { return "–".to_owned() };
    let lasts = WorkDuration::of(elapsed).text;
    let next = seconds(values.to) < seconds(values.from);
    if next { format!("{lasts}, to the next day") } else { lasts }
}

/// The seconds since midnight of `09:00` or `09:00:30`.
pub(super) fn seconds(time: &str) -> Option<i64> {
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    Some(hours * 3_600 + minutes * 60 + parts.next().flatten().unwrap_or_default())
}

/// The value of a duration field: `1h 30m`, or `1:30:15` where there are seconds.
pub fn duration_value(worked: &WorkDuration) -> String {
    if worked.seconds % 60 == 0 { worked.text.clone() } else { hours::clock(worked.seconds) }
}

/// The value of a time field: `09:00`, with seconds where there are some.
pub fn time_value(moment: &OffsetDateTime) -> String {
    let text = moment.as_str();
    let end = if text.get(16..19) == Some(":00") { 16 } else { 19 };
    text.get(11..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn without_scripts_both_ways_to_say_a_length_stand_in_one_form() {
        let html = Owner::new().with(|| duration_or_times_fields().to_html());
        let (with_scripts, without) = html.split_once("<noscript>").expect("fields for those who have none");
        assert!(with_scripts.contains(r#"name="duration""#) && !with_scripts.contains("started_at"), "{html}");
        assert!(without.contains(r#"name="started_at""#) && without.contains(r#"name="ended_at""#), "{html}");
        assert!(!html.contains("required"), "either of them is enough: {html}");
    }

    #[test]
    fn an_entry_of_a_member_elsewhere_is_measured_by_the_clock_that_shows_it() {
        let moments =
            ["2026-03-29T01:30:00+13:00", "2026-03-29T04:30:00+13:00"].map(|text| OffsetDateTime::parse("at", text).expect("a moment"));
        let [from, to] = moments;
        let values = TimeFieldValues { day: "2026-03-29", from: "01:30", to: "05:30" };
        let said_in = |zone: &str| duration_text(&values, None, &offset(zone.to_owned(), Some(&(from.clone(), to.clone()))));
        assert_eq!(said_in("Europe/Berlin"), "4h", "there the clock is put forward at two");
        assert_eq!(said_in("Pacific/Auckland"), "4h");
        assert_eq!((is_elsewhere("Europe/Berlin", &from), is_elsewhere("Pacific/Auckland", &from)), (true, false));
    }

    #[test]
    fn it_is_said_how_long_two_times_are_apart() {
        let duration_text = [("09:00", "10:30"), ("22:15", "01:00"), ("09:00:30", "09:01"), ("09:00", "09:00"), ("09:00", "")]
            .map(|(from, to)| duration_text(&TimeFieldValues { day: "2026-11-20", from, to }, None, &|_| Some(3_600)));
        assert_eq!(duration_text, ["1h 30m", "2h 45m, to the next day", "30s", "0m", "–"]);
    }
}
