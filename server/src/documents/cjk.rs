//! Regional variants of Chinese, Japanese and Korean characters: the same character is drawn differently in each region, and there are
//! fonts for each.

use strum::EnumString;

/// The regional variant of a font, in the order in which fonts are tried without a preference. It is parsed from the end of a family's
/// name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString)]
#[strum(ascii_case_insensitive)]
pub(super) enum CjkVariant {
    /// Mainland China and Singapore.
    #[strum(serialize = "SC")]
    Simplified,
    /// Taiwan.
    #[strum(serialize = "TC")]
    Traditional,
    /// Hong Kong and Macao.
    #[strum(serialize = "HK")]
    HongKong,
    /// Japan.
    #[strum(serialize = "JP")]
    Japanese,
    /// Korea.
    #[strum(serialize = "KR")]
    Korean,
}

impl CjkVariant {
    /// The variant of a family, by the end of its name: `Noto Sans CJK JP`, `Noto Serif SC`.
    pub(super) fn of_family(name: &str) -> Option<Self> {
        name.rsplit(' ').next()?.parse().ok()
    }

    /// The variant of a language, by its tag (BCP 47): `ja`, `zh-Hant`, `zh-TW`. Chinese without a script or region is simplified.
    fn of_language(tag: &str) -> Option<Self> {
        let tag = tag.to_ascii_lowercase();
        let mut parts = tag.split(['-', '_']);
        let (language, others) = (parts.next()?, parts.collect::<Vec<_>>());
        let has = |part: &str| others.contains(&part);
        match language {
            "ja" => Some(Self::Japanese),
            "ko" => Some(Self::Korean),
            "zh" | "yue" if has("hans") => Some(Self::Simplified),
            "zh" | "yue" if has("hk") || has("mo") || language == "yue" => Some(Self::HongKong),
            "zh" if has("hant") || has("tw") => Some(Self::Traditional),
            "zh" => Some(Self::Simplified),
            _ => None,
        }
    }

    /// The variant that a letter belongs to: kana to Japan, hangul to Korea, bopomofo to Taiwan.
    fn of_letter(letter: char) -> Option<Self> {
        match letter {
            '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => Some(Self::Japanese),
            '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' => Some(Self::Korean),
            '\u{3100}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' => Some(Self::Traditional),
            _ => None,
        }
    }
}

/// The variant that a document prefers, if any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VariantPreference(Option<CjkVariant>);

impl VariantPreference {
    /// The variant of the document's language; otherwise that of its first letter of one script alone.
    pub(super) fn of(language: &str, mut letters: impl Iterator<Item = char>) -> Self {
        Self(CjkVariant::of_language(language).or_else(|| letters.find_map(CjkVariant::of_letter)))
    }

    /// The rank of a family in the order of trying: the preferred variant, then the others.
    pub(super) fn place(self, shapes: Option<CjkVariant>) -> u8 {
        match shapes {
            Some(shapes) if self.0 != Some(shapes) => 1 + shapes as u8,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(language: &str, text: &str) -> Option<CjkVariant> {
        VariantPreference::of(language, text.chars()).0
    }

    #[test]
    fn the_language_of_the_document_says_which_shapes() {
        use CjkVariant::{HongKong, Japanese, Korean, Simplified, Traditional};
        for (language, shapes) in [
            ("ja", Japanese),
            ("ja-JP", Japanese),
            ("ko", Korean),
            ("zh", Simplified),
            ("zh-Hans-HK", Simplified),
            ("zh-CN", Simplified),
            ("zh-Hant", Traditional),
            ("zh_TW", Traditional),
            ("zh-Hant-HK", HongKong),
            ("yue", HongKong),
        ] {
            assert_eq!(first(language, "株式会社テスト"), Some(shapes), "{language}");
        }
    }

    #[test]
    fn in_another_language_the_letters_beside_them_do() {
        assert_eq!(first("en", "株式会社テスト"), Some(CjkVariant::Japanese));
        assert_eq!(first("de", "(주) 漢字"), Some(CjkVariant::Korean));
        assert_eq!(first("en", "漢字 ㄅㄆ"), Some(CjkVariant::Traditional));
        assert_eq!(first("en", "漢字 Ltd"), None);
    }

    #[test]
    fn families_are_tried_in_one_order() {
        let families = ["Noto Sans CJK HK", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans CJK SC", "Noto Sans CJK TC"];
        let order = |language: &str| {
            let preference = VariantPreference::of(language, "漢字".chars());
            let mut families = families;
            families.sort_by_key(|family| preference.place(CjkVariant::of_family(family)));
            families.map(|family| family.rsplit(' ').next().unwrap_or_default())
        };
        assert_eq!(order("en"), ["SC", "TC", "HK", "JP", "KR"]);
        assert_eq!(order("ja"), ["JP", "SC", "TC", "HK", "KR"]);
        assert_eq!(order("ko"), ["KR", "SC", "TC", "HK", "JP"]);
        assert_eq!(order("zh"), ["SC", "TC", "HK", "JP", "KR"]);
        assert_eq!(order("zh-TW"), ["TC", "SC", "HK", "JP", "KR"]);
    }
}
