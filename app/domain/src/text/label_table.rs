//! The labels of numbers on letterheads, in the languages of the countries that use them.

use super::{NumberKind, search_key};

/// The meaning of a label for the number beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LabelMeaning {
    /// The kind of the number.
    pub kind: NumberKind,
    /// The countries, as ISO 3166-1 codes, in which the number differs from others of its kind on invoices: a register number that an
    /// invoice without tax states, as the tax office or a law requires, or a tax office number that no invoice states.
    otherwise_in: &'static str,
}

impl LabelMeaning {
    /// Whether an invoice from this country states such a number of its seller.
    pub(super) fn counts_in(&self, country: &str) -> bool {
        let is_otherwise = self.otherwise_in.split(' ').any(|other| other == country || other == ANYWHERE);
        (self.kind != NumberKind::Register) != is_otherwise
    }
}

/// Stands for every country.
const ANYWHERE: &str = "*";

const VAT: LabelMeaning = LabelMeaning { kind: NumberKind::Vat, otherwise_in: "" };
const TAX: LabelMeaning = LabelMeaning { kind: NumberKind::Tax, otherwise_in: "" };
const REGISTER: LabelMeaning = LabelMeaning { kind: NumberKind::Register, otherwise_in: "" };

/// A register number that an invoice without tax states in these countries.
const fn register_in(countries: &'static str) -> LabelMeaning {
    LabelMeaning { kind: NumberKind::Register, otherwise_in: countries }
}

/// A tax office number that no invoice states in these countries.
const fn tax_but_in(countries: &'static str) -> LabelMeaning {
    LabelMeaning { kind: NumberKind::Tax, otherwise_in: countries }
}

/// The countries of the labels, their meaning, and the labels: as [`search_key`] folds them, those of several parts, such as "Org.nr." and
/// "R.C.S.", without separators, and all without the suffixes in [`ENDINGS`].
const WORDS: [(&str, LabelMeaning, &str); 82] = [
    ("Austria, Germany", VAT, "uid umsatzsteuer umsatzsteuerid umsatzsteueridentifikation umsatzsteueridentifikations ust ustid"),
    ("Austria, Germany", TAX, "abgabenkonto kleinunternehmeridentifikations kuid stnr steuer"),
    // The numbers of a person and of a business (§§ 139b and 139c AO) are not the one of § 14 (4) no. 2 UStG.
    (
        "Germany",
        tax_but_in("DE"),
        "ident identifikations idnr steuerident steueridentifikations steuerid stid wid wirtschaftsid wirtschaftsidentifikations",
    ),
    ("Austria, Germany", REGISTER, "amtsgericht firmenbuch fn genossenschaftsregister gnr handelsregister hra hrb"),
    ("Austria, Germany", REGISTER, "partnerschaftsregister registergericht vereinsregister vr zvr"),
    ("Belgium, Netherlands", VAT, "btw btwid btwidentificatie obnr obnummer omzetbelasting"),
    ("Belgium, Netherlands", TAX, "bsn fiscaal rsin"),
    ("Belgium", register_in("BE"), "bce enterprise entreprise kbo numerodentreprise onderneming ondernemings rpm rpr unternehmens"),
    ("Netherlands", register_in("NL"), "kamervankoophandel kvk"),
    ("Belgium, Netherlands", REGISTER, "handelsregister vestigings"),
    ("Bulgaria", VAT, "dds zdds ддс зддс"),
    ("Bulgaria", TAX, "egn lnch данъчен егн лнч"),
    ("Bulgaria", register_in("BG"), "bulstat eik булстат еик"),
    ("Croatia, Slovenia", VAT, "ddv idddv idzaddv pdv pdvid"),
    ("Croatia, Slovenia", TAX, "davcna davcnastevilka ds oib porezni"),
    ("Croatia, Slovenia", REGISTER, "maticna maticnastevilka mbs"),
    ("Cyprus, Greece", VAT, "fpa φπα"),
    ("Cyprus, Greece", TAX, "afm tic αφμ αφτ φορολογικησταυτοτητασ φορολογικουμητρωου"),
    ("Cyprus, Greece", REGISTER, "gemi αριθμοσγεμη γεμη"),
    ("Czechia, Slovakia", VAT, "dph icdph"),
    ("Czechia, Slovakia", TAX, "danoveidentifikacnicislo danoveidentifikacnecislo dic rodnecislo"),
    ("Czechia, Slovakia", register_in("CZ SK"), "ic ico identifikacnicislo identifikacnecislo"),
    // The birth number in Czechia and Slovakia, the number of a trade register in France and Luxembourg.
    ("Czechia, France, Luxembourg, Slovakia", register_in("CZ SK"), "rc"),
    ("Czechia, Slovakia", REGISTER, "obchodnirejstrik obchodnyregister"),
    ("Denmark, Iceland, Norway, Sweden", VAT, "merverdiavgift moms momsregistrerings momsreg mva senr senummer vsk"),
    ("Denmark, Iceland, Norway, Sweden", TAX, "cpr fødsels personnummer samordnings skatt"),
    ("Denmark", register_in("DK"), "cvr"),
    ("Iceland", register_in("IS"), "kennitala kt"),
    ("Norway, Sweden", register_in("NO SE"), "foretaksregisteret organisasjons organisations"),
    ("Estonia, Latvia, Lithuania", VAT, "kaibemaksukohustuslase kmk kmkr pvm pvmkodas pvmmoketojokodas pvn pvnreg pvnregistracijas"),
    ("Estonia", TAX, "isikukood"),
    ("Estonia", register_in("EE"), "ariregistrikood registreerimis registrikood regkood"),
    ("Latvia", TAX, "nmkods nmr nmrkods nodoklumaksataja nodoklumaksatajakods personaskods"),
    ("Latvia", register_in("LV"), "registracijas vienotaisregistracijas"),
    ("Lithuania", TAX, "ak asmenskodas mokesciumoketojo mokesciumoketojokodas"),
    ("Lithuania", register_in("LT"), "imkodas imoneskodas juridinioasmenskodas"),
    // The certificates by which a person works on their own account.
    ("Lithuania", register_in("LT"), "individualiveikla individualiosveiklos versloliudijimas versloliudijimo"),
    ("Lithuania", register_in("LT"), "veiklospazyma veiklospazymejimas veiklospazymejimo veiklospazymos"),
    ("Finland", VAT, "alv alvtunniste"),
    ("Finland", TAX, "henkilotunnus hetu personbeteckning"),
    ("Finland", register_in("FI"), "businessid fonr fonummer fotunnus lytunnus ytunnus"),
    ("France, Luxembourg", VAT, "tva tvaintra tvaintracom tvaintracommunautaire"),
    ("France, Luxembourg", TAX, "fiscal numerofiscal spi"),
    ("France", register_in("FR"), "rcs repertoiredesmetiers rm siren siret"),
    ("Luxembourg", register_in("LU"), "identificationnational identificationnationale matricule"),
    ("France, Luxembourg", REGISTER, "mf rcsl rna"),
    ("Hungary", VAT, "afa kozossegiado euado"),
    ("Hungary", TAX, "ado adoazonosito adoazonositojel csoportazonosito"),
    ("Hungary", REGISTER, "cegjegyzek cg"),
    ("Italy", VAT, "iva partitaiva piva"),
    ("Italy", TAX, "cf codicefiscale codfisc codfiscale"),
    ("Italy", REGISTER, "cciaa rea registroimprese registrodelleimprese"),
    ("Poland", VAT, "nipue ptu vatue"),
    ("Poland", TAX, "nip pesel"),
    ("Poland", REGISTER, "ceidg krs regon"),
    ("Portugal, Spain", VAT, "nifiva nifintracomunitario"),
    ("Portugal, Spain", TAX, "cif contribuinte dni nie nif"),
    ("Portugal", register_in("PT"), "nipc"),
    ("Portugal, Spain", REGISTER, "registromercantil"),
    ("Romania", TAX, "cnp codfiscal codunicdeinregistrare cui fiscala"),
    ("Romania", REGISTER, "nrregcom onrc orc registrulcomertului"),
    ("Liechtenstein", TAX, "peid personenidentifikations"),
    ("Switzerland", VAT, "mehrwertsteuer mwst"),
    ("Switzerland", REGISTER, "hrnr hrnummer"),
    ("Britain, Ireland, Malta", VAT, "vat vatid vatin vatno vatreg vatregistration"),
    ("Britain, Ireland, Malta", TAX, "companyutr corporationtax exo nationalinsurance nino ninumber paye pps ppsn utr"),
    ("Britain, Ireland, Malta", REGISTER, "companieshouse crn cro"),
    ("Malta", register_in("MT"), "idcard identitycard"),
    ("Australia, New Zealand", TAX, "gst ird tfn"),
    ("Australia, New Zealand", REGISTER, "abn acn arbn nzbn"),
    ("Canada, United States", TAX, "bn ein employeridentification fein fedtaxid federaltaxid gsthst hst itin pst qst ssn tin tps tvh tvq"),
    ("Canada, United States", REGISTER, "neq"),
    ("India, Singapore", TAX, "gstin gstreg gstregistration pan tan"),
    ("India, Singapore", REGISTER, "cin llpin roc udyam uen"),
    ("Japan", TAX, "インボイス登録番号 インボイス番号 事業者登録番号 個人番号 登録番号 納税者番号 適格請求書発行事業者登録番号"),
    ("Japan", REGISTER, "会社法人等番号 法人番号"),
    ("China, Korea, Taiwan", TAX, "稅籍編號 税号 納稅人識別號 纳税人识别号"),
    ("China, Korea, Taiwan", REGISTER, "uscc 사업자등록번호 사업자번호 법인등록번호 統一編號 統編 统一社会信用代码 统一编号"),
    ("other countries", VAT, "kdv ндс пдв"),
    ("other countries", TAX, "cnpj cpf cuil cuit inn kra nit npwp pib rfc rif ruc rut trn vergi vkn инн іпн пиб"),
    ("other countries", REGISTER, "chr cr eori gln duns lei mersis nire ogrn огрн єдрпоу חפ"),
    ("other countries", TAX, "الرقمالضريبي עוסקמורשה"),
];

/// Labels that decide only where no other one does: a company may have a VAT number, too. Those of a register mean the one that counts in a
/// country, where one does.
const GENERAL: [(LabelMeaning, &str); 2] = [
    (TAX, "tax taxid taxpayer taxregistration taxreference"),
    (register_in(ANYWHERE), "company org reg register registered registration registry"),
];

/// Suffixes that only say that a number follows: "Steuernummer", "KvK-nummer", "Adószám".
const ENDINGS: [&str; 7] = ["nr", "nro", "nummer", "number", "numero", "numurs", "szam"];

/// How specific a label is: the lower, the more specific.
pub(super) type Weight = usize;

/// The meaning of these words together, and how specific it is.
pub(super) fn said(words: &[&str]) -> Option<(Weight, LabelMeaning)> {
    let key = search_key(&words.concat());
    let stem = ENDINGS.iter().find_map(|ending| key.strip_suffix(ending));
    let is = |known: &str| known.split(' ').any(|word| word == key || Some(word) == stem);
    let strong = || WORDS.iter().find(|(_, _, known)| is(known)).map(|(_, says, _)| (0, *says));
    let general = || GENERAL.iter().zip(1..).find(|((_, known), _)| is(known)).map(|((says, _), weight)| (weight, *says));
    strong().or_else(general)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_written_as_it_is_looked_for_and_says_one_thing() {
        let words =
            || WORDS.iter().map(|(_, _, words)| words).chain(GENERAL.iter().map(|(_, words)| words)).flat_map(|words| words.split(' '));
        for word in words() {
            assert_eq!(search_key(word), word);
        }
        let says = |of: &str| said(&[of]).map(|(_, says)| says);
        for (country, expected, words) in WORDS {
            for word in words.split(' ') {
                assert_eq!(says(word), Some(expected), "{word} of {country}");
            }
        }
        assert_eq!((says("nummer"), says("se"), says("hr")), (None, None, None), "a number of anything, and two countries");
    }

    #[test]
    fn a_number_counts_as_its_kind_does_but_in_the_countries_where_it_is_otherwise() {
        let counts = |word: &str, country: &str| said(&[word]).is_some_and(|(_, says)| says.counts_in(country));
        for (word, country) in [("siret", "FR"), ("ico", "CZ"), ("ico", "SK"), ("company", "DK"), ("steuer", "DE"), ("steuerid", "AT")] {
            assert!(counts(word, country), "{word} {country}");
        }
        for (word, country) in [("siret", "BE"), ("hrb", "DE"), ("krs", "PL"), ("steuerid", "DE"), ("wid", "DE")] {
            assert!(!counts(word, country), "{word} {country}");
        }
        for (country, says, _) in WORDS {
            let is_code = |code: &str| crate::country::COUNTRIES.iter().any(|(known, _)| *known == code);
            assert!(says.otherwise_in.split_whitespace().all(is_code), "{country}");
        }
    }
}
