//! The formats of tax numbers by country, and which of them invoices state: under the VAT directive, or rules made after it, a VAT
//! identifier with tax (Article 226 (3) of Directive 2006/112/EC), and without tax, as for small businesses, another number that the law of
//! the country has in its place.

use super::NumberKind;

/// The number formats of one country, without separators: `#` is a digit, `@` a letter, `*` either.
pub(super) struct TaxNumberFormats {
    /// The country, as an ISO 3166-1 code; a territory has the formats of the country whose tax it has.
    pub country: &'static str,
    /// An invented number for an invoice without tax, with its label and with check digits that fit.
    pub example: &'static str,
    /// An invented number for the invoice of a person, if it differs from that of a company.
    pub of_person: Option<&'static str>,
    /// The formats of numbers from a tax office.
    pub all: &'static str,
    /// The formats of register numbers, if an invoice without tax states them with their label.
    pub of_register: &'static str,
    /// The VAT number, if the law requires it on an invoice with tax.
    pub with_tax: Option<WithTax>,
}

/// The VAT number, which is recognized by its check digits.
pub(super) struct WithTax {
    /// The law that requires it.
    pub law: &'static str,
    /// The other kinds of numbers that may have its digits, so that their labels are accepted, too.
    pub called: &'static [NumberKind],
    /// Formats that count by themselves, where no check digits are known.
    pub forms: &'static str,
    /// An invented number, if it differs from the one without tax and is no VAT identifier.
    pub example: Option<&'static str>,
}

/// No other number has the digits of the VAT number.
const ALONE: &[NumberKind] = &[];

/// The tax office issues one number for all taxes.
const OF_TAX_OFFICE: &[NumberKind] = &[NumberKind::Tax];

/// A register and the tax office share one number.
const OF_REGISTER: &[NumberKind] = &[NumberKind::Tax, NumberKind::Register];

const DIRECTIVE: &str = "Article 226 (3) of Directive 2006/112/EC";

const fn of(country: &'static str, example: &'static str, all: &'static str) -> TaxNumberFormats {
    TaxNumberFormats { country, example, of_person: None, all, of_register: "", with_tax: None }
}

/// The law that requires the VAT number, and the kinds of numbers that may share its digits.
const fn law(law: &'static str, called: &'static [NumberKind]) -> Option<WithTax> {
    Some(WithTax { law, called, forms: "", example: None })
}

/// All known countries.
const ALL: [TaxNumberFormats; 32] = [
    TaxNumberFormats { with_tax: law("§ 11 (1) no. 3 lit. i UStG 1994", ALONE), ..of("AT", "Steuernummer 12 345/6782", "#########") },
    TaxNumberFormats {
        of_register: "######### ##########",
        with_tax: law(DIRECTIVE, OF_REGISTER),
        ..of("BE", "numéro d'entreprise 0123.456.749", "######### ########## ###########")
    },
    // With tax it has the letters BG before it.
    TaxNumberFormats {
        of_register: "######### #############",
        with_tax: law("Article 114 (1) of the VAT Act", ALONE),
        ..of("BG", "ЕИК 123456786", "######### ##########")
    },
    TaxNumberFormats {
        with_tax: law("Article 26 (2) a MWSTG", ALONE),
        ..of("CH", "UID CHE-123.456.788", "######### CHE######### #############")
    },
    TaxNumberFormats { with_tax: law(DIRECTIVE, ALONE), ..of("CY", "TIC 00123456H", "########@") },
    // The IČO of a person is another number than their DIČ, which an invoice with tax states (§ 29 (1) of the VAT Act). A person without
    // one has a birth number.
    TaxNumberFormats {
        of_register: "######## ######### ##########",
        with_tax: law(DIRECTIVE, OF_TAX_OFFICE),
        ..of("CZ", "IČO 12345679", "######## ######### ##########")
    },
    // Either is accepted, with tax, too (§ 14 (4) no. 2 UStG). Numbers of the Länder have ten or eleven digits, the federal one has
    // thirteen.
    of("DE", "Steuernummer 12/345/67890", "########## ########### #############"),
    TaxNumberFormats {
        of_register: "########",
        with_tax: law(DIRECTIVE, OF_REGISTER),
        ..of("DK", "CVR-nr. 12345607", "######## ##########")
    },
    TaxNumberFormats {
        of_register: "########",
        with_tax: law(DIRECTIVE, ALONE),
        ..of("EE", "registrikood 12345678", "######## ######### ###########")
    },
    TaxNumberFormats { with_tax: law(DIRECTIVE, OF_TAX_OFFICE), ..of("ES", "NIF B12345674", "*#######*") },
    TaxNumberFormats {
        of_register: "########",
        with_tax: law(DIRECTIVE, OF_REGISTER),
        ..of("FI", "Y-tunnus 1234567-1", "######## #########* ######@###*")
    },
    TaxNumberFormats {
        of_register: "######### ##############",
        with_tax: law(DIRECTIVE, ALONE),
        ..of("FR", "SIRET 732 829 320 00074", "######### **######### ############# ##############")
    },
    TaxNumberFormats {
        with_tax: law("regulation 14 (1) (d) of the Value Added Tax Regulations 1995", ALONE),
        ..of("GB", "UTR 22345 67890", "######### ########## ############ @@######@")
    },
    TaxNumberFormats { with_tax: law(DIRECTIVE, OF_TAX_OFFICE), ..of("GR", "ΑΦΜ 123456783", "#########") },
    TaxNumberFormats { with_tax: law(DIRECTIVE, OF_TAX_OFFICE), ..of("HR", "OIB 12345678903", "###########") },
    // An invoice with tax states the whole tax number, which begins with the VAT identifier. After that comes 1 if its owner charges no
    // tax, and 2 if they do.
    TaxNumberFormats {
        with_tax: Some(WithTax {
            law: "section 169 of Act CXXVII of 2007",
            called: OF_TAX_OFFICE,
            forms: "###########",
            example: Some("adószám 12345676-2-42"),
        }),
        ..of("HU", "adószám 12345676-1-42", "######## ########## ###########")
    },
    TaxNumberFormats {
        with_tax: law(DIRECTIVE, OF_TAX_OFFICE),
        ..of("IE", "tax registration number 1234567T", "#######@ #######@@ #*#####@")
    },
    TaxNumberFormats {
        of_register: "##########",
        with_tax: Some(WithTax {
            law: "Act no. 50/1988 on value added tax",
            called: ALONE,
            forms: "##### ######",
            example: Some("VSK-númer 12345"),
        }),
        ..of("IS", "Kennitala 010130-2989", "##### ###### ##########")
    },
    TaxNumberFormats { with_tax: law(DIRECTIVE, OF_TAX_OFFICE), ..of("IT", "Partita IVA 12345670017", "########### @@@@@@##@##@###@") },
    // A person or a business has a PEID there, and a party that is registered for the tax also has a number of it.
    TaxNumberFormats {
        with_tax: Some(WithTax { law: "Article 26 (2) a MWSTG", called: ALONE, forms: "##### ######", example: Some("MWST-Nr. 50123") }),
        ..of("LI", "PEID 1234567", "##### ###### ####### ######## ######### ########## ########### ############ CHE#########")
    },
    // Persons state the number of the certificate for working on their own account, which has its own register.
    TaxNumberFormats {
        of_person: Some("Individualios veiklos pažymos Nr. 1234567"),
        of_register: "###### ####### ######### @@###### @@####### @@########",
        with_tax: law(DIRECTIVE, ALONE),
        ..of("LT", "įmonės kodas 123456786", "######### ########### ############")
    },
    TaxNumberFormats {
        of_register: "########### #############",
        with_tax: law(DIRECTIVE, ALONE),
        ..of("LU", "matricule 1980010112302", "######## ########### #############")
    },
    TaxNumberFormats {
        of_person: Some("Personas kods 010180-12347"),
        of_register: "###########",
        with_tax: law(DIRECTIVE, OF_REGISTER),
        ..of("LV", "Reģ. Nr. 41234567891", "###########")
    },
    // An exempt business has an EXO number (Article 11 of the VAT Act), and a person the number of their identity card.
    TaxNumberFormats {
        of_register: "######@ #######@",
        with_tax: law(DIRECTIVE, ALONE),
        ..of("MT", "EXO 12345634", "#######@ ######## #########")
    },
    // Without tax an invoice states the number of the trade register, like all business documents; a BSN is confidential.
    TaxNumberFormats {
        of_register: "########",
        with_tax: law("Article 35a of the Wet op de omzetbelasting 1968", ALONE),
        ..of("NL", "KvK-nummer 12345678", "######### #########B##")
    },
    TaxNumberFormats {
        of_register: "#########",
        with_tax: law("§ 5-1-2 of the Bokføringsforskrift", OF_REGISTER),
        ..of("NO", "Org.nr. 123 456 785", "######### ###########")
    },
    TaxNumberFormats { with_tax: law(DIRECTIVE, OF_TAX_OFFICE), ..of("PL", "NIP 123-456-78-02", "########## ###########") },
    TaxNumberFormats { of_register: "#########", with_tax: law(DIRECTIVE, OF_REGISTER), ..of("PT", "NIF 501234560", "#########") },
    TaxNumberFormats {
        with_tax: law(DIRECTIVE, OF_TAX_OFFICE),
        ..of("RO", "CUI 123456789", "## ### #### ##### ###### ####### ######## ######### ########## #############")
    },
    // The VAT number is that of the register with two more digits.
    TaxNumberFormats {
        of_register: "########## ############",
        with_tax: law(DIRECTIVE, ALONE),
        ..of("SE", "Org.nr. 123456-7897", "########## ############")
    },
    TaxNumberFormats { with_tax: law(DIRECTIVE, OF_TAX_OFFICE), ..of("SI", "davčna številka 12345679", "########") },
    // The VAT identifier has the digits of the DIČ, and a party that is not registered states the IČO, or their birth number.
    TaxNumberFormats {
        of_register: "######## ######### ##########",
        with_tax: law(DIRECTIVE, OF_TAX_OFFICE),
        ..of("SK", "IČO 12345679", "##########")
    },
];

impl TaxNumberFormats {
    /// The formats of a country; `None` if they are unknown.
    pub(super) fn of(country: &str) -> Option<&'static Self> {
        ALL.iter().find(|forms| forms.country == country)
    }

    /// Whether the VAT number shares its digits with another one, which an invoice without tax states.
    pub(super) fn shares_digits(&self) -> bool {
        self.with_tax.as_ref().is_some_and(|with_tax| !with_tax.called.is_empty())
    }

    /// The number of digits of the shortest format.
    pub(super) fn least(&self) -> usize {
        self.all.split(' ').map(|form| form.matches('#').count()).min().unwrap_or_default()
    }
}

/// Whether a number has one of these formats, with or without the letters of its country before it.
pub(super) fn fits(forms: &str, country: &str, number: &str) -> bool {
    let letters = if country == "GR" { "EL" } else { country };
    let candidates = [Some(number), number.strip_prefix(letters)];
    forms.split_whitespace().any(|form| candidates.into_iter().flatten().any(|number| has_form(number, form)))
}

fn has_form(number: &str, form: &str) -> bool {
    let is = |(letter, wanted): (char, char)| match wanted {
        '#' => letter.is_ascii_digit(),
        '@' => letter.is_ascii_uppercase(),
        '*' => letter.is_ascii_digit() || letter.is_ascii_uppercase(),
        other => letter == other,
    };
    number.chars().count() == form.len() && number.chars().zip(form.chars()).all(is)
}
