//! Property tests with generated names.

use std::collections::{BTreeMap, BTreeSet};

use domain::text::search_key;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{listed, studio};
use crate::{error::Code, testing::World};

const NAMES: usize = 1_000;

/// Letters of every script, with marks, joiners and compatibility forms, and spellings of the same few words.
fn names() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => "\\PC{1,8}",
        3 => "[\\p{Latin}\\p{Greek}\\p{Cyrillic}]{1,6}",
        2 => "[\\p{Arabic}\\p{Hebrew}\\p{Devanagari}\\p{Thai}]{1,6}",
        2 => "[\\p{Han}\\p{Hiragana}\\p{Katakana}\\p{Hangul}]{1,4}",
        1 => "[a-z]{1,3}[\\p{Mn}\\p{Cf}]{1,3}",
        3 => prop::sample::select(vec!["ΟΔΟΣ", "οδος", "İstanbul", "Straße", "STRASSE", "Müller", "ﬃ", "㈱", "\u{FDFA}", "ㅎㅏㄴ", "e\u{301}\u{323}"]).prop_map(str::to_owned),
    ];
    let joint = prop::sample::select(vec![" ", " / ", "/", "\u{A0}", "-", "\u{200B}", "\u{3000}"]);
    (prop::collection::vec(word, 1..4), joint).prop_map(|(words, joint)| words.join(joint))
}

/// A spelling of a name, made from the text as it was given or as it is stored.
fn spelled(given: &str, kept: &str, way: usize) -> String {
    match way % 5 {
        0 => given.nfd().collect(),
        1 => given.nfkc().collect(),
        2 => format!(" {given}\u{200B}"),
        3 => kept.to_owned(),
        _ => given.to_owned(),
    }
}

#[tokio::test]
async fn a_thousand_names_are_found_again_and_listed_once() {
    let studio = studio(&[]).await;
    drawn(&studio, NAMES, Kind { noun: "client", create: "create_client", get: "get_client", list: "list_clients", within: None }).await;
}

#[tokio::test]
async fn names_of_projects_are_found_again_and_listed_once() {
    let studio = studio(&[]).await;
    let client = studio.ok("create_client", json!({"name": "Acme / Sons"})).await["id"].clone();
    let kind = Kind { noun: "project", create: "create_project", get: "get_project", list: "list_projects", within: Some(client) };
    drawn(&studio, NAMES / 3, kind).await;
}

/// A kind of record with a name, and its operations.
struct Kind {
    noun: &'static str,
    create: &'static str,
    get: &'static str,
    list: &'static str,
    /// The client that the record belongs to.
    within: Option<Value>,
}

/// Draws `most` names: a created record is found by its spellings and listed once, and a refusal says why.
async fn drawn(studio: &World, most: usize, kind: Kind) {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let (mut made, mut keys) = (BTreeMap::new(), BTreeSet::new());
    for _ in 0..most {
        let name = names().new_tree(&mut runner).expect("a name").current();
        let mut arguments = json!({"name": name});
        kind.within.iter().for_each(|client| arguments["client"] = client.clone());
        match studio.call(kind.create, arguments).await {
            Ok(record) => {
                assert!(keys.insert(search_key(&name)), "{name:?} was taken");
                made.insert(record["name"].as_str().expect("a name").to_owned(), (name, record["id"].clone()));
            }
            Err(refused) => {
                assert_eq!(refused.code, Code::Invalid, "{name:?}: {refused:?}");
                let why = refused.field("name").unwrap_or_else(|| panic!("{name:?}: {refused:?}"));
                let taken = keys.contains(&search_key(&name)) && why.contains(kind.noun);
                assert!(taken || why.contains("is empty") || why.contains("holds"), "{name:?}: {why}");
            }
        }
    }
    assert!(made.len() > most / 2, "{} names", made.len());
    for (way, (kept, (given, id))) in made.iter().enumerate() {
        let spelling = spelled(given, kept, way);
        assert_eq!(studio.ok(kind.get, json!({kind.noun: spelling})).await["id"], *id, "{spelling:?}");
    }
    let all = listed(studio, kind.list, 37).await;
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>()), (made.len(), made.keys().collect()));
    assert!(all.is_sorted_by_key(|name| search_key(name)), "by their keys");
}
