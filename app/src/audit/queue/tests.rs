//! Tests of the queues.

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn record(at: u128) -> AuditRecord {
    AuditRecord {
        id: Uuid::from_u128(at),
        at: "2026-11-26T09:00:00Z".to_owned(),
        member_id: Some(Uuid::nil()),
        token_id: None,
        channel: "rest",
        operation: "list_clients",
        arguments: json!({}),
        outcome: "done".to_owned(),
        program: None,
        address: None,
        withheld: Vec::new(),
        duration_ms: 1,
        undoes: None,
    }
}

fn organization(at: u128) -> OrganizationId {
    OrganizationId(Uuid::from_u128(at))
}

fn filled(queues: &mut Queues, organization: OrganizationId, records: u128) {
    for at in 0..records {
        queues.reserve(organization).expect("a place");
        queues.put(organization, record(at));
    }
}

/// Reserves slots until none is left; returns how many.
fn flood(queues: &mut Queues, organization: OrganizationId) -> usize {
    (0..TOTAL_MAX).take_while(|_| queues.reserve(organization).is_ok()).count()
}

#[test]
fn a_full_queue_refuses_its_own_organization_and_no_other() {
    let mut queues = Queues::default();
    assert_eq!(flood(&mut queues, organization(1)), PLACES_MAX);
    assert_eq!(queues.reserve(organization(1)).map_err(|error| error.code), Err(Code::RateLimited));
    assert_eq!(queues.reserve(organization(2)), Ok(()));
    queues.release(organization(1));
    assert_eq!(queues.reserve(organization(1)), Ok(()), "a place that was given back can be taken");
}

#[test]
fn however_many_flood_there_is_a_place_for_who_comes_next() {
    let mut queues = Queues::default();
    let taken: usize = (0..200).map(|at| flood(&mut queues, organization(at))).sum();
    assert!(taken <= TOTAL_MAX + 200, "{taken} places are taken");
    assert_eq!(queues.reserve(organization(1_000)), Ok(()));
    (0..200).for_each(|at| {
        while queues.queues.contains_key(&organization(at)) {
            queues.release(organization(at));
        }
    });
    queues.release(organization(1_000));
    assert_eq!((queues.taken, queues.queues.len()), (0, 0), "nothing is kept of those who have nothing waiting");
}

#[test]
fn the_organizations_take_turns() {
    let mut queues = Queues::default();
    filled(&mut queues, organization(1), 900);
    filled(&mut queues, organization(2), 1);
    let mut order = Vec::new();
    while let Some(batch) = queues.batch() {
        order.push((batch.organization, batch.records.len()));
        queues.complete(batch, WriteOutcome::Committed);
    }
    let (first, second) = (organization(1), organization(2));
    assert_eq!(order, [(first, 200), (second, 1), (first, 200), (first, 200), (first, 200), (first, 100)]);
    assert_eq!((queues.unwritten(), queues.taken), (0, 0));
}

#[test]
fn a_record_that_cannot_be_written_takes_no_other_with_it() {
    let mut queues = Queues::default();
    filled(&mut queues, organization(1), 200);
    let (mut written, broken) = (Vec::new(), Uuid::from_u128(77));
    while let Some(batch) = queues.batch() {
        let ids: Vec<Uuid> = batch.records.iter().map(|record| record.id).collect();
        if ids.contains(&broken) {
            queues.complete(batch, WriteOutcome::Rejected(Error::internal()));
        } else {
            queues.complete(batch, WriteOutcome::Committed);
            written.extend(ids);
        }
    }
    let expected: Vec<Uuid> = (0..200).filter(|at| *at != 77).map(Uuid::from_u128).collect();
    assert_eq!(written, expected, "each once, in their order");
}

#[test]
fn an_organization_whose_records_take_the_database_too_long_holds_up_no_other() {
    let mut queues = Queues::default();
    filled(&mut queues, organization(1), 10);
    filled(&mut queues, organization(2), 600);
    let mut written = 0;
    while written < 600 {
        let batch = queues.batch().expect("records");
        let stuck = batch.organization == organization(1);
        let size = if stuck { 0 } else { batch.records.len() };
        let waits = queues.complete(batch, if stuck { WriteOutcome::Retry } else { WriteOutcome::Committed });
        assert!(!waits, "it is not waited while another one can be written");
        written += size;
    }
    assert_eq!(queues.unwritten(), 10);
    assert_eq!(queues.reserve(organization(2)), Ok(()));
}

#[test]
fn while_nothing_can_be_written_no_call_is_let_in_and_afterwards_every_one() {
    let mut queues = Queues::default();
    filled(&mut queues, organization(1), 3);
    for _ in 0..PAUSES_MAX {
        assert_eq!(queues.reserve(organization(2)), Ok(()));
        let batch = queues.batch().expect("records");
        assert!(queues.complete(batch, WriteOutcome::Retry));
    }
    assert_eq!(queues.reserve(organization(2)).map_err(|error| error.code), Err(Code::Unavailable));
    let batch = queues.batch().expect("what failed waits on");
    assert_eq!(batch.records.len(), 1, "it came down to one");
    queues.complete(batch, WriteOutcome::Committed);
    assert_eq!(queues.reserve(organization(2)), Ok(()));
    assert_eq!(queues.unwritten(), 2);
}

#[test]
fn an_organization_has_one_turn_whatever_comes_while_its_records_are_written() {
    let mut queues = Queues::default();
    filled(&mut queues, organization(1), 3);
    let batch = queues.batch().expect("records");
    filled(&mut queues, organization(1), 1);
    assert!(queues.complete(batch, WriteOutcome::Retry), "all who have something to write have failed, so it is time to wait");
    let batch = queues.batch().expect("records");
    assert_eq!(batch.records.len(), 1);
    filled(&mut queues, organization(1), 1);
    queues.complete(batch, WriteOutcome::Committed);
    let mut sizes = Vec::new();
    while let Some(batch) = queues.batch() {
        sizes.push(batch.records.len());
        queues.complete(batch, WriteOutcome::Committed);
    }
    assert_eq!(sizes, [2, 2], "no turn is empty");
    assert_eq!((queues.unwritten(), queues.taken), (0, 0));
}

/// The steps of a random sequence of operations on the queues.
#[derive(Debug, Clone)]
enum Step {
    Called(u128),
    Taken,
    Settled(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![(0..3_u128).prop_map(Step::Called), Just(Step::Taken), (0..4_u8).prop_map(Step::Settled)];
    prop::collection::vec(step, 0..200)
}

/// Completes the current batch with an outcome; returns those of its records that were written or rejected.
fn settled(queues: &mut Queues, batch: Batch, outcome: u8) -> Vec<Uuid> {
    let ids: Vec<Uuid> = batch.records.iter().map(|record| record.id).collect();
    let written = match outcome {
        0 => WriteOutcome::Retry,
        1 => WriteOutcome::Rejected(Error::internal()),
        _ => WriteOutcome::Committed,
    };
    let gone = outcome > 1 || (outcome == 1 && ids.len() == 1);
    queues.complete(batch, written);
    if gone { ids } else { Vec::new() }
}

proptest! {
    #[test]
    fn whatever_happens_every_record_is_settled_once_and_no_batch_is_empty(happened in steps()) {
        let (mut queues, mut called, mut gone, mut under_way) = (Queues::default(), 0_u128, Vec::new(), None);
        for step in happened {
            match step {
                Step::Called(at) => {
                    if queues.reserve(organization(at)).is_ok() {
                        queues.put(organization(at), record(called));
                        called += 1;
                    }
                }
                Step::Taken if under_way.is_none() => {
                    under_way = queues.batch();
                    prop_assert!(under_way.is_some() || queues.unwritten() == 0, "what waits has a turn");
                }
                Step::Settled(outcome) => gone.extend(under_way.take().map_or(Vec::new(), |batch| settled(&mut queues, batch, outcome))),
                Step::Taken => {}
            }
            prop_assert!(under_way.as_ref().is_none_or(|batch: &Batch| !batch.records.is_empty()));
            let turns: std::collections::HashSet<_> = queues.turns.iter().collect();
            prop_assert_eq!(turns.len(), queues.turns.len(), "nobody has two turns");
        }
        while let Some(batch) = under_way.take().or_else(|| queues.batch()) {
            gone.extend(settled(&mut queues, batch, 2));
        }
        gone.sort();
        prop_assert_eq!(gone, (0..called).map(Uuid::from_u128).collect::<Vec<_>>());
        prop_assert_eq!((queues.unwritten(), queues.taken, queues.queues.len()), (0, 0, 0));
    }
}
