//! Formats of the numbers on tax invoices, outside the countries with a value added tax by the directive.

/// The format of a number.
#[derive(Debug, Clone, Copy)]
pub struct NumberFormat {
    /// The description of the format in messages.
    pub told: &'static str,
    fits: fn(&str) -> bool,
}

impl NumberFormat {
    /// Whether letters and digits without separators are such a number.
    pub fn fits(&self, compact: &str) -> bool {
        (self.fits)(compact)
    }
}

impl PartialEq for NumberFormat {
    fn eq(&self, other: &Self) -> bool {
        self.told == other.told
    }
}

/// The tax registration number of the United Arab Emirates.
pub const TRN: NumberFormat = NumberFormat { told: "15 digits", fits: |number| number.len() == 15 && is_digits(number) };

/// The Australian business number.
pub const ABN: NumberFormat = NumberFormat { told: "11 digits, the first two of which check the others", fits: is_abn };

/// The Inland Revenue number of New Zealand, which is also the number of the goods and services tax.
pub const IRD: NumberFormat = NumberFormat { told: "8 or 9 digits, the last of which checks the others", fits: is_ird };

/// The Indian identification number of the goods and services tax: two digits of the State, ten of the permanent account number, one more,
/// Z, and a check character.
pub const GSTIN: NumberFormat = NumberFormat { told: "15 letters and digits", fits: is_gstin };

/// The VAT number of Saudi Arabia.
pub const SAUDI: NumberFormat = NumberFormat {
    told: "15 digits, the first and the last of which are 3",
    fits: |number| number.len() == 15 && is_digits(number) && number.starts_with('3') && number.ends_with('3'),
};

/// The VAT number of South Africa.
pub const SOUTH_AFRICAN: NumberFormat = NumberFormat {
    told: "10 digits, the first of which is 4",
    fits: |number| number.len() == 10 && is_digits(number) && number.starts_with('4'),
};

fn is_digits(number: &str) -> bool {
    number.bytes().all(|digit| digit.is_ascii_digit())
}

/// The weights of the digits of an Australian business number: with 1 subtracted from the first digit, the sum is a multiple of 89.
const WEIGHTS: [u32; 11] = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];

fn is_abn(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let sum: u32 = WEIGHTS.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
    number.len() == 11 && digits.len() == 11 && digits[0] > 0 && (sum - WEIGHTS[0]).is_multiple_of(89)
}

/// The weights of the digits of an Inland Revenue number before the last one, and those used where the first give no digit.
const OF_IRD: [[u32; 8]; 2] = [[3, 2, 7, 6, 5, 4, 3, 2], [7, 4, 3, 2, 5, 2, 7, 6]];

/// Numbers with 8 digits are padded with a zero. They are issued from 10-000-000 on.
fn is_ird(number: &str) -> bool {
    let digits: Vec<u32> = format!("{number:0>9}").chars().filter_map(|letter| letter.to_digit(10)).collect();
    let check = |weights: &[u32; 8]| (11 - weights.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum::<u32>() % 11) % 11;
    let is_long = matches!(number.len(), 8 | 9) && digits.len() == 9 && digits[..2] != [0, 0];
    is_long && OF_IRD.iter().map(check).find(|check| *check < 10) == Some(digits[8])
}

fn is_gstin(number: &str) -> bool {
    let (number, form) = (number.to_uppercase(), "##@@@@@####@*Z*");
    let is = |(letter, wanted): (char, char)| match wanted {
        '#' => letter.is_ascii_digit(),
        '@' => letter.is_ascii_uppercase(),
        '*' => letter.is_ascii_alphanumeric(),
        other => letter == other,
    };
    number.chars().count() == form.len() && number.chars().zip(form.chars()).all(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_an_abn_check_each_other() {
        for number in ["51824753556", "53004085616", "83914571673"] {
            assert!(ABN.fits(number), "{number}");
        }
        for slip in ["51824753557", "15824753556", "5182475355", "518247535566", "00000000000", "5182475355A"] {
            assert!(!ABN.fits(slip), "{slip}");
        }
    }

    #[test]
    fn the_last_digit_of_a_number_of_new_zealand_checks_the_others() {
        // The first is an example of the Inland Revenue, and the last has its check digit by the second weights.
        for number in ["49091850", "049091850", "123456785", "123456703"] {
            assert!(IRD.fits(number), "{number}");
        }
        for slip in ["123456789", "49091851", "4909185", "1234567850", "000000000", "12345678A", ""] {
            assert!(!IRD.fits(slip), "{slip}");
        }
    }

    #[test]
    fn each_form_has_the_letters_and_digits_that_are_told() {
        assert!(GSTIN.fits("29ABCDE1234F1Z5") && GSTIN.fits("27aapfu0939f1zv") && !GSTIN.fits("123456789012345"));
        assert!(TRN.fits("100123456700003") && !TRN.fits("10012345670000X"));
        assert!(SAUDI.fits("310123456700003") && !SAUDI.fits("310123456700004") && !SAUDI.fits("110123456700003"));
        assert!(SOUTH_AFRICAN.fits("4123456789") && !SOUTH_AFRICAN.fits("9123456789"));
    }
}
