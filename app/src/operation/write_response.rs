//! The answer of a write.

use std::{collections::BTreeMap, ops::Deref};

use domain::id::ActionId;
#[cfg(feature = "ssr")]
use domain::{
    money::{self, Currency, UnitPrice},
    percent::Percent,
    quantity,
};
use macros::answer;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::answer_json::from_json;
#[cfg(feature = "ssr")]
use super::{
    columns::{self, Class, Column},
    store::ImageRow,
};

/// The answer of a write: the result itself, with what the call did beside it.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct WriteResponse<T> {
    /// What was made or changed.
    #[serde(flatten)]
    pub result: T,
    /// The recorded action behind this answer; absent after a dry run.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// True when nothing was kept because the caller asked for a dry run.
    #[hidden]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// True when this is the answer that an earlier call with the same idempotency_key was given: nothing was done again.
    #[hidden]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// After a dry run: what would have changed, record by record.
    #[hidden]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What a careful person would want to know.
    #[hidden]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What happened to one record. Amounts in it are decimal text in the currency of the record, or of its client, which stands beside in a
/// dry run, as does what its ids are called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Change {
    /// What kind of record: `client`, `time_entry`, `invoice` and so on.
    pub kind: String,
    /// Its id.
    pub record: Uuid,
    /// The record before; absent when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "record"))]
    pub before: Option<serde_json::Value>,
    /// The record after; absent when it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "record"))]
    pub after: Option<serde_json::Value>,
    /// What the clients, projects, members and invoices are called that it refers to, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "record"))]
    pub names: BTreeMap<String, String>,
    /// The currency of the amounts in it; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The currency of those before, where that was another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency_before: Option<String>,
}

/// The schema of a record: an object with any columns. Some clients warn of a schema that accepts any value.
#[cfg(feature = "ssr")]
fn record(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "object" })
}

#[cfg(feature = "ssr")]
impl ImageRow {
    /// The currency of the amounts in it, if it holds some.
    fn priced_in(&self) -> Option<&str> {
        match self.holds(Column::is_in_own_currency) {
            true => Some(&self.currency),
            false => self.holds(Column::is_in_organization_currency).then_some(&self.organization_currency),
        }
    }

    /// Whether a column that is as wanted has a value.
    fn holds(&self, wanted: fn(&Column) -> bool) -> bool {
        let mut fields = self.image.as_ref().and_then(Value::as_object).into_iter().flatten();
        fields.any(|(name, value)| !value.is_null() && columns::matching(&self.kind, name).any(wanted))
    }
}

#[cfg(feature = "ssr")]
impl Change {
    /// The change of a record, without the names and currencies that belong to it.
    pub(crate) fn without_currencies(kind: String, record: Uuid, before: Option<Value>, after: Option<Value>) -> Self {
        Self { kind, record, before, after, names: BTreeMap::new(), currency: None, currency_before: None }
    }

    /// Records before and after as the database stores them, from two images of each.
    pub(crate) fn from_images(rows: Vec<ImageRow>) -> Vec<Self> {
        let mut changes: Vec<Self> = Vec::with_capacity(rows.len() / 2);
        for row in rows {
            match changes.last_mut().filter(|_| row.is_after) {
                Some(change) => change.after = row.image,
                None => changes.push(Self::without_currencies(row.kind, row.record, row.image, None)),
            }
        }
        changes
    }

    /// Records before and after as the channels show them, with amounts as decimal text.
    pub(crate) fn with_decimal_amounts(mut rows: Vec<ImageRow>) -> Vec<Self> {
        for row in &mut rows {
            // Whatever the log holds is shown, also where somebody looks for tampering.
            let currency = |code: &str| Currency::parse(code).unwrap_or_default();
            let (own, of_members) = (currency(&row.currency), currency(&row.organization_currency));
            row.image = row.image.take().map(|image| with_amounts(&row.kind, image, &own, &of_members));
        }
        Self::from_images(rows)
    }

    /// The same with the currencies of the amounts. There are two rows for each record: before and after.
    pub(crate) fn with_currencies(rows: Vec<ImageRow>) -> Vec<Self> {
        let currencies: Vec<Option<String>> = rows.iter().map(|row| row.priced_in().map(str::to_owned)).collect();
        let mut changes = Self::with_decimal_amounts(rows);
        for (change, sides) in changes.iter_mut().zip(currencies.chunks(2)) {
            let (before, after) = (sides.first().cloned().flatten(), sides.last().cloned().flatten());
            change.currency_before = before.clone().filter(|before| after.as_ref().is_some_and(|after| after != before));
            change.currency = after.or(before);
        }
        changes
    }

    /// Puts its currency behind each amount, for people; `organization` is the currency of the organization.
    pub(crate) fn write_currencies(&mut self, organization: &str) {
        let before = self.currency_before.clone().or_else(|| self.currency.clone());
        for (image, own) in [(&mut self.before, before), (&mut self.after, self.currency.clone())] {
            for (name, value) in image.as_mut().and_then(Value::as_object_mut).into_iter().flatten() {
                let is = |wanted: fn(&Column) -> bool| columns::matching(&self.kind, name).any(wanted);
                let currency = if is(Column::is_in_organization_currency) { Some(organization) } else { own.as_deref() };
                if let (Value::String(amount), Some(currency)) = (&value, currency.filter(|_| is(Column::is_amount))) {
                    *value = Value::from(format!("{amount} {currency}"));
                }
            }
        }
    }

    /// The ids of the records that the change refers to.
    pub(super) fn refers_to(&self) -> Vec<Uuid> {
        let fields = [&self.before, &self.after].into_iter().flatten().filter_map(Value::as_object).flatten();
        let ids = fields.filter(|(name, _)| columns::is(&self.kind, name, Class::Reference));
        let ids = ids.flat_map(|(_, ids)| ids.as_array().map_or(std::slice::from_ref(ids), Vec::as_slice));
        ids.filter_map(|id| id.as_str()?.parse().ok()).collect()
    }

    /// Removes the columns that a caller without money visibility may not see.
    pub(super) fn hide_money(&mut self) {
        self.leave_out(Column::is_money);
        (self.currency, self.currency_before) = (None, None);
    }

    /// Removes the columns that require `ReadCosts`.
    pub(super) fn hide_costs(&mut self) {
        self.leave_out(|column| column.is(Class::Cost));
    }

    fn leave_out(&mut self, hidden: fn(&Column) -> bool) {
        let kind = self.kind.as_str();
        for record in [&mut self.before, &mut self.after] {
            if let Some(Value::Object(fields)) = record {
                fields.retain(|name, _| !columns::matching(kind, name).any(hidden));
            }
        }
    }
}

/// The image of a record of a kind with each amount as decimal text.
#[cfg(feature = "ssr")]
pub(super) fn with_amounts(kind: &str, mut image: Value, currency: &Currency, of_members: &Currency) -> Value {
    exact(&mut image, currency);
    for (name, value) in image.as_object_mut().into_iter().flatten() {
        if let Some(minor) = value.as_i64()
            && let Some(amount) = columns::matching(kind, name).find(|column| column.is_amount())
        {
            let currency = if amount.is_in_organization_currency() { of_members } else { currency };
            *value = Value::from(money::written(minor, currency));
        }
    }
    image
}

/// Replaces rounded values by exact ones, under the names they have in answers: older programs know only the rounded columns.
#[cfg(feature = "ssr")]
fn exact(image: &mut Value, currency: &Currency) {
    let Value::Object(columns) = image else { return };
    let hundredths = |column: Option<Value>| column.and_then(|value| value.as_i64()).map(|hundredths| hundredths * 100);
    for (name, exact) in [("tax_rate", "tax_percent"), ("discount_percent", "discount_rate")] {
        let now = columns.remove(exact);
        let Some(before) = columns.remove(name) else { continue };
        let share = now.and_then(|value| value.as_i64()).or(hundredths(Some(before))).and_then(|share| i32::try_from(share).ok());
        columns.insert(name.to_owned(), share.map_or(Value::Null, |share| Value::from(Percent(share).to_string())));
    }
    if let Some(price) = columns.remove("unit_price").and_then(|value| value.as_i64()) {
        columns.insert("price".to_owned(), Value::from(UnitPrice::new(price, currency).written()));
    }
    if let Some(quantity) = columns.remove("invoiced_quantity") {
        // A line of time has no quantity of its own: its hours follow from its seconds.
        let quantity = quantity.as_i64().map_or(Value::Null, |quantity| Value::from(quantity::text_of(quantity)));
        columns.insert("quantity".to_owned(), quantity);
    }
}

/// Written by hand: the code derived for `flatten` is as long as that of the type inside, once more for each type.
impl<'de, T: DeserializeOwned> Deserialize<'de> for WriteResponse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        Ok(Self {
            action: take_field(&mut fields, "action")?,
            dry_run: take_field(&mut fields, "dry_run")?,
            repeated: take_field(&mut fields, "repeated")?,
            changes: take_field(&mut fields, "changes")?,
            warnings: take_field(&mut fields, "warnings")?,
            result: from_json(Value::Object(fields)).map_err(serde::de::Error::custom)?,
        })
    }
}

/// Takes the value of a field, or its default where it is absent.
fn take_field<T: DeserializeOwned + Default, E: serde::de::Error>(fields: &mut Map<String, Value>, name: &str) -> Result<T, E> {
    fields.remove(name).map_or_else(|| Ok(T::default()), |value| from_json(value).map_err(E::custom))
}

impl<T> Deref for WriteResponse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.result
    }
}
