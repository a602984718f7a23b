//! Truncates an answer to the size limit, and says how much is shown of how much, and how to get the rest.

use app::{
    context::Caller,
    operation::{Effect, Operation, is_callable},
    page::characters,
};
use serde_json::{Map, Value};

use super::{concise::BUDGETS, omitted_items};

/// The longest answer, in characters of JSON; clients cut off longer ones without saying so.
pub const ANSWER_MAX: usize = 25_000;

/// The field that says that an answer was shortened.
pub const NOTICE: &str = "notice";

/// The lengths of texts, step by step, while that is enough to keep every item of every list.
const TEXTS: [usize; 7] = [8_000, 2_000, 1_000, 500, 200, 100, 50];

/// The length of texts where lists are cut, too.
const TEXT_BESIDE: usize = 200;

/// The numbers of items that each list keeps, step by step.
const ITEMS: [usize; 8] = [200, 100, 50, 20, 10, 5, 3, 1];

/// The lengths, step by step, of the names of items that are cut from a record's list, with the fewest full items that are kept for their
/// sake: names are dropped before hardly an item is shown in full. `None` is the id alone; where not even the ids fit, they are left out.
const NAMES: [(Option<usize>, usize); 3] = [(Some(40), 10), (Some(0), 1), (None, 1)];

/// How the hints to a shorter invoice begin. It bills the same time, so that a dry run has as many changes.
const FEWER_LINES: &str = "For fewer lines ";

/// The hint to fewer lines than the grouping makes that was asked for; one line per project is the default.
fn fewer_lines(arguments: &Value) -> &'static str {
    match arguments["group_by"].as_str().map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "project") => "For fewer lines narrow the days.",
        Some("day") => "For fewer lines group_by project, or narrow the days.",
        Some(_) => "For fewer lines group_by project or day, or narrow the days.",
    }
}

/// The list of the changes of a dry run.
const CHANGES: &str = "changes";

/// The fields that are never cut.
const WHOLE: [&str; 3] = [NOTICE, "url", "next_cursor"];

/// One list, with the number of items that are shown and that exist.
#[derive(Debug, Clone, PartialEq)]
pub struct TruncatedList {
    /// The name of its field.
    pub name: String,
    /// The number of items that are shown.
    pub shown: usize,
    /// The number of items that exist; none where the answer says it elsewhere.
    pub of: Option<usize>,
}

/// What was cut.
#[derive(Debug, Default, PartialEq)]
pub struct Truncation {
    /// Lists that were cut before the answer was checked as a whole.
    before: Vec<TruncatedList>,
    lists: Vec<TruncatedList>,
    /// The lists with the short form of items that were cut from others.
    further: Vec<String>,
    texts: bool,
}

impl Truncation {
    /// Starts with lists that were cut already.
    pub fn of(lists: impl IntoIterator<Item = TruncatedList>) -> Self {
        Self { before: lists.into_iter().collect(), ..Self::default() }
    }

    /// Adds a cut list: lists of one name are counted together.
    fn list(&mut self, name: &str, shown: usize, of: usize) {
        match self.lists.iter_mut().find(|list| list.name == name) {
            Some(list) => *list = TruncatedList { name: name.to_owned(), shown: list.shown + shown, of: list.of.map(|all| all + of) },
            None => self.lists.push(TruncatedList { name: name.to_owned(), shown, of: Some(of) }),
        }
    }

    /// All cut lists, each once: one that was cut before keeps its earlier total.
    fn all(&self) -> impl Iterator<Item = TruncatedList> {
        let later =
            |before: &TruncatedList| self.lists.iter().find(|list| list.name == before.name).map_or(before.shown, |list| list.shown);
        let before = self.before.iter().map(move |list| TruncatedList { shown: later(list), ..list.clone() });
        before.chain(self.lists.iter().filter(|list| self.before.iter().all(|before| before.name != list.name)).cloned())
    }

    /// The notice about the cuts, with the hint to the rest.
    fn told(&self, way: Option<&str>) -> Option<String> {
        let lists = self.all().map(|TruncatedList { name, shown, of }| match of {
            Some(of) => format!("{shown} of {of} {name}"),
            None => format!("the first {shown} {name}"),
        });
        let lists = lists.collect::<Vec<_>>().join(", ");
        let shown = match (lists.is_empty(), self.texts) {
            (true, false) => return None,
            (true, true) => "Shortened: long texts are cut off.".to_owned(),
            (false, false) => format!("Shortened: {lists} are shown."),
            (false, true) => format!("Shortened: {lists} are shown, and long texts are cut off."),
        };
        let leads_on = |way: &&str| !way.starts_with(FEWER_LINES) || self.all().any(|list| list.name != CHANGES);
        let way = way.filter(leads_on);
        let further = (!self.further.is_empty()).then(|| format!("The others stand in {}, each with its id.", self.further.join(", ")));
        Some(std::iter::once(shown).chain(further).chain(way.map(str::to_owned)).collect::<Vec<_>>().join(" "))
    }
}

/// A hint to what was cut, for callers who may follow it.
struct NextStep {
    /// The operation that shows it; none for the same one.
    by: Option<&'static str>,
    words: &'static str,
}

/// The hint for this caller to what is cut from an answer of this operation to these arguments.
pub fn next_step(caller: &Caller, operation: &Operation, arguments: &Value, answer: &Value) -> Option<&'static str> {
    next_steps(operation, arguments, answer).into_iter().find(|way| way.by.is_none_or(|by| is_callable(caller, by))).map(|way| way.words)
}

/// The hints to what is cut from an answer, best first.
fn next_steps(operation: &Operation, arguments: &Value, answer: &Value) -> Vec<NextStep> {
    let way = |words| vec![NextStep { by: None, words }];
    let tried = answer["dry_run"] == true;
    let has = |field: &str| answer.get(field).is_some();
    let page = NextStep { by: None, words: "The page at url shows all of it." };
    match operation.declaration.name {
        "preview_invoice" => way(fewer_lines(arguments)),
        "draft_invoice" | "draft_invoices" if tried => way(fewer_lines(arguments)),
        "draft_invoices" => vec![NextStep { by: Some("list_invoices"), words: "list_invoices shows each draft." }],
        "create_time_entries" | "update_time_entries" if tried => way("Try fewer at once to see all of them."),
        _ if tried && has("lines") => way("Once it is done, its page shows all of its lines."),
        // The result of a dry run is on no page and in no document.
        _ if tried => Vec::new(),
        "create_time_entries" | "update_time_entries" => {
            vec![NextStep { by: Some("list_time_entries"), words: "list_time_entries shows all of them with their ids, page by page." }]
        }
        _ if has("lines") && has("url") => {
            vec![NextStep { by: Some("get_invoice_document"), words: "get_invoice_document gives a PDF with all of it." }, page]
        }
        _ if has("url") => vec![page],
        _ if operation.declaration.effect == Effect::Read => way("Ask for less at once."),
        _ => Vec::new(),
    }
}

/// Cuts long texts until the answer fits, and then its lists. `before` was cut already. The work grows with what is shown, and hardly with
/// the answer: it may be of megabytes, and others wait meanwhile.
pub fn fit(answer: Value, before: Truncation, way: Option<&str>) -> Value {
    if may_fit(&answer, WHOLE_ANSWER) {
        let whole = noted(answer.clone(), &before, way);
        if characters(&whole) <= ANSWER_MAX {
            return whole;
        }
    }
    let texts = TEXTS.iter().map(|text| (Limits { text: *text, items: usize::MAX }, None));
    let items_down_to = |fewest: usize| ITEMS.into_iter().filter(move |items| *items >= fewest);
    let lists =
        NAMES.into_iter().flat_map(|(name, fewest)| items_down_to(fewest).map(move |items| (Limits { text: TEXT_BESIDE, items }, name)));
    let shortened = |(limits, name_longest): (Limits, Option<usize>)| {
        let mut cut = Truncation::of(before.before.clone());
        let mut shorter = shorten("", &answer, limits, &mut cut);
        cut.further = name_longest.map(|longest| omitted_items::add(&answer, &mut shorter, longest)).unwrap_or_default();
        noted(shorter, &cut, way)
    };
    let mut possible = texts.chain(lists).filter(|(limits, _)| may_fit(&answer, *limits)).map(shortened);
    possible.find(|fitting| characters(fitting) <= ANSWER_MAX).unwrap_or_else(|| shortened(SHORTEST))
}

/// The limits of a step: the length of texts in characters, and the number of items of each list.
#[derive(Debug, Clone, Copy)]
struct Limits {
    text: usize,
    items: usize,
}

const WHOLE_ANSWER: Limits = Limits { text: usize::MAX, items: usize::MAX };

/// The last step, which is taken even if it does not fit.
const SHORTEST: (Limits, Option<usize>) = (Limits { text: TEXT_BESIDE, items: 1 }, None);

/// Whether what the limits keep of the answer can be short enough. Counts no further than the size limit.
fn may_fit(answer: &Value, limits: Limits) -> bool {
    count_down("", answer, limits, &mut ANSWER_MAX.clone()).is_some()
}

/// Takes the least number of characters that a value needs from those that are left; none where they do not suffice.
fn count_down(name: &str, value: &Value, limits: Limits, left: &mut usize) -> Option<()> {
    let limits = limits_of(name, limits);
    let own = match value {
        Value::String(text) => 2 + text.chars().take(limits.text.min(*left)).count(),
        Value::Array(_) | Value::Object(_) => 2,
        _ => 1,
    };
    *left = left.checked_sub(own)?;
    match value {
        Value::Array(items) => items.iter().take(limits.items).try_for_each(|item| count_down(name, item, limits, left)),
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            *left = left.checked_sub(name.len())?;
            count_down(name, field, limits, left)
        }),
        _ => Some(()),
    }
}

/// The limits of a field. A notice and the address of a record stay whole, and so does the usage of a budget; lists of budgets are cut as
/// other lists.
fn limits_of(name: &str, limits: Limits) -> Limits {
    match name {
        name if WHOLE.contains(&name) => WHOLE_ANSWER,
        name if BUDGETS.contains(&name) => Limits { text: usize::MAX, ..limits },
        _ => limits,
    }
}

/// The answer with the notice about its cuts, after an existing one.
fn noted(mut answer: Value, cut: &Truncation, way: Option<&str>) -> Value {
    if let (Some(told), Value::Object(fields)) = (cut.told(way), &mut answer) {
        let said = fields.get(NOTICE).and_then(Value::as_str).map(|said| format!("{said} ")).unwrap_or_default();
        fields.insert(NOTICE.to_owned(), Value::from(said + &told));
    }
    answer
}

/// A copy of what the limits keep of a value.
fn shorten(name: &str, value: &Value, limits: Limits, cut: &mut Truncation) -> Value {
    let limits = limits_of(name, limits);
    match value {
        Value::String(text) => match text.char_indices().nth(limits.text) {
            Some((end, _)) => {
                cut.texts = true;
                Value::from(format!("{}…", &text[..end]))
            }
            None => value.clone(),
        },
        Value::Array(items) => {
            let kept = items.len().min(limits.items);
            if items.len() > kept {
                cut.list(name, kept, items.len());
            }
            items.iter().take(kept).map(|item| shorten(name, item, limits, cut)).collect()
        }
        Value::Object(fields) => {
            fields.iter().map(|(name, field)| (name.clone(), shorten(name, field, limits, cut))).collect::<Map<_, _>>().into()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn notice(answer: &Value) -> &str {
        answer[NOTICE].as_str().unwrap_or_default()
    }

    #[test]
    fn a_long_answer_is_cut_until_it_fits_and_says_of_what_how_much_is_shown() {
        let long = json!({ "id": 1, "note": "ä".repeat(60_000), "lines": vec![json!({ "text": "x".repeat(90) }); 2_000] });
        let cut = fit(long, Truncation::default(), Some("Do this."));
        assert!(characters(&cut) <= ANSWER_MAX);
        let shown = cut["lines"].as_array().map_or(0, Vec::len);
        assert_eq!(notice(&cut), format!("Shortened: {shown} of 2000 lines are shown, and long texts are cut off. Do this."));
        assert_eq!(cut["id"], 1);
    }

    #[test]
    fn texts_are_cut_before_an_item_is_left_out_and_a_budget_is_told_whole() {
        let used = "12h 30m of 20h used, 7h 30m left (62.5 %); 630.00 of 2000.00 EUR used, 1370.00 EUR left";
        let items: Vec<_> = (0..90).map(|id| json!({ "id": id, "description": "x".repeat(400) })).collect();
        let cut = fit(json!({ "items": items, "budgets": [used], "budget": used }), Truncation::default(), None);
        assert_eq!((&cut["budget"], &cut["budgets"][0]), (&json!(used), &json!(used)));
        let many = fit(json!({ "items": [1], "budgets": vec![used; 400] }), Truncation::default(), None);
        let shown = many["budgets"].as_array().map_or(0, Vec::len);
        assert!(characters(&many) <= ANSWER_MAX && notice(&many).contains(&format!("{shown} of 400 budgets")), "{}", notice(&many));
        assert_eq!(cut["items"].as_array().map(Vec::len), Some(90));
        assert_eq!(notice(&cut), "Shortened: long texts are cut off.");
    }

    #[test]
    fn what_was_cut_and_said_before_is_counted_and_said_still() {
        let before = || Truncation::of([TruncatedList { name: "changes".to_owned(), shown: 50, of: Some(118) }]);
        let short = fit(json!({ "changes": vec![1; 50] }), before(), None);
        assert_eq!(notice(&short), "Shortened: 50 of 118 changes are shown.");
        let long = json!({ "changes": vec![json!({ "after": vec!["x".repeat(40); 40] }); 50], NOTICE: "Pass next_cursor." });
        let cut = fit(long, before(), None);
        let shown = cut["changes"].as_array().map_or(0, Vec::len);
        assert!(
            shown < 50 && notice(&cut).starts_with(&format!("Pass next_cursor. Shortened: {shown} of 118 changes")),
            "{}",
            notice(&cut)
        );
        let uncounted = Truncation::of([TruncatedList { name: "changes".to_owned(), shown: 50, of: None }]);
        assert_eq!(notice(&fit(json!({}), uncounted, None)), "Shortened: the first 50 changes are shown.");
    }

    #[test]
    fn of_changes_that_are_left_out_nobody_is_told_to_group_the_lines() {
        let list = |name: &str| TruncatedList { name: name.to_owned(), shown: 50, of: Some(118) };
        let way = fewer_lines(&json!({ "group_by": "entry" }));
        let told = |lists: &[&str]| Truncation::of(lists.iter().map(|name| list(name))).told(Some(way)).unwrap_or_default();
        assert_eq!(told(&[CHANGES]), "Shortened: 50 of 118 changes are shown.");
        assert!(told(&[CHANGES, "lines"]).ends_with(way));
    }

    #[test]
    fn no_hint_recommends_the_grouping_in_use() {
        for (group_by, named) in
            [(json!(null), ""), (json!("project"), ""), (json!("Day"), "group_by project,"), (json!("entry"), "project or day")]
        {
            let told = fewer_lines(&json!({ "group_by": group_by }));
            assert!(told.starts_with(FEWER_LINES) && told.contains(named), "{group_by}: {told}");
            assert_eq!(told.contains("group_by"), !named.is_empty(), "{group_by}: {told}");
        }
    }

    #[test]
    fn what_is_left_out_loses_its_name_before_hardly_a_line_is_shown_whole() {
        let line =
            |id: usize| json!({ "id": format!("{id:036}"), "description": "x".repeat(200), "note": "y".repeat(200), "net": "10.00 EUR" });
        let invoice = |lines: usize| json!({ "url": "https://stint.example", "lines": (0..lines).map(line).collect::<Vec<_>>() });
        for (lines, named) in [(150, true), (260, false)] {
            let cut = fit(invoice(lines), Truncation::default(), None);
            let further = cut["further_lines"].as_array().expect("the others");
            let shown = cut["lines"].as_array().map_or(0, Vec::len);
            assert!(shown >= 10 && shown + further.len() == lines, "{shown} of {lines}");
            assert_eq!(further[0].as_str().is_some_and(|told| told.contains(' ')), named, "{}", further[0]);
        }
    }

    #[test]
    fn lists_of_one_name_are_counted_together() {
        let actions = vec![json!({ "records": vec![json!({ "name": "x".repeat(30) }); 60] }); 20];
        let cut = fit(json!({ "items": actions }), Truncation::default(), None);
        let records: usize =
            cut["items"].as_array().expect("items").iter().filter_map(|item| item["records"].as_array().map(Vec::len)).sum();
        assert!(notice(&cut).contains(&format!("{records} of 1200 records")), "{}", notice(&cut));
    }

    #[test]
    fn a_short_answer_stays_as_it_is() {
        let short = json!({ "items": [1, 2, 3] });
        assert_eq!(fit(short.clone(), Truncation::default(), Some("Do this.")), short);
    }
}
