//! The input history of the composer: earlier messages, brought back with the arrow keys.

/// The position in the history; `None` while new text is written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct InputHistory(Option<usize>);

impl InputHistory {
    /// The message before the present position. `said` has the oldest first.
    pub(super) fn earlier<'a>(&mut self, said: &'a [String]) -> Option<&'a str> {
        let at = match self.0 {
            None => said.len().checked_sub(1),
            Some(at) => at.min(said.len()).checked_sub(1),
        }?;
        self.0 = Some(at);
        said.get(at).map(String::as_str)
    }

    /// The message after the present position; empty text after the latest.
    pub(super) fn later<'a>(&mut self, said: &'a [String]) -> Option<&'a str> {
        let at = self.0? + 1;
        self.0 = (at < said.len()).then_some(at);
        Some(said.get(at).map_or("", String::as_str))
    }

    /// Whether the text is the unchanged message at this position, so that the arrow keys move through the history.
    pub(super) fn shows(self, text: &str, said: &[String]) -> bool {
        self.0.is_some_and(|at| said.get(at).is_some_and(|said| said == text))
    }

    /// Leaves the history, because new text is written.
    pub(super) fn leave(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_comes_first_and_the_oldest_stays() {
        let said = ["one".to_owned(), "two".to_owned()];
        let mut recall = InputHistory::default();
        assert_eq!([recall.earlier(&said), recall.earlier(&said), recall.earlier(&said)], [Some("two"), Some("one"), None]);
        assert!(recall.shows("one", &said) && !recall.shows("two", &said));
        assert_eq!([recall.later(&said), recall.later(&said), recall.later(&said)], [Some("two"), Some(""), None]);
        assert_eq!(recall.earlier(&said), Some("two"));
        recall.leave();
        assert!(!recall.shows("two", &said));
        assert_eq!(InputHistory::default().earlier(&[]), None);
    }
}
