//! A page whose program has stopped, such as because a chunk of it is of another build or out of reach: it loads as a new document, which
//! the server renders.

use std::cell::RefCell;

use js_sys::{Date, Reflect};
use leptos::{
    prelude::{document, window},
    wasm_bindgen::JsCast,
};
use web_sys::Element;

use super::listen;

/// Links that were clicked longer ago in milliseconds are not what the program stopped at.
const RECENT: i64 = 30_000;

/// A page that stops again within this time in milliseconds stays as the server sent it.
const AGAIN: i64 = 15_000;

/// The place in the session storage of the time at which a page was loaded anew.
const LOADED: &str = "stint-loaded-anew";

const OUT_OF_REACH: &str = "Stint is out of reach. This page loads as soon as you are online again.";

thread_local! {
    /// The address of the link that was clicked last, and when.
    static CLICKED: RefCell<Option<(String, i64)>> = const { RefCell::new(None) };
}

/// Notes which link is clicked, for [`load_anew`].
pub fn note_clicked_links() {
    listen("click", |event| {
        let link = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest("a[href]").ok()?);
        let address = link.and_then(|link| Reflect::get(&link, &"href".into()).ok()?.as_string());
        if let Some(address) = address.filter(|address| address.starts_with(&origin())) {
            CLICKED.replace(Some((address, now())));
        }
    });
}

/// Loads the page that was asked for as a new document, at once or when the browser is online again.
pub fn load_anew() {
    if window().navigator().on_line() {
        return load();
    }
    say(OUT_OF_REACH);
    listen("online", |_| load());
}

fn load() {
    let Ok(Some(storage)) = window().session_storage() else { return };
    let before = storage.get_item(LOADED).ok().flatten().and_then(|at| at.parse::<i64>().ok());
    if before.is_some_and(|before| now() - before < AGAIN) || storage.set_item(LOADED, &now().to_string()).is_err() {
        return;
    }
    let clicked = CLICKED.take().filter(|(_, at)| now() - at < RECENT).map(|(address, _)| address);
    let location = window().location();
    _ = match clicked.filter(|address| location.href().is_ok_and(|here| here != *address)) {
        Some(address) => location.set_href(&address),
        None => location.reload(),
    };
}

/// The time in whole milliseconds: reading and writing fractions would be 14 kB of program.
fn now() -> i64 {
    Date::now() as i64
}

fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Shows words at the place of confirmations. The framework has stopped, so the document is changed as it is.
fn say(words: &str) {
    let place = document().create_element("div").ok();
    if let (Some(place), Some(body)) = (place, document().body()) {
        _ = place.set_attribute("class", "flash");
        _ = place.set_attribute("role", "alert");
        if let Ok(line) = document().create_element("p") {
            line.set_text_content(Some(words));
            _ = place.append_child(&line);
        }
        _ = body.append_child(&place);
    }
}
