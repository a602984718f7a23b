//! The compiled pages: scripts, wasm, styles and pictures.

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use tower_http::services::ServeDir;

use super::Site;
use crate::refusal::Refusal;

/// Serves what the build has put into the site's folder, compressed where the build has done that too.
pub fn service(site: &Site) -> Router {
    let options = &site.leptos;
    // Names that carry a hash of their content can be kept for ever; others are asked for again each time.
    let kept = if options.hash_files { "public, max-age=31536000, immutable" } else { "no-cache" };
    let pkg = options.site_pkg_dir_route_base();
    let files = ServeDir::new(&*options.site_root).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    Router::new().fallback_service(files).layer(from_fn_with_state((pkg, kept), found))
}
