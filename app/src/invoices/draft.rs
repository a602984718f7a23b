//! Previews and drafts an invoice. Both compose the same lines; drafting also locks and reserves the time.

use std::collections::HashSet;

use domain::{
    day::{DateRange, Day},
    hours::WorkDuration,
    id::InvoiceId,
    locale::Locale,
    money::{Currency, Money, amount_of},
    tax::{category::TaxCategory, line_tax::LineTax},
    text,
    time_rounding::Rounding,
    totals::{Discount, Totals},
};
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    CustomLine, Invoice, InvoiceGroupBy, InvoicePreview, InvoiceProblem,
    compose::{self, ComposedLine, Grouping, UnbilledEntry},
    discount, document_builder,
    draft_size::{self, SHORTER, check_entries, check_lines},
    einvoice::InvoiceSource,
    nothing_to_bill, omitted_tax, read, remarks, rounding_difference, rules,
    store::{self, BillableFilter, LineRow, NewDraft},
    tax_statement, text_limits, unpriced_time_warning, waiting,
};
use crate::{
    clients::{self, Client},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations::{self, Organization},
    people, reference,
    summary::ClientRef,
};

/// The arguments of `preview_invoice` and `draft_invoice`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct DraftRequest {
    pub client: String,
    pub period: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub projects: Option<Vec<String>>,
    pub defer: Vec<String>,
    pub group_by: Option<InvoiceGroupBy>,
    pub rounding: Option<Rounding>,
    pub lines: Vec<CustomLine>,
    pub discount: Option<String>,
    pub notes: Option<String>,
}

/// The options that all invoices of a batch share; the arguments of `draft_invoices`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct BatchDraftOptions {
    pub period: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub group_by: Option<InvoiceGroupBy>,
    pub rounding: Option<Rounding>,
    pub notes: Option<String>,
}

impl DraftRequest {
    /// The request for one invoice of a batch.
    pub fn of(client: String, each: &BatchDraftOptions) -> Self {
        let BatchDraftOptions { period, from, to, group_by, rounding, notes } = each;
        Self {
            client,
            period: period.clone(),
            from: from.clone(),
            to: to.clone(),
            projects: None,
            defer: Vec::new(),
            group_by: *group_by,
            rounding: *rounding,
            lines: Vec::new(),
            discount: None,
            notes: notes.clone(),
        }
    }
}

/// A draft request with every reference resolved.
struct ResolvedDraft {
    client: Client,
    organization: Organization,
    period: Option<DateRange>,
    projects: Vec<Uuid>,
    defer: Vec<Uuid>,
    grouping: Grouping,
    custom: Vec<ComposedLine>,
    discount: Option<Discount>,
    notes: Option<String>,
}

/// The composed content of an invoice before it is stored.
struct ComposedDraft {
    lines: Vec<LineRow>,
    entries: Vec<UnbilledEntry>,
}

/// Composes the invoice without storing it.
pub async fn preview(cx: &mut Call, wanted: DraftRequest) -> Result<InvoicePreview, Error> {
    let resolved = resolve(cx, wanted).await?;
    let composed = compose(cx, &resolved, None).await?;
    let totals = composed.totals(&resolved)?;
    let (client, currency, today) = (&resolved.client, &resolved.client.currency, cx.organization_today()?);
    let period = service_period(composed.days(&resolved), today);
    let source = InvoiceSource {
        number: None,
        issued_on: today,
        due_on: document_builder::due_date(today, client.payment_terms_days as i16)?,
        period: &period,
        seller: &resolved.organization,
        buyer: client,
        currency,
        lines: &composed.lines,
        notes: resolved.notes.as_deref(),
        totals: &totals,
    };
    let problems = rules::problems(&source, cx.caller.services.documents.as_ref())?;
    let (unbilled, rounding_difference) = (composed.unbilled(), composed.rounding_difference());
    let names = store::project_names(&mut cx.db, &composed.lines).await?;
    let remarks = composed.remarks(cx, &resolved).await?;
    let omitted_tax = omitted_tax::omits_tax(&resolved.organization, TaxCategory::O);
    let mut warnings = match composed.lines.is_empty() {
        true => vec![nothing_to_bill::error(cx, &client.name, &resolved.billable()).await?.message],
        false => {
            let waiting = waiting::warning(cx, &resolved.billable()).await?;
            composed.warnings(&resolved, totals.total, composed.unpriced(&resolved)).chain(waiting).collect()
        }
    };
    warnings.extend(remarks.iter().map(|remark| remark.message.clone()));
    Ok(InvoicePreview {
        client: ClientRef { id: client.id, name: client.name.clone() },
        currency: currency.clone(),
        period,
        sums: read::sums(&totals, currency, tax_statement::of_parties(&resolved.organization, client, &composed.lines)),
        entries: composed.entries.len() as i64,
        unbilled: Money::new(unbilled, currency),
        without_rate: composed.without_rate(),
        rounding_difference: Money::new(rounding_difference, currency),
        problems: if composed.lines.is_empty() { Vec::new() } else { problems },
        warnings,
        remarks,
        lines: composed
            .lines
            .into_iter()
            .map(|line| read::read_line(line.named(&names), currency, omitted_tax))
            .collect::<Result<_, _>>()?,
    })
}

/// Drafts the invoice and reserves the time on it.
pub async fn create(cx: &mut Call, wanted: DraftRequest) -> Result<Invoice, Error> {
    organizations::store::lock_shared(&mut cx.db).await?;
    let resolved = resolve(cx, wanted).await?;
    draft_size::check_unbilled(cx, &resolved.billable()).await?;
    let locked = store::lock_unbilled(&mut cx.db, &resolved.billable()).await?;
    let composed = compose(cx, &resolved, Some(&locked)).await?;
    if composed.lines.is_empty() {
        return Err(nothing_to_bill::error(cx, &resolved.client.name, &resolved.billable()).await?);
    }
    let totals = composed.totals(&resolved)?;
    let remarks = composed.remarks(cx, &resolved).await?.into_iter().map(|remark| remark.message);
    let waiting = waiting::warning(cx, &resolved.billable()).await?;
    let invoice = store_draft(cx, &resolved, &composed, &totals).await?;
    // A rate that is set later does not reach the time on a kept draft: the remark on the draft says what does.
    let unpriced = composed.unpriced(&resolved).map(|unpriced| match cx.dry_run {
        true => unpriced,
        false => remarks::rates::kept_draft_warning(cx, &invoice.remarks).unwrap_or(unpriced),
    });
    let rounded = rounding_difference::warning(composed.rounding_difference(), composed.unbilled(), &invoice.currency);
    let warnings = composed.warnings(&resolved, totals.total, unpriced).chain(rounded);
    warnings.chain(waiting).chain(remarks).for_each(|warning| cx.warn(warning));
    warn_agent_draft_unsent(cx, invoice.id)?;
    Ok(invoice)
}

/// Stores a draft, reserves the time on it, and reads it.
async fn store_draft(cx: &mut Call, resolved: &ResolvedDraft, composed: &ComposedDraft, totals: &Totals) -> Result<Invoice, Error> {
    let invoice = InvoiceId::new();
    insert(cx, resolved, composed, invoice).await?;
    insert_lines(cx, &resolved.client.currency, invoice, &composed.lines).await?;
    let row = read::find(cx, &invoice.to_string()).await?;
    store::update_draft(&mut cx.db, &row, totals).await?;
    read::get(cx, &invoice.to_string()).await
}

/// Warns an agent that writes drafts that the invoice is unsent, with the page that sends it. A dry run stores no draft, so it is silent.
pub fn warn_agent_draft_unsent(cx: &mut Call, invoice: InvoiceId) -> Result<(), Error> {
    if cx.writes_drafts() && !cx.dry_run {
        let message = "This is a draft: nobody owes it until a person sends it";
        let address = cx.page_address(&format!("invoices/{invoice}"))?;
        cx.warn_by_channel(format!("{message} on its page."), format!("{message} at {address}"));
    }
    Ok(())
}

impl ComposedDraft {
    fn totals(&self, resolved: &ResolvedDraft) -> Result<Totals, Error> {
        Ok(Totals::of(&read::amounts(&self.lines)?, resolved.discount.clone())?)
    }

    /// The first and the last day of the time on the draft; without time, the requested days.
    fn days(&self, resolved: &ResolvedDraft) -> Option<(Date, Date)> {
        let asked = || resolved.period.as_ref().map(|period| (period.from.date(), period.to.date()));
        compose::days(&self.entries).or_else(asked)
    }

    /// The remarks on the draft; none without lines.
    async fn remarks(&self, cx: &mut Call, resolved: &ResolvedDraft) -> Result<Vec<InvoiceProblem>, Error> {
        if self.lines.is_empty() {
            return Ok(Vec::new());
        }
        let today = people::zone::latest_today(cx).await?;
        let period = self.days(resolved).map(|days| service_period(Some(days), today));
        let content = remarks::RemarkInput {
            organization: &resolved.organization,
            client: &resolved.client,
            lines: &self.lines,
            currency: &resolved.client.currency,
            period: period.as_ref(),
            time: self.entries.iter().collect(),
            notes: resolved.notes.as_deref(),
            taxes: Some(remarks::charged_taxes(&self.totals(resolved)?)),
            today,
        };
        remarks::all_remarks(cx, &content).await
    }

    /// The duration of the time without a rate.
    fn without_rate(&self) -> Option<WorkDuration> {
        let seconds: i64 = self.entries.iter().filter(|entry| entry.rate.is_none()).map(|entry| entry.seconds).sum();
        (seconds > 0).then(|| WorkDuration::of(seconds))
    }

    /// The unrounded value of the time, summed entry by entry, in minor units.
    fn unbilled(&self) -> i64 {
        self.entries.iter().filter_map(|entry| Some(amount_of(entry.seconds, entry.rate?))).sum()
    }

    /// The net sum of the lines of time less the unrounded value of the time, in minor units.
    fn rounding_difference(&self) -> i64 {
        self.lines.iter().filter(|line| line.seconds.is_some()).map(|line| line.net).sum::<i64>() - self.unbilled()
    }

    /// The warning about time without a rate that is on no draft.
    fn unpriced(&self, resolved: &ResolvedDraft) -> Option<String> {
        self.without_rate().map(|worked| unpriced_time_warning(&worked, &resolved.client.name))
    }

    /// The warnings about discount and sums; `unpriced` is the one about time without a rate.
    fn warnings(&self, resolved: &ResolvedDraft, total: i64, unpriced: Option<String>) -> impl Iterator<Item = String> + use<> {
        let free = (unpriced.is_none() && total == 0).then(|| "The invoice comes to 0.".to_owned());
        discount::remark(&resolved.discount, &resolved.client.currency).into_iter().chain(unpriced).chain(free)
    }
}

/// The service period (BG-14) of an invoice with time on these days; without time it is the day of issue.
pub fn service_period(days: Option<(Date, Date)>, issued_on: Date) -> DateRange {
    let (from, to) = days.unwrap_or((issued_on, issued_on));
    DateRange { from: Day::from(from), to: Day::from(to) }
}

async fn insert(cx: &mut Call, resolved: &ResolvedDraft, composed: &ComposedDraft, invoice: InvoiceId) -> Result<(), Error> {
    let (discount_amount, discount_rate) = discount::columns(&resolved.discount);
    let draft = NewDraft {
        id: invoice.0,
        client: resolved.client.id.0,
        currency: resolved.client.currency.as_str(),
        period: composed.days(resolved),
        period_given: false,
        group_by: resolved.grouping.group_by.name(),
        rounding: resolved.grouping.rounding,
        discount_amount,
        discount_rate,
        notes: resolved.notes.as_deref(),
        payment_terms_days: resolved.client.payment_terms_days,
        redraft_of: None,
        created_by: cx.membership()?.member.0,
        now: cx.now,
    };
    store::insert(&mut cx.db, &draft).await
}

/// Adds the lines of a new draft, and reserves the time on them.
pub async fn insert_lines(cx: &mut Call, currency: &Currency, invoice: InvoiceId, lines: &[LineRow]) -> Result<(), Error> {
    store::insert_lines(&mut cx.db, invoice.0, 0, lines, currency).await?;
    let places = lines.iter().flat_map(|line| line.entries.iter().map(move |entry| (*entry, line.id)));
    let (entries, places): (Vec<Uuid>, Vec<Uuid>) = places.unzip();
    let reserved = store::reserve(&mut cx.db, &entries, &places).await?;
    if reserved != entries.len() as u64 {
        return Err(Error::new(Code::Conflict, "Somebody else is billing the same time at this moment. Look at the preview again."));
    }
    Ok(())
}

/// Composes the requested lines; with `only`, from no other entries than those.
async fn compose(cx: &mut Call, resolved: &ResolvedDraft, only: Option<&[Uuid]>) -> Result<ComposedDraft, Error> {
    let described = resolved.grouping.group_by.shows_descriptions();
    if described {
        check_descriptions(cx, resolved, only).await?;
    }
    let entries = store::unbilled_entries(&mut cx.db, &resolved.billable(), only, described).await?;
    check_entries(entries.len() as i64)?;
    let mut lines = compose::time_lines(&entries, resolved.grouping, &resolved.client.currency, &tax_of(&resolved.client));
    let of_time = lines.len();
    lines.extend(resolved.custom.iter().cloned());
    check_lines(lines.len())?;
    let lines: Vec<LineRow> = lines.into_iter().map(compose::row).collect();
    let (field, way_out) = match text_limits::are_mostly_given(&lines, of_time) {
        true => ("lines", text_limits::SHORTEN_LINES),
        false => ("group_by", SHORTER),
    };
    text_limits::fit_together(&lines, field, way_out)?;
    Ok(ComposedDraft { lines, entries })
}

/// Refuses, before any description is loaded, time whose entries are more lines or longer texts than an invoice holds.
async fn check_descriptions(cx: &mut Call, resolved: &ResolvedDraft, only: Option<&[Uuid]>) -> Result<(), Error> {
    let size = store::unbilled_size(&mut cx.db, &resolved.billable(), only).await?;
    check_entries(size.entries)?;
    check_lines(size.entries as usize + resolved.custom.len())?;
    text_limits::reject_far_too_long(size.bytes as usize, "group_by", SHORTER)
}

/// Resolves the deferred entries. Refuses an id that is no time of the client: the entry that was meant would be billed.
async fn resolve_deferred(cx: &mut Call, client: &Client, given: &[String]) -> Result<Vec<Uuid>, Error> {
    let ids: Vec<Uuid> = given.iter().map(|entry| reference::parse_id(entry)).collect();
    let known: HashSet<Uuid> = store::filter_entries_of_client(&mut cx.db, client.id.0, &ids).await?.into_iter().collect();
    match ids.iter().position(|id| !known.contains(id)) {
        None => Ok(ids),
        Some(at) => Err(Error::new(Code::NotFound, format!("defer[{at}] is no time entry of {}.", client.name)).with_field("defer")),
    }
}

async fn resolve(cx: &mut Call, wanted: DraftRequest) -> Result<ResolvedDraft, Error> {
    let client = clients::record::find(cx, &wanted.client).await?;
    let period = resolve_period(cx, wanted.period, wanted.from, wanted.to)?;
    let read_scope = ReadScope::of(cx)?;
    let named = reference::reject_empty_list("projects", wanted.projects)?;
    let chosen = reference::projects_of_client(cx, &read_scope, client.id.0, &named).await?;
    if chosen.is_empty() && !named.is_empty() {
        return Err(Error::invalid("projects", "The projects have no name. Name at least one, or leave them out: that means all."));
    }
    let defer = resolve_deferred(cx, &client, &wanted.defer).await?;
    let channel = cx.caller.channel;
    let composed = |line| compose::custom_line(line, &client.currency, &tax_of(&client), channel);
    let written = wanted.lines.iter().enumerate().filter(|(_, line)| !compose::is_blank(line));
    let custom = written.map(|(at, line)| composed(line).map_err(|error| error.within("lines", at)));
    let organization = organizations::settings::get(cx).await?;
    let rounding = wanted.rounding.unwrap_or(organization.rounding);
    organizations::settings::within("rounding", rounding.step_minutes, 0, 480)?;
    Ok(ResolvedDraft {
        period,
        projects: chosen,
        defer,
        grouping: Grouping { group_by: wanted.group_by.unwrap_or_default(), rounding, locale: Locale::of(&client.language) },
        custom: custom.collect::<Result<_, _>>()?,
        discount: discount::read(wanted.discount.as_deref(), &client.currency)?,
        notes: text::optional_lines("notes", wanted.notes.as_deref(), super::late_payment::NOTE_MAX)?,
        organization,
        client,
    })
}

impl ResolvedDraft {
    fn billable(&self) -> BillableFilter<'_> {
        BillableFilter { client: self.client.id.0, period: self.period.as_ref(), projects: &self.projects, defer: &self.defer }
    }
}

/// Resolves the requested days; `None` means all. A named period is resolved in the organization's time zone, since it concerns money.
pub fn resolve_period(cx: &Call, period: Option<String>, from: Option<String>, to: Option<String>) -> Result<Option<DateRange>, Error> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let today = cx.organization_today()?;
    match (given(period), given(from), given(to)) {
        (Some(period), None, None) => Ok(Some(DateRange::parse("period", &period, today, cx.membership()?.week_start)?)),
        (None, Some(from), Some(to)) => {
            Ok(Some(DateRange::between(Day::parse_relative("from", &from, today)?, Day::parse_relative("to", &to, today)?)?))
        }
        (None, None, None) => Ok(None),
        (Some(_), _, _) => Err(Error::invalid("period", "Give either a period or from and to, not both.")),
        (None, None, Some(_)) => Err(Error::invalid("from", "The first day is missing; give from and to together.")),
        (None, Some(_), None) => Err(Error::invalid("to", "The last day is missing; give from and to together.")),
    }
}

/// The tax of a client's lines.
pub fn tax_of(client: &Client) -> LineTax {
    LineTax { category: client.tax_category, rate: client.tax_rate, reason: client.tax_reason.clone() }
}
