//! What of an earlier answer its member may still see.
//!
//! An answer says what the member saw as what they were then. Ada led the projects and asked what was unbilled; now she is a
//! member, and sees no money: neither the page nor a model is told that answer again.

use jiff::Timestamp;
use serde_json::json;

use super::{
    Card, Message, Speaker, Step,
    door::Visitor,
    store::{card::Kept, conversation, message::Found},
};
use crate::{
    access::{Permission, Role, Seen},
    database::Db,
    error::Error,
};

/// What stands in the place of an answer that is not shown.
const HIDDEN: &str = "This answer is not shown any more: it holds what you may no longer see here.";

/// What decides how much of a record is seen, beside whose records they are.
const DEPTHS: [Permission; 3] = [Permission::ReadMoney, Permission::ReadCosts, Permission::ManagePeople];

/// Whether somebody sees as what they are `now` all that they saw as what they were `then`.
pub fn covers(now: Role, then: Role) -> bool {
    let as_far = now.sees() == Seen::Everything || now.sees() == then.sees();
    as_far && DEPTHS.into_iter().all(|permission| now.may(permission) || !then.may(permission))
}

/// The roles as which the visitor has seen nothing that they do not see now.
pub fn covered(visitor: &Visitor) -> Vec<String> {
    let now = visitor.place.role;
    Role::ALL.into_iter().filter(|then| covers(now, *then)).map(|then| then.name().to_owned()).collect()
}

/// Since when the visitor has seen nothing that they do not see now, of what is granted record by record; of all time for who sees
/// everything.
pub async fn since(db: &mut Db, visitor: &Visitor) -> Result<Option<Timestamp>, Error> {
    match visitor.place.role.sees() {
        Seen::Everything => Ok(None),
        _ => conversation::narrowed(db, visitor.place.member).await,
    }
}

/// Whether the visitor may see what a card shows.
pub fn sees(visitor: &Visitor, kept: &Kept) -> bool {
    covers(visitor.place.role, kept.role) && visitor.named(&kept.card.operation).is_some()
}

/// A card that was decided, without what the visitor may no longer see of it.
pub fn of_card(visitor: &Visitor, kept: Kept) -> Card {
    match sees(visitor, &kept) {
        true => kept.card,
        false => Card { arguments: json!({}), effect: Vec::new(), warnings: Vec::new(), choices: Vec::new(), refusal: None, ..kept.card },
    }
}

/// A message without what the visitor may no longer see; `since` is when that last became less. The words of an answer say what its steps
/// have shown.
pub fn of_message(visitor: &Visitor, found: Found, since: Option<Timestamp>) -> Message {
    let Found { mut message, role, lacks, at, .. } = found;
    if message.speaker == Speaker::Person {
        return message;
    }
    let is_since = since.is_none_or(|since| at > since);
    let (covered, steps) = (covers(visitor.place.role, role) && is_since, message.steps.len());
    message.steps.retain(|step| match step {
        Step::Tool(tool) => covered && visitor.named(&tool.operation).is_some(),
        // Which cards may be seen was asked before; one that was drawn up anew shows what is seen now.
        Step::Card(_) => true,
    });
    if !covered || lacks || message.steps.len() < steps {
        message.text = HIDDEN.to_owned();
        message.refusal = None;
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sees_more_sees_what_they_saw_before() {
        use Role::*;
        for (now, then) in [(Owner, Member), (Owner, Viewer), (Admin, Owner), (Manager, Member), (Manager, Viewer), (Viewer, Viewer)] {
            assert!(covers(now, then), "{now:?} was {then:?}");
        }
        for (now, then) in [(Member, Manager), (Member, Viewer), (Viewer, Manager), (Viewer, Member), (Manager, Admin), (Manager, Owner)] {
            assert!(!covers(now, then), "{now:?} was {then:?}");
        }
    }
}
