use proptest::prelude::*;

use super::*;

#[test]
fn a_percentage_is_read_as_people_write_it() {
    for (text, hundredths) in
        [("19", 1_900), ("19 %", 1_900), ("19%", 1_900), (" 7.7 ", 770), ("7,7", 770), ("8.05", 805), ("0", 0), ("100.00", 10_000)]
    {
        assert_eq!(Percent::parse("tax_rate", text), Ok(Percent(hundredths)), "{text}");
    }
}

#[test]
fn what_is_not_a_percentage_is_refused() {
    for text in ["", "%", "abc", "1.", ".5", "7.777", "1,2,3", "19 percent", "+19", "-", "100.01", "-1", "999999999999"] {
        assert!(Percent::parse("tax_rate", text).is_err(), "{text}");
    }
    let refused = Percent::parse("tax_rate", "190").unwrap_err().message;
    assert_eq!(refused, "\"190\" is not between 0 and 100 percent; write one such as 19 or 7.7.");
}

#[test]
fn it_is_shown_without_needless_zeros() {
    let shown: Vec<String> = [1_900, 770, 805, 0, 10_000, 1_000].map(|hundredths| Percent(hundredths).to_string()).into();
    assert_eq!(shown, ["19", "7.7", "8.05", "0", "100", "10"]);
    assert_eq!(serde_json::to_string(&Percent(1_900)).unwrap(), "\"19\"");
    assert_eq!(serde_json::from_str::<Percent>("\"7.7\"").unwrap(), Percent(770));
    assert!(serde_json::from_str::<Percent>("\"101\"").is_err());
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(hundredths in 0..=10_000) {
        prop_assert_eq!(Percent::parse("tax_rate", &Percent(hundredths).to_string()), Ok(Percent(hundredths)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = Percent::parse("tax_rate", &text);
    }
}
