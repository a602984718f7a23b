//! Errors in place of a page or of a part of one.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    error::{Code, Error},
    platform,
};

/// An error with the way out. The response gets the status of the error.
#[component]
pub fn Problem(
    /// The error.
    error: Error,
    /// Whether it replaces the whole page.
    #[prop(optional)]
    whole: bool,
) -> impl IntoView {
    platform::set_status(error.code.status());
    let (path, search) = {
        let location = use_location();
        (location.pathname, location.search)
    };
    let here = move || format!("{}{}", path.get(), query(&search.get()));
    let title = match error.code {
        Code::NotFound => "Nothing here",
        Code::Unauthenticated => "You are signed out",
        Code::Forbidden => "Not for your role",
        Code::Unavailable => "Out of reach",
        Code::Invalid => "This cannot be shown",
        _ => "Something went wrong",
    };
    let way_out = match error.code {
        // What an address asks for beside its page: a filter, or a page of a list that is no longer there.
        Code::Invalid => view! { <a class="button primary" rel="external" href="?">"Start over"</a> }.into_any(),
        Code::Unauthenticated => {
            view! { <a class="button primary" rel="external" href=move || sign_in(&here())>"Sign in again"</a> }.into_any()
        }
        Code::Unavailable | Code::Internal => view! { <a class="button" rel="external" href=here>"Try again"</a> }.into_any(),
        _ => view! { <a class="button" rel="external" href="/">"Back to the first page"</a> }.into_any(),
    };
    let Error { message, hint, .. } = error;
    view! {
        <div class="problem">
            {match whole {
                true => view! { <Title text=title /> <h1>{title}</h1> }.into_any(),
                false => view! { <h2>{title}</h2> }.into_any(),
            }}
            <p>{message}</p>
            {hint.map(|hint| view! { <p class="quiet">{hint}</p> })}
            <div class="actions">{way_out}</div>
        </div>
    }
}

/// The page for unknown addresses.
#[component]
pub fn NotFound() -> impl IntoView {
    platform::set_status(404);
    view! {
        <Title text="Nothing here" />
        <main class="lone" id="content">
            <div class="problem">
                <h1>"Nothing here"</h1>
                <p>"There is no such page, or it is not yours to see. Check the address."</p>
                <div class="actions">
                    <a class="button primary" rel="external" href="/">"To the first page"</a>
                </div>
            </div>
        </main>
    }
}

/// The address of the sign-in page that returns to `path`.
pub fn sign_in(path: &str) -> String {
    format!("/sign-in?next={}", escaped(path))
}

/// What is encoded in the value of a query parameter: all but the unreserved letters of RFC 3986, and slashes, which may stand there.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes text for the value of a query parameter.
pub fn escaped(text: &str) -> String {
    utf8_percent_encode(text, QUERY_VALUE).to_string()
}

/// The query string with its question mark, if it is not empty.
fn query(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        search => format!("?{search}"),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_in_the_value_of_a_query_parameter_stays_in_it() {
        assert_eq!(escaped("/o/ada/invoices-2_a.b~c"), "/o/ada/invoices-2_a.b~c");
        assert_eq!(escaped("a b&c=d?e#f+g%h:é\n"), "a%20b%26c%3Dd%3Fe%23f%2Bg%25h%3A%C3%A9%0A");
        assert_eq!(sign_in("/o/ada?state=draft"), "/sign-in?next=/o/ada%3Fstate%3Ddraft");
    }
}
