//! The browser's entry: hydrates the page that the server rendered.

use leptos::{mount::hydrate_from_async, prelude::document, server_fn::redirect::set_redirect_hook, tachys::dom::body};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::spawn_local;

/// Room for data that is repeated when the program is split into chunks. The linker overlaps constants, and each chunk that reads one gets
/// a whole copy; where the data became longer than before, the splitter would leave all of it in the first load. Nothing reads this static,
/// so it is in no chunk.
#[used]
static ROOM_FOR_REPEATED_DATA: [u8; 16 * 1024] = [1; 16 * 1024];

/// Called by the page as soon as the program is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        app::platform::load_anew();
    }));
    app::platform::note_clicked_links();
    // Signing in and out changes the user, which needs a new document. The hook is set before the router's own.
    _ = set_redirect_hook(app::platform::navigate);
    app::platform::confirm_leaving_unsaved();
    // The framework's own function for this works only once hydration has begun.
    spawn_local(async {
        hydrate_from_async(body(), app::routes::App).await.forget();
        // From here on the page is interactive; tests and assistive technology may wait for this mark.
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-hydrated", "true");
        }
    });
}
