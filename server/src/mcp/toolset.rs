//! Which of the tools that an agent may use it is offered: those for every day, or all.
//!
//! A client sends the whole list to its model with each turn, and a model that has many to choose from chooses worse. So whoever could
//! be offered 40 or more is offered those for every day; `/mcp?toolset=all` is the address of all of them. It decides on the list alone:
//! whatever a token covers can be called at both.

use app::context::Caller;
use axum::extract::Query;
use http::request::Parts;
use rmcp::ErrorData;
use serde::Deserialize;

/// The most tools that are offered without being asked for.
const UNASKED_TOOLS_MAX: usize = 39;

/// What the address asks for.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Toolset {
    /// Those for every day, where there are many.
    #[default]
    Everyday,
    /// All of them.
    All,
}

#[derive(Default, Deserialize)]
struct ToolsetQuery {
    toolset: Option<String>,
}

impl Toolset {
    /// The toolset of a request.
    pub fn of(request: Option<&Parts>) -> Result<Self, ErrorData> {
        let Some(request) = request else { return Ok(Self::default()) };
        let asked = Query::<ToolsetQuery>::try_from_uri(&request.uri).ok();
        let named = asked.and_then(|Query(asked)| asked.toolset.map_or(Some(Self::default()), |name| Self::named(&name)));
        named.ok_or_else(|| ErrorData::invalid_params("toolset is everyday (the default) or all, as in /mcp?toolset=all.", None))
    }

    /// The toolset of this name, in capitals or not.
    fn named(name: &str) -> Option<Self> {
        let known = [("everyday", Self::Everyday), ("all", Self::All)];
        known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())).map(|(_, toolset)| toolset)
    }

    /// Whether a tool is offered to who could use so many.
    pub fn offers(self, everyday: bool, of: usize) -> bool {
        everyday || self == Self::All || of <= UNASKED_TOOLS_MAX
    }
}

/// The words about the tools that are not offered, for who is to connect anew to have them.
pub fn told(caller: &Caller, others: usize) -> String {
    match others {
        0 => String::new(),
        _ => format!(" {others} rarer tools are offered at {}.", address_of_all(caller)),
    }
}

/// Where these tools are, which an answer names and the list of its reader leaves out.
pub fn elsewhere(caller: &Caller, names: &[&str]) -> Option<String> {
    let (last, first) = names.split_last()?;
    let address = address_of_all(caller);
    Some(match first.is_empty() {
        true => format!("({last} is offered at {address}.)"),
        false => format!("({} and {last} are offered at {address}.)", first.join(", ")),
    })
}

fn address_of_all(caller: &Caller) -> String {
    format!("{}/mcp?toolset=all", caller.services.public_url)
}
