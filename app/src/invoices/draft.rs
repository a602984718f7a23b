//! Previewing and drafting an invoice. Both compose the same lines; drafting also locks and reserves the time.

use uuid::Uuid;

use super::{
    ClientName, CustomLine, GroupBy, Invoice, InvoicePreview, LineKind,
    compose::{self, LINES_MAX, Line, Tax},
    read,
    rounding::Rounding,
    store::{self, Billable, ENTRIES_MAX, LineRow, NewDraft},
    totals::{Discount, Totals},
};
use crate::{
    clients::{self, Client},
    day::{Day, Span},
    error::{Code, Error},
    id::{InvoiceId, InvoiceLineId},
    money::{Amount, Currency},
    operation::Call,
    organizations,
    percent::Percent,
    projects::sight::Sight,
    reference, text,
};

/// What an invoice is to be made of; the arguments of `preview_invoice` and `draft_invoice`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Wanted {
    pub client: String,
    pub period: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub projects: Vec<String>,
    pub defer: Vec<String>,
    pub group_by: Option<GroupBy>,
    pub rounding: Option<Rounding>,
    pub lines: Vec<CustomLine>,
    pub discount: Option<String>,
    pub notes: Option<String>,
}

/// What was asked for, with every reference resolved.
struct Resolved {
    client: Client,
    period: Option<Span>,
    projects: Vec<Uuid>,
    defer: Vec<Uuid>,
    group_by: GroupBy,
    rounding: Rounding,
    custom: Vec<Line>,
    discount: Option<Discount>,
    notes: Option<String>,
}

/// The invoice as it would be.
pub async fn preview(cx: &mut Call, wanted: Wanted) -> Result<InvoicePreview, Error> {
    let resolved = resolve(cx, wanted).await?;
    let lines = compose(cx, &resolved, None).await?;
    let totals = Totals::of(&lines.iter().map(compose::amount).collect::<Vec<_>>(), resolved.discount.clone())?;
    let currency = &resolved.client.currency;
    let entries = lines.iter().map(|line| line.entries.len() as i64).sum();
    let mut warnings = Vec::new();
    if lines.is_empty() {
        warnings.push(format!("There is nothing to bill to {} in these days.", resolved.client.name));
    }
    Ok(InvoicePreview {
        client: ClientName { id: resolved.client.id, name: resolved.client.name.clone() },
        currency: currency.clone(),
        period: resolved.period.clone(),
        lines: lines.into_iter().map(|line| read::read_line(row(line), currency)).collect::<Result<_, _>>()?,
        sums: read::sums(&totals, currency),
        entries,
        warnings,
    })
}

/// Drafts the invoice and reserves the time on it.
pub async fn create(cx: &mut Call, wanted: Wanted) -> Result<Invoice, Error> {
    let resolved = resolve(cx, wanted).await?;
    let locked = store::lock_unbilled(&mut cx.db, &resolved.billable()).await?;
    let lines = compose(cx, &resolved, Some(&locked)).await?;
    if lines.is_empty() {
        return Err(Error::new(Code::Invalid, format!("There is nothing to bill to {} in these days.", resolved.client.name))
            .hint("Choose other days, or add a custom line."));
    }
    let totals = Totals::of(&lines.iter().map(compose::amount).collect::<Vec<_>>(), resolved.discount.clone())?;
    let invoice = InvoiceId::new();
    insert(cx, &resolved, invoice).await?;
    insert_lines(cx, invoice, lines).await?;
    let row = read::find(cx, &invoice.to_string()).await?;
    store::update_draft(&mut cx.db, &row, &totals).await?;
    read::get(cx, &invoice.to_string()).await
}

async fn insert(cx: &mut Call, resolved: &Resolved, invoice: InvoiceId) -> Result<(), Error> {
    let (discount_amount, discount_percent) = columns(&resolved.discount);
    let draft = NewDraft {
        id: invoice.0,
        client: resolved.client.id.0,
        currency: resolved.client.currency.as_str(),
        period: resolved.period.as_ref().map(|span| (span.from.date(), span.to.date())),
        group_by: resolved.group_by.name(),
        rounding: resolved.rounding,
        discount_amount,
        discount_percent,
        notes: resolved.notes.as_deref(),
        payment_terms_days: resolved.client.payment_terms_days,
        created_by: cx.membership()?.member.0,
        now: cx.now,
    };
    store::insert(&mut cx.db, &draft).await
}

async fn insert_lines(cx: &mut Call, invoice: InvoiceId, lines: Vec<Line>) -> Result<(), Error> {
    let lines: Vec<LineRow> = lines.into_iter().map(row).collect();
    store::insert_lines(&mut cx.db, invoice.0, 0, &lines).await?;
    let places = lines.iter().flat_map(|line| line.entries.iter().map(move |entry| (*entry, line.id)));
    let (entries, places): (Vec<Uuid>, Vec<Uuid>) = places.unzip();
    let reserved = store::reserve(&mut cx.db, &entries, &places).await?;
    if reserved != entries.len() as u64 {
        return Err(Error::new(Code::Conflict, "Somebody else is billing the same time at this moment. Look at the preview again."));
    }
    Ok(())
}

/// The lines that are wanted; with `only`, from no other entries than those.
async fn compose(cx: &mut Call, resolved: &Resolved, only: Option<&[Uuid]>) -> Result<Vec<Line>, Error> {
    let entries = store::entries(&mut cx.db, &resolved.billable(), only).await?;
    if entries.len() as i64 > ENTRIES_MAX {
        return Err(Error::invalid(
            "period",
            format!("More than {ENTRIES_MAX} time entries would be on this invoice. Choose a shorter period or fewer projects."),
        ));
    }
    let mut lines = compose::time_lines(&entries, resolved.group_by, resolved.rounding, tax_of(&resolved.client));
    lines.extend(resolved.custom.iter().cloned());
    if lines.len() > LINES_MAX {
        let message = format!("This would be {} lines, and an invoice holds {LINES_MAX} at most.", lines.len());
        let way_out = "Group the time by day or project, or choose a shorter period.";
        return Err(Error::invalid("group_by", format!("{message} {way_out}")));
    }
    Ok(lines)
}

async fn resolve(cx: &mut Call, wanted: Wanted) -> Result<Resolved, Error> {
    let client = clients::record::find(cx, &wanted.client).await?;
    let period = period(cx, wanted.period, wanted.from, wanted.to)?;
    let sight = Sight::of(cx)?;
    let chosen = reference::projects_of_client(cx, &sight, client.id.0, &wanted.projects).await?;
    let defer = wanted.defer.iter().map(|entry| entry.trim().parse::<Uuid>().map_err(|_| Error::not_found("time entry")));
    let custom = wanted
        .lines
        .iter()
        .filter(|line| !compose::is_blank(line))
        .map(|line| compose::custom_line(line, &client.currency, tax_of(&client)));
    let rounding = match wanted.rounding {
        Some(rounding) => rounding,
        None => organizations::settings::get(cx).await?.rounding,
    };
    organizations::settings::within("rounding", rounding.step_minutes, 0, 480)?;
    Ok(Resolved {
        period,
        projects: chosen,
        defer: defer.collect::<Result<_, _>>()?,
        group_by: wanted.group_by.unwrap_or_default(),
        rounding,
        custom: custom.collect::<Result<_, _>>()?,
        discount: discount_of(wanted.discount.as_deref(), &client.currency)?,
        notes: text::optional_lines("notes", wanted.notes.as_deref(), 4000)?,
        client,
    })
}

impl Resolved {
    fn billable(&self) -> Billable<'_> {
        Billable { client: self.client.id.0, period: self.period.as_ref(), projects: &self.projects, defer: &self.defer }
    }
}

fn period(cx: &Call, period: Option<String>, from: Option<String>, to: Option<String>) -> Result<Option<Span>, Error> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    match (given(period), given(from), given(to)) {
        (Some(period), None, None) => Ok(Some(Span::parse("period", &period, cx.today()?, cx.membership()?.week_start)?)),
        (None, Some(from), Some(to)) => Ok(Some(Span::between(Day::parse("from", &from)?, Day::parse("to", &to)?)?)),
        (None, None, None) => Ok(None),
        (Some(_), _, _) => Err(Error::invalid("period", "Give either a period or from and to, not both.")),
        (None, None, Some(_)) => Err(Error::invalid("from", "The first day is missing; give from and to together.")),
        (None, Some(_), None) => Err(Error::invalid("to", "The last day is missing; give from and to together.")),
    }
}

/// The tax of a client's lines.
pub fn tax_of(client: &Client) -> Tax {
    Tax { category: client.tax_category, rate: client.tax_rate }
}

/// A discount as people write it: "10%", or an amount such as "50.00".
pub fn discount_of(given: Option<&str>, currency: &Currency) -> Result<Option<Discount>, Error> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { return Ok(None) };
    if given.ends_with('%') {
        let percent = Percent::parse("discount", given)?;
        return Ok((percent.hundredths() > 0).then_some(Discount::Percent(percent)));
    }
    match Amount::written(given).minor("discount", currency)? {
        amount if amount < 0 => {
            Err(Error::invalid("discount", format!("\"{given}\" is below zero; a discount is a positive amount or percentage.")))
        }
        0 => Ok(None),
        amount => Ok(Some(Discount::Amount(amount))),
    }
}

/// The two columns of a discount, of which at most one is set.
pub fn columns(discount: &Option<Discount>) -> (Option<i64>, Option<i32>) {
    match discount {
        None => (None, None),
        Some(Discount::Amount(amount)) => (Some(*amount), None),
        Some(Discount::Percent(percent)) => (None, Some(percent.hundredths())),
    }
}

/// A composed line as it is stored.
pub fn row(line: Line) -> LineRow {
    LineRow {
        id: InvoiceLineId::new().0,
        kind: line.kind.name().to_owned(),
        description: line.description,
        project_id: line.project,
        seconds: line.seconds.map(|(worked, _)| worked),
        billed_seconds: line.seconds.map(|(_, billed)| billed),
        quantity: line.quantity,
        unit: match line.kind {
            LineKind::Time => "HUR".to_owned(),
            LineKind::Custom => "C62".to_owned(),
        },
        price: line.price,
        net: line.net,
        tax_category: line.category.code().to_owned(),
        tax_rate: line.rate.hundredths(),
        entries: line.entries,
    }
}
