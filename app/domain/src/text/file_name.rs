//! File names of documents.

/// The file name of an invoice with this number in every download and mail, without path separators and control characters.
pub fn file_name(number: &str) -> String {
    let plain: String = number.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    format!("{plain}.pdf")
}
