//! Suggests numbers to a party that lacks those that an invoice must state.

use super::{NumberKind, is_tax_number, number_label, tax_number_formats::TaxNumberFormats, vat_examples::example};

/// Numbers that an invoice states, each as an invented example.
#[derive(Debug, PartialEq, Eq)]
pub struct RequiredNumbers {
    /// The tax number, with its label.
    pub tax_number: Option<&'static str>,
    /// The tax number of a person, if it differs from that of a company.
    pub of_person: Option<&'static str>,
    /// The VAT identifier.
    pub vat_id: Option<&'static str>,
    /// The law that accepts no other number.
    law: Option<&'static str>,
}

/// The numbers that an invoice from this country states, with tax or without; `None` if they are unknown. With tax, a number that the tax
/// office gives for all taxes is named beside the VAT identifier, and no other. Without tax, outside of the European Union, no VAT
/// identifier is named: it says that its owner charges tax.
pub fn required_numbers(country: &str, taxed: bool) -> Option<RequiredNumbers> {
    let forms = TaxNumberFormats::of(country)?;
    let with_tax = forms.with_tax.as_ref().filter(|_| taxed);
    let named = with_tax.and_then(|with_tax| with_tax.example).unwrap_or(forms.example);
    let vat_id = example(country).filter(|_| taxed || eu_vat::Country::from_code(country).is_some());
    let is_of_office = || number_label(named).is_some_and(|word| word.kind == NumberKind::Tax);
    let is_named = is_tax_number(Some(country), taxed, named) && (!taxed || vat_id.is_none() || is_of_office());
    let of_person = forms.of_person.filter(|number| is_named && is_tax_number(Some(country), taxed, number));
    Some(RequiredNumbers { tax_number: is_named.then_some(named), of_person, vat_id, law: with_tax.map(|with_tax| with_tax.law) })
}

impl std::fmt::Display for RequiredNumbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let of_person = self.of_person.map(|number| format!(" or, as a person, {number}")).unwrap_or_default();
        let tax_number = self.tax_number.map(|number| format!("a number such as {number}{of_person} as your tax number"));
        let vat_id = self.vat_id.map(|number| format!("a VAT identifier such as {number}"));
        let numbers: Vec<String> = tax_number.into_iter().chain(vat_id).collect();
        f.write_str(&numbers.join(", or "))?;
        self.law.map_or(Ok(()), |law| write!(f, " ({law})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_told_with_examples_that_count() {
        for forms in crate::country::COUNTRIES.iter().filter_map(|(code, _)| TaxNumberFormats::of(code)) {
            let country = Some(forms.country);
            for taxed in [false, true] {
                let Some(wanted) = required_numbers(forms.country, taxed) else { panic!("{country:?} is known") };
                let told = wanted.to_string();
                for number in wanted.tax_number.iter().chain(&wanted.of_person).chain(&wanted.vat_id) {
                    assert!(is_tax_number(country, taxed, number) && told.contains(number), "{country:?} {taxed} {number}");
                }
                assert!(wanted.tax_number.is_some() || wanted.vat_id.is_some(), "{country:?} {taxed}");
                assert_eq!(taxed && forms.with_tax.is_some(), told.contains(" ("), "{told}");
            }
            assert!(is_tax_number(country, false, forms.example), "{country:?} {}", forms.example);
            let own = [required_numbers(forms.country, false).and_then(|wanted| wanted.tax_number), example(forms.country)];
            assert!(own.iter().flatten().any(|number| forms.example.contains(number)), "{country:?} is told its own");
        }
    }

    /// In these countries a person has a number of another register than a company.
    #[test]
    fn where_companies_and_persons_have_different_numbers_both_are_told() {
        for (country, number) in [("LT", "Individualios veiklos pažymos Nr. 1234567"), ("LV", "Personas kods 010180-12347")] {
            let told = |taxed| required_numbers(country, taxed).map(|wanted| wanted.to_string()).unwrap_or_default();
            assert!(told(false).contains(number) && !told(true).contains(number), "{country}: {} {}", told(false), told(true));
        }
    }

    #[test]
    fn with_tax_no_number_is_named_that_counts_without_it_alone() {
        let named = |country: &str, taxed| required_numbers(country, taxed).and_then(|wanted| wanted.tax_number);
        for country in
            ["AT", "BE", "BG", "CH", "CY", "CZ", "DK", "EE", "FI", "FR", "GB", "IT", "LT", "LU", "LV", "MT", "NL", "NO", "SE", "SK"]
        {
            assert!(named(country, true).is_none() && named(country, false).is_some(), "{country}");
        }
        for (country, without, with) in [
            ("HU", "adószám 12345676-1-42", "adószám 12345676-2-42"),
            ("IS", "Kennitala 010130-2989", "VSK-númer 12345"),
            ("LI", "PEID 1234567", "MWST-Nr. 50123"),
        ] {
            assert_eq!((named(country, false), named(country, true)), (Some(without), Some(with)));
        }
        let vat_id = |country: &str, taxed| required_numbers(country, taxed).and_then(|wanted| wanted.vat_id);
        for (country, number, without) in
            [("CH", "CHE-123.456.788 MWST", "UID CHE-123.456.788"), ("NO", "NO 123 456 785 MVA", "Org.nr. 123 456 785")]
        {
            assert_eq!((vat_id(country, true), vat_id(country, false), named(country, false)), (Some(number), None, Some(without)));
        }
        assert_eq!(vat_id("GB", false), None, "whoever states one is registered, and charges tax");
        for (country, law) in [("AT", "§ 11 (1)"), ("GB", "regulation 14"), ("NL", "Article 35a"), ("EE", "Article 226 (3)")] {
            assert!(required_numbers(country, true).is_some_and(|wanted| wanted.to_string().contains(law)), "{country}");
        }
    }
}
