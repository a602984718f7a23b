//! Authorization: whether a caller may call an operation at all.

use super::{AgentMode, Audience, Declaration, Effect};
use crate::{
    access::{Permission, Scope, WriteMode},
    context::{Caller, Channel, Token},
    error::{Code, Error},
};

/// Refuses a caller whose role and token do not both allow the operation. The row scope within it is in the queries. A dry run needs
/// no approval, since it is rolled back.
pub fn authorize(caller: &Caller, declaration: &Declaration, dry_run: bool) -> Result<(), Error> {
    caller.person()?;
    if caller.token.is_some() && declaration.audience == Audience::Person {
        return Err(Error::new(Code::Forbidden, format!("{} needs a person at the page; no token can do it.", declaration.name)));
    }
    // The role first: where it lacks the permission, no other token helps, and the refusal must not suggest one.
    authorize_role(caller, declaration)?;
    match &caller.token {
        Some(token) => authorize_token(caller, token, declaration, dry_run),
        None => Ok(()),
    }
}

fn authorize_role(caller: &Caller, declaration: &Declaration) -> Result<(), Error> {
    if declaration.needs == Permission::SignedIn {
        return Ok(());
    }
    let membership = caller.membership()?;
    if membership.role.may(declaration.needs) {
        return Ok(());
    }
    // A read that is not permitted answers `not_found`, a write `forbidden`.
    match declaration.effect {
        Effect::Read => Err(Error::not_found("page, or it is not for your role")),
        _ => Err(Error::lacks_permission(declaration.needs, declaration.needs.verb())),
    }
}

fn authorize_token(caller: &Caller, token: &Token, declaration: &Declaration, dry_run: bool) -> Result<(), Error> {
    if !declaration.covered_by(&token.scopes) {
        let lacks = declaration.scope.map_or_else(|| "a scope that writes".to_owned(), |scope| format!("the scope {}", scope.name()));
        return Err(scope_error(token, &lacks));
    }
    match !dry_run && needs_approval(token.writes, declaration) {
        true => Err(needs_approval_error(caller, token, declaration)),
        false => Ok(()),
    }
}

fn scope_error(token: &Token, lacks: &str) -> Error {
    Error::new(Code::Forbidden, format!("The token \"{}\" lacks {lacks}. Make one that has it in Settings, Tokens.", token.name))
}

/// The refusal of `what`, which requires a permission of the role and a scope of the token: it says which of the two is missing.
pub fn permission_error(caller: &Caller, needs: Permission, scope: Scope, what: &str) -> Error {
    let may = caller.membership.as_ref().is_some_and(|membership| membership.role.may(needs));
    match caller.token.as_ref().filter(|token| may && !token.scopes.contains(&scope)) {
        Some(token) => scope_error(token, &format!("the scope {}, which it takes to {what}", scope.name())),
        None => Error::lacks_permission(needs, what),
    }
}

/// Whether a person has to approve this write of an agent with this write mode. Time can wait as a draft entry; other records have
/// no draft state yet.
pub fn needs_approval(writes: WriteMode, declaration: &Declaration) -> bool {
    let waits = match declaration.agent {
        AgentMode::Direct => false,
        AgentMode::Draft => declaration.scope != Some(Scope::TimeWrite),
        AgentMode::Ask => true,
    };
    waits && declaration.effect != Effect::Read && writes != WriteMode::Direct
}

fn needs_approval_error(caller: &Caller, token: &Token, declaration: &Declaration) -> Error {
    let (name, token_name) = (declaration.name, &token.name);
    let message = format!("{name} needs a person, as the token \"{token_name}\" does not write directly. Nothing was done.");
    // A token that writes drafts does not see operations without a draft at the MCP endpoint, and no client calls an unlisted tool.
    waits(message, caller.channel != Channel::Mcp || token.writes != WriteMode::Drafts)
}

/// The refusal of `what` for a token that does not write directly, such as `change time that is already logged`.
pub fn needs_person_error(what: &str) -> Error {
    waits(format!("To {what} needs a person, as this token does not write directly. Nothing was done."), true)
}

fn waits(message: String, may_rehearse: bool) -> Error {
    Error::new(Code::NeedsApproval, message).hint(match may_rehearse {
        true => {
            "Show your person what it would do, with dry_run set to true; they do it in the app, or give you a token that writes directly."
        }
        false => "Your person does it in the app, or gives you a token that writes directly.",
    })
}
