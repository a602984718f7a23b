//! Tests of texts, names and numbers.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn a_name_of_ten_thousand_characters_is_refused_with_its_length() {
    let refused = line("name", &"x".repeat(10_000), 200).expect_err("too long");
    assert_eq!(refused.message, "Name has 10000 characters; at most 200 fit. Shorten it.");
}

#[test]
fn markup_is_just_characters() {
    assert_eq!(line("name", " <b>#panic()</b> ", 200).as_deref(), Ok("<b>#panic()</b>"));
}

#[test]
fn an_address_needs_a_name_and_a_host() {
    assert!(email("email", "Ada@Example.com").is_ok_and(|address| address == "ada@example.com"));
    for wrong in ["", "ada", "@host", "ada@", "a b@c.d", "a@b@c", "a@b,c@d"] {
        assert!(email("email", wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_address_is_read_out_of_the_form_in_which_mail_programs_write_it() {
    for (given, address) in
        [("Bob <bob@example.com>", "bob@example.com"), (" <bob@example.com> ", "bob@example.com"), ("bob@example.com", "bob@example.com")]
    {
        assert_eq!(without_display_name(given), address);
    }
    assert_eq!(without_display_name("Bob > Ada"), "Bob > Ada");
}

#[test]
fn a_host_is_labels_with_dots_between_them_and_a_name_is_words() {
    for wrong in [
        "a@x..test",
        "a@x:25",
        "a@[127.0.0.1]",
        "a@x.test\\",
        "a@b",
        "a@-.x",
        "a@xn--.test",
        "a@-",
        "a@-x.test",
        "a@x-.test",
        "a@.test",
        "a@x.test.",
        "a@127.0.0.1",
        "a@x_y.test",
        "a@x/y.test",
        "a@x%y.test",
        "a@x。。test",
        "a@\u{2060}.test",
        ".a@x.test",
        "a.@x.test",
        "a..b@x.test",
        "a\\@x.test",
        "a:b@x.test",
        "[a]@x.test",
        "\"a b\"@x.test",
        "<a@x.test>",
    ] {
        assert!(email("email", wrong).is_err(), "{wrong}");
    }
    let long = |name: usize, label: usize| email("email", &format!("{}@{}.test", "a".repeat(name), "x".repeat(label)));
    assert!(long(64, 63).is_ok() && long(65, 1).is_err() && long(1, 64).is_err());
    for right in [
        "ada+stint@example.com",
        "ada@localhost",
        "o'neil@mail-1.example.co",
        "ada@4711.example",
        "jürgen@bücher.example",
        "ada@xn--80ak6aa92e.example",
        "ada@xn--bcher-kva.example",
        "用户@例子。公司",
        "संपर्क@डाटामेल.भारत",
        "a_b=c@x.test",
    ] {
        assert_eq!(email("email", right).as_deref(), Ok(right));
    }
}

#[test]
fn control_characters_are_refused() {
    assert!(line("name", "a\0b", 10).is_err());
    assert!(line("name", "a\nb", 10).is_err());
    assert!(lines("notes", "a\nb", 10).is_ok());
    for separator in ["\n", "\r", "\t", "\u{85}", "\u{2028}", "\u{2029}", "\u{7}"] {
        assert!(optional("legal_name", Some(&format!("a{separator}b")), 10).is_err(), "{separator:?}");
    }
    assert_eq!(optional_lines("notes", Some("a\r\nb"), 10), Ok(Some("a\nb".to_owned())));
}

#[test]
fn what_shows_nothing_is_empty() {
    for nothing in ["", "  \n ", "\u{200B}", " \u{200B}\u{FEFF} \u{2060}", "\u{3164}", "\u{202E}", "\u{AD}"] {
        assert!(line("name", nothing, 10).is_err(), "{nothing:?}");
        assert_eq!(optional("name", Some(nothing), 10), Ok(None), "{nothing:?}");
        assert_eq!(lines("notes", nothing, 10).as_deref(), Ok(""), "{nothing:?}");
    }
    let family = "\u{1F468}\u{200D}\u{1F469}";
    assert_eq!(line("name", family, 10).as_deref(), Ok(family), "joiners belong to what they join");
}

#[test]
fn text_that_reads_otherwise_than_it_is_written_is_refused() {
    for turned in ["invoice\u{202E}fdp.exe", "a\u{202D}b"] {
        assert!(line("name", turned, 50).is_err() && lines("notes", turned, 50).is_err(), "{turned:?}");
    }
    let isolated = "Hello \u{2067}\u{5E9}\u{5DC}\u{5D5}\u{5DD}\u{2069}";
    assert_eq!(line("name", isolated, 50).as_deref(), Ok("Hello \u{5E9}\u{5DC}\u{5D5}\u{5DD}"), "one line has one direction");
    assert_eq!(lines("notes", isolated, 50).as_deref(), Ok(isolated));
}

#[test]
fn a_domain_with_umlauts_is_sent_as_mail_servers_know_it() {
    assert_eq!(ascii_domain("ada@bücher.example"), "ada@xn--bcher-kva.example");
    assert_eq!(ascii_domain("用户@例子。公司"), "用户@xn--fsqu00a.xn--55qx5d");
    for same in ["ada@example.com", "ada@localhost", "no address"] {
        assert_eq!(ascii_domain(same), same);
    }
}

#[test]
fn who_is_known_by_an_address_without_a_dot_is_still_found_by_it() {
    assert!(email("email", "root@intranet").is_err());
    assert_eq!(known_email("email", "Root@Intranet").as_deref(), Ok("root@intranet"));
    assert!(known_email("email", "root").is_err());
}

#[test]
fn a_text_is_kept_composed_and_without_what_nobody_sees() {
    for given in ["Mu\u{308}ller", "\u{FEFF}M\u{AD}\u{FC}ll\u{200B}er\u{2060} ", "\u{202A}M\u{FC}ller\u{202C}"] {
        assert_eq!(line("name", given, 6).as_deref(), Ok("M\u{FC}ller"), "{given:?}");
        assert_eq!(optional("name", Some(given), 6), Ok(Some("M\u{FC}ller".to_owned())), "{given:?}");
    }
    for whole in [
        "\u{1F468}\u{200D}\u{1F469}",
        "\u{2764}\u{FE0F}\u{200D}\u{1F525}",
        "1\u{FE0F}\u{20E3}",
        "\u{845B}\u{E0100}城",
        "می\u{200C}خواهم",
        "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    ] {
        assert_eq!(line("name", whole, 20).as_deref(), Ok(whole), "{whole:?} is not what it was without them");
    }
    assert_eq!(line("name", "A\u{200D}B\u{FE0F}\u{E0041}", 20).as_deref(), Ok("AB"));
}

#[test]
fn spellings_of_one_name_have_one_key() {
    for (one, other) in [
        ("Müller", "MU\u{308}LLER"),
        ("Müller", "muller"),
        ("ΟΔΟΣ", "οδος"),
        ("ΟΔΟΣ", "οδοσ"),
        ("İstanbul AŞ", "istanbul as"),
        ("IŞIK", "ışık"),
        ("Straße", "STRASSE"),
        ("STRAẞE", "strasse"),
        ("Ｔｏｋｙｏ　㈱", "tokyo (株)"),
        ("Ac\u{200B}me\u{2060}", "acme"),
        ("A\u{A0}\u{2003}b ", " a b"),
        ("\u{1C5}", "dž"),
    ] {
        assert_eq!(search_key(one), search_key(other), "{one} and {other}");
    }
    for (one, other) in [("ハ", "バ"), ("परीक्षण", "परक्षण"), ("Acme 1", "Acme 2"), ("\u{301}", "\u{302}")] {
        assert_ne!(search_key(one), search_key(other), "{one} and {other} are two names");
    }
    assert_eq!(path_key("Acme /Web/ Shop"), path_key("acme / web/shop"));
}

/// Each word is compared with every name, so a search of hundreds of words would cost as much as hundreds of searches.
#[test]
fn a_search_looks_for_few_words_and_none_that_others_contain() {
    assert_eq!(search_words(" Dash  ACME dash acm café"), ["dash", "acme", "cafe"]);
    assert!(search_words("  ").is_empty());
    let many: Vec<String> = ('a'..='z').map(|letter| letter.to_string()).collect();
    let words = search_words(&format!("{} longest longer", many.join(" ")));
    assert_eq!((words.len(), &words[0][..], &words[1][..]), (8, "longest", "longer"));
    assert_eq!(search_words(&"ab ".repeat(100)), ["ab"]);
    assert_eq!(search_patterns("50%  of a_b a\\b"), ["%50\\%%", "%a\\_b%", "%a\\\\b%", "%of%"]);
}

#[test]
fn a_long_name_has_a_key_that_an_index_takes() {
    let (long, longer) = ("\u{FDFA}".repeat(199) + "a", "\u{FDFA}".repeat(199) + "b");
    assert!(search_key(&long).len() <= 600 && search_key(&long) != search_key(&longer));
    let plain = "語".repeat(200);
    assert_eq!(search_key(&plain), plain);
}

/// Another sum means that keys are computed in another way than the stored ones: add a migration that sets `search_key_of` of clients,
/// projects and members to null, and write the new sum here.
#[test]
fn the_keys_of_all_characters_are_those_that_are_stored() {
    let mut sum = Sha256::new();
    for c in '\0'..=char::MAX {
        let (once, text) = (search_key(&c.to_string()), c.to_string());
        assert_eq!(search_key(&once), once, "the key of a key of {c:?}");
        sum.update(text.as_bytes());
        sum.update(once.as_bytes());
    }
    let sum: String = sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(sum, "974e098273f33829fe78263d30b93de44e63d99b9045b5307821a787543497aa");
}

proptest! {
    #[test]
    fn the_key_of_a_key_is_itself(name in "\\PC{0,40}") {
        let key = search_key(&name);
        prop_assert_eq!(search_key(&key), key);
    }

    #[test]
    fn what_is_kept_is_kept_again(given in "(\\PC|\\p{Cf}|\\p{Mn}){0,20}") {
        if let Ok(kept) = line("name", &given, 200) {
            prop_assert_eq!(line("name", &kept, 200), Ok(kept.clone()));
            prop_assert_eq!(search_key(&kept), search_key(&given));
        }
    }
}

#[test]
fn an_iban_has_the_length_of_its_country() {
    assert_eq!(iban("iban", "gb82 west 1234 5698 7654 32").as_ref().map(Option::as_deref), Ok(Some("GB82WEST12345698765432")));
    assert_eq!(iban("iban", " \u{200B}"), Ok(None));
    for written in ["IBAN: DE89 3704 0044 0532 0130 00", "ＤＥ８９３７０４００４４０５３２０１３０００", "DE89‑3704‑0044‑0532‑0130‑00"]
    {
        assert_eq!(iban("iban", written).as_ref().map(Option::as_deref), Ok(Some("DE89370400440532013000")), "{written}");
    }
    for written in ["BIC: COBADEFFXXX", "ＣＯＢＡＤＥＦＦＸＸＸ"] {
        assert_eq!(bic("bic", written).as_ref().map(Option::as_deref), Ok(Some("COBADEFFXXX")), "{written}");
    }
    for wrong in ["GB83WEST12345698765432", "DE8937040044053201300", "12", "GB82WEST1234569876543é"] {
        assert!(iban("iban", wrong).is_err(), "{wrong}");
    }
    let way = |given: &str| iban("iban", given).expect_err("no IBAN").message;
    assert!(way("123456789").contains("Account number") && way("021000021 / 123456789").contains("Account number"));
    assert!(way("GB83WEST12345698765432").contains("bank statement"), "a slip in one");
    // Four digits more than a British account has, with check digits that fit.
    let fits = |iban: &String| {
        let turned = iban[4..].chars().chain(iban[..4].chars()).filter_map(|c| c.to_digit(36));
        turned.fold(0, |sum, digit| (sum * if digit > 9 { 100 } else { 10 } + digit) % 97) == 1
    };
    let longer = (2..99).map(|check| format!("GB{check:02}WEST123456987654320000")).find(fits).expect("check digits");
    let refused = iban("iban", &longer).expect_err("too long");
    assert!(refused.message.contains("another length"), "{longer}: {}", refused.message);
}

#[test]
fn a_vat_identifier_stands_alone_also_where_words_stand_before_it() {
    let kept = |given: &str| vat_id("vat_id", given).map(|vat| vat.map(|vat| vat.text));
    for given in ["USt-IdNr. DE136695976", "VAT-ID: DE 136695976", "Umsatzsteuer-Identifikationsnummer DE136695976"] {
        assert_eq!(kept(given), Ok(Some("DE136695976".to_owned())), "{given}");
    }
    for given in [
        "DE136695976 USt-IdNr.",
        "DE 136 695 976 (VAT)",
        "ＤＥ１３６６９５９７６",
        "USt-IdNr.： ＤＥ１３６６９５９７６",
        "DE 136\u{2011}695\u{2011}976",
        "DE 136–695–976",
    ] {
        assert_eq!(kept(given), Ok(Some("DE136695976".to_owned())), "{given}");
    }
    for (given, alone) in [
        ("NO 123 456 785 MVA Foretaksregisteret", "NO 123 456 785 MVA Foretaksregisteret"),
        ("Org.nr. NO 123 456 785 MVA", "NO 123 456 785 MVA"),
        ("CHE\u{2011}123.456.788 MWST", "CHE-123.456.788 MWST"),
        ("CHE-123.456.788 MWST/TVA", "CHE-123.456.788 MWST/TVA"),
        ("CHE-123.456.788 MWST/TVA/IVA", "CHE-123.456.788 MWST/TVA/IVA"),
        ("CHE-123.456.788 HR/MWST", "CHE-123.456.788 MWST"),
        ("CHE-123.456.788 (MWST-Nr.)", "CHE-123.456.788 MWST"),
        ("Numéro de TVA CHE-123.456.788", "CHE-123.456.788 TVA"),
        ("UID CHE-123.456.788", "CHE-123.456.788"),
        ("適格請求書発行事業者登録番号 T7000012050002", "T7000012050002"),
        ("DIČ: CZ12345679", "CZ12345679"),
    ] {
        assert_eq!(kept(given), Ok(Some(alone.to_owned())), "{given}");
        assert_eq!(kept(alone), Ok(Some(alone.to_owned())), "what is kept is kept again");
    }
    for given in ["USt-IdNr.: DE136695976, St.-Nr. 12/345/67890", "IČO 12345679 DIČ CZ12345679", "ATU12345675 / FN 123456a"] {
        let refused = vat_id("vat_id", given).expect_err(given);
        assert!(refused.field == "vat_id" && refused.message.contains("holds two numbers"), "{refused:?}");
    }
    for given in ["SE 12345678", "Adószám 12345676-2-42", "Partita IVA: 12345670017"] {
        assert_eq!(kept(given), Ok(Some(given.to_owned())), "of no known form");
    }
    for given in ["VAT NO 123456785", "123456785 VAT", "ABN 51 824 753 556", "Tax DE, 12/345"] {
        assert_eq!(kept(given), Ok(Some(given.to_owned())), "no known form");
    }
}

#[test]
fn a_vat_identifier_has_the_form_of_its_country() {
    let kept = |given: &str| vat_id("vat_id", given).map(|vat| vat.map_or((String::new(), false), |vat| (vat.text, vat.doubtful)));
    let right = |text: &str| Ok((text.to_owned(), false));
    assert_eq!(kept("de 136 695 976"), right("DE136695976"));
    assert_eq!(kept("ATU 13585627"), right("ATU13585627"));
    assert_eq!(kept("gr 094259216"), right("EL094259216"));
    assert_eq!(kept(" \u{200B}"), right(""));
    for other in ["GB 123 4567 82", "GBGD001", "CHE-123.456.788 MWST", "CHE123456788", "NO 123 456 785 MVA", "12-3456789", "Delaware"] {
        assert_eq!(kept(other), right(other));
    }
    // No known form, or not that of a VAT identifier: a register number, and an abbreviation.
    for other in ["CH-020.3.020.910-6", "No. 12/345", "IS12345", "XX123", "T7000012050002", "12/345/67890"] {
        assert_eq!(kept(other), right(other));
    }
    // Their words begin like an identifier of Croatia, of Slovenia or of France.
    for other in ["HRB 12345 B", "SIRET 73282932000074", "SIREN 732829320", "DIC 12345"] {
        assert_eq!(kept(other), right(other));
    }
    for (slip, text) in [("de 123 456 789", "DE123456789"), ("GB123456789", "GB123456789"), ("CHE-123.456.789", "CHE-123.456.789")] {
        assert_eq!(kept(slip), Ok((text.to_owned(), true)), "its check digits do not fit");
    }
    for (wrong, why) in [
        ("ATU00000000", "no VAT identifier of Austria; one looks like ATU12345675."),
        ("DE12345678", "no VAT identifier of Germany; one looks like DE123456788."),
        ("FR1", "of France"),
        ("GR1234", "of Greece; one looks like EL123456783."),
        ("GB12", "no VAT identifier of the United Kingdom; one looks like GB123456782."),
        ("CHE-123.456.788 GST", "of Switzerland"),
        ("DE1\nDE2", "line break"),
    ] {
        let refused = vat_id("vat_id", wrong).expect_err(wrong);
        assert!(refused.field == "vat_id" && refused.message.contains(why), "{wrong}: {refused:?}");
    }
}

#[test]
fn what_a_program_says_of_itself_is_kept_as_one_line_that_reads_as_it_is_written() {
    assert_eq!(printable("ctl\u{1b}[31m\u{202e}\n\r", 200), "ctl[31m");
    assert_eq!(printable("a\u{200b}b\u{2066}c\u{2028}d\u{feff}\0e\u{85}f", 200), "abcdef");
    assert_eq!(printable("Zoë's 👩\u{200d}🚀 1.0 مرحبا", 200), "Zoë's 👩\u{200d}🚀 1.0 مرحبا");
    assert_eq!(printable("abcdef", 3), "abc");
}
