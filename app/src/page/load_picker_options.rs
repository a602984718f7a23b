//! What a picker offers: a whole list instead of a page of it.

use serde::{Deserialize, Serialize};

use super::Page;
use crate::error::Error;

/// The most pages that a picker is filled from. Nobody looks through more than a thousand names.
const PAGES_MAX: usize = 5;

/// Everything that can be picked, or as much of it as a picker holds.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PickerOptions<T> {
    /// What can be picked, in the order of the list.
    pub items: Vec<T>,
    /// Whether there is more than that.
    pub cut: bool,
}

impl<T> Default for PickerOptions<T> {
    fn default() -> Self {
        Self { items: Vec::new(), cut: false }
    }
}

impl<T> PickerOptions<T> {
    /// What to say beside the picker when there is more than it offers; `what` names the things.
    pub fn words(&self, what: &str) -> Option<String> {
        self.cut.then(|| {
            format!("Only the first {} {what} are offered here. Archive those that are done to reach the others.", self.items.len())
        })
    }
}

/// Follows a list from page to page. `fetch` asks for the page after a cursor.
pub async fn load_picker_options<T, F>(fetch: impl Fn(Option<String>) -> F) -> Result<PickerOptions<T>, Error>
where
    F: Future<Output = Result<Page<T>, Error>>,
{
    let (mut items, mut cursor) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = fetch(cursor).await?;
        items.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(PickerOptions { items, cut: cursor.is_some() })
}
