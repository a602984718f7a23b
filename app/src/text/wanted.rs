//! What whoever has none of the numbers that an invoice states is told to write.

use super::{is_tax_number, tax_forms::Forms, vat_examples::example};

/// Numbers that an invoice states, each with one that is made up.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As the tax number, with its own word.
    pub tax_number: Option<&'static str>,
    /// As the VAT identifier.
    pub vat_id: Option<&'static str>,
    /// The law by which no other number does.
    law: Option<&'static str>,
}

/// What an invoice from this country states, with tax or without; nothing where nothing is known of its numbers.
pub fn wanted(country: &str, taxed: bool) -> Option<Wanted> {
    let forms = Forms::of(country)?;
    let with_tax = forms.with_tax.as_ref().filter(|_| taxed);
    let named = with_tax.and_then(|with_tax| with_tax.example).unwrap_or(forms.example);
    let tax_number = Some(named).filter(|named| is_tax_number(Some(country), taxed, named));
    let vat_id = example(country);
    let law = with_tax.map(|with_tax| with_tax.law);
    // One that is a VAT identifier itself is named once, in its own words.
    match vat_id.filter(|vat_id| forms.example.contains(vat_id)) {
        Some(_) => Some(Wanted { tax_number: None, vat_id: Some(forms.example), law }),
        None => Some(Wanted { tax_number, vat_id, law }),
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tax_number = self.tax_number.map(|number| format!("a number such as {number} as your tax number"));
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
        for forms in crate::country::COUNTRIES.iter().filter_map(|(code, _)| Forms::of(code)) {
            let country = Some(forms.country);
            for taxed in [false, true] {
                let Some(wanted) = wanted(forms.country, taxed) else { panic!("{country:?} is known") };
                let told = wanted.to_string();
                for number in wanted.tax_number.iter().chain(&wanted.vat_id) {
                    assert!(is_tax_number(country, taxed, number) && told.contains(number), "{country:?} {taxed} {number}");
                }
                assert!(wanted.tax_number.is_some() || wanted.vat_id.is_some(), "{country:?} {taxed}");
                assert_eq!(taxed && forms.with_tax.is_some(), told.contains(" ("), "{told}");
            }
            assert!(is_tax_number(country, false, forms.example), "{country:?} {}", forms.example);
            let own = [wanted(forms.country, false).and_then(|wanted| wanted.tax_number), example(forms.country)];
            assert!(own.iter().flatten().any(|number| forms.example.contains(number)), "{country:?} is told its own");
        }
    }

    #[test]
    fn with_tax_no_number_is_named_that_counts_without_it_alone() {
        let named = |country: &str, taxed| wanted(country, taxed).and_then(|wanted| wanted.tax_number);
        for country in ["AT", "BG", "CY", "CZ", "EE", "FR", "GB", "LT", "LU", "MT", "NL", "SE", "SK"] {
            assert!(named(country, true).is_none() && named(country, false).is_some(), "{country}");
        }
        assert_eq!((named("IS", false), named("IS", true)), (Some("kennitala 123456-7890"), Some("VSK 12345")));
        for (country, law) in [("AT", "§ 11 (1)"), ("GB", "regulation 14"), ("NL", "Article 35a"), ("EE", "Article 226 (3)")] {
            assert!(wanted(country, true).is_some_and(|wanted| wanted.to_string().contains(law)), "{country}");
        }
    }
}
