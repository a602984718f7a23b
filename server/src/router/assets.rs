//! The compiled pages: scripts, wasm, styles and pictures.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{HeaderValue, header};
use tower_http::services::ServeDir;

use super::Site;

/// How files below a folder are kept by browsers.
#[derive(Clone)]
struct Keeping {
    folder: String,
    rule: HeaderValue,
}

/// Serves what the build has put into the site's folder, compressed where the build has done that too; what is not
/// there goes on to `otherwise`.
pub fn or_else(otherwise: Router, site: &Site) -> Router {
    let options = &site.leptos;
    // A name that carries a hash of its content can be kept for ever; any other is asked for again each time.
    let rule = if options.hash_files { "public, max-age=31536000, immutable" } else { "no-cache" };
    let keeping = Keeping { folder: options.site_pkg_dir_route_base(), rule: HeaderValue::from_static(rule) };
    let files = ServeDir::new(&*options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(otherwise);
    Router::new().fallback_service(files).layer(from_fn_with_state(keeping, keep))
}

async fn keep(State(keeping): State<Keeping>, request: Request, next: Next) -> Response {
    let compiled = request.uri().path().starts_with(&keeping.folder);
    let mut response = next.run(request).await;
    if compiled && (response.status().is_success() || response.status().is_redirection()) {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(keeping.rule);
    }
    response
}
