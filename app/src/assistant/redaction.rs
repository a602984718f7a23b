//! Redacts earlier answers and cards: a member sees of them only what they may see now.
//!
//! An answer shows what the member saw in the role they had then. If Ada was a manager, asked what was unbilled, and is a member now, she
//! sees no money: neither the page nor a model gets that answer again.

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

/// The text in place of an answer that is hidden.
const HIDDEN_ANSWER: &str = "This answer is not shown any more: it holds what you may no longer see here.";

/// The permissions that decide which fields of a record are visible.
const READ_PERMISSIONS: [Permission; 3] = [Permission::ReadMoney, Permission::ReadCosts, Permission::ManagePeople];

/// Whether the role `now` sees everything that the role `then` saw.
pub fn role_covers(now: Role, then: Role) -> bool {
    let as_far = now.visibility() == RoleVisibility::Everything || now.visibility() == then.visibility();
    as_far && READ_PERMISSIONS.into_iter().all(|permission| now.may(permission) || !then.may(permission))
}

/// The roles that saw nothing that the user's role does not see now.
pub fn covered_roles(user: &AssistantUser) -> Vec<String> {
    let now = user.membership.role;
    Role::ALL.iter().filter(|then| role_covers(now, **then)).map(|then| then.name().to_owned()).collect()
}

/// When the records that the user sees one by one, such as projects and clients, last became fewer; `None` for a user who sees all of them.
pub async fn access_narrowed_at(db: &mut Db, user: &AssistantUser) -> Result<Option<Timestamp>, Error> {
    match user.membership.role.visibility() {
        RoleVisibility::Everything => Ok(None),
        _ => conversation::access_narrowed_at(db, user.membership.member).await,
    }
}

/// Whether the user may see the effect of a card.
pub fn may_see_card(user: &AssistantUser, kept: &StoredCard) -> bool {
    role_covers(user.membership.role, kept.role) && user.named(&kept.card.operation).is_some()
}

/// A decided card without what the user may no longer see.
pub fn visible_card(user: &AssistantUser, kept: StoredCard) -> Card {
    match may_see_card(user, &kept) {
        true => kept.card,
        false => Card { arguments: json!({}), effect: Vec::new(), warnings: Vec::new(), choices: Vec::new(), refusal: None, ..kept.card },
    }
}

/// A message without what the user may no longer see; `since` is when their access was last narrowed. The text of an answer repeats what
/// its steps show.
pub fn visible_message(user: &AssistantUser, found: StoredMessage, since: Option<Timestamp>) -> Message {
    let StoredMessage { mut message, role, lacks, at, .. } = found;
    if message.speaker == Speaker::Person {
        return message;
    }
    let is_since = since.is_none_or(|since| at > since);
    let (covered, steps) = (role_covers(user.membership.role, role) && is_since, message.steps.len());
    message.steps.retain(|step| match step {
        Step::Tool(tool) => covered && user.named(&tool.operation).is_some(),
        // Cards were filtered when they were loaded; a renewed card shows what the user sees now.
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
