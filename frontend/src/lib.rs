//! The browser's entry: takes over the page that the server rendered.

use leptos::{mount::hydrate_from_async, prelude::document, server_fn::redirect::set_redirect_hook, tachys::dom::body};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Room for what is repeated when the program is cut into pieces. The linker lays constants over each other; each piece that reads one gets
/// it whole. Where that makes the data longer than it was, the splitter leaves all of it in the first load. Nothing reads this, so it
/// is in no piece.
#[used]
static ROOM_FOR_REPEATED_DATA: [u8; 16 * 1024] = [1; 16 * 1024];

/// Called by the page as soon as the program is there.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    // Signing in and out changes who is asking, which only a page of its own learns. It comes before the router's own hook.
    _ = set_redirect_hook(app::platform::navigate);
    app::platform::confirm_leaving_unsaved();
    // Not the framework's own way to spawn: that works only once hydration has begun.
    spawn_local(async {
        hydrate_from_async(body(), app::routes::App).await.forget();
        // From here on the page answers; tests and assistive tools may wait for this mark.
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-hydrated", "true");
        }
    });
}
