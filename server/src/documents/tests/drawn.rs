//! Random invoices: composed as the product composes them, printed, and read from their files as a client does, with all sums recalculated.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

use app::{
    clients::Client,
    context::Channel,
    invoices::{
        CustomLine, InvoiceGroupBy,
        compose::{self, ComposedLine, Grouping, UnbilledEntry},
        document_builder::{DocumentBuilder, IssueDetails},
    },
    organizations::Organization,
};
use domain::{
    locale::Locale,
    money::{Amount, Currency, rate_max},
    percent::Percent,
    tax::{category::TaxCategory, line_tax::LineTax},
    time_rounding::{Rounding, RoundingBasis, RoundingMode},
    totals::Discount,
};
use jiff::civil::{Date, date};
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::{han::with_han, *};

/// The unit of a quantity that somebody writes, of hours, a price and a percentage.
const QUANTITY: i128 = 100_000_000;
const HOURS: i128 = 10_000_000_000_000;
const PRICE: i128 = 1_000_000;
const PERCENT: i128 = 1_000_000;

/// The number of invoices, and of threads: a page takes a while without optimization.
const INVOICES: u32 = 300;
const THREADS: u32 = 4;

/// The categories in the order of the totals, with the text of a line without a rate.
const CATEGORIES: [(&str, TaxCategory); 6] = [
    ("Z", TaxCategory::Z),
    ("E", TaxCategory::E),
    ("AE", TaxCategory::AE),
    ("K", TaxCategory::K),
    ("G", TaxCategory::G),
    ("O", TaxCategory::O),
];

/// An invoice before it is composed.
#[derive(Debug, Clone)]
struct Drawn {
    language: &'static str,
    currency: &'static str,
    countries: [Option<&'static str>; 2],
    tax: LineTax,
    names: [String; 4],
    entries: Vec<UnbilledEntry>,
    grouping: (InvoiceGroupBy, Rounding),
    custom: Vec<CustomLine>,
    discount: Reduction,
}

/// A discount; an amount is a fraction of the sum that it reduces.
#[derive(Debug, Clone, Copy)]
enum Reduction {
    None,
    Amount(i64),
    Percent(i32),
}

fn words() -> impl Strategy<Value = String> {
    let latin = "[A-Za-zÄöüßłŻŒ&<>#*_$@\\\\0-9]{1,14}( [A-Za-zäÖÜß&<>#*_$@/.,0-9-]{1,10}){0,3}";
    let others =
        ["[Α-ΡΣ-Ωα-ωάέή]{1,12}( [α-ω0-9]{1,10}){0,3}", "[А-Яа-яёїґў]{1,12}( [а-я0-9.]{1,10}){0,3}", "[ა-ჰ]{1,9}( [ა-ჰ]{1,9}){0,3}"];
    prop_oneof![4 => latin, 1 => others[0], 1 => others[1], 1 => others[2]]
}

fn tax() -> impl Strategy<Value = LineTax> {
    let standard = prop_oneof![Just(190_000), Just(70_000), Just(84_250), 1..=1_000_000].prop_map(|rate| (TaxCategory::S, Percent(rate)));
    let other = prop::sample::select(&CATEGORIES[..]).prop_map(|(_, category)| (category, Percent(0)));
    prop_oneof![2 => standard, 1 => other].prop_map(|(category, rate)| LineTax { category, rate, reason: None })
}

/// An entry at a rate of up to `most` minor units an hour.
fn entry(most: i64) -> impl Strategy<Value = UnbilledEntry> {
    let rate = prop_oneof![4 => 1..=20_000_i64, 2 => 0..=100_000_000_i64, 1 => 0..=most, 1 => Just(most)];
    let seconds = prop_oneof![3 => 1..=86_400_i64, 1 => 1..=60_i64];
    (1..4_u128, 1..3_u128, 1..28_i8, seconds, rate, words()).prop_map(|(project, member, day, seconds, rate, description)| UnbilledEntry {
        by_agent: false,
        id: uuid(u128::from(rate.unsigned_abs()) << 32 | u128::from(seconds.unsigned_abs())),
        project: uuid(project),
        project_name: format!("Project {project}"),
        member: uuid(member),
        member_name: ["Ada", "Grace", "Linus"][member as usize].to_owned(),
        day: date(2026, 10, day),
        description,
        seconds,
        rate: Some(rate),
    })
}

fn custom_line() -> impl Strategy<Value = CustomLine> {
    let charged = prop_oneof![1..=QUANTITY * 10, 1..=QUANTITY * 10_000, (1..=1_000_i128).prop_map(|whole| whole * QUANTITY)];
    let taken_off = (1..=QUANTITY).prop_map(|quantity| -quantity);
    let price = prop_oneof![1..=PRICE, 1..=PRICE * 100_000, (1..=1_000_i128).prop_map(|whole| whole * PRICE)];
    let sized = prop_oneof![4 => (charged, price), 1 => (taken_off, 1..=PRICE * 50)];
    (words(), sized, prop::option::of(tax())).prop_map(|(description, (quantity, price), tax)| CustomLine {
        description,
        quantity: Some(format!("{}{}.{:08}", if quantity < 0 { "-" } else { "" }, quantity.abs() / QUANTITY, quantity.abs() % QUANTITY)),
        price: Amount::written(format!("{}.{:06}", price / PRICE, price % PRICE)),
        tax_category: tax.as_ref().map(|tax| tax.category),
        tax_rate: tax.as_ref().map(|tax| tax.rate.to_string()),
        tax_reason: None,
    })
}

fn grouping() -> impl Strategy<Value = (InvoiceGroupBy, Rounding)> {
    let by = prop::sample::select(&[InvoiceGroupBy::Project, InvoiceGroupBy::Day, InvoiceGroupBy::Member, InvoiceGroupBy::Entry][..]);
    let mode = prop::sample::select(&[RoundingMode::Up, RoundingMode::Nearest, RoundingMode::Down][..]);
    let basis = prop::sample::select(&[RoundingBasis::Entry, RoundingBasis::DayAndProject, RoundingBasis::Line][..]);
    let step = prop_oneof![2 => Just(0_u16), 1 => prop::sample::select(&[1_u16, 6, 15, 60][..])];
    (by, mode, basis, step).prop_map(|(by, mode, basis, step_minutes)| (by, Rounding { step_minutes, mode, basis }))
}

fn reduction() -> impl Strategy<Value = Reduction> {
    prop_oneof![Just(Reduction::None), (1..=1_000_i64).prop_map(Reduction::Amount), (1..=1_000_000).prop_map(Reduction::Percent)]
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let language = prop::sample::select(&["en", "de", "de-AT", "ja", "fr"][..]);
    let currency = prop::sample::select(&["EUR", "USD", "CHF", "IRR", "JPY", "KRW", "KWD", "TND", "CLF", "UYW"][..]);
    let country = || prop::sample::select(&[None, Some("DE"), Some("CH"), Some("US"), Some("IN")][..]);
    let countries = [country(), country()];
    let priced = currency.prop_flat_map(|currency| {
        let most = rate_max(&Currency::parse(currency).expect("a currency"));
        (Just(currency), prop::collection::vec(entry(most), 0..7), prop::collection::vec(custom_line(), 0..5))
    });
    let names = [words(), words(), words(), words()];
    (language, priced, countries, tax(), names, grouping(), reduction())
        .prop_filter("it has a line", |(_, (_, entries, custom), ..)| !entries.is_empty() || !custom.is_empty())
        .prop_map(|(language, (currency, entries, custom), countries, tax, names, grouping, discount)| Drawn {
            language,
            currency,
            countries,
            tax,
            names,
            entries,
            grouping,
            custom,
            discount,
        })
}

impl Drawn {
    fn seller(&self) -> Organization {
        serde_json::from_value(json!({
            "id": uuid(1), "slug": "studio", "name": self.names[0], "address": format!("{}\n20457 Hamburg", self.names[1]),
            "country": self.countries[0], "tax_number": "12/345/67890", "currency": "EUR", "time_zone": "UTC", "language": "en", "week_start": 1,
            "payment_terms_days": 14, "tax_category": "S", "tax_rate": "19",
            "number_pattern": "{0001}", "number_yearly_reset": true, "rounding": Rounding::default(), "timer_limit_seconds": 28_800,
        }))
        .expect("an organization")
    }

    fn buyer(&self) -> Client {
        serde_json::from_value(json!({
            "id": uuid(2), "name": "never printed", "legal_name": self.names[2], "address": "1 Long Acre\nLondon", "country": self.countries[1], "vat_id": "GB123456789",
            "color": "#2f6f5e", "currency": self.currency, "payment_terms_days": 30, "tax_category": self.tax.category,
            "tax_rate": self.tax.rate, "language": self.language, "archived": false, "projects": 1,
        }))
        .expect("a client")
    }

    fn lines(&self, currency: &Currency) -> Vec<ComposedLine> {
        let (group_by, rounding) = self.grouping;
        let grouping = Grouping { group_by, rounding, locale: Locale::of(self.language) };
        let mut lines = compose::time_lines(&self.entries, grouping, currency, &self.tax);
        lines.extend(self.custom.iter().map(|line| compose::custom_line(line, currency, &self.tax, Channel::Page).expect("a line")));
        lines
    }

    /// The document; none for a negative total, which is refused.
    fn document(&self) -> Option<InvoiceDocument> {
        let (seller, buyer, currency) = (self.seller(), self.buyer(), Currency::parse(self.currency).expect("a currency"));
        let lines = self.lines(&currency);
        let subtotal: i64 = lines.iter().map(|line| line.net).sum();
        let mut contents = DocumentBuilder::of(&seller, &buyer, lines);
        contents.notes = Some(self.names[3].clone());
        contents.discount = match self.discount {
            Reduction::None => None,
            Reduction::Amount(thousandths) => Some(Discount::Amount((i128::from(subtotal) * i128::from(thousandths) / 1_000) as i64)),
            Reduction::Percent(rate) => Some(Discount::Percent(Percent(rate))),
        };
        let (issued_on, due_on): (Date, Date) = (date(2026, 11, 21), date(2026, 12, 21));
        let at = "2026-11-21T10:15:30Z".parse().expect("an instant");
        contents.build(IssueDetails { number: Some("2026-0042".into()), issued_on, due_on, at }).ok()
    }
}

/// A printed figure with this many decimals, as an integer of its last digit; in the format of its language, with thousands separators.
fn read(figure: &str, language: &str, decimals: usize) -> i128 {
    let (thousands, point) = if language.starts_with("de") { ('.', ',') } else { (',', '.') };
    let (grouped, rest) = figure.split_once(point).unwrap_or((figure, ""));
    let mut groups = grouped.trim_start_matches('-').split(thousands);
    assert!(groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3), "{figure}");
    assert!(rest.len() <= decimals, "{figure}");
    let whole = grouped.replace(thousands, "");
    format!("{whole}{rest:0<decimals$}").parse().unwrap_or_else(|_| panic!("{figure} is no figure"))
}

/// Rounded half away from zero.
fn rounded(dividend: i128, divisor: i128) -> i128 {
    (dividend.abs() * 2 + divisor) / (divisor * 2) * dividend.signum()
}

/// The tax of a line: its rate in ten-thousandths of a percent where it has one, else the word of its category.
fn tax_of<'a>(shown: &'a str, language: &str) -> Result<i128, &'a str> {
    shown.strip_suffix('%').map(|rate| read(rate.trim_end(), language, 4)).ok_or(shown)
}

/// The text of a line without a rate for its category.
fn named(category: TaxCategory, language: &str) -> String {
    Locale::of(language).tax_of_line(category, Percent(0))
}

/// Checks the totals against the printed lines.
fn sums_are_those_of_the_lines(invoice: &InvoiceDocument, digits: usize) {
    let language = invoice.language.as_str();
    let amount = |figure: &str| read(figure, language, digits);
    let minor = 10_i128.pow(digits as u32);
    let mut groups: BTreeMap<(usize, i128), i128> = BTreeMap::new();
    for line in &invoice.lines {
        let (quantity, price, net) = (read(&line.quantity, language, 13), read(&line.price, language, 6), amount(&line.net));
        assert_eq!(rounded(quantity * price * minor, HOURS * PRICE), net, "{} × {} = {}", line.quantity, line.price, line.net);
        let place = match tax_of(&line.tax, language) {
            Ok(rate) => (0, -rate),
            Err(word) => (1 + CATEGORIES.iter().position(|(_, known)| named(*known, language) == word).expect("a category"), 0),
        };
        *groups.entry(place).or_default() += net;
    }
    let (subtotal, net, tax, total) = (amount(&invoice.subtotal), amount(&invoice.net), amount(&invoice.tax), amount(&invoice.total));
    let discount = invoice.discount.as_ref().map_or(0, |discount| -amount(&discount.amount));
    assert_eq!(groups.values().sum::<i128>(), subtotal, "BR-CO-10");
    if let Some(share) = invoice.discount.as_ref().and_then(|discount| discount.label.split_once(' ')) {
        assert_eq!(discount, rounded(subtotal * tax_of(share.1, language).expect("a share"), PERCENT), "{}", share.1);
    }
    assert_eq!(subtotal - discount, net, "BR-CO-13");
    assert_eq!(groups.len(), invoice.taxes.len());
    let whole = groups.values().map(|net| (*net).max(0)).sum::<i128>().max(1);
    let (mut taxes, mut bases) = (0, 0);
    for (((_, rate), nets), printed) in groups.into_iter().zip(&invoice.taxes) {
        let (base, amount_of_tax) = (amount(&printed.base), amount(&printed.amount));
        let share = nets - base;
        assert!((discount * nets.max(0) / whole..=discount * nets.max(0) / whole + 1).contains(&share), "{share} of {discount} on {nets}");
        assert_eq!(rounded(-rate * base, PERCENT), amount_of_tax, "BR-CO-17 of {}", printed.label);
        taxes += amount_of_tax;
        bases += base;
    }
    assert_eq!(bases, net, "the bases are what is taxed");
    assert_eq!(taxes, tax, "BR-CO-14");
    assert_eq!(net + tax, total, "BR-CO-15, and BR-CO-16 where nothing is paid before");
}

/// Checks that every text of the data is on the pages, and each figure beside its label.
fn pages_say_what_the_data_says(invoice: &InvoiceDocument, printed: &str) {
    let says = |text: &str| assert!(printed.contains(&dense(text)), "{text} in {printed}");
    for party in [&invoice.seller, &invoice.buyer] {
        let texts = [&party.address, &party.vat_id, &party.tax_number, &party.email, &party.phone];
        std::iter::once(party.name.as_str()).chain(texts.into_iter().flatten().flat_map(|text| text.lines())).for_each(says);
    }
    for (at, line) in invoice.lines.iter().enumerate() {
        says(&format!("{}{}{}{}{}{}{}", at + 1, line.description, line.quantity, line.unit, line.price, line.tax, line.net));
    }
    let [subtotal, net, on, total] = match Locale::of(&invoice.language) {
        Locale::English => ["Subtotal", "Total without tax", "on", "Total"],
        Locale::German => ["Zwischensumme", "Summe netto", "auf", "Gesamtbetrag"],
        Locale::Japanese => ["小計", "税抜合計", "対象額", "合計"],
    };
    says(&format!("{subtotal}{}", invoice.subtotal));
    if let Some(discount) = &invoice.discount {
        says(&format!("{}{}{net}{}", discount.label, discount.amount, invoice.net));
    }
    for tax in &invoice.taxes {
        says(&format!("{}{on}{}{}", tax.label, tax.base, tax.amount));
        // A reason that begins with the name of the tax states it once, and a single tax needs no name beside its reason.
        let alone = |reason: &str| invoice.taxes.len() == 1 || reason.starts_with(&tax.label);
        tax.reason.iter().for_each(|reason| if alone(reason) { says(reason) } else { says(&format!("{}: {reason}", tax.label)) });
    }
    says(&format!("{total}{}{}", invoice.currency, invoice.total));
    [&invoice.terms].into_iter().chain(&invoice.notes).chain(&invoice.number).for_each(|text| says(text));
}

/// Checks that each address ends with its country where the other party is known to be elsewhere.
fn addresses_name_countries_abroad(invoice: &InvoiceDocument, [seller, buyer]: [Option<&str>; 2]) {
    let locale = Locale::of(&invoice.language);
    for (party, own, other) in [(&invoice.seller, seller, buyer), (&invoice.buyer, buyer, seller)] {
        let abroad = own.filter(|own| other.is_some_and(|other| other != *own)).and_then(|own| locale.country(own));
        let lines: Vec<&str> = party.address.iter().flat_map(|address| address.lines()).collect();
        assert_eq!((lines.len(), lines.get(2).copied()), (2 + usize::from(abroad.is_some()), abroad), "{lines:?}");
    }
}

/// Checks every property of an invoice; one with a negative total is refused.
fn is_right(resources: &TypstResources, drawn: &Drawn) -> Result<(), TestCaseError> {
    let Some(invoice) = drawn.document() else { return Err(TestCaseError::reject("below zero")) };
    let currency = Currency::parse(drawn.currency).expect("a currency");
    sums_are_those_of_the_lines(&invoice, currency.minor_digits() as usize);
    addresses_name_countries_abroad(&invoice, drawn.countries);
    prop_assert_eq!(&invoice.seller.name, &drawn.names[0]);
    for (line, custom) in invoice.lines.iter().rev().zip(drawn.custom.iter().rev()) {
        prop_assert_eq!(&line.description, &custom.description);
    }
    let file = typesetter::print(resources, &invoice).unwrap();
    // The templates are used by the next ones; the rest would only fill the cache.
    comemo::evict(THREADS as usize * 2);
    pages_say_what_the_data_says(&invoice, &text_layer(&file));
    Ok(())
}

/// The text of a file in the order in which it stands there, without spaces, as another program reads it.
fn text_layer(file: &[u8]) -> String {
    let mut reader =
        Command::new("pdftotext").args(["-raw", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("pdftotext");
    reader.stdin.take().expect("its input").write_all(file).expect("it reads the file");
    let read = reader.wait_with_output().expect("its output");
    assert!(read.status.success());
    dense(&String::from_utf8(read.stdout).expect("text"))
}

#[test]
fn three_hundred_invoices_are_right_to_the_last_unit_and_print_what_they_hold() {
    let (_folder, resources) = with_han();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let config = Config { cases: INVOICES / THREADS, failure_persistence: None, max_shrink_iters: 50, ..Config::default() };
                TestRunner::new(config).run(&drawn(), |drawn| is_right(&resources, &drawn)).unwrap();
            });
        }
    });
}
