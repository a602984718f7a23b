//! Keeps flash messages from covering what people are looking at.

use js_sys::{Function, Reflect};
use leptos::{prelude::document, wasm_bindgen::JsCast};
use web_sys::Element;

/// Elements that must not be covered: the focused one, and questions, refusals and notes that refer to a field.
const KEPT_CLEAR: &str = ":focus, .asks-rate, .refusal, [role=note]";

/// Moves a message from the lower to the upper edge while it would cover one of those elements at the lower edge.
pub fn avoid_overlap(words: &Element) {
    let covers = |edge: &str| {
        _ = words.set_attribute("data-edge", edge);
        covered(words)
    };
    if covers("lower") > 0 && covers("upper") > 0 {
        _ = words.set_attribute("data-edge", "lower");
    }
}

/// The number of those elements that the message covers.
fn covered(words: &Element) -> usize {
    let Some(over) = words.query_selector(".flash-messages").ok().flatten().and_then(|shown| Edges::of(&shown)) else { return 0 };
    let Ok(kept) = document().query_selector_all(KEPT_CLEAR) else { return 0 };
    let kept = (0..kept.length()).filter_map(|at| kept.item(at)).filter(|node| !words.contains(Some(node)));
    kept.filter_map(|node| Edges::of(&node.dyn_into().ok()?)).filter(|kept| over.meet(kept)).count()
}

/// The edges of an element in the window.
struct Edges {
    top: f64,
    right: f64,
    bottom: f64,
    left: f64,
}

impl Edges {
    fn of(element: &Element) -> Option<Self> {
        let measure: Function = Reflect::get(element, &"getBoundingClientRect".into()).ok()?.dyn_into().ok()?;
        let rectangle = measure.call0(element).ok()?;
        let edge = |name: &str| Reflect::get(&rectangle, &name.into()).ok()?.as_f64();
        Some(Self { top: edge("top")?, right: edge("right")?, bottom: edge("bottom")?, left: edge("left")? })
    }

    fn meet(&self, other: &Self) -> bool {
        let beside = self.right <= other.left || other.right <= self.left;
        !beside && self.top < other.bottom && other.top < self.bottom
    }
}
