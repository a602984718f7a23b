//! The items that were cut from a record's list, in short form: each with its id, for later calls, and as much of its name as fits. The
//! lines of an invoice have no list operation of their own, so they could not be referred to otherwise.

use serde_json::{Map, Value};

/// A field of stored records only: the ids in the result of a dry run lead to nothing.
const PAGE: &str = "url";

/// The fields that serve as an item's name.
const CALLED: [&str; 3] = ["name", "number", "description"];

/// The fields that serve as an item's amount.
const COMES_TO: [&str; 3] = ["net", "total", "amount"];

/// Adds the items that were cut from a record's lists, each with a name of at most this many characters, or by its id alone; returns the
/// names of the added lists.
pub fn add(whole: &Value, cut: &mut Value, longest: usize) -> Vec<String> {
    let (Some(whole), Some(cut)) = (whole.as_object().filter(|fields| fields.contains_key(PAGE)), cut.as_object_mut()) else {
        return Vec::new();
    };
    let rests: Map<String, Value> = whole.iter().filter_map(|(name, list)| rest(name, list, cut, longest)).collect();
    let names = rests.keys().cloned().collect();
    cut.extend(rests);
    names
}

/// The cut items of one list; none where nothing was cut, or its items have no ids.
fn rest(name: &str, list: &Value, cut: &Map<String, Value>, longest: usize) -> Option<(String, Value)> {
    let shown = cut.get(name)?.as_array()?.len();
    let rest = list.as_array()?.get(shown..).filter(|rest| !rest.is_empty())?;
    let told: Value = rest.iter().map(|item| brief(item, longest)).collect::<Option<Vec<_>>>()?.into();
    Some((format!("further_{name}"), told))
}

fn brief(item: &Value, longest: usize) -> Option<String> {
    let id = item.get("id")?.as_str()?;
    if longest == 0 {
        return Some(id.to_owned());
    }
    let called: String = first_of(item, &CALLED).chars().take(longest).collect();
    let parts = [id, called.trim(), first_of(item, &COMES_TO)];
    Some(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

fn first_of<'a>(item: &'a Value, names: &[&str]) -> &'a str {
    names.iter().find_map(|name| item.get(*name)?.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn invoice() -> Value {
        let line = |id: &str| json!({ "id": id, "description": "Charts and legends", "net": "10.00 EUR" });
        json!({ "id": "1", "url": "https://stint.example", "lines": [line("a"), line("b"), line("c")], "warnings": ["One", "Two"] })
    }

    fn cut() -> Value {
        let mut cut = invoice();
        for (list, most) in [("lines", 1), ("warnings", 1)] {
            cut[list].as_array_mut().expect("a list").truncate(most);
        }
        cut
    }

    #[test]
    fn of_each_line_that_is_left_out_the_id_is_told_and_what_there_is_room_for() {
        for (longest, told) in [(6, ["b Charts 10.00 EUR", "c Charts 10.00 EUR"]), (0, ["b", "c"])] {
            let mut cut = cut();
            assert_eq!(add(&invoice(), &mut cut, longest), ["further_lines"]);
            assert_eq!((&cut["further_lines"], cut.get("further_warnings")), (&json!(told), None));
        }
    }

    #[test]
    fn of_what_is_shown_whole_or_is_only_tried_nothing_is_added() {
        let mut whole = invoice();
        assert!(add(&invoice(), &mut whole, 6).is_empty() && whole == invoice());
        let (mut tried, mut cut) = (invoice(), cut());
        tried.as_object_mut().expect("an object").remove(PAGE);
        assert!(add(&tried, &mut cut, 6).is_empty());
    }
}
