//! Sends an invoice: assigns its number, freezes its PDF, bills its time and queues its mail in one transaction.

use domain::{
    document::InvoiceDocument,
    locale::Locale,
    money::Currency,
    text::{self, addresses},
};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Invoice, InvoiceProblem,
    document_builder::{self, DocumentBuilder, IssueDetails},
    late_payment, line_texts,
    number_counter::{self, AssignedNumber},
    read, remarks, rules,
    store::{self, DraftEntry, InvoiceRow, LineRow, SentInvoice},
    update_draft,
};
use crate::{
    clients::Client,
    error::{Code, Error},
    operation::Call,
    organizations::Organization,
    outbox::{self, MailBody, NewOutgoingMail},
    reference,
};

/// The arguments of `send_invoice`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct SendOptions {
    pub version: Option<i32>,
    pub to: Option<Vec<String>>,
    pub message: Option<String>,
    pub without_email: bool,
}

/// Sends a draft.
pub async fn send(cx: &mut Call, invoice: &str, sending: SendOptions) -> Result<Invoice, Error> {
    let row = update_draft::lock_draft(cx, invoice, sending.version).await?;
    let recipients = recipients(&row, &sending)?;
    let message = text::optional_lines("message", sending.message.as_deref(), 4000)?;
    let mut draft = DraftToSend::of(cx, row).await?;
    for remark in draft.check(cx).await? {
        cx.warn(remark.message);
    }
    draft.sum(cx).await?;
    let number = freeze(cx, &draft).await?;
    let DraftToSend { row, organization, client, .. } = &draft;
    if !recipients.is_empty() {
        let due_on = if row.total > 0 { Some(document_builder::due_date(cx.organization_today()?, row.payment_terms_days)?) } else { None };
        let letter = InvoiceMail { number: &number, due_on, recipients: &recipients, message, language: &client.language };
        queue_mails(cx, row, organization, letter).await?;
    }
    read::get(cx, &row.id.to_string()).await
}

/// A draft with its parties and lines, read once: somebody may change the client while the call waits for the number, and the check, the
/// note, the lines and the mail must agree on one language and one state.
struct DraftToSend {
    row: InvoiceRow,
    organization: Organization,
    client: Client,
    lines: Vec<LineRow>,
    time: Vec<DraftEntry>,
}

impl DraftToSend {
    async fn of(cx: &mut Call, row: InvoiceRow) -> Result<Self, Error> {
        let (organization, client) = late_payment::parties(cx, &row).await?;
        let row = late_payment::worded_for(row, &organization, &client);
        let (lines, time) = line_texts::of_draft(cx, &row, &client).await?;
        Ok(Self { row, organization, client, lines, time })
    }

    /// Refuses an empty invoice, and one whose tax breaks a rule of EN 16931. Returns the remarks.
    async fn check(&self, cx: &mut Call) -> Result<Vec<InvoiceProblem>, Error> {
        if self.lines.is_empty() {
            return Err(Error::new(Code::Invalid, "The invoice has no line. Add time or a custom line before sending it."));
        }
        let totals = read::totals(&self.row, &self.lines).map_err(rules::sums_refusal)?;
        let parties = (&self.organization, &self.client);
        match rules::refusal(rules::draft_problems(cx, &self.row, parties, &self.lines, &totals)?) {
            Some(refusal) => Err(refusal),
            None => remarks::of(cx, &self.row, &self.lines, &self.time).await,
        }
    }

    /// Recomputes the sums for the document: the draft may date from a version that spread a discount over all lines.
    async fn sum(&mut self, cx: &mut Call) -> Result<(), Error> {
        let totals = read::totals(&self.row, &self.lines)?;
        if totals.total != self.row.total {
            self.row.version = store::update_draft(&mut cx.db, &self.row, &totals).await?;
            self.row.total = totals.total;
        }
        Ok(())
    }

    fn document(&self, issue: IssueDetails) -> Result<InvoiceDocument, Error> {
        DocumentBuilder::of_invoice(&self.row, &self.organization, &self.client, self.lines.clone())?.build(issue)
    }

    /// The ids of the lines that the sums treat as disbursements.
    fn laid_out(&self) -> Result<Vec<Uuid>, Error> {
        let amounts = read::amounts(&self.lines)?;
        Ok(self.lines.iter().zip(amounts).filter(|(_, amount)| amount.laid_out).map(|(line, _)| line.id).collect())
    }
}

/// The recipients of the invoice; none when it is sent without e-mail.
fn recipients(row: &InvoiceRow, sending: &SendOptions) -> Result<Vec<String>, Error> {
    let given = addresses::parse_addresses(&reference::reject_empty_list("to", sending.to.clone())?)?;
    if sending.without_email {
        // The form is prefilled with the client's address, so only another address contradicts `without_email`.
        let meant = given.iter().find(|address| row.client_email.as_ref() != Some(*address));
        return meant.map_or(Ok(Vec::new()), |address| {
            Err(Error::invalid("to", format!("It is to go to {address} and to be sent without e-mail: choose one of the two.")))
        });
    }
    match &row.client_email {
        _ if !given.is_empty() => Ok(given),
        Some(email) => Ok(vec![text::email("to", email)?]),
        None => Err(Error::invalid(
            "to",
            format!("{} has no e-mail address. Give one, add it to the client, or send without e-mail.", row.client_name),
        )
        .hint("Pass to, or set without_email to true. update_client sets the email of the client.")),
    }
}

/// Assigns the number, renders the PDF and stores both. Writes the lines before it locks the counter, which stays locked until commit.
async fn freeze(cx: &mut Call, draft: &DraftToSend) -> Result<String, Error> {
    let (row, today, now) = (&draft.row, cx.organization_today()?, cx.now);
    line_texts::keep(cx, &draft.lines).await?;
    let AssignedNumber { number, series, sequence } = number_counter::assign_next(cx, &draft.organization, today).await?;
    let due_on = document_builder::due_date(today, row.payment_terms_days)?;
    let document = draft.document(IssueDetails { number: Some(number.clone()), issued_on: today, due_on, at: now })?;
    let frozen = serde_json::to_value(&document).map_err(|_| Error::internal())?;
    let bytes = cx.caller.services.documents.invoice(&cx.caller, document).await?;
    let laid_out = draft.laid_out()?;
    let sent = SentInvoice {
        row,
        number: &number,
        series: &series,
        sequence,
        issued_on: today,
        due_on,
        document: frozen,
        laid_out: &laid_out,
        now,
    };
    store::mark_sent(&mut cx.db, &sent).await?;
    store::insert_document(&mut cx.db, row.id, &bytes, &Sha256::digest(&bytes), now).await?;
    Ok(number)
}

/// The content and the recipients of the mail of an invoice.
pub(super) struct InvoiceMail<'a> {
    pub number: &'a str,
    /// The due date; absent when nothing is left to pay.
    pub due_on: Option<Date>,
    pub recipients: &'a [String],
    /// The message; the standard text when absent.
    pub message: Option<String>,
    /// The language of the client.
    pub language: &'a str,
}

/// Puts one mail per recipient into the outbox.
pub(super) async fn queue_mails(
    cx: &mut Call,
    row: &InvoiceRow,
    organization: &Organization,
    letter: InvoiceMail<'_>,
) -> Result<(), Error> {
    let InvoiceMail { number, due_on, recipients, message, language } = letter;
    let from = organization.legal_name.as_deref().unwrap_or(&organization.name);
    let locale = Locale::of(language);
    let currency = Currency::parse(&row.currency)?;
    let total = locale.money(row.total, &currency);
    let body = message.unwrap_or_else(|| locale.letter(number, &total, due_on, from));
    let subject = locale.subject(number, from);
    let (written_by, now) = (cx.caller.person()?.id, cx.now);
    for recipient in recipients {
        let mail = NewOutgoingMail { recipient, subject: &subject, body: MailBody::Fixed(&body), invoice: Some(row.id), written_by, now };
        outbox::insert_mail(&mut cx.db, &mail).await?;
        cx.count_mail()?;
    }
    if cx.caller.services.clock.is_made_up() {
        store::mark_mails_sent(&mut cx.db, row.id, now).await?;
    }
    Ok(())
}
