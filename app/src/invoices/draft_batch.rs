//! Drafts invoices for several clients in one transaction: all of them, or none.

use std::collections::HashMap;

use domain::day::DateRange;
use uuid::Uuid;

use super::{
    DraftedInvoice, DraftedInvoices, draft,
    draft::{BatchDraftOptions, DraftRequest},
    draft_size, rules,
    store::{self, WaitingFilter},
    waiting,
};
use crate::{
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations, reference,
};

/// Maximum number of clients of one call.
pub const CLIENTS_MAX: usize = 50;

/// The most clients that a warning names.
const NAMED_MAX: usize = 3;

/// The clients of a batch. Their names are read before anything is drafted: after a failed statement the transaction takes no other.
struct BatchClients {
    ids: Vec<Uuid>,
    names: HashMap<Uuid, String>,
    /// Whether the call named them.
    named: bool,
}

impl BatchClients {
    /// The named clients, or those with unbilled time; see [`resolve_clients`].
    async fn resolve(cx: &mut Call, named: &[String], span: Option<&DateRange>) -> Result<Self, Error> {
        let ids = resolve_clients(cx, named, span).await?;
        let names = store::client_names(&mut cx.db, &ids).await?.into_iter().collect();
        Ok(Self { ids, names, named: !named.is_empty() })
    }

    /// Locates the error of the draft of a client: at the argument that is wrong for all of them, else at the client, by index where
    /// clients were named and otherwise by name. Runs no statement, since the error may be one of the database.
    fn locate_error(&self, error: Error, client: Uuid) -> Error {
        let at = self.ids.iter().position(|other| *other == client).unwrap_or_default();
        let of_all = error.fields.keys().any(|field| field != "client");
        if of_all && at == 0 {
            return error;
        }
        if self.named && !of_all {
            return error.at_item("clients", at);
        }
        match self.names.get(&client) {
            Some(name) => Error { message: format!("{name}: {}", error.message), ..error },
            None => error,
        }
    }
}

/// Drafts an invoice for each named client, or for each client with unbilled time in the period.
pub async fn create(cx: &mut Call, named: Option<Vec<String>>, each: BatchDraftOptions) -> Result<DraftedInvoices, Error> {
    let span = draft::resolve_period(cx, each.period.clone(), each.from.clone(), each.to.clone())?;
    let named = reference::reject_empty_list("clients", named)?;
    organizations::store::lock_shared(&mut cx.db).await?;
    let clients = BatchClients::resolve(cx, &named, span.as_ref()).await?;
    reject_too_many_entries(cx, &clients, span.as_ref()).await?;
    // Locks all time before any of it is drafted, in the lock order that all writers of time use.
    store::lock_unbilled_of_clients(&mut cx.db, &clients.ids, span.as_ref()).await?;
    let mut items = Vec::with_capacity(clients.ids.len());
    let (of_all, mut unsendable, mut warned) = (cx.take_warnings(), Vec::new(), Vec::new());
    let others = if clients.named { Vec::new() } else { waiting_of_others(cx, &clients.ids, span.as_ref()).await? };
    for client in clients.ids.iter().copied() {
        let drafted = draft::create(cx, DraftRequest::of(client.to_string(), &each)).await;
        let invoice = drafted.map_err(|error| clients.locate_error(error, client))?;
        let of_client = |warning: String| (warning, invoice.client.name.clone());
        unsendable.extend(invoice.problems.iter().map(rules::problem_warning).map(of_client));
        warned.extend(cx.take_warnings().into_iter().map(of_client));
        items.push(DraftedInvoice { id: invoice.id, client: invoice.client, status: invoice.status, total: invoice.sums.total });
    }
    // What keeps a draft from being sent comes first: the warnings of a call are bounded.
    let warned: Vec<_> = unsendable.into_iter().chain(warned).collect();
    let warnings = if items.len() > 1 { with_clients(warned) } else { warned.into_iter().map(|(warning, _)| warning).collect() };
    of_all.into_iter().chain(warnings).chain(others).for_each(|warning| cx.warn(warning));
    let (from, to) = span.map(|span| (span.from, span.to)).unzip();
    Ok(DraftedInvoices { items, from, to })
}

/// The warnings about clients other than these all of whose time waits: they get no draft that could warn of it.
async fn waiting_of_others(cx: &mut Call, clients: &[Uuid], span: Option<&DateRange>) -> Result<Vec<String>, Error> {
    waiting::by_client(cx, &WaitingFilter { except: clients, period: span, ..WaitingFilter::default() }).await
}

/// Refuses clients of whom one has more unbilled entries than an invoice bills, before any time is locked.
async fn reject_too_many_entries(cx: &mut Call, clients: &BatchClients, span: Option<&DateRange>) -> Result<(), Error> {
    match store::client_with_many_unbilled(&mut cx.db, &clients.ids, span).await? {
        Some(client) => Err(clients.locate_error(draft_size::too_many_entries(), client)),
        None => Ok(()),
    }
}

/// Whether a text has this name, and not only within a word.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (text[..at].chars().next_back(), text[at + name.len()..].chars().next());
        ![before, behind].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// Each warning once, after the clients whose drafts it is about; one that names its only client stays as it is.
fn with_clients(warned: Vec<(String, String)>) -> Vec<String> {
    let mut clients_of: Vec<(String, Vec<String>)> = Vec::new();
    for (warning, client) in warned {
        match clients_of.iter_mut().find(|(known, _)| *known == warning) {
            Some((_, clients)) => clients.push(client),
            None => clients_of.push((warning, vec![client])),
        }
    }
    let told = |(warning, clients): (String, Vec<String>)| match clients.as_slice() {
        [client] if names(&warning, client) => warning,
        [_, ..] if clients.len() <= NAMED_MAX => format!("{}: {warning}", clients.join(", ")),
        _ => format!("{} and others, {} clients: {warning}", clients[..NAMED_MAX.min(clients.len())].join(", "), clients.len()),
    };
    clients_of.into_iter().map(told).collect()
}

/// The error that no client has anything to bill; it mentions days only where some were given, and names the time that waits.
async fn none_unbilled(cx: &mut Call, span: Option<&DateRange>) -> Result<Error, Error> {
    let waiting = waiting::by_client(cx, &WaitingFilter { period: span, ..WaitingFilter::default() }).await?;
    let (words, way) = match (span, waiting.is_empty()) {
        (Some(_), true) => {
            ("No client has unbilled time of these days.", "Choose other days. list_unbilled shows which clients have some.")
        }
        (None, true) => ("No client has unbilled time: all that is billable is on an invoice or a draft.", "Log time first."),
        (Some(_), false) => ("No client has unbilled time of these days that counts.", waiting::WAY_ON),
        (None, false) => ("No client has unbilled time that counts.", waiting::WAY_ON),
    };
    let message = std::iter::once(words.to_owned()).chain(waiting).collect::<Vec<_>>().join(" ");
    Ok(Error::new(Code::Invalid, message).hint(way))
}

/// The named clients, each once, else those with unbilled time. Refuses more than [`CLIENTS_MAX`].
async fn resolve_clients(cx: &mut Call, named: &[String], span: Option<&DateRange>) -> Result<Vec<Uuid>, Error> {
    let read_scope = ReadScope::of(cx)?;
    let mut clients: Vec<Uuid> = Vec::new();
    for (at, name) in named.iter().enumerate() {
        let client = reference::client(cx, &read_scope, name).await.map_err(|error| error.at_item("clients", at))?;
        if !clients.contains(&client) {
            clients.push(client);
        }
    }
    if named.is_empty() {
        clients = store::clients_with_unbilled(&mut cx.db, span, CLIENTS_MAX as i64 + 1).await?;
    }
    match clients.len() {
        0 => Err(none_unbilled(cx, span).await?),
        1..=CLIENTS_MAX => Ok(clients),
        _ => Err(Error::invalid("clients", format!("More than {CLIENTS_MAX} clients have unbilled time. Name those that are meant."))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_a_batch_says_whose_drafts_it_is_about() {
        let of = |warning: &str, client: &str| (warning.to_owned(), client.to_owned());
        let told = with_clients(vec![of("It comes to 0.", "Acme"), of("No rate for Acme.", "Acme"), of("It comes to 0.", "Beta")]);
        assert_eq!(told, ["Acme, Beta: It comes to 0.", "No rate for Acme."]);
        let many = with_clients(["A", "B", "C", "D", "E"].map(|client| of("It is late.", client)).into());
        assert_eq!(many, ["A, B, C and others, 5 clients: It is late."]);
    }
}
