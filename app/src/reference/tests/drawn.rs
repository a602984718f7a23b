//! Names as nobody would think of them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use super::{listed, studio};
use crate::{error::Code, text::search_key};

const NAMES: usize = 1_000;

/// Letters of every script, with marks, joiners and forms that people meet, and spellings of the same few words.
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

/// A spelling of the name that was given and is kept in its own.
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
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let (mut made, mut keys) = (BTreeMap::new(), BTreeSet::new());
    for _ in 0..NAMES {
        let name = names().new_tree(&mut runner).expect("a name").current();
        match studio.call("create_client", json!({"name": name})).await {
            Ok(client) => {
                assert!(keys.insert(search_key(&name)), "{name:?} was taken");
                made.insert(client["name"].as_str().expect("a name").to_owned(), (name, client["id"].clone()));
            }
            Err(refused) => {
                assert_eq!(refused.code, Code::Invalid, "{name:?}: {refused:?}");
                let why = refused.field("name").unwrap_or_else(|| panic!("{name:?}: {refused:?}"));
                let taken = keys.contains(&search_key(&name)) && why.contains("already a client");
                assert!(taken || why.contains("is empty") || why.contains("holds"), "{name:?}: {why}");
            }
        }
    }
    assert!(made.len() > NAMES / 2, "{} names", made.len());
    for (way, (kept, (given, id))) in made.iter().enumerate() {
        let spelling = spelled(given, kept, way);
        assert_eq!(studio.ok("get_client", json!({"client": spelling})).await["id"], *id, "{spelling:?}");
    }
    let all = listed(&studio, "list_clients", 37).await;
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>()), (made.len(), made.keys().collect()));
    assert!(all.is_sorted_by_key(|name| search_key(name)), "by their keys");
}
