//! What a read that was typed as a command found, in lines for the person who typed it: bounded in number, with the sums and the next step.

use domain::{
    day::Day,
    hours::WorkDuration,
    money::{self, Money},
    text::excerpt,
};
use serde_json::Value;

use crate::{
    invoices::{InvoiceStatus, UnbilledByProject, UnbilledTime},
    summary::ClientRef,
};

/// The maximum number of lines.
const LINES_MAX: usize = 10;

/// The lines of a result as Markdown, for the organization of this slug; `None` for what is no list, and for an empty list.
pub fn lines(operation: &str, result: &Value, slug: &str) -> Option<String> {
    match operation {
        "list_unbilled" => unbilled(serde_json::from_value(result.clone()).ok()?, slug),
        _ => listed(result),
    }
}

/// The unbilled time of one client.
struct ClientSum {
    client: ClientRef,
    /// Seconds.
    worked: i64,
    /// Seconds of it without a rate.
    without_rate: i64,
    /// One sum per currency.
    amounts: Vec<Money>,
}

impl ClientSum {
    fn of(client: ClientRef) -> Self {
        Self { client, worked: 0, without_rate: 0, amounts: Vec::new() }
    }

    fn add(&mut self, project: UnbilledByProject) {
        self.worked = self.worked.saturating_add(project.worked.seconds);
        self.without_rate = self.without_rate.saturating_add(project.without_rate.seconds);
        match self.amounts.iter_mut().find(|sum| sum.currency == project.amount.currency) {
            Some(sum) => sum.amount = sum.amount.saturating_add(project.amount.amount),
            None => self.amounts.push(project.amount),
        }
    }

    /// `Acme: 330.00 EUR · 5h 45m`. Where the list `goes_on` with the client, the sums are the least there is.
    fn line(&self, goes_on: bool) -> String {
        let amounts: Vec<String> = self.amounts.iter().map(Money::text).collect();
        let worked = WorkDuration::of(self.worked).text;
        let no_rate = WorkDuration::of(self.without_rate).text;
        let no_rate = if self.without_rate > 0 { format!(" ({no_rate} of it has no rate yet)") } else { String::new() };
        let least = if goes_on { "at least " } else { "" };
        format!("- {}: {least}{} · {least}{worked}{no_rate}", excerpt(&self.client.name), amounts.join(" and "))
    }
}

/// A line for each client with what its time is worth before rounding, and how to bill it.
fn unbilled(page: UnbilledTime, slug: &str) -> Option<String> {
    let is_cut = page.next_cursor.is_some();
    let mut sums: Vec<ClientSum> = Vec::new();
    for project in page.items {
        if sums.last().is_none_or(|sum| sum.client.id != project.client.id) {
            sums.push(ClientSum::of(project.client.clone()));
        }
        sums.last_mut()?.add(project);
    }
    // A command takes the whole name, and bills no other days than were asked for.
    let days = page.from.zip(page.to).map(|(from, to)| format!(" {from}..{to}")).unwrap_or_default();
    let first = format!("{}{days}", sums.first()?.client.name);
    // The next page may go on with the last client.
    let goes_on = |at: usize| is_cut && at + 1 == sums.len();
    let mut lines: Vec<String> = sums.iter().enumerate().take(LINES_MAX).map(|(at, sum)| sum.line(goes_on(at))).collect();
    if is_cut || sums.len() > LINES_MAX {
        lines.push("- and more: `/unbilled` with a name shows one client alone".to_owned());
    }
    lines.push(format!("\nTo bill it, [draft an invoice](/o/{slug}/invoices/new), or type `/invoice {first}`."));
    Some(lines.join("\n"))
}

/// A line for each record of a list.
fn listed(result: &Value) -> Option<String> {
    let items = result.get("items")?.as_array()?;
    let mut lines: Vec<String> = items.iter().take(LINES_MAX).filter_map(line).map(|line| format!("- {line}")).collect();
    if lines.is_empty() {
        return None;
    }
    let is_cut = result.get("next_cursor").is_some_and(|cursor| !cursor.is_null());
    match items.len().saturating_sub(LINES_MAX) {
        _ if is_cut => lines.push("- and more".to_owned()),
        0 => {}
        more => lines.push(format!("- and {more} more")),
    }
    Some(lines.join("\n"))
}

/// What a record is called, and its figures: `2026-0001 · Acme · Partly paid · 1,080.00 EUR`.
fn line(item: &Value) -> Option<String> {
    let text = |path: &str| item.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty()).map(excerpt);
    let day = text("/day").and_then(|day| Day::parse("day", &day).ok()).map(|day| day.label());
    let names: Vec<String> = ["/client/name", "/project/name", "/name"].into_iter().filter_map(text).collect();
    let names = (!names.is_empty()).then(|| names.join(" / "));
    let words = [day, text("/number"), names, text("/description"), text("/told"), text("/text")];
    let words: Vec<String> = words.into_iter().flatten().collect();
    if words.is_empty() {
        return None;
    }
    let amount = ["total", "amount", "unbilled"].into_iter().find_map(|field| money::text_of_json(item.get(field)?));
    let status = item.get("status").map(|status| match serde_json::from_value::<InvoiceStatus>(status.clone()) {
        Ok(status) => status.label().to_owned(),
        Err(_) => status.as_str().unwrap_or_default().replace('_', " "),
    });
    let figures = [status.filter(|status| !status.is_empty()), text("/worked/text"), amount];
    Some(words.into_iter().chain(figures.into_iter().flatten()).collect::<Vec<_>>().join(" · "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_told_in_a_bounded_number_of_lines() {
        let invoice = |number: usize| json!({"number": format!("2026-{number:04}"), "client": {"name": "Acme"}, "status": "partly_paid", "total": {"amount": "1080.00", "currency": "EUR"}});
        let told = |many: usize| lines("list_invoices", &json!({"items": (1..=many).map(invoice).collect::<Vec<_>>()}), "ada");
        assert_eq!(told(0), None);
        assert_eq!(told(1).as_deref(), Some("- 2026-0001 · Acme · Partly paid · 1,080.00 EUR"));
        let many = told(25).expect("lines");
        assert!(many.lines().count() == LINES_MAX + 1 && many.ends_with("- and 15 more"), "{many}");
        assert_eq!(lines("get_client", &json!({"name": "Acme"}), "ada"), None);
    }

    /// An item of the unbilled time: an hour of a project of this client.
    fn unbilled_hour(client: usize, project: usize) -> Value {
        let id = |kind: usize, number: usize| format!("01980000-0000-7000-8000-{kind:04}{number:08}");
        json!({
            "client": {"id": id(1, client), "name": format!("Client {client}")},
            "project": {"id": id(2, project), "name": format!("Project {project}")},
            "worked": {"seconds": 3_600, "text": "1h"}, "without_rate": {"seconds": 0, "text": "0m"},
            "amount": {"amount": "120.00", "currency": "EUR"}, "entries": 1, "oldest": "2026-11-20", "newest": "2026-11-20",
        })
    }

    #[test]
    fn the_sum_of_a_client_with_whom_the_list_goes_on_is_the_least_there_is() {
        let told = |items: Vec<Value>, next: Option<&str>| lines("list_unbilled", &json!({"items": items, "next_cursor": next}), "ada");
        let both = || vec![unbilled_hour(1, 1), unbilled_hour(1, 2), unbilled_hour(2, 3)];
        let cut = told(both(), Some("more")).expect("lines");
        assert!(cut.starts_with("- Client 1: 240.00 EUR · 2h\n- Client 2: at least 120.00 EUR · at least 1h\n- and more"), "{cut}");
        let whole = told(both(), None).expect("lines");
        assert!(!whole.contains("at least") && !whole.contains("and more"), "{whole}");
        let only = told(vec![unbilled_hour(1, 1)], Some("more")).expect("a client with more projects than the page holds is told too");
        assert!(only.starts_with("- Client 1: at least 120.00 EUR · at least 1h\n"), "{only}");
    }

    #[test]
    fn the_next_step_bills_no_other_days_than_were_asked_for() {
        let of_days = json!({"items": [unbilled_hour(1, 1)], "from": "2026-11-01", "to": "2026-11-30"});
        let told = lines("list_unbilled", &of_days, "ada").expect("lines");
        assert!(told.ends_with("or type `/invoice Client 1 2026-11-01..2026-11-30`."), "{told}");
    }
}
