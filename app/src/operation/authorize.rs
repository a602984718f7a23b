//! Whether a caller may do a thing at all.

use super::{AgentMode, Audience, Declaration, Effect};
use crate::{
    access::{Permission, Scope, WriteMode},
    context::{Caller, Channel, Token},
    error::{Code, Error},
};

/// Whether this caller may do this at all: role ∩ token. The reach within is in the queries. A dry run needs nobody's approval: nothing
/// is kept of it.
pub fn authorize(caller: &Caller, declaration: &Declaration, dry_run: bool) -> Result<(), Error> {
    caller.person()?;
    if caller.token.is_some() && declaration.audience == Audience::Person {
        return Err(Error::new(Code::Forbidden, format!("{} needs a person at the page; no token can do it.", declaration.name)));
    }
    // What the role does not allow no other token would, and nobody is sent to make one.
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
    // What one may not see is not there; what one sees but may not change is forbidden.
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

/// The refusal of `what`, which takes a permission of a role and a scope of a token: it says which of the two is missing.
pub fn permission_error(caller: &Caller, needs: Permission, scope: Scope, what: &str) -> Error {
    let may = caller.membership.as_ref().is_some_and(|membership| membership.role.may(needs));
    match caller.token.as_ref().filter(|token| may && !token.scopes.contains(&scope)) {
        Some(token) => scope_error(token, &format!("the scope {}, which it takes to {what}", scope.name())),
        None => Error::lacks_permission(needs, what),
    }
}

/// Whether a person has to do this in place of an agent whose token writes so. Time can wait as a draft entry; other records have no
/// draft state yet.
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
    // An agent is not shown there what has no draft, and no client calls what is not listed.
    waits(message, caller.channel != Channel::Mcp || token.writes != WriteMode::Drafts)
}

/// The refusal of what a token that does not write directly leaves to a person, such as `change time that is already logged`.
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
