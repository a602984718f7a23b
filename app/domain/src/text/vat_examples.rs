//! Example VAT identifiers for error messages.

/// The letters of each known form, its country, and an invented number of it whose check digits fit.
pub(super) const EXAMPLES: [(&str, &str, &str); 31] = [
    ("AT", "Austria", "ATU12345675"),
    ("BE", "Belgium", "BE0123456749"),
    ("BG", "Bulgaria", "BG123456786"),
    ("CH", "Switzerland", "CHE-123.456.788 MWST"),
    ("CY", "Cyprus", "CY10123450A"),
    ("CZ", "Czechia", "CZ12345679"),
    ("DE", "Germany", "DE123456788"),
    ("DK", "Denmark", "DK12345607"),
    ("EE", "Estonia", "EE101234568"),
    ("EL", "Greece", "EL123456783"),
    ("ES", "Spain", "ESB12345674"),
    ("FI", "Finland", "FI12345671"),
    ("FR", "France", "FR11123456782"),
    ("GB", "the United Kingdom", "GB123456782"),
    ("HR", "Croatia", "HR12345678903"),
    ("HU", "Hungary", "HU12345676"),
    ("IE", "Ireland", "IE1234567T"),
    ("IT", "Italy", "IT12345670017"),
    ("LT", "Lithuania", "LT123456715"),
    ("LU", "Luxembourg", "LU12345613"),
    ("LV", "Latvia", "LV41234567891"),
    ("MT", "Malta", "MT12345634"),
    ("NL", "the Netherlands", "NL123456789B13"),
    ("NO", "Norway", "NO 123 456 785 MVA"),
    ("PL", "Poland", "PL1234567802"),
    ("PT", "Portugal", "PT501234560"),
    ("RO", "Romania", "RO123456789"),
    ("SE", "Sweden", "SE123456789701"),
    ("SI", "Slovenia", "SI12345679"),
    ("SK", "Slovakia", "SK2012300004"),
    ("XI", "Northern Ireland", "XI123456782"),
];

/// An invented identifier of a country.
pub(super) fn example(country: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(known, ..)| *known == if country == "GR" { "EL" } else { country }).map(|(.., example)| *example)
}
