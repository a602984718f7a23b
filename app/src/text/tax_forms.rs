//! What the numbers look like by which the tax offices of each country know somebody: where an invoice follows the VAT directive, or rules
//! made after it, it states one of them or a VAT identifier (Article 226 (3) of Directive 2006/112/EC).

/// What the numbers of one country look like.
pub(super) struct Forms {
    /// The country, as an ISO 3166-1 code; a territory has those of the country whose tax it has.
    pub country: &'static str,
    /// What a number is called there, with one that is made up.
    pub example: &'static str,
    /// Each form without what stands between its parts: `#` is a digit, `@` a letter, `*` either.
    pub all: &'static str,
    /// Where the law takes no other number than that of the value added tax on an invoice with tax.
    pub vat_alone: Option<VatAlone>,
}

/// The number of the value added tax alone.
pub(super) struct VatAlone {
    /// Its forms, without the letters of the country.
    pub forms: &'static str,
    /// The law that wants it.
    pub law: &'static str,
}

const fn of(country: &'static str, example: &'static str, all: &'static str) -> Forms {
    Forms { country, example, all, vat_alone: None }
}

/// All that are known here.
const ALL: [Forms; 32] = [
    Forms {
        vat_alone: Some(VatAlone { forms: "U########", law: "§ 11 (1) no. 3 lit. i UStG 1994" }),
        ..of("AT", "Steuernummer 12 345/6789", "#########")
    },
    of("BE", "numéro d'entreprise 0123.456.749", "######### ########## ###########"),
    of("BG", "ЕГН 1234567890", "######### ##########"),
    of("CH", "MWST-Nr. CHE-123.456.788 MWST", "######### CHE######### #############"),
    of("CY", "TIC 12345678X", "########@"),
    of("CZ", "DIČ CZ12345679", "######## ######### ##########"),
    // Those of the lands have ten digits or eleven, that of the whole country thirteen, and that of a person eleven (§ 14 (4) no. 2 UStG).
    of("DE", "Steuernummer 12/345/67890", "########## ########### #############"),
    of("DK", "SE-nr. 12345607", "######## ##########"),
    of("EE", "KMKR EE101234568", "######## ######### ###########"),
    of("ES", "NIF B12345674", "*#######*"),
    of("FI", "ALV-nro 1234567-1", "######## #########* ######@###*"),
    of("FR", "numéro fiscal 12 34 567 890 123", "######### **######### ############# ##############"),
    Forms {
        vat_alone: Some(VatAlone {
            forms: "######### ############ GD### HA###",
            law: "regulation 14 (1) (d) of the Value Added Tax Regulations 1995",
        }),
        ..of("GB", "UTR 12345 67890", "######### ########## ############ @@######@")
    },
    of("GR", "ΑΦΜ 123456783", "#########"),
    of("HR", "OIB 12345678903", "###########"),
    of("HU", "adószám 12345676-2-42", "######## ########## ###########"),
    of("IE", "tax registration number 1234567T", "#######@ #######@@ #*#####@"),
    of("IS", "kennitala 123456-7890", "##### ###### ##########"),
    of("IT", "Partita IVA 12345670017", "########### @@@@@@##@##@###@"),
    of("LI", "MWST-Nr. 50123", "##### ###### ####### ######## ######### ########## ########### ############ CHE#########"),
    of("LT", "PVM kodas LT123456715", "######### ########### ############"),
    of("LU", "matricule 1234567890123", "######## ########### #############"),
    of("LV", "PVN reģ. Nr. LV41234567891", "###########"),
    of("MT", "tax number 123456789", "#######@ ######## #########"),
    of("NL", "BSN 123456782", "######### #########B##"),
    of("NO", "NO 123456785 MVA", "######### ###########"),
    of("PL", "NIP 123-456-78-02", "########## ###########"),
    of("PT", "NIF 501234560", "#########"),
    of("RO", "CUI 123456789", "## ### #### ##### ###### ####### ######## ######### ########## #############"),
    of("SE", "momsregistreringsnummer SE123456789701", "########## ############"),
    of("SI", "davčna številka 12345679", "########"),
    of("SK", "DIČ 2012300004", "##########"),
];

impl Forms {
    /// Those of a country; nothing where they are not known.
    pub(super) fn of(country: &str) -> Option<&'static Self> {
        ALL.iter().find(|forms| forms.country == country)
    }

    /// How many digits the shortest has.
    pub(super) fn least(&self) -> usize {
        self.all.split(' ').map(|form| form.matches('#').count()).min().unwrap_or_default()
    }
}

/// Whether a number has one of these forms, with the letters of its country before it or without.
pub(super) fn fits(forms: &str, country: &str, number: &str) -> bool {
    let letters = if country == "GR" { "EL" } else { country };
    let candidates = [Some(number), number.strip_prefix(letters)];
    forms.split(' ').any(|form| candidates.into_iter().flatten().any(|number| has_form(number, form)))
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
