//! Registration numbers of businesses in Japan that may issue qualified invoices: T and 13 digits.

/// How many digits follow the letter.
const DIGITS: usize = 13;

/// A registration number as stored, `T7000012050002`, from any way that a keyboard or a letter writes it, also with its name before it;
/// `None` if it is another number.
pub fn japanese_registration(given: &str) -> Option<String> {
    let plain = super::plain(given);
    let (name, number) = plain.trim().split_at(plain.trim().rfind(['T', 't'])?);
    let is_name = !name.ends_with(|letter: char| letter.is_ascii_alphanumeric()) && !name.contains(char::is_numeric);
    let digits: String = number.chars().skip(1).filter(|letter| !is_between(*letter)).collect();
    let is_number = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
    (is_name && is_number).then(|| format!("T{digits}"))
}

/// Whether the check digit of a registration number fits. It is the first digit, as of every corporate number: 9 less the remainder by 9 of
/// the others, where every second one counts twice, beginning with the last but one.
pub fn japanese_registration_fits(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let Some((check, others)) = digits.split_first() else { return false };
    let sum: u32 = others.iter().rev().enumerate().map(|(at, digit)| digit * (1 + at as u32 % 2)).sum();
    *check == 9 - sum % 9
}

/// Separators between the digits: blanks, and every character that is used as a hyphen.
fn is_between(letter: char) -> bool {
    letter.is_whitespace() || super::is_hyphen(letter) || letter == 'ー'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_number_is_read_however_it_was_typed() {
        for written in [
            "T7000012050002",
            "t7000012050002",
            "Ｔ７００００１２０５０００２",
            "T 7000 0120 50002",
            "T-7000-0120-50002",
            "Ｔ７ー００００ー１２０５ー０００２",
            "登録番号：T7000012050002",
            "適格請求書発行事業者登録番号 T7000012050002",
            "インボイス番号　Ｔ７０００ ０１２０ ５０００２",
            "Registration number: T7000012050002",
        ] {
            assert_eq!(japanese_registration(written).as_deref(), Some("T7000012050002"), "{written}");
        }
        for other in
            ["T12345", "7000012050002", "T70000120500021", "TX000012050002", "XT7000012050002", "1 T7000012050002", "DE136695976", ""]
        {
            assert_eq!(japanese_registration(other), None, "{other}");
        }
    }

    #[test]
    fn a_check_digit_tells_a_slip() {
        // The registration number of the National Tax Agency.
        assert!(japanese_registration_fits("T7000012050002"));
        for slip in ["T7000012050003", "T8000012050002", "T7000012500002"] {
            assert!(!japanese_registration_fits(slip), "{slip}");
        }
    }
}
