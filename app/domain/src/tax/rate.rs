//! Detects rates below one percent: no tax has one, and 0.19 is probably the fraction for 19 percent.

use crate::{invalid_value::InvalidValue, money::shown, percent::Percent, width::half_width};

/// Parses a rate that is given for the first time. One below one percent is refused as ambiguous, unless it has a percent sign.
pub fn parse_rate(given: &str) -> Result<Percent, InvalidValue> {
    let rate = Percent::parse("tax_rate", given)?;
    match rate.of_share().filter(|_| !half_width(given).contains('%')) {
        None => Ok(rate),
        Some(percent) => {
            let message = format!(
                "{} is less than one percent; write {percent} if you mean {percent} percent, or {rate} % if you do not.",
                shown(given)
            );
            Err(InvalidValue::new("tax_rate", message))
        }
    }
}

/// The remark about a rate below one percent.
pub fn told(rate: Percent) -> Option<String> {
    let percent = rate.of_share()?;
    Some(format!(
        "The tax rate is {rate} %, which is less than one percent. Write {percent} if you mean {percent} %, or leave it as it is."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_whole_is_told_from_a_percentage() {
        for (rate, percent) in [("0.19", "19"), ("0,2", "20"), ("0.081", "8.1"), ("0.0001", "0.01")] {
            let rate = Percent::parse("tax_rate", rate).expect("a rate");
            assert!(told(rate).is_some_and(|told| told.contains(&format!("Write {percent} if"))), "{rate}");
        }
        for usual in ["0", "1", "19", "8.425"] {
            assert_eq!(told(Percent::parse("tax_rate", usual).expect("a rate")), None, "{usual}");
            assert!(parse_rate(usual).is_ok(), "{usual}");
        }
        assert!(parse_rate("0.19").is_err() && parse_rate("0.19 %").is_ok() && parse_rate("０．１９％").is_ok());
    }
}
