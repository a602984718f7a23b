//! Redrafts a void invoice: a new draft with its lines, with the time that was on it as far as that can still be billed, and at the
//! client's present tax.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    hours::WorkDuration,
    id::{InvoiceId, InvoiceLineId},
    locale::Locale,
    money::{Currency, Money},
    tax::line_tax::LineTax,
    text,
    totals::{Discount, LineAmount, Totals, below_zero},
};
use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

use super::{
    Invoice, client_tax,
    compose::{self, Grouping, LINES_MAX, UnbilledEntry},
    discount, draft, line_texts, payment, read, remarks,
    store::{self, BillableFilter, InvoiceRow, LineRow, NewDraft, RedraftLinks, VoidedEntry},
    text_limits,
};
use crate::{
    clients::{self, Client},
    error::{Code, Error},
    operation::Call,
    organizations,
};

/// Redrafts a void invoice and reserves the time on it. Beside the lines it keeps client, grouping, rounding, discount, note, payment
/// terms, and a service period given by hand. It is in the client's present language except for texts written by hand.
pub async fn create(cx: &mut Call, invoice: &str) -> Result<Invoice, Error> {
    organizations::store::lock_shared(&mut cx.db).await?;
    let void = read::find_locked(cx, invoice).await?;
    is_void(&void)?;
    is_first(&void, store::redrafts(&mut cx.db, void.id).await?)?;
    let (client, currency) = (clients::record::find(cx, &void.client_id.to_string()).await?, Currency::parse(&void.currency)?);
    let grouping = line_texts::grouping(&void, &client)?;
    let time = Time::of(cx, &void, grouping).await?;
    for warning in [time.left_out(number(&void)), time.other_lines(number(&void))].into_iter().flatten() {
        cx.warn(warning);
    }
    let sent = store::lines(&mut cx.db, void.id).await?;
    let lines = time.lines(&sent, grouping, &currency, &draft::tax_of(&client));
    fits(&void, &lines)?;
    text_limits::fit_together(&lines, "invoice", "Draft a new invoice of that time by project or day.")?;
    if let Some(warning) = other_sum(&void, &sent, &lines, &currency) {
        cx.warn(warning);
    }
    let lines = taxed(cx, &void, &client, lines).await?;
    let amounts = read::amounts(&lines)?;
    comes_to_something(&void, &lines, &amounts, &currency)?;
    let period = period(&void, &time, sent.iter().any(|line| line.seconds.is_some()));
    let discount = discount_of(cx, &void, &amounts, &currency);
    let invoice = insert(cx, &void, period, discount).await?;
    draft::insert_lines(cx, &currency, invoice, &lines).await?;
    summed(cx, invoice, &lines).await
}

fn number(row: &InvoiceRow) -> &str {
    row.number.as_deref().unwrap_or_default()
}

/// Refuses an invoice that is not void.
fn is_void(row: &InvoiceRow) -> Result<(), Error> {
    match row.state.as_str() {
        "void" => Ok(()),
        "draft" => Err(Error::new(Code::Conflict, "The invoice is a draft, so there is nothing to draft again. Change it as it stands.")
            .hint("update_invoice_draft changes it.")),
        _ => {
            let number = number(row);
            let message = format!("Invoice {number} counts and is not drafted again. What is wrong with it is put right once it is void.");
            Err(Error::new(Code::Conflict, message).hint(payment::void_hint(row)))
        }
    }
}

/// Refuses a second redraft; the state of the first one decides the hint.
fn is_first(void: &InvoiceRow, redrafts: RedraftLinks) -> Result<(), Error> {
    let Some(id) = redrafts.as_id else { return Ok(()) };
    let (number, later) = (number(void), redrafts.as_number.unwrap_or_default());
    let error = match redrafts.as_state.as_deref() {
        Some("draft") => {
            let message = format!(
                "Invoice {number} was drafted again already, and that draft ({id}) is still there. Once it is deleted, {number} can be \
                 drafted again."
            );
            Error::new(Code::Conflict, message).hint("delete_invoice_draft deletes it.")
        }
        Some("void") => {
            let message = format!("Invoice {number} was drafted again as {later}, which is void, too. Draft {later} again.");
            Error::new(Code::Conflict, message)
        }
        _ => {
            let message = format!("Invoice {number} was drafted again and sent as {later}. Once {later} is void, draft that again.");
            Error::new(Code::Conflict, message)
        }
    };
    Err(error.details(&json!({ "invoice": id })))
}

/// Refuses a draft without lines, and one with too many: time that now has several rates takes one line per rate.
fn fits(void: &InvoiceRow, lines: &[LineRow]) -> Result<(), Error> {
    let number = number(void);
    match lines.len() {
        0 => Err(Error::new(
            Code::Conflict,
            format!("Nothing of {number} is left to bill: all of its time was billed, deleted or changed since."),
        )
        .hint("Draft a new invoice of what can be billed by now. list_unbilled shows it.")),
        1..=LINES_MAX => Ok(()),
        many => Err(Error::new(
            Code::Conflict,
            format!("At the rates of its time by now {number} would have {many} lines, and an invoice holds {LINES_MAX} at most."),
        )
        .hint("Draft a new invoice of that time by project or day. draft_invoice groups it.")),
    }
}

/// Refuses a redraft with a negative total, and names the lines that deduct too much. A void invoice cannot change, so other lines need a
/// new draft.
fn comes_to_something(void: &InvoiceRow, lines: &[LineRow], amounts: &[LineAmount], currency: &Currency) -> Result<(), Error> {
    match Totals::of(amounts, None) {
        Err(error) if error == below_zero() => {
            let off = |line: &LineRow| {
                let first = text::excerpt(line.description.lines().next().unwrap_or_default());
                format!("\"{first}\" ({})", Money::new(line.net, currency).text())
            };
            let off: Vec<String> = lines.iter().filter(|line| line.net < 0).map(off).collect();
            let (named, several) = client_tax::listed(&off).unwrap_or_default();
            let (number, take) = (number(void), if several { "take" } else { "takes" });
            let message = format!(
                "Drafted again, {number} would come to less than nothing, which no invoice does: {named} {take} off more than is left to bill. \
                 Draft a new invoice in which less is taken off, or put the time of {number} right first: all that is billable and on no other \
                 invoice or draft comes back."
            );
            Err(Error::new(Code::Conflict, message).hint("draft_invoice drafts a new one, list_unbilled shows what can be billed."))
        }
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

/// The warning that the lines have another sum than before; `None` if they have the same.
fn other_sum(void: &InvoiceRow, sent: &[LineRow], lines: &[LineRow], currency: &Currency) -> Option<String> {
    let [then, now] = [sent, lines].map(|lines| lines.iter().map(|line| line.net).sum::<i64>());
    let [was, is] = [then, now].map(|sum| Money::new(sum, currency).text());
    let why = "time on them is gone, or has another length or rate since";
    (then != now).then(|| format!("The lines of {} came to {was} and come to {is} by now: {why}.", number(void)))
}

/// The time that was on a void invoice.
struct Time {
    /// All entries, as they were when the invoice was voided.
    then: Vec<VoidedEntry>,
    /// The entries that can be billed, as they are now, in the order of the work. They have descriptions where the lines show them.
    now: Vec<UnbilledEntry>,
    /// The entries that are described otherwise by now.
    reworded: BTreeSet<Uuid>,
}

impl Time {
    /// Reads the time and locks it until the transaction ends.
    async fn of(cx: &mut Call, void: &InvoiceRow, grouping: Grouping) -> Result<Self, Error> {
        let then = store::released_by_void(&mut cx.db, void.id).await?;
        let ids: Vec<Uuid> = then.iter().map(|entry| entry.id).collect();
        store::lock_entries(&mut cx.db, &ids).await?;
        let billable = BillableFilter { client: void.client_id, period: None, projects: &[], defer: &[] };
        let now = store::unbilled_entries(&mut cx.db, &billable, Some(&ids), grouping.group_by.shows_descriptions()).await?;
        let reworded = store::reworded(&mut cx.db, &then).await?.into_iter().collect();
        Ok(Self { then, now, reworded })
    }

    /// The warning that some time cannot be billed; `None` if all can.
    fn left_out(&self, number: &str) -> Option<String> {
        let there: BTreeSet<Uuid> = self.now.iter().map(|entry| entry.id).collect();
        let seconds: i64 = self.then.iter().filter(|entry| !there.contains(&entry.id)).map(|entry| entry.seconds).sum();
        let worked = WorkDuration::of(seconds).text;
        (seconds > 0).then(|| format!("{worked} of the time on {number} is left out: it was billed, deleted or changed since."))
    }

    /// Whether all entries are unchanged since the invoice was voided.
    fn is_as_it_was(&self) -> bool {
        let now: BTreeMap<Uuid, &UnbilledEntry> = self.now.iter().map(|entry| (entry.id, entry)).collect();
        self.then.iter().all(|then| {
            // A rate of 0 from before rates could be absent may be absent now.
            now.get(&then.id).is_some_and(|now| {
                (now.project, now.day, now.seconds) == (then.project, then.day.to_jiff(), then.seconds)
                    && !self.reworded.contains(&then.id)
                    && now.rate.unwrap_or(0) == then.rate.unwrap_or(0)
            })
        })
    }

    /// The lines that were sent if all time is unchanged. Otherwise the lines of time are composed anew, since several lines may share
    /// rounded time, and their texts may name days and projects that have changed.
    fn lines(&self, sent: &[LineRow], grouping: Grouping, currency: &Currency, tax: &LineTax) -> Vec<LineRow> {
        if self.is_as_it_was() {
            let mut of_lines = self.of_lines();
            return sent.iter().map(|line| again(line, of_lines.remove(&line.id).unwrap_or_default(), grouping)).collect();
        }
        let time = compose::time_lines(&self.now, grouping, currency, tax).into_iter().map(compose::row);
        let own = sent.iter().filter(|line| line.seconds.is_none()).cloned().map(anew);
        time.chain(own).collect()
    }

    /// The time of each line, collected in one pass: an invoice has thousands of entries and lines.
    fn of_lines(&self) -> BTreeMap<Uuid, TimeOfLine<'_>> {
        let mut of_lines: BTreeMap<Uuid, TimeOfLine<'_>> = BTreeMap::new();
        let mut lines: BTreeMap<Uuid, Uuid> = BTreeMap::new();
        for then in &self.then {
            of_lines.entry(then.line).or_default().entries.push(then.id);
            lines.insert(then.id, then.line);
        }
        for now in &self.now {
            if let Some(line) = lines.get(&now.id)
                && let Some(of_line) = of_lines.get_mut(line)
            {
                of_line.now.push(now);
            }
        }
        of_lines
    }

    /// The warning that the lines of time were composed anew; `None` if they were not.
    fn other_lines(&self, number: &str) -> Option<String> {
        let warning = || {
            format!(
                "The time of {number} is not as it was, so its lines are drafted anew from the time that is left: words and taxes that \
                 somebody wrote on them are gone."
            )
        };
        (!self.is_as_it_was()).then(warning)
    }
}

/// The time of one line.
#[derive(Default)]
struct TimeOfLine<'a> {
    /// All entries, in the order of [`Time::then`].
    entries: Vec<Uuid>,
    /// Those that can be billed, in the order of the work.
    now: Vec<&'a UnbilledEntry>,
}

/// A line as it was sent, with its time. A composed text is composed again with the present names and in the client's present language,
/// whatever it was in. A line from before the flag `composed` counts as composed if its text equals one composed now.
fn again(line: &LineRow, time: TimeOfLine<'_>, grouping: Grouping) -> LineRow {
    let TimeOfLine { entries, now } = time;
    let composed = |locale| compose::described(&now, Grouping { locale, ..grouping });
    let could_be = || Locale::ALL.into_iter().any(|locale| composed(locale) == line.description);
    match !now.is_empty() && line.composed.unwrap_or_else(could_be) {
        true => anew(LineRow { entries, description: composed(grouping.locale), composed: Some(true), ..line.clone() }),
        false => anew(LineRow { entries, ..line.clone() }),
    }
}

/// A copy of a line for a draft, with a new id.
fn anew(line: LineRow) -> LineRow {
    LineRow { id: InvoiceLineId::new().0, laid_out: None, ..line }
}

/// Gives the lines that carried the client's tax of then the client's present tax, and warns of it.
async fn taxed(cx: &mut Call, void: &InvoiceRow, client: &Client, lines: Vec<LineRow>) -> Result<Vec<LineRow>, Error> {
    let had = client_tax::until_sent(cx, void).await?;
    let renewed = client_tax::renewed(lines, client, had.as_deref())?;
    if let Some(warning) = renewed.told {
        cx.warn(warning);
    }
    Ok(renewed.lines)
}

/// The service period: the one given by hand, else that of the time. Without time the earlier one stays, unless it was the day of issue,
/// which stands for none.
fn period(void: &InvoiceRow, time: &Time, had_time: bool) -> Option<(Date, Date)> {
    let stood = void.period_from.zip(void.period_to).map(|(from, to)| (from.to_jiff(), to.to_jiff()));
    let issued = void.issued_on.map(|day| (day.to_jiff(), day.to_jiff()));
    match (void.period_given, had_time) {
        (true, _) => stood,
        (false, true) => compose::days(&time.now),
        (false, false) => stood.filter(|stood| Some(*stood) != issued),
    }
}

/// The discount, or `None` with a warning where it cannot be applied to the remaining lines: an amount above their sum, or a percentage
/// where only disbursements are left.
fn discount_of(cx: &mut Call, void: &InvoiceRow, amounts: &[LineAmount], currency: &Currency) -> Option<Discount> {
    let discount = read::discount(void)?;
    if Totals::of(amounts, Some(discount.clone())).is_ok() {
        return Some(discount);
    }
    let written = match discount {
        Discount::Amount(amount) => Money::new(amount, currency).text(),
        Discount::Percent(share) => format!("{share} %"),
    };
    cx.warn(format!("The discount of {written} is left out: it cannot be taken of what is left of {}.", number(void)));
    None
}

async fn insert(cx: &mut Call, void: &InvoiceRow, period: Option<(Date, Date)>, discount: Option<Discount>) -> Result<InvoiceId, Error> {
    let invoice = InvoiceId::new();
    let (discount_amount, discount_rate) = discount::columns(&discount);
    let draft = NewDraft {
        id: invoice.0,
        client: void.client_id,
        currency: &void.currency,
        period,
        period_given: void.period_given,
        group_by: &void.group_by,
        rounding: read::rounding(void)?,
        discount_amount,
        discount_rate,
        notes: void.notes.as_deref(),
        payment_terms_days: void.payment_terms_days as u16,
        redraft_of: Some(void),
        created_by: cx.membership()?.member.0,
        now: cx.now,
    };
    store::insert(&mut cx.db, &draft).await?;
    Ok(invoice)
}

/// Stores the sums of the draft, adds its remarks as warnings and returns it.
async fn summed(cx: &mut Call, invoice: InvoiceId, lines: &[LineRow]) -> Result<Invoice, Error> {
    let row = read::find(cx, &invoice.to_string()).await?;
    let totals = Totals::of(&read::amounts(lines)?, read::discount(&row))?;
    store::update_draft(&mut cx.db, &row, &totals).await?;
    let time = store::draft_entries(&mut cx.db, row.id, false).await?;
    for remark in remarks::of(cx, &row, lines, &time).await? {
        cx.warn(remark.message);
    }
    draft::warn_agent_draft_unsent(cx, invoice)?;
    read::get(cx, &invoice.to_string()).await
}
