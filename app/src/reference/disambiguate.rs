//! Choice between several records that fit a reference.

use domain::text;
use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use crate::error::Error;

/// A record that fits a reference.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub id: Uuid,
    /// Its name as people see it; that of a project follows the name of its client.
    pub name: String,
    /// Whether it or its client is archived, or the member has left.
    pub gone: bool,
}

/// The kind of record that is referred to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RecordKind {
    Client,
    Project,
    Member,
}

impl RecordKind {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Project => "project",
            Self::Member => "member",
        }
    }

    /// A name, marked as archived or as left where it is gone.
    pub(super) fn label(self, name: &str, gone: bool) -> String {
        match (gone, self) {
            (false, _) => name.to_owned(),
            (true, Self::Client | Self::Project) => format!("{name} (archived)"),
            (true, Self::Member) => format!("{name} (has left)"),
        }
    }
}

/// Picks the candidate that a reference means; none when there is none. An id is unambiguous. Present members take precedence over
/// former ones. Of several candidates with one key, the one with exactly the given spelling is taken; otherwise it is refused.
pub(super) fn pick(kind: RecordKind, field: &str, given: &str, found: &[Candidate]) -> Result<Option<Candidate>, Error> {
    let id = super::parse_id(given);
    if let Some(exact) = found.iter().find(|choice| choice.id == id) {
        return Ok(Some(exact.clone()));
    }
    let there: Vec<&Candidate> = found.iter().filter(|choice| kind == RecordKind::Member && !choice.gone).collect();
    let choices = if there.is_empty() { found.iter().collect() } else { there };
    let spelled: String = given.nfc().collect();
    let mut alike = choices.iter().filter(|choice| choice.name == spelled);
    match (choices.as_slice(), alike.next(), alike.next()) {
        ([], ..) => Ok(None),
        ([only], ..) | (_, Some(only), None) => Ok(Some((*only).clone())),
        (several, ..) => Err(ambiguous(kind, field, given, several)),
    }
}

/// One of several candidates in `details`, for programs.
#[derive(Serialize)]
struct AmbiguousChoice<'a> {
    #[serde(flatten)]
    name: std::collections::BTreeMap<&'static str, &'a str>,
    id: Uuid,
    archived: bool,
}

/// The most candidates that a refusal lists; further ones have to be looked up.
const TOLD: usize = 20;

fn ambiguous(kind: RecordKind, field: &str, given: &str, found: &[&Candidate]) -> Error {
    let told = &found[..found.len().min(TOLD)];
    let choices: Vec<AmbiguousChoice<'_>> = told
        .iter()
        .map(|choice| AmbiguousChoice { name: [(kind.noun(), choice.name.as_str())].into(), id: choice.id, archived: choice.gone })
        .collect();
    let names: Vec<String> = told.iter().map(|choice| kind.label(&choice.name, choice.gone)).collect();
    let same = names.iter().all(|name| *name == names[0]);
    let shown = text::excerpt(given);
    let message = match kind {
        RecordKind::Member => format!("There are several members called \"{shown}\". Give the id."),
        _ if same => format!("There are several {}s called \"{shown}\". Give the id.", kind.noun()),
        RecordKind::Project => format!("\"{shown}\" could be {}. Name the client too, or give the id.", names.join(" or ")),
        RecordKind::Client => format!("\"{shown}\" could be {}. Spell it as it is written, or give the id.", names.join(" or ")),
    };
    let refused = Error::invalid(field, message).details(&choices);
    if same || matches!(kind, RecordKind::Member) { refused.hint(format!("list_{}s shows the ids.", kind.noun())) } else { refused }
}
