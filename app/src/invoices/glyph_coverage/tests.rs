use super::*;

#[test]
fn each_letter_leads_to_a_font_that_has_it() {
    let packages = |letters: &str| packages(&letters.chars().collect::<Vec<_>>());
    assert_eq!(packages("株テ한"), Some("fonts-noto-cjk".to_owned()));
    assert_eq!(packages("परीक्षण"), Some("fonts-noto-core".to_owned()));
    assert_eq!(packages("प株\u{e000}"), Some("fonts-noto-cjk fonts-noto-core".to_owned()));
    assert_eq!(packages("\u{e000}\u{f0000}"), None);
}

#[test]
fn what_has_no_shape_of_its_own_is_named_by_its_code() {
    assert_eq!((shown('株'), shown('\u{94d}')), ("株".to_owned(), "\u{94d} (U+094D)".to_owned()));
    assert_eq!(shown('\u{e000}'), "U+E000");
}

#[test]
fn a_long_text_names_a_few_letters() {
    let message = |letters: &str| problem("notes", "The notes", letters.chars().collect(), REWRITE).expect("a problem").message;
    assert!(message("一二三四五六七八九十百千").contains("has 一 二 三 四 五 六 七 八 九 十 百 千. Install"));
    assert!(message("一二三四五六七八九十百千万").contains("十 百 千 …. Install"));
}
