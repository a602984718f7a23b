//! Several documents at once: who waits for whom, and for how long.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_documents_at_once_do_not_mix() {
    let documents = PdfRenderer::new(2, 2).unwrap();
    let (short, long) = tokio::join!(documents.invoice(ACME, ADA, invoice(1)), documents.invoice(ACME, ADA, invoice(40)));
    assert!(short.unwrap() == PdfRenderer::new(1, 1).unwrap().invoice(ACME, ADA, invoice(1)).await.unwrap());
    assert!(long.unwrap() == PdfRenderer::new(1, 1).unwrap().invoice(ACME, ADA, invoice(40)).await.unwrap());
}

#[tokio::test]
async fn who_waits_too_long_is_told_and_the_turn_comes_back() {
    let documents = PdfRenderer::new(1, 1).unwrap();
    let hurried = PdfRenderer { time_limit: Duration::ZERO, ..documents.clone() };
    let refusal = hurried.invoice(ACME, ADA, invoice(20)).await.unwrap_err();
    assert!(matches!(refusal, DocumentError::TooSlow), "{refusal}");
    documents.invoice(ACME, ADA, invoice(1)).await.unwrap();
}

#[tokio::test]
async fn whoever_asks_for_many_documents_waits_for_themselves_and_nobody_else_does() {
    let documents = PdfRenderer::new(1, 1).unwrap();
    let made = Arc::new(AtomicUsize::new(0));
    let mut many: Vec<_> = (0..4)
        .map(|_| {
            let (documents, made) = (documents.clone(), Arc::clone(&made));
            Box::pin(async move {
                documents.invoice(ACME, ADA, invoice(60)).await.unwrap();
                made.fetch_add(1, Ordering::SeqCst);
            })
        })
        .collect();
    for one in &mut many {
        assert!(futures::poll!(one.as_mut()).is_pending());
    }
    // Another person of the same organization waits for its permit, too; another organization's comes between.
    let mut colleague = Box::pin(documents.invoice(ACME, GRACE, invoice(1)));
    assert!(futures::poll!(colleague.as_mut()).is_pending());
    let neighbour = async {
        documents.invoice(GLOBEX, LINUS, invoice(1)).await.unwrap();
        made.load(Ordering::SeqCst)
    };
    let (before, ..) = tokio::join!(neighbour, futures::future::join_all(many), colleague);
    assert!(before <= 1, "only the one that was being made comes before: {before}");
}

#[tokio::test]
async fn places_are_few_and_come_back_and_who_needs_none_goes_on() {
    let documents = PdfRenderer::with_slot_time_limit(1, 3, Duration::ZERO).unwrap();
    let first = documents.acquire_slot(ACME, ADA).await.unwrap();
    let refusal = documents.acquire_slot(ACME, GRACE).await.map(|_| ()).unwrap_err();
    assert!(matches!(refusal, DocumentError::Crowded), "one organization has half of them at most: {refusal}");
    let refusal = documents.acquire_slot(GLOBEX, ADA).await.map(|_| ()).unwrap_err();
    assert!(matches!(refusal, DocumentError::Crowded), "one person has one, in however many organizations: {refusal}");
    let places =
        [first, documents.clone().acquire_slot(GLOBEX, GRACE).await.unwrap(), documents.acquire_slot(INITECH, LINUS).await.unwrap()];
    let refusal = documents.acquire_slot(OrganizationId(uuid(4)), UserId(uuid(4))).await.map(|_| ()).unwrap_err();
    assert!(matches!(refusal, DocumentError::Crowded), "{refusal}");
    documents.invoice(ACME, ADA, invoice(1)).await.unwrap();
    drop(places);
    drop(documents.acquire_slot(ACME, ADA).await.unwrap());
}

#[tokio::test]
async fn whoever_finds_no_place_waits_until_one_is_free() {
    let documents = PdfRenderer::new(1, 3).unwrap();
    let held = documents.acquire_slot(ACME, ADA).await.unwrap();
    let mut next = pin!(documents.acquire_slot(ACME, ADA));
    assert!(futures::poll!(next.as_mut()).is_pending());
    drop(held);
    let held =
        [next.await.unwrap(), documents.acquire_slot(GLOBEX, GRACE).await.unwrap(), documents.acquire_slot(INITECH, LINUS).await.unwrap()];
    let mut last = pin!(documents.acquire_slot(OrganizationId(uuid(4)), UserId(uuid(4))));
    assert!(futures::poll!(last.as_mut()).is_pending(), "all places are taken");
    drop(held);
    last.await.unwrap();
}
