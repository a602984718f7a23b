//! Static assets: the compiled scripts, wasm, styles and pictures of the pages.

use std::{env, fs, path::Path};

use anyhow::{Context, ensure};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use http::{HeaderValue, header};
use leptos::prelude::LeptosOptions;
use percent_encoding::percent_decode_str;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use super::Site;

/// The longest file name in bytes, with room for the suffix of a compressed file: file systems take 255 bytes.
const NAME_LONGEST: usize = 250;

/// The longest file path in bytes, likewise: Linux takes 4,095.
const PATH_LONGEST: usize = 4_000;

/// The cache policy of files below a folder.
#[derive(Clone)]
struct CachePolicy {
    folder: String,
    rule: HeaderValue,
}

/// Serves the files of the site's folder, compressed where the build has done that too; other paths go on to `otherwise`.
pub fn serve_or_else(otherwise: Router, site: &Site) -> Router {
    let options = &site.leptos;
    // A file with a hash of its content in its name is cached for ever; any other is revalidated each time.
    let rule = if options.hash_files { "public, max-age=31536000, immutable" } else { "no-cache" };
    let policy = CachePolicy { folder: options.site_pkg_dir_route_base(), rule: HeaderValue::from_static(rule) };
    let files = ServeDir::new(&*options.site_root)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(otherwise.clone());
    let longest = PATH_LONGEST.saturating_sub(options.site_root.len());
    let files = Router::new().fallback_service(files).layer(from_fn_with_state(policy, set_cache_control));
    files.layer(from_fn_with_state((longest, otherwise), pass_invalid_paths))
}

/// Passes paths that no file system accepts on to `otherwise`.
async fn pass_invalid_paths(State((longest, otherwise)): State<(usize, Router)>, request: Request, next: Next) -> Response {
    if can_be_a_file(request.uri().path(), longest) {
        return next.run(request).await;
    }
    otherwise.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// Whether a path of at most this many bytes can be one of a file.
fn can_be_a_file(path: &str, longest: usize) -> bool {
    let path: Vec<u8> = percent_decode_str(path).collect();
    path.len() <= longest && !path.contains(&0) && path.split(|byte| *byte == b'/').all(|name| name.len() <= NAME_LONGEST)
}

/// Checks that the scripts that every page names exist at the configured place: without them pages render and no button works.
///
/// # Errors
/// When the file with the hashes in their names, or the script of that name, does not exist; the message names the setting.
pub fn check_compiled(options: &LeptosOptions) -> anyhow::Result<()> {
    let hash = if options.hash_files { format!(".{}", hash_of_script(options)?) } else { String::new() };
    let script = Path::new(&*options.site_root).join(&*options.site_pkg_dir).join(format!("{}{hash}.js", options.output_name));
    ensure!(
        script.is_file(),
        "the pages need {}, which is not there: LEPTOS_SITE_ROOT names the folder of the build's pages, and LEPTOS_HASH_FILES is true where \
         the names of its files carry hashes",
        script.display()
    );
    Ok(())
}

/// The hash in the name of the script, from the file that the build writes beside the program.
fn hash_of_script(options: &LeptosOptions) -> anyhow::Result<String> {
    let file = env::current_exe().context("where this program is cannot be found out")?.with_file_name(&*options.hash_file);
    let hashes = fs::read_to_string(&file).with_context(|| {
        format!("{} cannot be read: with LEPTOS_HASH_FILES=true the build's file of hashes stands beside the program", file.display())
    })?;
    let hash = hashes.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim() == "js");
    Ok(hash.with_context(|| format!("{} names no script", file.display()))?.1.trim().to_owned())
}

async fn set_cache_control(State(policy): State<CachePolicy>, request: Request, next: Next) -> Response {
    let compiled = request.uri().path().starts_with(&policy.folder);
    let mut response = next.run(request).await;
    if compiled && (response.status().is_success() || response.status().is_redirection()) {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(policy.rule);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_without_their_scripts_are_refused_with_what_is_missing() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().display().to_string();
        let options = |hashed| LeptosOptions::builder().output_name("stint").site_root(root.clone()).hash_files(hashed).build();
        let told = |hashed| format!("{:#}", check_compiled(&options(hashed)).expect_err("nothing is there"));
        assert!(told(false).contains("pkg/stint.js") && told(false).contains("LEPTOS_SITE_ROOT"), "{}", told(false));
        assert!(told(true).contains("hash.txt") && told(true).contains("beside the program"), "{}", told(true));
        fs::create_dir(folder.path().join("pkg")).expect("a folder");
        fs::write(folder.path().join("pkg/stint.js"), "").expect("written");
        check_compiled(&options(false)).expect("all is there");
    }
}
