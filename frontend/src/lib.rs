//! The browser's entry: takes over the page that the server rendered.

use leptos::{mount::hydrate_from_async, prelude::document, server_fn::redirect::set_redirect_hook, tachys::dom::body};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Called by the page as soon as the program is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    // Signing in and out changes who is asking, which only a page of its own learns. It comes before the router's own hook.
    _ = set_redirect_hook(app::ends::go);
    // Not the framework's own way to spawn: that works only once hydration has begun.
    spawn_local(async {
        hydrate_from_async(body(), app::routes::App).await.forget();
        // From here on the page answers; tests and assistive tools may wait for this mark.
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-hydrated", "true");
        }
    });
}
