//! The landing page.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::{access::sign_up_policy::SignUpPolicy, page_context::use_page_context, pages::layout::nav::Logo};

/// The landing page. Signed-in people are redirected before it is rendered.
pub fn page() -> AnyView {
    let open = use_page_context().sign_up == SignUpPolicy::Open;
    view! {
        <Title text="Stint · time that turns into invoices" />
        <div class="welcome">
            <header>
                <span class="brand"><Logo /> <span>"Stint"</span></span>
                <a class="button bare" href="/sign-in">"Sign in"</a>
            </header>
            <main id="content">
                <div class="pitch">
                    <h1>"The hours you work," <br /> "and the invoice they become."</h1>
                    <p class="lead">
                        "Stint tracks the time of people and of the agents that work for them, and turns it into invoices. "
                        "Everything a person can do here, an agent can do too, with a token you can take back."
                    </p>
                    <div class="actions">
                        {open.then(|| view! { <a class="button primary large" href="/sign-up">"Create an account"</a> })}
                        <a class="button large" href="/sign-in">"Sign in"</a>
                    </div>
                </div>
                <Day />
                <ul class="promises">
                    <li><h2>"Track"</h2><p>"Start the timer from any page, or write down what you did. It runs on the server: close the lid and it is still right."</p></li>
                    <li><h2>"Bill"</h2><p>"Choose a client and a month. The preview is the invoice: rounded, taxed, numbered without a gap when you send it."</p></li>
                    <li><h2>"Delegate"</h2><p>"Give an agent a token over MCP. What it writes waits for you, and what it did is on record."</p></li>
                </ul>
            </main>
        </div>
    }
    .into_any()
}

/// An illustration of a day of work in Stint, hidden from screen readers.
#[component]
fn Day() -> impl IntoView {
    let rows: [(&str, i32, i32, i32, &str); 4] = [
        ("Acme / Dashboard", 40, 190, 0, "2h 15m"),
        ("Acme / Support", 236, 62, 1, "45m"),
        ("Halden / Website", 330, 236, 2, "2h 50m"),
        ("Agent · tests", 360, 150, 3, "1h 48m"),
    ];
    view! {
        <svg class="day" viewBox="0 0 640 196" aria-hidden="true">
            {(0..9)
                .map(|hour| {
                    let x = 40 + hour * 70;
                    view! {
                        <line class="hour" x1=x y1="22" x2=x y2="186"></line>
                        <text class="hour-label" x=x y="12">{format!("{}:00", hour + 9)}</text>
                    }
                })
                .collect_view()}
            {rows
                .into_iter()
                .map(|(name, x, width, row, worked)| {
                    let y = 28 + row * 40;
                    view! {
                        <rect class=format!("stint stint-{row}") x=x y=y width=width height="30" rx="6"></rect>
                        <text class="stint-label" x=x + 10 y=y + 19>{if width > 120 { name } else { "" }}</text>
                        <text class="stint-time" x=x + width + 8 y=y + 19>{worked}</text>
                    }
                })
                .collect_view()}
        </svg>
    }
}
