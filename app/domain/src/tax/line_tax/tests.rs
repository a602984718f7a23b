use crate::{invalid_value::InvalidValue, tax::line_tax::*};

fn standard() -> LineTax {
    LineTax { category: TaxCategory::S, rate: Percent(190_000), reason: None }
}

fn changed(
    category: Option<TaxCategory>,
    rate: Option<&str>,
    reason: Option<&str>,
) -> Result<(TaxCategory, Percent, Option<String>), InvalidValue> {
    standard().changed(category, rate, reason).map(|tax| (tax.category, tax.rate, tax.reason))
}

#[test]
fn a_line_is_taxed_as_its_client_unless_it_says_otherwise() {
    assert_eq!(changed(None, None, None), Ok((TaxCategory::S, Percent(190_000), None)));
    assert_eq!(changed(None, Some("8.425"), None), Ok((TaxCategory::S, Percent(84_250), None)));
    assert_eq!(
        changed(Some(TaxCategory::E), None, Some("Disbursement")),
        Ok((TaxCategory::E, Percent(0), Some("Disbursement".to_owned())))
    );
    let free = LineTax { category: TaxCategory::AE, rate: Percent(0), reason: Some("Article 196".to_owned()) };
    assert_eq!(free.changed(None, Some(" "), None), Ok(free.clone()), "an empty field of a form says nothing");
    assert_eq!(
        free.changed(Some(TaxCategory::S), Some("7"), None).map(|tax| tax.reason),
        Ok(None),
        "the reason was one of the other category"
    );
    for given in ["Article 196", " "] {
        let taxed = free.changed(Some(TaxCategory::S), Some("7"), Some(given)).map(|tax| tax.reason);
        assert_eq!(taxed, Ok(None), "a form sends the reason that stood there, too");
    }
    assert_eq!(free.changed(None, Some("7"), None).map(|tax| tax.category), Ok(TaxCategory::S), "whoever gives a rate charges tax");
}

#[test]
fn a_reason_that_names_what_was_laid_out_is_one_of_exempt_and_of_not_subject_to_tax() {
    let of = |reason: &str| LineTax { category: TaxCategory::E, rate: Percent(0), reason: Some(reason.to_owned()) };
    for given in [None, Some("Disbursement")] {
        let changed = of("Disbursement").changed(Some(TaxCategory::O), None, given).map(|tax| tax.reason);
        assert_eq!(changed, Ok(Some("Disbursement".to_owned())), "{given:?}");
    }
    assert_eq!(of("Article 132").changed(Some(TaxCategory::O), None, None).map(|tax| tax.reason), Ok(None));
    assert_eq!(of("Disbursement").changed(Some(TaxCategory::AE), None, None).map(|tax| tax.reason), Ok(None));
}

#[test]
fn what_does_not_go_together_is_refused_with_its_field() {
    assert_eq!(changed(None, Some("0"), None).unwrap_err().field, "tax_rate");
    assert_eq!(changed(Some(TaxCategory::O), Some("7"), None).unwrap_err().field, "tax_rate");
    assert_eq!(changed(Some(TaxCategory::O), Some("19"), None).map(|tax| tax.1), Ok(Percent(0)), "the rate that stood there says nothing");
    assert_eq!(changed(None, None, Some("Because")).unwrap_err().field, "tax_reason");
    let refused = |rate: &str| reject_rate_without_tax(Some(TaxCategory::E), Some(rate)).err();
    assert!(refused("19").is_some_and(|error| error.field == "tax_rate"));
    assert_eq!((refused("0"), refused(" ")), (None, None));
    assert_eq!(reject_rate_without_tax(Some(TaxCategory::S), Some("19")), Ok(()));
    assert_eq!(reject_rate_without_tax(None, Some("19")), Ok(()), "a rate alone means the standard category");
    let free = LineTax { category: TaxCategory::E, rate: Percent(0), reason: None };
    assert!(free.changed(Some(TaxCategory::S), None, None).is_err(), "nobody said at which rate");
}
