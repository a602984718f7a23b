//! `stint serve`: opens all doors until the process is told to end.

use std::{future::Future, net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use anyhow::Context;
use leptos::prelude::get_configuration;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::Notify,
};

use crate::{
    command::say,
    config::Config,
    connections::Schema,
    jobs,
    mail::Post,
    mcp,
    router::{Site, limits::Limits, router},
    services::Running,
};

/// How often one may try to sign in or up from one address, per minute.
const SIGN_INS_PER_MINUTE: Option<NonZeroU32> = NonZeroU32::new(10);

/// How long requests under way may go on when the process is told to end.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until a signal comes.
pub async fn serve(config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.addr).await.with_context(|| format!("the address {} cannot be used", config.addr))?;
    let mut running = Running::open(&config, Schema::Migrated).await?;
    say(&format!("Stint is at {}", config.public_url))?;
    tracing::info!(address = %config.addr, public_url = config.public_url, "serving");
    let post = config
        .smtp_url
        .as_ref()
        .map(|server| Post::new(server, config.mail_from.clone()))
        .transpose()
        .context("STINT_SMTP_URL cannot be used")?;
    let jobs = jobs::start(&running.services, post);
    let site = site(&running)?;
    let served = tokio::select! {
        served = until_told(listener, site) => served,
        // Without its database nothing can be served. Whoever watches over the process must notice, so it ends in error.
        () = running.database_given_up() => Err(anyhow::anyhow!("the private database does not stay up; its log in the data folder says why")),
    };
    drop(jobs);
    running.close().await;
    served
}

fn site(running: &Running) -> anyhow::Result<Site> {
    let leptos = get_configuration(None).context("the build has left no settings for the pages")?.leptos_options;
    let limits = Arc::new(Limits::new(SIGN_INS_PER_MINUTE));
    Ok(Site { services: running.services.clone(), leptos, limits, offer: mcp::of_registry() })
}

/// Opens all doors on this listener until the process is interrupted or told to end.
pub async fn until_told(listener: TcpListener, site: Site) -> anyhow::Result<()> {
    let ending = Arc::new(Notify::new());
    let told = told_to_end(Arc::clone(&ending))?;
    let doors = router(site).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, doors).with_graceful_shutdown(told);
    let farewell = async {
        ending.notified().await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        served = server => served.context("the doors broke down"),
        () = farewell => Ok(()),
    }
}

/// Comes back when the process is interrupted or told to end.
fn told_to_end(ending: Arc<Notify>) -> anyhow::Result<impl Future<Output = ()> + Send> {
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        tracing::info!("ending");
        ending.notify_one();
    })
}
