//! Checks an invoice before it is sent: the tax rules of EN 16931, each with the field to correct, and glyph coverage.

pub(crate) mod cross_border;
#[cfg(test)]
mod tests;

use domain::{
    money::{Currency, shown},
    tax::{category::TaxCategory, disbursement, number_remarks, party_identifiers, territory, vat_id},
    text,
    totals::Totals,
};
use en16931::{
    bt::{Group, Path},
    invoice::terms::{BUYER_VAT_ID, SELLER_VAT_ID},
};

use super::{
    InvoiceProblem, disbursement_lines, document_builder, draft,
    einvoice::{self, InvoiceSource},
    glyph_coverage, parties, read,
    store::{InvoiceRow, LineRow},
};
use crate::{clients::Client, context::DocumentRenderer, error::Error, operation::Call, organizations::Organization};

/// The most problems in one answer.
const PROBLEMS_MAX: usize = 20;

/// The problems that keep this invoice from being sent, one per field.
pub fn problems(source: &InvoiceSource<'_>, documents: &dyn DocumentRenderer) -> Result<Vec<InvoiceProblem>, Error> {
    let mut problems = of_tax(source)?;
    for problem in glyph_coverage::problems(source, documents) {
        if problems.len() < PROBLEMS_MAX && problems.iter().all(|other| other.field != problem.field) {
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// The problems of its tax. There are none if the seller is known to be in a country of other rules.
fn of_tax(source: &InvoiceSource<'_>) -> Result<Vec<InvoiceProblem>, Error> {
    let mut problems: Vec<InvoiceProblem> = Vec::new();
    if source.seller.country.as_deref().is_some_and(|country| !territory::has_vat(country)) {
        return Ok(problems);
    }
    let report = en16931::validate(&einvoice::model(source)?);
    let broken = report.fatal().flat_map(|finding| match finding.rule.as_str() {
        "BR-CO-09" => without_country(&finding.path, source).into_iter().collect(),
        rule => said(rule, source),
    });
    for problem in broken.chain(cross_border::problems(source)?) {
        if problems.len() < PROBLEMS_MAX && problems.iter().all(|other| other.field != problem.field) {
            problems.push(problem);
        }
    }
    Ok(problems)
}

/// The problem of a VAT identifier whose first two letters name no country.
fn without_country(path: &Path, source: &InvoiceSource<'_>) -> Option<InvoiceProblem> {
    let is = |group, term| *path == Path::group_term(group, term);
    let (field, vat_id, mend) = if is(Group::Seller, SELLER_VAT_ID) {
        let vat_id = source.seller.vat_id.as_deref()?;
        ("organization.vat_id", vat_id, mend_of_seller(vat_id, source))
    } else if is(Group::Buyer, BUYER_VAT_ID) {
        let vat_id = source.buyer.vat_id.as_deref()?;
        ("client.vat_id", vat_id, mend_of_buyer(vat_id, source))
    } else {
        return None;
    };
    let message = format!(
        "{} is no VAT identifier, which begins with the two letters of its country, such as DE (EN 16931 BR-CO-09). {mend}",
        shown(vat_id)
    );
    Some(InvoiceProblem { rule: Some("BR-CO-09".to_owned()), field: field.to_owned(), message })
}

/// What to do about the seller's number without the letters of a country. Lines that need a VAT identifier take no tax number in its place.
fn mend_of_seller(vat_id: &str, source: &InvoiceSource<'_>) -> String {
    let country = source.seller.country.as_deref();
    let elsewhere = if country.is_none() { " Where your country has no VAT, choose it there." } else { "" };
    let way = match vat_id::of_country(vat_id, country) {
        Some(vat_id) => format!("write it {vat_id} where you are registered for VAT"),
        None => "write it with those letters".to_owned(),
    };
    let other = if has_category(source, TaxCategory::needs_vat_id) { "" } else { ", or write it as your tax number" };
    format!("In Settings, {way}{other}.{elsewhere}")
}

/// The same for the client's number. Whoever owes the tax, or gets goods from another country of the European Union, has to have one.
fn mend_of_buyer(vat_id: &str, source: &InvoiceSource<'_>) -> String {
    let (name, country) = (&source.buyer.name, source.buyer.country.as_deref());
    let elsewhere = if country.is_none() { ", or give them their country where it has no VAT" } else { "" };
    let way = match vat_id::of_country(vat_id, country) {
        Some(vat_id) => format!("In the client {name}, write it {vat_id}"),
        None => format!("Correct that of {name}"),
    };
    let is_needed = has_category(source, |category| matches!(category, TaxCategory::AE | TaxCategory::K));
    let other = if is_needed { "" } else { " or take it away from the client" };
    format!("{way}{other}{elsewhere}.")
}

/// Whether a line has such a tax category.
fn has_category(source: &InvoiceSource<'_>, is_one: fn(TaxCategory) -> bool) -> bool {
    source.lines.iter().filter_map(|line| TaxCategory::parse(&line.tax_category).ok()).any(is_one)
}

/// The problems that keep a draft of these parties and lines from being sent.
pub fn draft_problems(
    cx: &Call,
    row: &InvoiceRow,
    (seller, buyer): (&Organization, &Client),
    lines: &[LineRow],
    totals: &Totals,
) -> Result<Vec<InvoiceProblem>, Error> {
    let issued_on = cx.organization_today()?;
    let source = InvoiceSource {
        number: row.number.as_deref(),
        issued_on,
        due_on: document_builder::due_date(issued_on, row.payment_terms_days)?,
        period: &read::period(row).unwrap_or_else(|| draft::service_period(None, issued_on)),
        seller,
        buyer,
        currency: &Currency::parse(&row.currency)?,
        lines,
        notes: row.notes.as_deref(),
        totals,
    };
    let mut found: Vec<InvoiceProblem> = of_sums(row, lines).into_iter().collect();
    found.extend(problems(&source, cx.caller.services.documents.as_ref())?);
    Ok(found)
}

/// The problem that the sums of a draft are refused by now, as may be those written when discounts still applied to disbursements.
fn of_sums(row: &InvoiceRow, lines: &[LineRow]) -> Option<InvoiceProblem> {
    read::totals(row, lines).err().map(of_refused)
}

fn of_refused(refused: Error) -> InvoiceProblem {
    let field = refused.fields.into_keys().next().unwrap_or_else(|| "lines".to_owned());
    InvoiceProblem { rule: None, field, message: refused.message }
}

/// The error for sending a draft whose sums are refused.
pub fn sums_refusal(refused: Error) -> Error {
    refusal(vec![of_refused(refused)]).unwrap_or_else(Error::internal)
}

/// The error for sending an invoice with these problems; `None` if there are none.
pub fn refusal(problems: Vec<InvoiceProblem>) -> Option<Error> {
    let first = problems.first()?;
    let mut error = Error::invalid(&first.field, first.message.clone());
    for problem in &problems {
        error.fields.insert(problem.field.clone(), problem.message.clone());
    }
    let place = place_of_mend(&first.field);
    Some(error.hint(format!("Nothing was sent, and no number was given. {place} Then send again: the draft takes it up.")))
}

/// The warning about a problem of a draft, where the answer does not list its problems.
pub fn problem_warning(problem: &InvoiceProblem) -> String {
    format!("This draft cannot be sent yet. {} {}", problem.message, place_of_mend(&problem.field))
}

/// Where the problem of a field is corrected. Whoever reads it at a page is not told the sentences that name an operation, and knows from
/// the others what to do.
fn place_of_mend(field: &str) -> &'static str {
    if field.starts_with("client.") {
        "Correct it at the client. update_client does that."
    } else if field.starts_with("organization.") {
        "An owner or admin corrects it in Settings, Organization."
    } else {
        "Correct the draft. update_invoice_draft does that."
    }
}

/// The problems that a broken rule means for whoever fills in the invoice; empty for a rule that is not about its tax.
fn said(rule: &str, source: &InvoiceSource<'_>) -> Vec<InvoiceProblem> {
    let Some((family, number)) = rule.strip_prefix("BR-").and_then(|rule| rule.rsplit_once('-')) else { return Vec::new() };
    let category = match family {
        "S" => TaxCategory::S,
        "Z" => TaxCategory::Z,
        "E" => TaxCategory::E,
        "AE" => TaxCategory::AE,
        "IC" => TaxCategory::K,
        "G" => TaxCategory::G,
        "O" => TaxCategory::O,
        _ => return Vec::new(),
    };
    let problem = |field: &str, message: String| InvoiceProblem { rule: Some(rule.to_owned()), field: field.to_owned(), message };
    match number {
        "02" | "03" | "04" => missing_numbers(category, source).into_iter().map(|(field, message)| problem(field, message)).collect(),
        "12" if category == TaxCategory::K => vec![problem("client.country", country_of_client(source, rule))],
        "11" | "12" | "13" | "14" if category == TaxCategory::O => vec![problem("lines", mixed(source, rule))],
        "05" | "06" | "07" => vec![problem("lines.tax_rate", rate(category, source, rule))],
        _ => Vec::new(),
    }
}

/// The missing numbers of seller and buyer, each as a field and a message.
fn missing_numbers(category: TaxCategory, source: &InvoiceSource<'_>) -> Vec<(&'static str, String)> {
    let seller = parties::of_seller(source.seller);
    let is_unread = source
        .seller
        .vat_id
        .as_deref()
        .is_some_and(|number| !party_identifiers::is_vat_id(number) && !party_identifiers::has_other_label(number));
    let no_vat_id = seller.vat_id.is_none() && !is_unread;
    // Beside taxed lines, the rule on those reports which number is required.
    let is_said = category != TaxCategory::S && einvoice::is_taxed(source);
    let no_number = !is_unread && !is_said && !seller.has_one(|number| einvoice::is_tax_number(source, number));
    let (code, label) = (category.code(), category.label().to_lowercase());
    let why = format!("tax category {code} ({label}, EN 16931 BR-{}-02)", if category == TaxCategory::K { "IC" } else { code });
    let mut missing_numbers = Vec::new();
    match category {
        TaxCategory::K | TaxCategory::G if no_vat_id => {
            missing_numbers.push(("organization.vat_id", no_vat_id_of_seller(&why, source.seller)))
        }
        _ if no_number => missing_numbers.push(no_number_of_seller(&why, source.seller, category == TaxCategory::S)),
        _ => {}
    }
    missing_numbers.extend(no_vat_id_of_buyer(category, &why, source.buyer).map(|message| ("client.vat_id", message)));
    missing_numbers
}

/// The message that the client lacks a required number, or has one that is no VAT identifier where only that is accepted: of whoever owes
/// the tax the number of a register is enough (BR-AE-02).
fn no_vat_id_of_buyer(category: TaxCategory, why: &str, buyer: &Client) -> Option<String> {
    let (name, country) = (&buyer.name, buyer.country.as_deref());
    let instead = match country {
        Some(country) if !territory::has_vat(country) => ", or choose O where the service is not taxed in your country",
        _ => "",
    };
    match buyer.vat_id.as_deref() {
        None if matches!(category, TaxCategory::AE | TaxCategory::K) => {
            Some(format!("The VAT identifier of {name} is missing, which {why} needs. Add it to the client{instead}."))
        }
        // For a client elsewhere another category is right, and no other number helps.
        Some(number)
            if category == TaxCategory::K && country.is_none_or(territory::in_eu) && party_identifiers::is_no_vat_id(number, country) =>
        {
            let (shown, wanted) = (text::excerpt(number), in_place_of(number, country));
            Some(format!("{shown} is no VAT identifier, and {why} needs that of {name}. In the client, write {wanted}{instead}."))
        }
        _ => None,
    }
}

/// The message that the seller has no VAT identifier, or another number in its place, such as the enterprise number there.
fn no_vat_id_of_seller(why: &str, seller: &Organization) -> String {
    let Some(number) = seller.vat_id.as_deref() else {
        return format!("Your VAT identifier is missing, which {why} needs. Add it in Settings.");
    };
    let wanted = in_place_of(number, seller.country.as_deref());
    match text::swiss_uid(number) {
        Some(number) => {
            format!(
                "{number} is a number that every enterprise has, and {why} needs that of the tax. In Settings, write {wanted} as your VAT identifier."
            )
        }
        None => format!("{} is no VAT identifier, which {why} needs. As yours in Settings, write {wanted}.", text::excerpt(number)),
    }
}

/// What to write in place of a number that is no VAT identifier: the same with the part that makes it one, if known.
fn in_place_of(number: &str, country: Option<&str>) -> String {
    let of_enterprise = text::swiss_uid(number).map(|number| format!("{number} MWST"));
    let vat_id = of_enterprise.or_else(|| number_remarks::written(number, country));
    vat_id.unwrap_or_else(|| "the number that begins with the two letters of its country, such as DE".to_owned())
}

/// The field and the message for a seller's number that is wrong or missing, with what to write where.
fn no_number_of_seller(why: &str, seller: &Organization, taxed: bool) -> (&'static str, String) {
    let country = party_identifiers::country_of_numbers(seller.country.as_deref());
    let numbers =
        [("organization.tax_number", "Tax number", &seller.tax_number), ("organization.vat_id", "VAT identifier", &seller.vat_id)];
    let given = numbers.into_iter().find_map(|(field, label, number)| Some((field, label, number.as_deref()?)));
    let counts_untaxed = given.is_some_and(|(.., number)| party_identifiers::is_tax_number(country, false, number));
    let told = match given {
        Some((_, label, number)) if taxed && counts_untaxed => {
            format!("{} in the field {label} is enough for an invoice without tax, and not for one of {why}.", text::excerpt(number))
        }
        Some((_, label, number)) => {
            format!("{} in the field {label} is not the number that an invoice of {why} has to state.", text::excerpt(number))
        }
        None => format!("Your VAT identifier or tax number is missing, one of which an invoice of {why} has to state."),
    };
    let way = match country.and_then(|country| text::required_numbers(country, taxed)) {
        Some(wanted) => format!("In Settings, write {wanted}."),
        None => "Write it in Settings, in the field of the one or the other.".to_owned(),
    };
    let field = given.filter(|_| !counts_untaxed).map_or("organization.vat_id", |(field, ..)| field);
    (field, format!("{told} {way}"))
}

fn country_of_client(source: &InvoiceSource<'_>, rule: &str) -> String {
    format!(
        "The country of {} is missing: a supply to another country of the European Union names it (EN 16931 {rule}).",
        source.buyer.name
    )
}

/// The message for category O beside others: it needs an invoice of its own, or applies to all lines if the rest are disbursements.
fn mixed(source: &InvoiceSource<'_>, rule: &str) -> String {
    let words = disbursement::words(source.seller.country.as_deref());
    let beside = source.lines.iter().filter(|line| line.tax_category != TaxCategory::O.code());
    if beside.clone().all(disbursement_lines::is_line) {
        let names: Vec<String> = beside.map(|line| format!("\"{}\"", text::excerpt(&line.description))).collect();
        return format!(
            "Beside what is not subject to tax (O) nothing of another category stands (EN 16931 {rule}). Give what you laid out in the name of \
             the client ({}) the category O, too, and let the reason of its line name what it is: \"{words}\".",
            names.join(", ")
        );
    }
    format!(
        "What is not subject to tax (O) stands on an invoice of its own (EN 16931 {rule}). Bill its lines apart. What you laid out in the \
         name of the client is no part of the price, and stands beside what is taxed as E, with its own words as the reason: \"{words}\"."
    )
}

fn rate(category: TaxCategory, source: &InvoiceSource<'_>, rule: &str) -> String {
    match category {
        TaxCategory::S => format!(
            "The standard tax category S needs a rate above zero (EN 16931 {rule}). Give one in the line or to {}, or choose another category.",
            source.buyer.name
        ),
        other => format!("Tax category {} has no tax (EN 16931 {rule}). Give the rate 0.", other.code()),
    }
}
