//! Tax categories of EN 16931 (code list UNCL 5305, as far as invoices for work use it).

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::invalid_value::InvalidValue;
use crate::percent::Percent;

/// How a line is taxed (BT-151). The codes are those that stand in the electronic invoice.
#[derive(
    Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[strum(ascii_case_insensitive)]
pub enum TaxCategory {
    /// Taxed.
    #[default]
    S,
    /// Zero rate.
    Z,
    /// Exempt.
    E,
    /// Reverse charge.
    AE,
    /// Goods within the EU.
    K,
    /// Export of goods.
    G,
    /// Outside the scope of tax.
    O,
}

impl TaxCategory {
    /// Every category, in the order of a picker: those for goods come after those for work.
    pub const ALL: [TaxCategory; 7] = [Self::S, Self::AE, Self::E, Self::O, Self::Z, Self::G, Self::K];

    /// The code as in the electronic invoice, such as `AE`.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Parses the code of a category; an error names `tax_category`.
    pub fn parse(code: &str) -> Result<TaxCategory, InvalidValue> {
        code.trim().parse().map_err(|_| {
            let shown = crate::money::shown(code);
            InvalidValue::new("tax_category", format!("{shown} is not a tax category; give S, AE, E, O, Z, G or K."))
        })
    }

    /// The description of the category in a picker.
    pub fn choice(self) -> &'static str {
        match self {
            Self::G => "Export of goods",
            Self::K => "Intra-Community supply of goods",
            other => other.label(),
        }
    }

    /// The name of the category with its code, as in a picker: `Reverse charge (AE)`.
    pub fn named(self) -> String {
        format!("{} ({})", self.choice(), self.code())
    }

    /// The category in English, as on a document or in a row of the totals.
    pub fn label(self) -> &'static str {
        match self {
            Self::S => "Standard rate",
            Self::Z => "Zero rated",
            Self::E => "Exempt",
            Self::AE => "Reverse charge",
            Self::K => "Intra-Community supply",
            Self::G => "Export",
            Self::O => "Not subject to tax",
        }
    }

    /// The tax in words: the rate where there is one, otherwise the label of the category.
    pub fn at(self, rate: Percent) -> String {
        match self {
            Self::S => format!("{rate} %"),
            other => other.label().to_owned(),
        }
    }

    /// The usual reason why no tax is charged (BT-120), as in answers, pages and English documents; `None` where the standard wants none
    /// (BR-S-10, BR-Z-10). That of an export names no border: goods are exported to places in the European Union from its other parts, and
    /// by sellers elsewhere.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::S | Self::Z => None,
            Self::E => Some("Exempt from tax"),
            Self::AE => Some("Reverse charge: the recipient owes the tax"),
            Self::K => Some("Tax-free intra-Community supply"),
            Self::G => Some("Tax-free export"),
            Self::O => Some("Not subject to tax"),
        }
    }

    /// Whether the seller needs a VAT identifier, and no tax number is accepted (BR-IC-02, BR-G-02).
    pub fn needs_vat_id(self) -> bool {
        matches!(self, Self::K | Self::G)
    }

    /// The category implied by a choice of both: a rate above zero without a category means the standard category.
    pub fn chosen(category: Option<Self>, rate: Option<Percent>) -> Option<Self> {
        category.or(rate.filter(|rate| rate.ten_thousandths() > 0).map(|_| Self::S))
    }

    /// The rate implied by a choice of both: a category that charges nothing has the rate 0.
    pub fn rate(category: Option<Self>, rate: Option<Percent>) -> Option<Percent> {
        rate.or(category.filter(|category| *category != Self::S).map(|_| Percent(0)))
    }

    /// Checks that the category and the rate belong together: standard has a rate above zero, every other has none (BR-S-05, BR-Z-05,
    /// BR-E-05, BR-AE-05, BR-IC-05, BR-G-05, BR-O-05). Called when an invoice is sent.
    pub fn check(self, rate: Percent) -> Result<(), InvalidValue> {
        if self == Self::S && rate.ten_thousandths() == 0 {
            let message = "Standard rate (S) needs a rate above zero; give one, or choose another category.";
            return Err(InvalidValue::new("tax_rate", message));
        }
        self.check_rate_absent(rate)
    }

    /// The part of [`TaxCategory::check`] that every total depends on.
    pub fn check_rate_absent(self, rate: Percent) -> Result<(), InvalidValue> {
        if self == Self::S || rate.ten_thousandths() == 0 {
            return Ok(());
        }
        let message = format!("{rate} % does not go with {}, which has no tax; give 0.", self.named());
        Err(InvalidValue::new("tax_rate", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_can_be_chosen_and_is_known_by_its_code_in_any_case() {
        for category in TaxCategory::VARIANTS {
            assert!(TaxCategory::ALL.contains(category), "{category:?}");
            for code in [category.code().to_owned(), format!(" {} ", category.code().to_lowercase())] {
                assert_eq!(TaxCategory::parse(&code), Ok(*category));
            }
        }
        assert_eq!(TaxCategory::ALL.map(TaxCategory::code), ["S", "AE", "E", "O", "Z", "G", "K"]);
        assert!(TaxCategory::parse("Standard").is_err());
    }
}
