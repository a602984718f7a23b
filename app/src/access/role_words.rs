//! The names of roles, as people read them.

use super::Role;

/// The label of a role.
pub fn label(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Manager => "Manager",
        Role::Member => "Member",
        Role::Viewer => "Viewer",
    }
}

/// A description of the role.
pub fn about(role: Role) -> &'static str {
    match role {
        Role::Owner => "everything, and who owns",
        Role::Admin => "everything but who owns",
        Role::Manager => "clients, everybody's time, invoices",
        Role::Member => "own time, sees no money",
        Role::Viewer => "looks at clients granted to them",
    }
}

/// A role with its article, for a sentence: `an owner`, `a member`.
pub fn with_article(role: Role) -> String {
    let article = if matches!(role, Role::Owner | Role::Admin) { "an" } else { "a" };
    format!("{article} {}", label(role).to_lowercase())
}
