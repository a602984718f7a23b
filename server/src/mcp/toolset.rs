//! Toolsets: which of its tools an agent is offered, those for every day or all.
//!
//! A client sends the whole list to its model with each turn, and a model chooses worse among many. So a caller with 40 or more tools is
//! offered those for every day; `/mcp?toolset=all` is the address of all of them. The toolset decides on the list alone: whatever a
//! token covers can be called at both addresses.

use app::context::Caller;
use axum::extract::Query;
use http::request::Parts;
use rmcp::ErrorData;
use serde::Deserialize;
use strum::EnumString;

/// The most tools that are listed without the toolset `all`.
const UNASKED_TOOLS_MAX: usize = 39;

/// The toolset that an address asks for, by its name in any case.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum Toolset {
    /// The tools for every day, where there are many.
    #[default]
    Everyday,
    /// All tools.
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
        let named = asked.and_then(|Query(asked)| asked.toolset.map_or(Some(Self::default()), |name| name.trim().parse().ok()));
        named.ok_or_else(|| ErrorData::invalid_params("toolset is everyday (the default) or all, as in /mcp?toolset=all.", None))
    }

    /// Whether a tool is listed for a caller who could use this many.
    pub fn offers(self, everyday: bool, of: usize) -> bool {
        everyday || self == Self::All || of <= UNASKED_TOOLS_MAX
    }
}

/// The hint that other tools exist, with how to connect to have them.
pub fn told(caller: &Caller, others: usize) -> String {
    match others {
        0 => String::new(),
        _ => format!(" {others} rarer tools are offered at {}.", address_of_all(caller)),
    }
}

/// The hint where these tools are, which an answer mentions and the list of its reader leaves out.
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
