//! The German locale.

use jiff::civil::Date;

use super::Translation;
use crate::{country, percent::Percent, tax::category::TaxCategory};

pub(super) struct German;

impl Translation for German {
    fn figure(&self, english: &str) -> String {
        let mark = |letter| match letter {
            '.' => ',',
            ',' => '.',
            other => other,
        };
        english.chars().map(mark).collect()
    }

    fn percent(&self, share: Percent) -> String {
        self.figure(&format!("{share} %"))
    }

    fn country(&self, code: &str) -> Option<&'static str> {
        country::german_name(code)
    }

    fn day(&self, day: Date) -> String {
        format!("{:02}.{:02}.{}", day.day(), day.month(), day.year())
    }

    fn discount(&self) -> &'static str {
        "Rabatt"
    }

    fn share_of(&self, share: &str, amount: &str) -> String {
        format!("{share} auf {amount}")
    }

    fn category(&self, category: TaxCategory) -> &'static str {
        match category {
            TaxCategory::S => "Regelbesteuerung",
            TaxCategory::Z => "Nullsatz",
            TaxCategory::E => "Steuerbefreit",
            TaxCategory::AE => "Reverse Charge",
            TaxCategory::K => "Innergemeinschaftliche Lieferung",
            TaxCategory::G => "Ausfuhr",
            TaxCategory::O => "Nicht steuerbar",
        }
    }

    fn category_of_line(&self, category: TaxCategory) -> &'static str {
        match category {
            TaxCategory::S | TaxCategory::Z => self.category(category),
            TaxCategory::E => "steuerfrei",
            TaxCategory::AE => "Reverse Charge",
            TaxCategory::K => "EU-Lieferung",
            TaxCategory::G => "Ausfuhr",
            TaxCategory::O => "nicht steuerbar",
        }
    }

    fn without_tax(&self) -> [&'static str; 2] {
        ["Ohne Steuer", "ohne Steuer"]
    }

    fn tax_name(&self, country: Option<&str>) -> &'static str {
        match country {
            Some("AU" | "CA" | "IN" | "JP" | "MY" | "NZ" | "SG" | "US") => "Steuer",
            Some("CH" | "LI") => "MwSt.",
            _ => "USt.",
        }
    }

    fn tax_word(&self, country: Option<&str>) -> Option<&'static str> {
        Some(self.tax_name(country))
    }

    /// For reverse charge the law prescribes these very words (§ 14a (5) UStG, Article 226 (11a) of Directive 2006/112/EC).
    fn reason(&self, category: TaxCategory, country: Option<&str>) -> Option<&'static str> {
        let tax = self.tax_name(country);
        match category {
            TaxCategory::S | TaxCategory::Z => None,
            TaxCategory::E => Some(match tax {
                "Steuer" => "Von der Steuer befreit",
                "MwSt." => "Von der Mehrwertsteuer befreit",
                _ => "Von der Umsatzsteuer befreit",
            }),
            TaxCategory::AE => Some("Steuerschuldnerschaft des Leistungsempfängers"),
            TaxCategory::K => Some("Steuerfreie innergemeinschaftliche Lieferung"),
            TaxCategory::G => Some("Steuerfreie Ausfuhrlieferung"),
            TaxCategory::O => Some(match tax {
                "Steuer" => "Die Leistung unterliegt nicht der Steuer",
                "MwSt." => "Die Leistung unterliegt nicht der Mehrwertsteuer",
                _ => "Die Leistung unterliegt nicht der Umsatzsteuer",
            }),
        }
    }

    fn and_other_lines(&self, names: &str, more: usize) -> String {
        match more {
            1 => format!("{names} und 1 weitere Position"),
            _ => format!("{names} und {more} weitere Positionen"),
        }
    }

    fn titled(&self, title: &str) -> String {
        format!("Rechnung ({title})")
    }

    fn terms(&self, day: &str, days: i16) -> String {
        match days {
            0 => "Zahlbar sofort nach Erhalt.".to_owned(),
            1 => format!("Zahlbar innerhalb eines Tages bis zum {day} ohne Abzug."),
            _ => format!("Zahlbar innerhalb von {days} Tagen bis zum {day} ohne Abzug."),
        }
    }

    fn void(&self) -> &'static str {
        "Diese Rechnung wurde storniert. Es ist nichts zu zahlen."
    }

    fn settled(&self) -> &'static str {
        "Es ist nichts zu zahlen."
    }

    fn subject(&self, number: &str, from: &str) -> String {
        format!("Rechnung {number} von {from}")
    }

    fn letter(&self, number: &str, total: &str, due_on: Option<&str>, from: &str) -> String {
        let due = due_on.map_or_else(|| ". Es ist nichts mehr zu zahlen.".to_owned(), |day| format!(", zahlbar bis zum {day}."));
        format!("Guten Tag,\n\nanbei erhalten Sie die Rechnung {number} über {total}{due}\n\nMit freundlichen Grüßen\n{from}")
    }
}
