//! The page of the audit log: its two checks, and whom it is not for.

use crate::{
    identity::page,
    people::{joined, studio},
    world::World,
};

const NOT_YET: &str = "The whole log was not verified yet.";

#[tokio::test]
async fn both_checks_can_be_asked_for_before_and_after_a_result() {
    let world = World::open().await;
    let (ada, _) = studio(&world).await;
    let path = format!("/o/{}/settings/audit", ada.slug);
    let before = page(&world, &path, Some(&ada)).await;
    assert!(before.text.contains(NOT_YET), "{}", before.text);
    let after = page(&world, &format!("{path}?verify=1"), Some(&ada)).await;
    assert!(after.text.contains("rows checked, that is the whole log."), "{}", after.text);
    assert!(!after.text.contains(NOT_YET), "it was, just now: {}", after.text);
    for (shown, next) in [(&before, 1), (&after, 2)] {
        assert!(shown.text.contains(&format!("{path}?verify={next}")), "another check is another address: {}", shown.text);
        assert!(shown.text.contains("Verify what is new") && shown.text.contains("Verify everything"), "{}", shown.text);
    }
}

#[tokio::test]
async fn who_may_not_read_the_log_is_told_who_may_and_shown_nothing_else() {
    let world = World::open().await;
    let (ada, projects) = studio(&world).await;
    let barbara = joined(&world, &ada, "Barbara", &projects[..1]).await;
    for query in ["", "?verify=1", "?entry=nothing"] {
        let shown = page(&world, &format!("/o/{}/settings/audit{query}", ada.slug), Some(&barbara)).await;
        assert_eq!(shown.status, 403, "{}", shown.text);
        assert!(shown.text.contains("Owners and admins read the audit log.") && shown.text.contains("Back to the settings"));
        for words in ["Every channel", "Verify", "Nothing here"] {
            assert!(!shown.text.contains(words), "{words} is shown: {}", shown.text);
        }
    }
}
