//! Every column of every recorded table is declared, and every declared column exists.

use std::collections::BTreeSet;

use super::tables::names;
use crate::operation::columns::{self, Class, Column, TABLES};

/// The columns of the tables with the trigger `record_change`, as `table.column`.
async fn recorded() -> BTreeSet<String> {
    let found = names(
        "select format('%s.%s', c.relname, a.attname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where t.tgname = 'record_change' and not t.tgisinternal and c.relnamespace = 'public'::regnamespace",
    )
    .await;
    assert!(found.len() > 200, "only {found:?} are recorded");
    found.into_iter().collect()
}

/// The declared columns, with the kind of their records.
fn declared() -> impl Iterator<Item = (&'static str, &'static Column)> {
    TABLES.iter().flat_map(|(kind, columns)| columns.iter().map(move |column| (*kind, column)))
}

/// The declared columns, as `table.column`.
fn declared_names() -> BTreeSet<String> {
    declared().map(|(kind, column)| format!("{kind}.{}", column.name)).collect()
}

#[tokio::test]
async fn every_column_of_a_recorded_table_is_declared() {
    let (recorded, declared) = (recorded().await, declared_names());
    let missing: Vec<&String> = recorded.difference(&declared).collect();
    assert!(
        missing.is_empty(),
        "Declare {missing:?} in app/src/operation/columns/tables.rs, each with the classes that it is of: without one it is shown to \
         everybody who may see the record. A new table gets a list of its own there, which app/src/operation/columns.rs names in TABLES."
    );
}

#[tokio::test]
async fn every_declared_column_stands_in_a_recorded_table() {
    let (recorded, declared) = (recorded().await, declared_names());
    let gone: Vec<&String> = declared.difference(&recorded).collect();
    assert!(
        gone.is_empty(),
        "No table with the trigger record_change has {gone:?}. Correct the name in app/src/operation/columns/tables.rs, or remove the column \
         there. Money that older images hold under its name stays hidden only while another column has that name."
    );
}

/// The functions of the database cannot read the declarations, and so name these columns themselves.
#[tokio::test]
async fn the_trigger_leaves_out_what_is_declared_as_unrecorded() {
    let left_out = names(
        "select trim(both ' ''' from name) from pg_proc p,
             unnest(string_to_array(substring(p.prosrc from 'hidden constant text\\[\\] := array\\[([^]]*)\\]'), ',')) name
         where p.proname = 'record_change' and p.pronamespace = 'public'::regnamespace order by 1",
    )
    .await;
    assert_eq!(
        left_out,
        columns::names_of(Class::Unrecorded),
        "The function record_change leaves out the columns on the left; give exactly these the class Unrecorded in \
         app/src/operation/columns/tables.rs, or replace the function in a migration."
    );
}

#[tokio::test]
async fn an_undo_compares_all_but_what_every_write_sets() {
    let counters = names(
        "select trim(both ' ''' from name) from pg_proc p,
             unnest(string_to_array(substring(p.prosrc from 'counters constant text\\[\\] := array\\[([^]]*)\\]'), ',')) name
         where p.proname = 'restore_record' and p.pronamespace = 'public'::regnamespace order by 1",
    )
    .await;
    assert_eq!(
        counters.iter().collect::<BTreeSet<_>>(),
        columns::names_of(Class::SetByEveryWrite).iter().collect::<BTreeSet<_>>(),
        "The function restore_record does not compare the columns on the left; give exactly these the class SetByEveryWrite in \
         app/src/operation/columns/tables.rs, or replace the function in a migration."
    );
}

/// Where a choice is told in words, text that people write is told as it is.
#[tokio::test]
async fn a_choice_is_what_a_constraint_lists_the_words_of() {
    let listed = names(
        "select distinct format('%s.%s', c.relname, a.attname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_constraint k on k.conrelid = c.oid and k.contype = 'c' and array_length(k.conkey, 1) = 1
             and pg_get_constraintdef(k.oid) like '%= ANY (ARRAY[''%'
         join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
         where t.tgname = 'record_change' and not t.tgisinternal and c.relnamespace = 'public'::regnamespace",
    )
    .await;
    let missing: Vec<&String> = listed
        .iter()
        .filter(|name| !declared().any(|(kind, column)| column.is(Class::Choice) && **name == format!("{kind}.{}", column.name)))
        .collect();
    assert!(missing.is_empty(), "Give {missing:?} the class Choice in app/src/operation/columns/tables.rs.");
    // An invoice copies choices of the organization, without a constraint of its own.
    for (kind, column) in declared().filter(|(_, column)| column.is(Class::Choice)) {
        let is_listed = listed.iter().any(|name| name.split('.').next_back() == Some(column.name));
        assert!(is_listed, "No constraint lists the words of {kind}.{}, so it is no Choice.", column.name);
    }
}

/// People are told records by their names, and never by their ids.
#[tokio::test]
async fn the_id_of_another_record_is_a_reference() {
    let ids = names(
        "select format('%s.%s', c.relname, a.attname) from pg_trigger t join pg_class c on c.oid = t.tgrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where t.tgname = 'record_change' and not t.tgisinternal and c.relnamespace = 'public'::regnamespace
             and a.atttypid in ('uuid'::regtype, 'uuid[]'::regtype) and a.attname not in ('id', 'organization_id')",
    )
    .await;
    let referring: BTreeSet<String> = declared()
        .filter(|(_, column)| column.is(Class::Reference) || column.is(Class::UnnamedReference))
        .map(|(kind, column)| format!("{kind}.{}", column.name))
        .collect();
    assert_eq!(
        ids.into_iter().collect::<BTreeSet<_>>(),
        referring,
        "Give each column on the left the class Reference in app/src/operation/columns/tables.rs, or UnnamedReference where the records \
         have no name."
    );
}

#[test]
fn durations_and_codes_are_declared_as_such() {
    for (kind, column) in declared() {
        let name = format!("{kind}.{}", column.name);
        assert_eq!(column.is(Class::Seconds), column.name.ends_with("seconds"), "{name} is a duration, or is none");
        assert_eq!(column.is(Class::TaxCategory), column.name == "tax_category", "{name} is a tax category, or is none");
        assert!(column.is(Class::Choice) || !(column.is(Class::TaxCategory) || column.is(Class::Unit)), "{name} is a code and no choice");
    }
}

#[test]
fn each_column_is_declared_once() {
    assert_eq!(declared().count(), declared_names().len(), "a column stands twice in app/src/operation/columns/tables.rs");
}

/// Where a column is looked up without its kind, its name alone decides.
#[test]
fn a_name_is_of_the_same_class_in_every_kind() {
    for class in [Class::Amount, Class::OrganizationAmount, Class::Cost, Class::Random, Class::SetByEveryWrite] {
        for (kind, column) in declared() {
            let anywhere = columns::named(column.name).any(|other| other.is(class));
            assert_eq!(column.is(class), anywhere, "{kind}.{} and a column of another kind with its name: {class:?}", column.name);
        }
    }
}

#[test]
fn what_a_column_says_of_itself_goes_together() {
    for (kind, column) in declared() {
        let name = format!("{kind}.{}", column.name);
        assert!(!column.identifies || column.label.is_some(), "{name} identifies a record and has no label");
        assert!(!column.is(Class::Cost) || column.is_money(), "{name} is a cost and no money");
        assert!(!(column.is(Class::Amount) && column.is(Class::OrganizationAmount)), "{name} is in two currencies");
        let instant = column.follows.is_none_or(|instant| columns::of(kind).iter().any(|other| other.name == instant));
        assert!(instant, "{name} follows from an instant that {kind} does not have");
    }
}

/// A card shows the labelled columns of a record in this order, whatever its kind.
#[test]
fn labels_stand_in_the_order_of_cards() {
    const ORDER: [&str; 14] = [
        "Number",
        "Name",
        "E-mail",
        "Client",
        "Project",
        "Member",
        "Day",
        "From",
        "Duration",
        "Hours",
        "Description",
        "Total",
        "Amount",
        "Period",
    ];
    for (kind, _) in &TABLES {
        let places: Vec<Option<usize>> = columns::labelled(kind).map(|(_, label)| ORDER.iter().position(|known| *known == label)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "the labels of {kind} stand in another order");
    }
}

/// A column that a table does not have any more counts as those of its name in other tables.
#[test]
fn what_only_an_old_image_holds_is_still_known_by_its_name() {
    assert!(columns::is("invitation", "secret_hash", Class::HiddenOnCards));
    assert!(columns::matching("payment", "cost_rate").any(Column::is_money));
    assert_eq!(columns::label("budget", "seconds"), Some("Hours"));
    assert_eq!(columns::label("time_entry", "seconds"), Some("Duration"));
    assert!(!columns::is("payment", "no_such_column", Class::Amount));
}
