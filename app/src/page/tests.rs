use super::*;

#[test]
fn a_list_is_as_long_as_asked_within_its_bounds() {
    assert_eq!(limit(None), Ok(50));
    assert_eq!(limit(Some(1)), Ok(1));
    assert_eq!(limit(Some(200)), Ok(200));
    for given in [0, 201, u32::MAX] {
        assert!(limit(Some(given)).is_err(), "{given}");
    }
    let refused = limit(Some(500)).unwrap_err().message;
    assert_eq!(refused, "500 is not between 1 and 200; ask for fewer items and follow next_cursor.");
}

#[test]
fn what_is_absent_is_left_out() {
    let page = Page::single(vec![1, 2]);
    assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"items":[1,2]}"#);
    assert_eq!(serde_json::from_str::<Page<i32>>(r#"{"items":[1,2]}"#).unwrap(), page);
}

#[cfg(feature = "ssr")]
mod on_the_server {
    use proptest::prelude::*;
    use uuid::Uuid;

    use serde_json::{Value, json};

    use super::super::{Cursor, ListQuery, Page, PageBudget};

    fn listing(arguments: Value, room: Option<usize>) -> ListQuery {
        ListQuery::of("list_clients", &arguments, room.map(PageBudget::of_json))
    }

    fn cursor(key: &str) -> Cursor {
        Cursor { key: key.to_owned(), id: Uuid::from_u128(7) }
    }

    #[test]
    fn a_page_ends_with_a_cursor_when_there_is_more() {
        let list = listing(json!({}), None);
        let of = |rows: Vec<i32>| Page::of(list, rows, 2, |last| cursor(&last.to_string()), Ok).expect("a page");
        assert_eq!(of(vec![1, 2, 3]), Page { next_cursor: Some(list.cursor(&cursor("2"))), ..Page::single(vec![1, 2]) });
        assert_eq!(of(vec![1, 2]).next_cursor, None);
        assert_eq!(of(vec![]).next_cursor, None);
    }

    #[test]
    fn with_little_room_a_page_ends_at_the_last_item_that_fits() {
        let list = |room| listing(json!({}), Some(room));
        let of = |room| Page::of(list(room), vec![10, 20, 30, 40], 4, |last| cursor(&last.to_string()), Ok).expect("a page");
        assert_eq!((of(8).items, of(8).next_cursor), (vec![10, 20], Some(list(8).cursor(&cursor("20")))));
        assert_eq!((of(12).items.len(), of(12).next_cursor), (4, None));
        assert_eq!((of(0).items, of(0).next_cursor), (vec![10], Some(list(0).cursor(&cursor("10")))), "the first always fits");
    }

    #[test]
    fn a_cursor_from_elsewhere_is_refused() {
        let list = listing(json!({ "query": "a" }), None);
        for text in ["", "abc", "!!!", "AAAA", "%00", " "] {
            assert!(list.after(Some(text)).is_err(), "{text}");
        }
        let too_long = list.cursor(&Cursor { key: "a".repeat(10_000), ..cursor("") });
        assert!(list.after(Some(&too_long)).is_err());
        assert!(list.after(Some(&list.cursor(&cursor("a\0b")))).is_err());
    }

    #[test]
    fn a_cursor_goes_on_in_its_own_list_and_with_its_own_filters_alone() {
        let list = listing(json!({ "query": "a", "limit": 2, "archived": null }), None);
        let given = list.cursor(&cursor("acme"));
        let same = listing(json!({ "limit": 50, "cursor": given, "query": "a", "with_total": true }), Some(900));
        assert_eq!(same.after(Some(&given)), Ok(Some(cursor("acme"))), "pages of another length are pages of the same list");
        for other in [
            listing(json!({}), None),
            listing(json!({ "query": "b" }), None),
            ListQuery::of("list_projects", &json!({ "query": "a" }), None),
        ] {
            let refused = other.after(Some(&given)).expect_err("of another list");
            assert!(refused.message.contains("other filters"), "{}", refused.message);
        }
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_was(key in "\\PC{0,200}", id in any::<u128>()) {
            let (list, cursor) = (listing(json!({}), None), Cursor { key, id: Uuid::from_u128(id) });
            let text = list.cursor(&cursor);
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
            prop_assert_eq!(list.after(Some(&text)), Ok(Some(cursor)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9_-]{0,80}") {
            let _ = listing(json!({}), None).after(Some(&text));
        }
    }
}
