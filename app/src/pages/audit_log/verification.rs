//! The verification section of the audit page.

use std::time::Duration;

use domain::{count::pluralize, day::OffsetDateTime};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    audit_log::verification::{
        AuditProof, AuditVerification, ChangesChecked, StartAuditVerification, VerificationState, get_audit_verification, verify_audit,
    },
    page_context::use_current_organization,
    ui::{Form, Icon, Submit, WriteAction, create_resource, icon, idempotency_field, when_loaded},
};

/// The query parameter that requests a check of the rows since the last checkpoint.
const ASKED: &str = "verify";

/// Verifies the chain on request: the rows since the last checkpoint at once, all of it as a job.
#[component]
pub fn VerificationSection() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(|query| query.get(ASKED)));
    let write = WriteAction::<StartAuditVerification>::new();
    view! { {checks(asked, write)} {new(asked)} {whole(asked, write)} }
}

/// The buttons and results of both checks.
fn checks(asked: Memo<Option<String>>, write: WriteAction<StartAuditVerification>) -> AnyView {
    let base = use_current_organization().path("settings/audit");
    // The address differs each time, so that the check can be requested again.
    let times = move || asked.with(|asked| asked.as_ref().and_then(|asked| asked.parse::<u32>().ok()).unwrap_or_default());
    let path = move || format!("{base}?{ASKED}={}", times().saturating_add(1));
    view! {
        <ul class="checks">
            <li>
                <a class="button" href=path>{icon(Icon::Check)} <span>"Verify what is new"</span></a>
                <small>"since the last checkpoint, of which there is one every 10,000 rows"</small>
            </li>
            <li>
                <Form action=write id="verify-whole">
                    {idempotency_field(write)} <Submit label="Verify everything" class="button" drawing=Icon::Check />
                </Form>
                <small>"from the first row"</small>
            </li>
        </ul>
    }
    .into_any()
}

/// The result of the check since the last checkpoint.
fn new(asked: Memo<Option<String>>) -> AnyView {
    let proof = create_resource(
        move || asked.get(),
        |asked| async move {
            match asked {
                Some(_) => verify_audit().await.map(Some),
                None => Ok(None),
            }
        },
    );
    when_loaded(proof, |proof: Option<AuditProof>| proof.map_or_else(|| ().into_any(), |proof| told(&proof)))
}

fn rows(count: i64) -> String {
    pluralize(count, "row", "rows")
}

fn told(proof: &AuditProof) -> AnyView {
    let (checked, after) = (rows(proof.checked), proof.after);
    let since = if after == 0 { String::new() } else { format!(" since the checkpoint at row {after}") };
    let all = if after == 0 { ", that is the whole log" } else { "" };
    match &proof.broken {
        None => view! {
            <p class="notice good" role="status">
                {format!("The chain holds: {checked} checked{since}{all}. Each fits to the one before it and to what it changed.")}
            </p>
        }
        .into_any(),
        Some(broken) => view! {
            <p class="notice wrong" role="alert">
                {format!("The chain is broken at row {}: {}. Checked up to there: {checked}{since}.", broken.position, broken.reason)}
            </p>
        }
        .into_any(),
    }
}

/// The polling interval for the progress of a check.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The check of the whole log: its progress, or when the last one ended.
fn whole(asked: Memo<Option<String>>, write: WriteAction<StartAuditVerification>) -> AnyView {
    let (version, looks) = (write.version(), RwSignal::new(0_u32));
    let verification = create_resource(move || (version.get(), looks.get()), |_| get_audit_verification());
    let path = use_current_organization().path("settings/audit");
    when_loaded(verification, move |verification| match verification.state {
        // The check since the last checkpoint may have covered the whole log.
        VerificationState::Never => {
            view! { {move || asked.with(Option::is_none).then(|| view! { <p class="quiet">"The whole log was not verified yet."</p> })} }
                .into_any()
        }
        VerificationState::Running => {
            // Polling continues while the check runs.
            Effect::new(move |_| set_timeout(move || _ = looks.try_update(|looks| *looks += 1), LOOK_AGAIN));
            progress(&verification, path.clone())
        }
        VerificationState::Sound | VerificationState::Broken => ended(&verification),
    })
}

fn progress(verification: &AuditVerification, path: String) -> AnyView {
    let (does, checked, total, of) = match verification.changes {
        None => ("The whole log is being verified: ", verification.checked, verification.total, rows(verification.total)),
        // Rows are checked before changes, so all of them have passed.
        Some(ChangesChecked { checked, total }) => {
            ("Every row fits. What they changed is being gone through: ", checked, total, pluralize(total, "change", "changes"))
        }
    };
    let percent = if total > 0 { checked * 100 / total } else { 0 };
    view! {
        <p role="status">
            <label for="verified">{does}</label>
            <progress id="verified" max="100" value=percent></progress>
            {format!("{checked} of {of}, {percent} %")}
        </p>
        <p><a class="button bare" href=path rel="external">"See how far it is"</a></p>
    }
    .into_any()
}

fn ended(verification: &AuditVerification) -> AnyView {
    let AuditVerification { checked, finished_at, broken, .. } = verification;
    let when = finished_at.as_ref().map(|at: &OffsetDateTime| format!("{} {}", at.day().label(), at.clock())).unwrap_or_default();
    match broken {
        Some(broken) => view! {
            <p class="notice wrong" role="alert">
                {format!("The last check of everything, on {when}: the chain is broken at row {}: {}.", broken.position, broken.reason)}
            </p>
        }
        .into_any(),
        None => view! { <p class="quiet">{format!("The last check of everything, on {when}: {}, all of them fit.", rows(*checked))}</p> }
            .into_any(),
    }
}
