//! `stint serve`: serves all routes until the process is told to end.

use std::{future::Future, num::NonZeroU32, sync::Arc, time::Duration};

use anyhow::Context;
use app::deployment;
use leptos::prelude::get_configuration;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    time::{Instant, sleep},
};

use crate::{
    command::print_line,
    config::Config,
    connections::SchemaPolicy,
    jobs::{self, Jobs},
    listener::{self, ListenerLimits},
    mail::Mailer,
    mcp,
    router::{Site, assets, limits::RequestLimits, router},
    services::RunningApp,
    shutdown::Shutdown,
};

/// The limit of sign-in and sign-up attempts from one network, per minute.
const SIGN_INS_PER_MINUTE: Option<NonZeroU32> = NonZeroU32::new(10);

/// How long mails and responses under way ([`ListenerLimits::farewell`]) may take once nothing new is accepted.
const FAREWELL: Duration = Duration::from_secs(4);

/// How long the shutdown may take in all, from the moment at which nothing new is accepted. With the usual second before it, and a second
/// for what has to be killed after it, this is well under the ten seconds after which a container is killed.
const END_LIMIT: Duration = Duration::from_secs(7);

/// Serves until a signal comes.
///
/// # Errors
/// When it could not start, when the private database does not stay up, and when something had to be aborted at the end.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let listener = listener::listen(config.addr).await.with_context(|| format!("the address {} cannot be used", config.addr))?;
    let mut running = RunningApp::open(&config, SchemaPolicy::Migrate).await?;
    store_public_url(&running).await;
    print_line(&format!("Stint is at {}", config.public_url))?;
    tracing::info!(address = %config.addr, public_url = config.public_url, "serving");
    let mailer = config
        .smtp_url
        .as_ref()
        .map(|server| Mailer::new(server, config.mail_from.clone()))
        .transpose()
        .context("STINT_SMTP_URL cannot be used")?;
    let shutdown = Shutdown::default();
    let jobs = jobs::start(&running.services, mailer, shutdown.begun());
    let site = site(&config, &running, shutdown.clone())?;
    let served = tokio::select! {
        served = serve_until_signal(listener, site, config.drain) => served,
        // Nothing can be served without the database. The process ends with an error, so that its supervisor notices.
        () = running.database_given_up() => Err(anyhow::anyhow!("the private database does not stay up; its log in the data folder says why")),
    };
    let since = served.as_ref().map_or_else(|_| Instant::now(), |ended| ended.since);
    let ended = end(jobs, running, since).await;
    let broken_off = served?.broken_off;
    anyhow::ensure!(broken_off == 0, "{broken_off} answers did not come to their end in time and were broken off");
    ended
}

/// Stores the public address for the commands beside this server. The server also runs when that fails.
async fn store_public_url(running: &RunningApp) {
    let services = &running.services;
    if let Err(problem) = deployment::keep_public_url(&services.workers, &services.public_url).await {
        tracing::warn!(%problem, "the address could not be kept: commands beside this server have to be given STINT_PUBLIC_URL");
    }
}

/// How the listener was closed.
#[derive(Debug, Clone, Copy)]
pub struct ServeOutcome {
    /// Since when nothing new was accepted.
    pub since: Instant,
    /// The number of responses that were aborted.
    pub broken_off: usize,
}

fn site(config: &Config, running: &RunningApp, shutdown: Shutdown) -> anyhow::Result<Site> {
    let leptos = get_configuration(None).context("the build has left no settings for the pages")?.leptos_options;
    assets::check_compiled(&leptos)?;
    let limits = Arc::new(RequestLimits::new(SIGN_INS_PER_MINUTE).with_proxies(config.trusted_proxies.clone()));
    Ok(Site { services: running.services.clone(), leptos, limits, shutdown, catalog: mcp::of_registry() })
}

/// Serves all routes on this listener until the process is interrupted or told to end.
///
/// For `drain` after the signal everything is served as before, except that `/readyz` says no: a load balancer before several
/// processes notices before this one stops accepting connections.
///
/// # Errors
/// When signals cannot be waited for.
pub async fn serve_until_signal(socket: TcpListener, site: Site, drain: Duration) -> anyhow::Result<ServeOutcome> {
    let (signal, shutdown) = (shutdown_signal()?, site.shutdown.clone());
    let (begun, proxies) = (shutdown.begun(), site.limits.proxies().clone());
    let limits = ListenerLimits { proxy: Arc::new(move |peer| proxies.trusts(peer)), ..ListenerLimits::of_process() };
    let end = async {
        signal.await;
        tracing::info!(drain_seconds = drain.as_secs(), "told to end");
        shutdown.announce();
        sleep(drain).await;
        tracing::info!("ending");
        shutdown.begin();
        Instant::now()
    };
    let (broken_off, since) = tokio::join!(listener::serve(socket, router(site), limits, begun), end);
    Ok(ServeOutcome { since, broken_off })
}

/// Resolves when the process is interrupted or told to end.
fn shutdown_signal() -> anyhow::Result<impl Future<Output = ()> + Send> {
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Ends everything behind the listener, in order: mails under way are settled, then what the calls have left is flushed, then the private
/// database is stopped.
async fn end(jobs: Jobs, running: RunningApp, since: Instant) -> anyhow::Result<()> {
    let settled = jobs.end(since + FAREWELL).await;
    let closed = running.close_by(since + END_LIMIT).await;
    anyhow::ensure!(
        settled,
        "a mail was broken off on its way; it is tried again, after two hours if the mail server had it already, and may arrive twice then"
    );
    closed
}
