//! Tax categories of EN 16931 (code list UNCL 5305, as far as invoices for work use it).

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::percent::Percent;

/// How a line is taxed (BT-151). The codes are those that stand in the electronic invoice.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
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
    /// Every category, in the order of a picker: what is for goods stands behind what is for work.
    pub const ALL: [TaxCategory; 7] = [Self::S, Self::AE, Self::E, Self::O, Self::Z, Self::G, Self::K];

    /// The code as in the electronic invoice, such as `AE`.
    pub fn code(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::Z => "Z",
            Self::E => "E",
            Self::AE => "AE",
            Self::K => "K",
            Self::G => "G",
            Self::O => "O",
        }
    }

    /// The category of a code; a refusal names `tax_category`.
    pub fn parse(code: &str) -> Result<TaxCategory, Error> {
        let wanted = code.trim();
        Self::ALL.into_iter().find(|category| category.code().eq_ignore_ascii_case(wanted)).ok_or_else(|| {
            let shown = crate::money::shown(code);
            Error::invalid("tax_category", format!("{shown} is not a tax category; give S, AE, E, O, Z, G or K."))
        })
    }

    /// What the category is for, in a picker.
    pub fn choice(self) -> &'static str {
        match self {
            Self::G => "Export of goods",
            Self::K => "Intra-Community supply of goods",
            other => other.label(),
        }
    }

    /// The category as it is chosen, with its code: `Reverse charge (AE)`.
    pub fn named(self) -> String {
        format!("{} ({})", self.choice(), self.code())
    }

    /// The category in English, on a document or in a row of the totals.
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

    /// How something is taxed, in words: the rate where there is one, otherwise what the category is called.
    pub fn at(self, rate: Percent) -> String {
        match self {
            Self::S => format!("{rate} %"),
            other => other.label().to_owned(),
        }
    }

    /// The usual text for why no tax is charged (BT-120), as answers, pages and English documents have it; nothing where the standard
    /// wants none (BR-S-10, BR-Z-10). Of an export it names no border: there are places in the European Union to which goods are exported
    /// from its other parts, and sellers elsewhere.
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

    /// Whether no tax number does for the seller, but a VAT identifier alone (BR-IC-02, BR-G-02).
    pub fn needs_vat_id(self) -> bool {
        matches!(self, Self::K | Self::G)
    }

    /// The category that comes with what was chosen of both: whoever gives a rate above zero, and no category, charges tax.
    pub fn chosen(category: Option<Self>, rate: Option<Percent>) -> Option<Self> {
        category.or(rate.filter(|rate| rate.ten_thousandths() > 0).map(|_| Self::S))
    }

    /// The rate that comes with what was chosen of both: a category that charges nothing brings the rate 0 along.
    pub fn rate(category: Option<Self>, rate: Option<Percent>) -> Option<Percent> {
        rate.or(category.filter(|category| *category != Self::S).map(|_| Percent(0)))
    }

    /// Whether the category and the rate belong together: standard has a rate above zero, every
    /// other has none (BR-S-05, BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05, BR-O-05). For the
    /// moment an invoice is sent.
    pub fn check(self, rate: Percent) -> Result<(), Error> {
        if self == Self::S && rate.ten_thousandths() == 0 {
            let message = "Standard rate (S) needs a rate above zero; give one, or choose another category.";
            return Err(Error::invalid("tax_rate", message));
        }
        self.check_rate_absent(rate)
    }

    /// The half of [`TaxCategory::check`] without which no total is right.
    pub(super) fn check_rate_absent(self, rate: Percent) -> Result<(), Error> {
        if self == Self::S || rate.ten_thousandths() == 0 {
            return Ok(());
        }
        let message = format!("{rate} % does not go with {}, which has no tax; give 0.", self.named());
        Err(Error::invalid("tax_rate", message))
    }
}
