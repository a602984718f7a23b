//! The routes of an invoice's PDF file, for browsers and for programs.

use app::{
    account::document_link,
    context::Caller,
    error::{Code, Error},
    operations,
};
use axum::{
    Extension, Router,
    extract::{OriginalUri, Path},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::json;

use crate::{error_response::ErrorResponse, router::Site};

/// The PDF at its address among the pages, and behind a document link.
pub fn page_routes() -> Router<Site> {
    Router::new().route("/o/{slug}/invoices/{invoice}/pdf", get(for_browser)).route("/document/{secret}", get(for_link_holder))
}

/// The same bytes in the REST API.
pub fn api_routes() -> Router<Site> {
    Router::new().route("/api/v1/invoices/{invoice}/pdf", get(for_program))
}

async fn for_browser(
    Extension(caller): Extension<Caller>,
    Path((_, invoice)): Path<(String, String)>,
    OriginalUri(address): OriginalUri,
) -> Response {
    match file(caller, &invoice).await {
        Ok(file) => file,
        Err(error) if error.code == Code::Unauthenticated => {
            let next: String = url::form_urlencoded::byte_serialize(address.path().as_bytes()).collect();
            Redirect::to(&format!("/sign-in?next={next}")).into_response()
        }
        Err(error) => ErrorResponse::from(error).into_response(),
    }
}

async fn for_program(Extension(caller): Extension<Caller>, Path(invoice): Path<String>) -> Response {
    file(caller, &invoice).await.unwrap_or_else(|error| ErrorResponse::from(error).into_response())
}

/// The holder of a document link, signed in or not, sees what the agent's token may.
async fn for_link_holder(Extension(caller): Extension<Caller>, Path(secret): Path<String>) -> Response {
    match document_link::open(caller, &secret).await {
        Ok((caller, invoice)) => for_program(Extension(caller), Path(invoice.to_string())).await,
        Err(error) => ErrorResponse::from(error).into_response(),
    }
}

/// The answer of the operation.
#[derive(Deserialize)]
struct PdfFileAnswer {
    file_name: String,
    base64: String,
}

/// Calls the operation, which decides who may see the file, and decodes its bytes.
async fn file(caller: Caller, invoice: &str) -> Result<Response, Error> {
    let operation = operations::find("get_invoice_document").ok_or_else(Error::internal)?;
    let answer = operation.call(caller, json!({ "invoice": invoice })).await?;
    let file: PdfFileAnswer = serde_json::from_value(answer).map_err(|_| Error::internal())?;
    let bytes = STANDARD.decode(file.base64).map_err(|_| Error::internal())?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&file.file_name));
    // Every later reader has to be authorized again.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Shown in the browser; saved under this name. A name beyond ASCII is encoded by RFC 6266.
fn disposition(file_name: &str) -> HeaderValue {
    let plain: String = file_name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let encoded: String = url::form_urlencoded::byte_serialize(file_name.as_bytes()).collect::<String>().replace('+', "%20");
    HeaderValue::from_str(&format!("inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("inline"))
}
