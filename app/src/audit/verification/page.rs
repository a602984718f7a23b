//! Verifying the log, at its page.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{AuditProof, AuditVerification, StartAuditVerification, VerificationState, get_audit_verification, verify_audit};
use crate::{
    day::Moment,
    ui::{Form, Icon, Submit, Write, fetched, icon, loaded, once},
    visit::use_here,
};

/// Checks the chain when it is asked for: what is new at once, all of it as a job.
#[component]
pub fn Proof() -> impl IntoView {
    let (query, here) = (use_query_map(), use_here());
    let asked = move || query.with(|query| query.get("verify").is_some());
    let proof = fetched(asked, |asked| async move { if asked { verify_audit().await.map(Some) } else { Ok(None) } });
    let path = format!("{}?verify=yes", here.path("settings/audit"));
    let new = loaded(proof, move |proof: Option<AuditProof>| match proof {
        Some(proof) => told(&proof),
        None => view! { <p><a class="button" href=path.clone()>{icon(Icon::Check)} <span>"Verify"</span></a></p> }.into_any(),
    });
    view! { {new} <Whole /> }
}

fn rows(count: i64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn told(proof: &AuditProof) -> AnyView {
    let (checked, after) = (rows(proof.checked), proof.after);
    let since = if after == 0 { String::new() } else { format!(" since the checkpoint at row {after}") };
    match &proof.broken {
        None => view! { <p class="notice good" role="status">{format!("The chain holds: {checked} checked{since}, each fits to the one before it and to what it changed.")}</p> }.into_any(),
        Some(broken) => view! {
            <p class="notice wrong" role="alert">
                {format!("The chain is broken at row {}: {}. {checked} were checked up to there{since}.", broken.position, broken.reason)}
            </p>
        }
        .into_any(),
    }
}

/// After how long it is looked again how far a check is.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The check of the whole log: how far it is, when there was one last, and the button that starts it.
#[component]
fn Whole() -> impl IntoView {
    let write = Write::<StartAuditVerification>::new();
    let (version, looks) = (write.version(), RwSignal::new(0_u32));
    let verification = fetched(move || (version.get(), looks.get()), |_| get_audit_verification());
    let path = use_here().path("settings/audit");
    loaded(verification, move |verification| {
        let running = verification.state == VerificationState::Running;
        let path = path.clone();
        if running {
            // Each look that finds it under way is followed by another one.
            Effect::new(move |_| set_timeout(move || _ = looks.try_update(|looks| *looks += 1), LOOK_AGAIN));
        }
        view! {
            {progress(&verification)}
            {if running {
                view! { <p><a class="button bare" href=path rel="external">"See how far it is"</a></p> }.into_any()
            } else {
                view! {
                    <Form action=write id="verify-whole" class="inline">
                        {once(write)} <Submit label="Verify the whole log" class="button bare" />
                    </Form>
                }
                .into_any()
            }}
        }
        .into_any()
    })
}

fn progress(verification: &AuditVerification) -> AnyView {
    let AuditVerification { state, checked, total, finished_at, broken, .. } = verification;
    let when = finished_at.as_ref().map(|at: &Moment| format!("{} {}", at.day().label(), at.clock())).unwrap_or_default();
    match (state, broken) {
        (VerificationState::Never, _) => view! { <p class="quiet">"The whole log was not verified yet."</p> }.into_any(),
        (VerificationState::Running, _) => {
            let percent = if *total > 0 { checked * 100 / total } else { 0 };
            view! {
                <p role="status">
                    <label for="verified">"The whole log is being verified: "</label>
                    <progress id="verified" max="100" value=percent></progress>
                    {format!(" {checked} of {}, {percent} %", rows(*total))}
                </p>
            }
            .into_any()
        }
        (_, Some(broken)) => view! {
            <p class="notice wrong" role="alert">
                {format!("The whole log was verified on {when}: it is broken at row {}: {}.", broken.position, broken.reason)}
            </p>
        }
        .into_any(),
        (_, None) => {
            view! { <p class="quiet">{format!("The whole log was last verified on {when}: {}, all of them fit.", rows(*checked))}</p> }
                .into_any()
        }
    }
}
