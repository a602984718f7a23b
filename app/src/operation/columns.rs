//! What the columns of recorded tables are: how the images that `record_change` keeps of their rows are shown, hidden and compared.
//!
//! [`TABLES`] declares each column once. A test holds it against the database.

mod tables;

/// What is true of a column, beside its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Minor units of the record's own currency, else of that of its client. Hidden from callers without money visibility.
    Amount,
    /// Minor units of the currency of the organization, whatever that of the client is. Hidden from callers without money visibility.
    OrganizationAmount,
    /// Millionths of the major unit of the record's currency. Hidden from callers without money visibility.
    UnitPrice,
    /// No amount, and hidden from callers without money visibility nevertheless: it tells of a rate, a discount or an invoice.
    TellsOfMoney,
    /// Requires `ReadCosts`.
    Cost,
    /// Computed from other records; the record of a draft has none of it.
    Computed,
    /// The id of a client, a project, a member or an invoice, or a list of such, whose names are shown beside a change.
    Reference,
    /// The id of a record that has no name of its own, or a list of such: a line, a token, an account. People are not shown it.
    UnnamedReference,
    /// Follows from other columns of the same record, and so tells a person nothing beside those.
    Mirror,
    /// A duration in whole seconds.
    Seconds,
    /// The code of a tax category. It is a choice as well.
    TaxCategory,
    /// The code of the unit of a line. It is a choice as well.
    Unit,
    /// One of a few words that the program knows. Text that people write is none, whatever it looks like.
    Choice,
    /// Left out where a card shows what changes in a record: counters and timestamps, references to other records of the same action,
    /// and copies of other columns.
    HiddenOnCards,
    /// Left out of the changes that agents are told: internal, or redundant.
    HiddenFromAgents,
    /// Set by every write of the record: no part of what an action left of it.
    SetByEveryWrite,
    /// Differs in every run.
    Random,
    /// Left out of the images by the trigger.
    Unrecorded,
}

/// A column of a recorded table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its label on a card about a created or deleted record; a column without one is not shown there.
    pub label: Option<&'static str>,
    /// Whether a card about a changed record shows it even where it stays the same. Such a column has a label.
    pub identifies: bool,
    /// Its name in answers, where that is another.
    pub answer_name: Option<&'static str>,
    /// The instant of the same record that it follows from: where that is the time of the call, its value differs in every run.
    pub follows: Option<&'static str>,
    classes: &'static [Class],
}

/// The declaration of a column with the classes that it is of, if any.
const fn column(name: &'static str, classes: &'static [Class]) -> Column {
    Column { name, label: None, identifies: false, answer_name: None, follows: None, classes }
}

impl Column {
    const fn labelled(self, label: &'static str) -> Self {
        Self { label: Some(label), ..self }
    }

    const fn identifying(self) -> Self {
        Self { identifies: true, ..self }
    }

    const fn answered_as(self, name: &'static str) -> Self {
        Self { answer_name: Some(name), ..self }
    }

    const fn following(self, instant: &'static str) -> Self {
        Self { follows: Some(instant), ..self }
    }

    /// Whether it is of a class.
    pub fn is(&self, class: Class) -> bool {
        self.classes.contains(&class)
    }

    /// Whether it counts minor units of a currency.
    pub fn is_amount(&self) -> bool {
        self.is(Class::Amount) || self.is(Class::OrganizationAmount)
    }

    /// Whether it is in the currency of the record or of its client.
    pub fn is_in_own_currency(&self) -> bool {
        self.is(Class::Amount) || self.is(Class::UnitPrice)
    }

    /// Whether it is in the currency of the organization.
    pub fn is_in_organization_currency(&self) -> bool {
        self.is(Class::OrganizationAmount)
    }

    /// Whether it is hidden from callers without money visibility.
    pub fn is_money(&self) -> bool {
        self.is_amount() || self.is(Class::UnitPrice) || self.is(Class::TellsOfMoney)
    }
}

/// The columns of each table with the trigger `record_change`, by the kind of record, which is the name of the table. Labelled columns
/// stand in the order in which a card shows them.
pub static TABLES: [(&str, &[Column]); 13] = [
    ("organization", tables::ORGANIZATION),
    ("member", tables::MEMBER),
    ("access_token", tables::ACCESS_TOKEN),
    ("invitation", tables::INVITATION),
    ("client", tables::CLIENT),
    ("client_grant", tables::CLIENT_GRANT),
    ("project", tables::PROJECT),
    ("project_member", tables::PROJECT_MEMBER),
    ("time_entry", tables::TIME_ENTRY),
    ("budget", tables::BUDGET),
    ("invoice", tables::INVOICE),
    ("invoice_line", tables::INVOICE_LINE),
    ("payment", tables::PAYMENT),
];

/// The columns of a kind of record; none for an unknown kind.
pub fn of(kind: &str) -> &'static [Column] {
    TABLES.iter().find(|(known, _)| *known == kind).map_or(&[] as &[Column], |(_, columns)| *columns)
}

/// The columns of all kinds.
fn all() -> impl Iterator<Item = &'static Column> {
    TABLES.iter().flat_map(|(_, columns)| columns.iter())
}

/// The columns with this name, of any kind.
pub fn named(name: &str) -> impl Iterator<Item = &'static Column> {
    all().filter(move |column| column.name == name)
}

/// The column of a kind with this name. Where the kind has none, those of other kinds: an old image may hold a column that its table does
/// not have any more, and what was money then is hidden still.
pub fn matching(kind: &str, name: &str) -> impl Iterator<Item = &'static Column> {
    let own = of(kind).iter().find(|column| column.name == name);
    own.into_iter().chain(named(name).filter(move |_| own.is_none()))
}

/// Whether the column of a kind with this name is of a class; [`matching`] says which column that is.
pub fn is(kind: &str, name: &str, class: Class) -> bool {
    matching(kind, name).any(|column| column.is(class))
}

/// The label of a column.
pub fn label(kind: &str, name: &str) -> Option<&'static str> {
    matching(kind, name).find_map(|column| column.label)
}

/// The columns of a kind that have a label, with it, in the order in which a card shows them.
pub fn labelled(kind: &str) -> impl Iterator<Item = (&'static Column, &'static str)> + use<> {
    of(kind).iter().filter_map(|column| Some((column, column.label?)))
}

/// The instants from which other columns of the same record follow, each with such a column.
pub fn following() -> impl Iterator<Item = (&'static str, &'static str)> {
    all().filter_map(|column| Some((column.follows?, column.name)))
}

/// The names of the columns of a class, each once.
pub fn names_of(class: Class) -> Vec<String> {
    let mut names: Vec<String> = all().filter(|column| column.is(class)).map(|column| column.name.to_owned()).collect();
    names.sort();
    names.dedup();
    names
}
