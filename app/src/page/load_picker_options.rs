//! Options of pickers: a whole list in place of one page.

use serde::{Deserialize, Serialize};

use super::Page;
use crate::error::Error;

/// The maximum number of pages that a picker loads. Nobody looks through more than a thousand names.
const PAGES_MAX: usize = 5;

/// The options of a picker, up to the maximum.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct PickerOptions<T> {
    /// The options, in the order of the list.
    pub items: Vec<T>,
    /// Whether the list has more items than these.
    pub cut: bool,
}

impl<T> Default for PickerOptions<T> {
    fn default() -> Self {
        Self { items: Vec::new(), cut: false }
    }
}

impl<T> PickerOptions<T> {
    /// The note beside a picker whose list is truncated; `what` names the items.
    pub fn words(&self, what: &str) -> Option<String> {
        self.cut.then(|| {
            format!("Only the first {} {what} are offered here. Archive those that are done to reach the others.", self.items.len())
        })
    }
}

/// Loads a list page by page. `fetch` returns the page after a cursor.
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
