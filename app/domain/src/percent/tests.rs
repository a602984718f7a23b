use proptest::prelude::*;

use super::*;

#[test]
fn a_percentage_is_read_as_people_write_it() {
    for (text, ten_thousandths) in [
        ("19", 190_000),
        ("19 %", 190_000),
        ("19%", 190_000),
        (" 7.7 ", 77_000),
        ("7,7", 77_000),
        ("8.05", 80_500),
        ("8.425", 84_250),
        ("9,975", 99_750),
        ("6.2525", 62_525),
        ("0", 0),
        ("100.00", 1_000_000),
    ] {
        assert_eq!(Percent::parse("tax_rate", text), Ok(Percent(ten_thousandths)), "{text}");
    }
}

#[test]
fn what_is_not_a_percentage_is_refused() {
    for text in ["", "%", "abc", "1.", ".5", "7.77777", "1,2,3", "19 percent", "+19", "-", "100.01", "100.0001", "-1", "999999999999"] {
        assert!(Percent::parse("tax_rate", text).is_err(), "{text}");
    }
    let refused = Percent::parse("tax_rate", "190").unwrap_err().message;
    assert_eq!(refused, "\"190\" is not between 0 and 100 percent; write one such as 19, 7.7 or 8.425.");
    let refused = Percent::parse("tax_rate", "110 %").unwrap_err().message;
    assert_eq!(refused, "\"110 %\" is not between 0 and 100 percent; write one such as 19%, 7.7% or 8.425%.");
}

#[test]
fn it_is_shown_without_needless_zeros() {
    let shown: Vec<String> = [190_000, 77_000, 80_500, 84_250, 0, 1_000_000, 100_000, 1].map(|share| Percent(share).to_string()).into();
    assert_eq!(shown, ["19", "7.7", "8.05", "8.425", "0", "100", "10", "0.0001"]);
    assert_eq!(serde_json::to_string(&Percent(190_000)).unwrap(), "\"19\"");
    assert_eq!(serde_json::from_str::<Percent>("\"7.7\"").unwrap(), Percent(77_000));
    assert!(serde_json::from_str::<Percent>("\"101\"").is_err());
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(share in 0..=1_000_000) {
        prop_assert_eq!(Percent::parse("tax_rate", &Percent(share).to_string()), Ok(Percent(share)));
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = Percent::parse("tax_rate", &text);
    }
}
