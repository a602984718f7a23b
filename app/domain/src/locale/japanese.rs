//! The Japanese locale, in the language of business letters.

use jiff::civil::Date;

use super::Translation;
use crate::{country, tax::category::TaxCategory};

pub(super) struct Japanese;

impl Translation for Japanese {
    fn money(&self, figure: &str, currency: &str) -> String {
        match currency {
            "JPY" => format!("{figure}円"),
            _ => format!("{figure} {currency}"),
        }
    }

    fn hours(&self) -> &'static str {
        "時間"
    }

    fn country(&self, code: &str) -> Option<&'static str> {
        country::japanese_name(code)
    }

    fn day(&self, day: Date) -> String {
        format!("{}年{}月{}日", day.year(), day.month(), day.day())
    }

    fn discount(&self) -> &'static str {
        "値引"
    }

    fn share_of(&self, share: &str, amount: &str) -> String {
        format!("{share}（対象額 {amount}）")
    }

    fn category(&self, category: TaxCategory) -> &'static str {
        match category {
            TaxCategory::S => "課税",
            TaxCategory::Z => "ゼロ税率",
            TaxCategory::E => "非課税",
            TaxCategory::AE => "リバースチャージ",
            TaxCategory::K => "EU域内供給",
            TaxCategory::G => "輸出免税",
            TaxCategory::O => "課税対象外",
        }
    }

    fn category_of_line(&self, category: TaxCategory) -> &'static str {
        match category {
            TaxCategory::S | TaxCategory::Z => self.category(category),
            TaxCategory::E => "非課税",
            TaxCategory::AE => "リバースチャージ",
            TaxCategory::K => "EU域内",
            TaxCategory::G => "輸出免税",
            TaxCategory::O => "対象外",
        }
    }

    fn without_tax(&self) -> [&'static str; 2] {
        ["課税なし", "課税なし"]
    }

    fn tax_name(&self, country: Option<&str>) -> &'static str {
        match country {
            Some("JP") => "消費税",
            Some("US") => "売上税",
            Some("AU" | "IN" | "NZ" | "SG") => "GST",
            Some("CA") => "GST/HST",
            Some("MY") => "SST",
            Some("CH" | "LI") => "付加価値税",
            _ => "付加価値税 (VAT)",
        }
    }

    /// Words that the law of the European Union prescribes on an invoice are also stated in one of its languages (Article 226 (11) and
    /// (11a) of Directive 2006/112/EC).
    fn reason(&self, category: TaxCategory, _: Option<&str>) -> Option<&'static str> {
        match category {
            TaxCategory::S | TaxCategory::Z => None,
            TaxCategory::E => Some("非課税取引"),
            TaxCategory::AE => Some("リバースチャージ（Reverse charge）：買主が納税義務を負います"),
            TaxCategory::K => Some("EU域内供給につき免税（Tax-free intra-Community supply）"),
            TaxCategory::G => Some("輸出免税（Tax-free export）"),
            TaxCategory::O => Some("課税対象外"),
        }
    }

    fn and_other_lines(&self, names: &str, more: usize) -> String {
        format!("{names} ほか{more}件")
    }

    fn titled(&self, title: &str) -> String {
        format!("請求書（{title}）")
    }

    fn terms(&self, day: &str, days: i16) -> String {
        match days {
            0 => "本請求書の受領後、速やかにお支払いくださいますようお願いいたします。".to_owned(),
            _ => format!("発行日より{days}日以内（{day}まで）に、全額をお支払いくださいますようお願いいたします。"),
        }
    }

    fn void(&self) -> &'static str {
        "この請求書は取り消されました。お支払いの必要はございません。"
    }

    fn settled(&self) -> &'static str {
        "お支払いの必要はございません。"
    }

    fn subject(&self, number: &str, from: &str) -> String {
        format!("請求書 {number} のご送付（{from}）")
    }

    fn letter(&self, number: &str, total: &str, due_on: Option<&str>, from: &str) -> String {
        let due = due_on.map_or_else(|| "なお、お支払いの必要はございません。".to_owned(), |day| format!("お支払期限：{day}"));
        format!(
            "ご担当者様\n\nいつもお世話になっております。{from}でございます。\n\n請求書 {number} を添付にてお送りいたします。\n\n\
             ご請求金額：{total}\n{due}\n\nご査収のほど、よろしくお願い申し上げます。\n\n{from}"
        )
    }
}
