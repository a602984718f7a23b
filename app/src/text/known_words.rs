//! The words that letterheads have beside their numbers, in the languages of the countries that use them.

use super::{NumberKind, search_key};

/// Whose words they are, what kind of number they stand beside, and the words: as [`search_key`] folds them, those of several parts,
/// such as "Org.nr." and "R.C.S.", without what is between. What ends in [`ENDINGS`] stands here without that.
const WORDS: [(&str, NumberKind, &str); 64] = [
    (
        "Austria, Germany",
        NumberKind::Vat,
        "uid umsatzsteuer umsatzsteuerid umsatzsteueridentifikation umsatzsteueridentifikations ust ustid",
    ),
    ("Austria, Germany", NumberKind::Tax, "abgabenkonto stnr steuer steueridentifikations steuerid stid widnr wirtschaftsidentifikations"),
    ("Austria, Germany", NumberKind::Register, "amtsgericht firmenbuch fn genossenschaftsregister gnr handelsregister hra hrb"),
    ("Austria, Germany", NumberKind::Register, "partnerschaftsregister registergericht vereinsregister vr zvr"),
    ("Belgium, Netherlands", NumberKind::Vat, "btw btwid btwidentificatie obnr obnummer omzetbelasting"),
    ("Belgium, Netherlands", NumberKind::Tax, "bsn fiscaal rsin"),
    (
        "Belgium, Netherlands",
        NumberKind::Register,
        "bce entreprise handelsregister kamervankoophandel kbo kvk numerodentreprise onderneming ondernemings",
    ),
    ("Belgium, Netherlands", NumberKind::Register, "rpm rpr vestigings"),
    ("Bulgaria", NumberKind::Vat, "dds zdds ддс зддс"),
    ("Bulgaria", NumberKind::Tax, "egn данъчен егн"),
    ("Bulgaria", NumberKind::Register, "bulstat eik булстат еик"),
    ("Croatia, Slovenia", NumberKind::Vat, "ddv idddv idzaddv pdv pdvid"),
    ("Croatia, Slovenia", NumberKind::Tax, "davcna davcnastevilka oib porezni"),
    ("Croatia, Slovenia", NumberKind::Register, "maticna maticnastevilka mbs"),
    ("Cyprus, Greece", NumberKind::Vat, "afm fpa αφμ φπα"),
    ("Cyprus, Greece", NumberKind::Tax, "tic αφτ"),
    ("Cyprus, Greece", NumberKind::Register, "gemi αριθμοσγεμη γεμη"),
    ("Czechia, Slovakia", NumberKind::Vat, "dph icdph"),
    ("Czechia, Slovakia", NumberKind::Tax, "danoveidentifikacnicislo danoveidentifikacnecislo dic"),
    ("Czechia, Slovakia", NumberKind::Register, "ic ico identifikacnicislo identifikacnecislo obchodnirejstrik obchodnyregister"),
    ("Denmark, Iceland, Norway, Sweden", NumberKind::Vat, "merverdiavgift moms momsregistrerings momsreg mva senr senummer vsk"),
    ("Denmark, Iceland, Norway, Sweden", NumberKind::Tax, "cpr fødsels personnummer skatt"),
    ("Denmark, Iceland, Norway, Sweden", NumberKind::Register, "cvr foretaksregisteret kennitala kt organisasjons organisations"),
    (
        "Estonia, Latvia, Lithuania",
        NumberKind::Vat,
        "kaibemaksukohustuslase kmk kmkr pvm pvmkodas pvmmoketojokodas pvn pvnreg pvnregistracijas",
    ),
    ("Estonia, Latvia, Lithuania", NumberKind::Register, "imkodas imoneskodas juridinioasmenskodas registracijas registrikood regkood"),
    ("Estonia, Latvia, Lithuania", NumberKind::Register, "vienotaisregistracijas"),
    ("Finland", NumberKind::Vat, "alv alvtunniste"),
    ("Finland", NumberKind::Register, "businessid fonr fonummer fotunnus lytunnus ytunnus"),
    ("France, Luxembourg", NumberKind::Vat, "tva tvaintra tvaintracom tvaintracommunautaire"),
    ("France, Luxembourg", NumberKind::Tax, "fiscal numerofiscal spi"),
    ("France, Luxembourg", NumberKind::Register, "matricule mf rc rcs rcsl repertoiredesmetiers rm rna siren siret"),
    ("Hungary", NumberKind::Vat, "afa kozossegiado euado"),
    ("Hungary", NumberKind::Tax, "ado adoazonosito adoazonositojel csoportazonosito"),
    ("Hungary", NumberKind::Register, "cegjegyzek cg"),
    ("Italy", NumberKind::Vat, "iva partitaiva piva"),
    ("Italy", NumberKind::Tax, "cf codicefiscale codfisc codfiscale"),
    ("Italy", NumberKind::Register, "cciaa rea registroimprese registrodelleimprese"),
    ("Poland", NumberKind::Vat, "nipue ptu vatue"),
    ("Poland", NumberKind::Tax, "nip pesel"),
    ("Poland", NumberKind::Register, "ceidg krs regon"),
    ("Portugal, Spain", NumberKind::Vat, "nifiva nifintracomunitario"),
    ("Portugal, Spain", NumberKind::Tax, "cif contribuinte dni nie nif"),
    ("Portugal, Spain", NumberKind::Register, "nipc registromercantil"),
    ("Romania", NumberKind::Tax, "cnp codfiscal codunicdeinregistrare cui"),
    ("Romania", NumberKind::Register, "nrregcom onrc orc registrulcomertului"),
    ("Switzerland", NumberKind::Vat, "mehrwertsteuer mwst"),
    ("Switzerland", NumberKind::Register, "hrnr hrnummer"),
    ("Britain, Ireland, Malta", NumberKind::Vat, "vat vatid vatin vatno vatreg vatregistration"),
    ("Britain, Ireland, Malta", NumberKind::Tax, "companyutr corporationtax nationalinsurance nino ninumber paye pps ppsn utr"),
    ("Britain, Ireland, Malta", NumberKind::Register, "companieshouse crn cro"),
    ("Australia, New Zealand", NumberKind::Tax, "gst ird tfn"),
    ("Australia, New Zealand", NumberKind::Register, "abn acn arbn nzbn"),
    (
        "Canada, United States",
        NumberKind::Tax,
        "bn ein employeridentification fein fedtaxid federaltaxid gsthst hst itin pst qst ssn tin tps tvh tvq",
    ),
    ("Canada, United States", NumberKind::Register, "neq"),
    ("India, Singapore", NumberKind::Tax, "gstin gstreg gstregistration pan tan"),
    ("India, Singapore", NumberKind::Register, "cin llpin roc udyam uen"),
    (
        "Japan",
        NumberKind::Tax,
        "インボイス登録番号 インボイス番号 事業者登録番号 個人番号 登録番号 納税者番号 適格請求書発行事業者登録番号",
    ),
    ("Japan", NumberKind::Register, "会社法人等番号 法人番号"),
    ("China, Korea, Taiwan", NumberKind::Tax, "稅籍編號 税号 納稅人識別號 纳税人识别号"),
    ("China, Korea, Taiwan", NumberKind::Register, "uscc 사업자등록번호 사업자번호 법인등록번호 統一編號 統編 统一社会信用代码 统一编号"),
    ("other countries", NumberKind::Vat, "kdv ндс пдв"),
    ("other countries", NumberKind::Tax, "cnpj cpf cuil cuit inn kra nit npwp pib rfc rif ruc rut trn vergi vkn инн іпн пиб"),
    ("other countries", NumberKind::Register, "chr cr eori gln duns lei mersis nire ogrn огрн єдрпоу חפ"),
    ("other countries", NumberKind::Tax, "الرقمالضريبي עוסקמורשה"),
];

/// Words that say what a number is where no other word does: a company may have a VAT number, too.
const GENERAL: [(NumberKind, &str); 2] = [
    (NumberKind::Tax, "tax taxid taxpayer taxregistration taxreference"),
    (NumberKind::Register, "company org reg register registered registration registry"),
];

/// What words end in that say besides that a number follows: "Steuernummer", "KvK-nummer", "Adószám".
const ENDINGS: [&str; 7] = ["nr", "nro", "nummer", "number", "numero", "numurs", "szam"];

/// How much a word says: the lower, the more.
pub(super) type Weight = usize;

/// What kind of number these words together stand beside, and how much they say.
pub(super) fn kind_of(words: &[&str]) -> Option<(Weight, NumberKind)> {
    let key = search_key(&words.concat());
    let stem = ENDINGS.iter().find_map(|ending| key.strip_suffix(ending));
    let is = |known: &str| known.split(' ').any(|word| word == key || Some(word) == stem);
    let strong = || WORDS.iter().find(|(_, _, known)| is(known)).map(|(_, kind, _)| (0, *kind));
    let general = || GENERAL.iter().zip(1..).find(|((_, known), _)| is(known)).map(|((kind, _), weight)| (weight, *kind));
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
        let kind = |of: &str| kind_of(&[of]).map(|(_, kind)| kind);
        for (country, expected, words) in WORDS {
            for word in words.split(' ') {
                assert_eq!(kind(word), Some(expected), "{word} of {country}");
            }
        }
        assert_eq!((kind("nummer"), kind("se"), kind("hr")), (None, None, None), "a number of anything, and two countries");
    }
}
