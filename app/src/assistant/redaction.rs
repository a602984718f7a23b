//! What of an earlier answer its member may still see.
//!
//! An answer says what the member saw as what they were then. Ada led the projects and asked what was unbilled; now she is a
//! member, and sees no money: neither the page nor a model is told that answer again.

use jiff::Timestamp;
use serde_json::json;

use super::{
    Card, Message, Speaker, Step,
    store::{card::StoredCard, conversation, message::StoredMessage},
    user::AssistantUser,
};
use crate::{
    access::{Permission, Role, RoleVisibility},
    database::Db,
    error::Error,
};

/// What stands in the place of an answer that is not shown.
const HIDDEN_ANSWER: &str = "This answer is not shown any more: it holds what you may no longer see here.";

/// What decides how much of a record is seen, beside whose records they are.
const READ_PERMISSIONS: [Permission; 3] = [Permission::ReadMoney, Permission::ReadCosts, Permission::ManagePeople];

/// Whether somebody sees as what they are `now` all that they saw as what they were `then`.
pub fn role_covers(now: Role, then: Role) -> bool {
    let as_far = now.visibility() == RoleVisibility::Everything || now.visibility() == then.visibility();
    as_far && READ_PERMISSIONS.into_iter().all(|permission| now.may(permission) || !then.may(permission))
}

/// The roles as which the user has seen nothing that they do not see now.
pub fn covered_roles(user: &AssistantUser) -> Vec<String> {
    let now = user.membership.role;
    Role::ALL.into_iter().filter(|then| role_covers(now, *then)).map(|then| then.name().to_owned()).collect()
}

/// Since when the user has seen nothing that they do not see now, of what is granted record by record; of all time for who sees
/// everything.
pub async fn access_narrowed_at(db: &mut Db, user: &AssistantUser) -> Result<Option<Timestamp>, Error> {
    match user.membership.role.visibility() {
        RoleVisibility::Everything => Ok(None),
        _ => conversation::access_narrowed_at(db, user.membership.member).await,
    }
}

/// Whether the user may see what a card shows.
pub fn may_see_card(user: &AssistantUser, kept: &StoredCard) -> bool {
    role_covers(user.membership.role, kept.role) && user.named(&kept.card.operation).is_some()
}

/// A card that was decided, without what the user may no longer see of it.
pub fn visible_card(user: &AssistantUser, kept: StoredCard) -> Card {
    match may_see_card(user, &kept) {
        true => kept.card,
        false => Card { arguments: json!({}), effect: Vec::new(), warnings: Vec::new(), choices: Vec::new(), refusal: None, ..kept.card },
    }
}

/// A message without what the user may no longer see; `since` is when that last became less. The words of an answer say what its steps
/// have shown.
pub fn visible_message(user: &AssistantUser, found: StoredMessage, since: Option<Timestamp>) -> Message {
    let StoredMessage { mut message, role, lacks, at, .. } = found;
    if message.speaker == Speaker::Person {
        return message;
    }
    let is_since = since.is_none_or(|since| at > since);
    let (covered, steps) = (role_covers(user.membership.role, role) && is_since, message.steps.len());
    message.steps.retain(|step| match step {
        Step::Tool(tool) => covered && user.named(&tool.operation).is_some(),
        // Which cards may be seen was asked before; one that was drawn up anew shows what is seen now.
        Step::Card(_) => true,
    });
    if !covered || lacks || message.steps.len() < steps {
        message.text = HIDDEN_ANSWER.to_owned();
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
            assert!(role_covers(now, then), "{now:?} was {then:?}");
        }
        for (now, then) in [(Member, Manager), (Member, Viewer), (Viewer, Manager), (Viewer, Member), (Manager, Admin), (Manager, Owner)] {
            assert!(!role_covers(now, then), "{now:?} was {then:?}");
        }
    }
}
