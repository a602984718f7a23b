//! Forms that are sent without scripts: a cookie brings what was typed, or a secret that is shown once, back to their page.

use std::collections::BTreeMap;

use app::{
    clients::DeleteClient,
    error::Error,
    invoices::{DeleteInvoiceDraft, DraftInvoice, RedraftInvoice},
    operation::{
        Effect,
        form_changes::{self, FormChanges},
        urlencoded,
    },
    operations,
    page_context::{ReturnedForm, server::RETURNED_FORM_COOKIE},
    pages::done_words::{SentForm, done_words, is_confirmed},
    people::LeaveOrganization,
    platform::cookies::{SameSite, set_cookie_header},
    projects::DeleteProject,
    ui::{FORM, NEVER_RETURNED, REFUSAL_ID},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderValue, Method, StatusCode, header, request, response};
use serde_json::{Map, Value};
use server_fn::{ServerFn, error::ServerFnUrlError};
use url::Url;

use super::{Site, layers};
use crate::authentication;

/// The number of characters of a message that are kept when the rest does not fit.
const MESSAGE_LONGEST: usize = 500;

/// The longest cookie: browsers accept 4,096 bytes with its name and attributes. A longer form comes back empty.
const LONGEST_COOKIE: usize = 3_800;

/// The most fields that are read of a form that belongs to no operation, such as the sign-in form.
const FIELDS_MAX: usize = 100;

/// The longest id of a form, in bytes.
const ID_LONGEST: usize = 100;

/// The writes after which the page of their record is not there any more.
const DELETIONS: [&str; 3] = [DeleteClient::PATH, DeleteProject::PATH, DeleteInvoiceDraft::PATH];

/// The lifetime of the cookie in seconds: how long the redirect back to the page may take.
const KEPT_SECONDS: i64 = 60;

/// Redirects a plain form back to its page and puts its result into the cookie.
pub async fn redirect_back(State(site): State<Site>, request: Request, next: Next) -> Response {
    if !is_plain_form(&request) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    remove_foreign_referer(&site, &mut parts);
    let form = match layers::read_body(body).await {
        Ok(form) => form,
        Err(refusal) => return refusal.into_response(),
    };
    let call = parts.uri.path().to_owned();
    let sent_with = authentication::query_parameter(&parts.uri, FORM).filter(|id| id.len() <= ID_LONGEST);
    let response = next.run(Request::from_parts(parts, Body::from(form.clone()))).await;
    let (mut answer, body) = response.into_parts();
    if let Some((page, refusal)) = refused(&answer) {
        answer.headers.insert(header::LOCATION, page);
        let (fields, untouched) = split_fields(&call, &form);
        set_cookie(
            &site,
            &mut answer,
            ReturnedForm { fields, untouched, call, form: sent_with, refusal: Some(refusal), ..ReturnedForm::default() },
        );
    } else if answer.status == StatusCode::FOUND && answers_a_secret(&call) {
        let Ok(bytes) = to_bytes(body, layers::BODY_LIMIT_BYTES).await else { return layers::content_too_large().into_response() };
        // The page shows the secret; what else it says of such a write is said here too.
        let sent = SentForm { fields: &form, mail_leaves: site.services.mail_leaves };
        let done = serde_json::from_slice(&bytes).ok().and_then(|answer| done_words(&call, &answer, &sent));
        let secret = String::from_utf8(bytes.to_vec()).ok();
        set_cookie(&site, &mut answer, ReturnedForm { call, answer: secret, done, ..ReturnedForm::default() });
        answer.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(answer, Body::empty());
    } else if let Some(title) = write_title(&call).filter(|_| answer.status == StatusCode::FOUND) {
        // It was committed, however long its answer is: one that is too long is confirmed by its title.
        let bytes = to_bytes(body, layers::BODY_LIMIT_BYTES).await.unwrap_or_default();
        if let Some(page) = draft_page(&answer, &bytes).filter(|_| [DraftInvoice::PATH, RedraftInvoice::PATH].contains(&call.as_str())) {
            answer.headers.insert(header::LOCATION, page);
        }
        if let Some(page) = list_page(&answer, &bytes).filter(|_| DELETIONS.contains(&call.as_str())) {
            answer.headers.insert(header::LOCATION, page);
        }
        if LeaveOrganization::PATH == call {
            // The caller may no longer see the page of the form.
            answer.headers.insert(header::LOCATION, HeaderValue::from_static("/"));
        }
        let (done, warnings) = done(&call, title, &bytes, &SentForm { fields: &form, mail_leaves: site.services.mail_leaves });
        set_cookie(&site, &mut answer, ReturnedForm { call, done: Some(done), warnings, ..ReturnedForm::default() });
        answer.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(answer, Body::empty());
    }
    Response::from_parts(answer, body)
}

/// Removes a `Referer` of another site: the framework redirects a form to its referring page.
fn remove_foreign_referer(site: &Site, request: &mut request::Parts) {
    let page = request.headers.get(header::REFERER).and_then(|page| page.to_str().ok()?.parse().ok());
    if !page.is_some_and(|page| authentication::is_own_origin(site, request, &page)) {
        request.headers.remove(header::REFERER);
    }
}

/// The title of the write at this path; an empty one of a write that is no operation, if pages confirm it.
fn write_title(call: &str) -> Option<&'static str> {
    match operations::all().iter().find(|operation| operation.path == call) {
        Some(operation) => (operation.declaration.effect != Effect::Read).then_some(operation.declaration.title),
        None => is_confirmed(call).then_some(""),
    }
}

/// The confirmation of a write for its page, in the words that the page has with scripts, or else by its title; and its warnings.
fn done(call: &str, title: &str, answer: &[u8], sent: &SentForm<'_>) -> (String, Vec<String>) {
    let answer = serde_json::from_slice::<Value>(answer).unwrap_or_default();
    let warnings = answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    (done_words(call, &answer, sent).unwrap_or_else(|| by_title(title)), warnings)
}

/// The confirmation by the title of a write: *Done: add a client.* Of one without a title: *Done.*
fn by_title(title: &str) -> String {
    let mut letters = title.chars();
    match letters.next() {
        Some(first) => format!("Done: {}{}.", first.to_lowercase(), letters.as_str()),
        None => "Done.".to_owned(),
    }
}

/// The page of the draft that was just made, in place of the page on which it was made: that one has nothing to bill any more, or is of the
/// void invoice that was drafted again.
fn draft_page(answer: &response::Parts, draft: &[u8]) -> Option<HeaderValue> {
    let (page, id) = (page_of_form(answer)?, id_of(draft)?);
    let (place, _) = page.path().rsplit_once('/')?;
    with_path(&page, &format!("{place}/{id}"))
}

/// The list in which the record stood that was just deleted, in place of its own page.
fn list_page(answer: &response::Parts, deleted: &[u8]) -> Option<HeaderValue> {
    let (page, id) = (page_of_form(answer)?, id_of(deleted)?);
    let (list, _) = page.path().rsplit_once('/').filter(|(_, record)| *record == id)?;
    with_path(&page, list)
}

fn page_of_form(answer: &response::Parts) -> Option<Url> {
    Url::parse(answer.headers.get(header::LOCATION)?.to_str().ok()?).ok()
}

/// The id of the record that a write answers.
fn id_of(answer: &[u8]) -> Option<String> {
    let answer = serde_json::from_slice::<Value>(answer).ok()?;
    Some(answer.pointer("/result/id").or_else(|| answer.get("id"))?.as_str()?.to_owned())
}

fn with_path(page: &Url, path: &str) -> Option<HeaderValue> {
    let mut page = page.clone();
    page.set_path(path);
    page.set_query(None);
    HeaderValue::from_str(page.as_str()).ok()
}

fn is_plain_form(request: &Request) -> bool {
    let says = |name, words| request.headers().get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(words));
    request.method() == Method::POST
        && request.uri().path().starts_with("/call/")
        && says(header::ACCEPT, "text/html")
        && says(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

/// The page and the error of a refused plain form. The framework redirects it to its page with the error in the query. Anybody could write
/// such an address, so pages do not read it: the error is moved from the query into the cookie. The address leads to the refusal on the
/// page, which may be far below its beginning; to the beginning, where the page does not show it at its form.
fn refused(answer: &response::Parts) -> Option<(HeaderValue, Error)> {
    let location = answer.headers.get(header::LOCATION)?.to_str().ok().filter(|_| answer.status.is_redirection())?;
    let mut page = Url::parse(location).ok()?;
    // The query parameters of the page's own address come before the error's.
    let error = page.query_pairs().filter(|(name, _)| name == "__err").last()?.1.into_owned();
    let others: Vec<_> = page.query_pairs().into_owned().filter(|(name, _)| !["__path", "__err"].contains(&name.as_str())).collect();
    page.set_query(None);
    if !others.is_empty() {
        page.query_pairs_mut().extend_pairs(others);
    }
    page.set_fragment(Some(REFUSAL_ID));
    Some((HeaderValue::from_str(page.as_str()).ok()?, ServerFnUrlError::<Error>::decode_err(&error)))
}

fn answers_a_secret(call: &str) -> bool {
    operations::all().iter().any(|operation| operation.path == call && operation.declaration.secret)
}

/// The fields of a form: those that were typed, and those that came back as they were shown.
fn split_fields(call: &str, form: &[u8]) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let form = String::from_utf8_lossy(form);
    let operation = operations::all().iter().find(|operation| operation.path == call);
    let nothing = Map::new();
    let (input, most) = operation.map_or((&nothing, FIELDS_MAX), |operation| (&operation.input, operation.fields_max()));
    if urlencoded::count_fields(&form) > most {
        return Default::default();
    }
    let FormChanges { changed, untouched } = form_changes::split_changes(input, most, &form);
    (without_secrets(&changed), without_secrets(&untouched))
}

/// The fields of a form that may be sent back. Forms write every line break as two characters.
fn without_secrets(fields: &[&str]) -> BTreeMap<String, String> {
    let fields = fields.iter().flat_map(|field| url::form_urlencoded::parse(field.as_bytes()));
    let fields = fields.map(|(name, text)| (name.into_owned(), text.replace("\r\n", "\n")));
    fields.filter(|(name, _)| !NEVER_RETURNED.contains(&name.as_str())).collect()
}

/// Puts the result of a form into its cookie. When that is too long, the typed fields are left out, and then all but the message of a
/// refusal and what was done.
fn set_cookie(site: &Site, answer: &mut response::Parts, returned: ReturnedForm) {
    let content = content(&returned).or_else(|| content(&without_fields(&returned))).or_else(|| content(&brief(&returned)));
    let Some(content) = content else { return };
    let cookie = set_cookie_header(&site.services.public_url, RETURNED_FORM_COOKIE, &content, SameSite::Strict, KEPT_SECONDS);
    if let Some(cookie) = cookie {
        answer.headers.append(header::SET_COOKIE, cookie);
    }
}

/// Without the typed fields.
fn without_fields(returned: &ReturnedForm) -> ReturnedForm {
    ReturnedForm { fields: BTreeMap::new(), untouched: BTreeMap::new(), ..returned.clone() }
}

/// Only the message of a refusal, and what was done.
fn brief(returned: &ReturnedForm) -> ReturnedForm {
    let message = |error: &Error| Error::new(error.code, error.message.chars().take(MESSAGE_LONGEST).collect::<String>());
    ReturnedForm { refusal: returned.refusal.as_ref().map(message), warnings: Vec::new(), ..without_fields(returned) }
}

/// The value of the cookie, if it fits into one.
fn content(returned: &ReturnedForm) -> Option<String> {
    let content = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(returned).ok()?);
    (content.len() <= LONGEST_COOKIE).then_some(content)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SENT: SentForm<'_> = SentForm { fields: b"", mail_leaves: false };

    #[test]
    fn a_write_that_is_no_operation_is_confirmed_as_its_page_does_it() {
        assert_eq!((write_title("/call/change_address"), write_title("/call/sign_out")), (Some(""), None));
        assert_eq!(done("/call/change_address", "", b"null", &SENT).0, "The new address counts once it is confirmed.");
        assert_eq!(done("/call/change_password", "", b"[1, 2", &SENT).0, "Done.");
    }

    #[test]
    fn what_was_done_is_said_however_much_there_is_to_say_of_it() {
        let answer = json!({ "warnings": vec!["A warning of some length, which says something."; 200] }).to_string();
        for told in [answer.as_bytes(), b"", b"[1, 2"] {
            let (done, warnings) = done("/call/unknown", "Log time", told, &SENT);
            let brief = brief(&ReturnedForm { done: Some(done), warnings, ..ReturnedForm::default() });
            assert_eq!(brief.done.as_deref(), Some("Done: log time."));
            assert!(content(&brief).is_some());
        }
    }

    #[test]
    fn what_was_done_is_said_in_the_words_of_its_page() {
        let said = |call: &str, answer: Value| done(call, "Change something", answer.to_string().as_bytes(), &SENT).0;
        assert_eq!(said("/call/update_project", json!({})), "Project saved.");
        assert_eq!(said("/call/undo_action", json!({})), "Undone.");
        assert_eq!(said("/call/archive_something_else", json!({})), "Done: change something.");
    }
}
