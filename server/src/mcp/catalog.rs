//! What an endpoint offers: a list of tools, and a library where there is one.
//!
//! The product's offer is made from its registry. The official conformance suite asks for tools of its own, so its offer
//! is made by hand and stands behind the same transport, authentication and adapter.

use std::sync::Arc;

use super::{descriptions, toolset::Toolset};
use crate::rest::names_sharing_words;
use app::{
    context::{BoxFuture, Caller},
    reference,
};
use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, GetPromptRequestParams, GetPromptResponse, Prompt,
        ReadResourceRequestParams, ReadResourceResponse, Resource, ResourceTemplate, Tool,
    },
    service::RequestContext,
};

/// How many names are told that are near to one.
const NEAR_MAX: usize = 3;

/// What is offered; cheap to clone.
#[derive(Clone)]
pub struct ToolCatalog {
    tools: Arc<Vec<DescribedTool>>,
    library: Option<Arc<dyn Library>>,
}

impl ToolCatalog {
    /// These tools, in the order of their names: the same list is the same text, which models' caches reward.
    pub fn new(mut tools: Vec<ToolEntry>, library: Option<Arc<dyn Library>>) -> Self {
        tools.sort_by(|one, other| one.tool.name.cmp(&other.tool.name));
        let tools = tools.into_iter().map(|entry| DescribedTool { leads_to: descriptions::mentioned_operations(&entry.tool), entry });
        Self { tools: Arc::new(tools.collect()), library }
    }

    /// The tools that this caller may use: those that are offered, and how many others there are. They are the same at every address, so
    /// that a description may lead to one of the others.
    pub fn tools(&self, caller: &Caller, toolset: Toolset) -> (Vec<Tool>, usize) {
        let usable: Vec<_> = self.usable(caller).collect();
        let offered = usable.iter().filter(|tool| toolset.offers(tool.entry.everyday, usable.len()));
        let has_got = |name: &str| usable.iter().any(|tool| tool.entry.tool.name == name);
        let offered: Vec<_> = offered.map(|tool| tool.told(&has_got)).collect();
        let others = usable.len() - offered.len();
        (offered, others)
    }

    fn usable(&self, caller: &Caller) -> impl Iterator<Item = &DescribedTool> {
        self.tools.iter().filter(move |tool| matches!((tool.entry.access_of)(caller), ToolAccess::Offered))
    }

    /// Those of these tools that this caller may use and that are not in the list which this address offers.
    pub fn elsewhere(&self, caller: &Caller, toolset: Toolset, names: &[&str]) -> Vec<&str> {
        let usable: Vec<_> = self.usable(caller).collect();
        let rarer = usable.iter().filter(|tool| !toolset.offers(tool.entry.everyday, usable.len()));
        rarer.map(|tool| &*tool.entry.tool.name).filter(|name| names.contains(name)).collect()
    }

    /// Of the tools that this caller may use a few whose names are near to one that no tool has: they are spelled alike, or share words.
    pub fn near(&self, caller: &Caller, name: &str) -> Vec<String> {
        let names: Vec<&str> = self.usable(caller).map(|tool| &*tool.entry.tool.name).collect();
        let mut near = reference::similar_names(name, &names);
        for close in names_sharing_words(name, names.iter().copied()) {
            if near.iter().all(|known| known != close) {
                near.push(close.to_owned());
            }
        }
        near.truncate(NEAR_MAX);
        near
    }

    /// The tool of this name.
    pub fn tool(&self, name: &str) -> Option<&ToolEntry> {
        let at = self.tools.binary_search_by(|tool| tool.entry.tool.name.as_ref().cmp(name)).ok()?;
        self.tools.get(at).map(|tool| &tool.entry)
    }

    /// Resources, prompts and completions.
    pub fn library(&self) -> Option<&Arc<dyn Library>> {
        self.library.as_ref()
    }
}

/// One tool, and what its descriptions lead to: that is looked for once, and not with each list.
struct DescribedTool {
    entry: ToolEntry,
    leads_to: Vec<&'static str>,
}

impl DescribedTool {
    /// As it is described to whoever has got these tools.
    fn told(&self, has_got: &impl Fn(&str) -> bool) -> Tool {
        match self.leads_to.iter().all(|name| has_got(name)) {
            true => self.entry.tool.clone(),
            false => descriptions::for_tools(&self.entry.tool, has_got),
        }
    }
}

/// One tool.
pub struct ToolEntry {
    /// How it is described.
    pub tool: Tool,
    /// Whether it is offered where there are many.
    pub everyday: bool,
    /// What it is to a caller.
    pub access_of: Box<dyn Fn(&Caller) -> ToolAccess + Send + Sync>,
    /// What it does.
    pub run: Box<dyn Fn(ToolCall) -> BoxFuture<'static, Result<CallToolResponse, ErrorData>> + Send + Sync>,
}

/// What a tool is to a caller.
pub enum ToolAccess {
    /// It is theirs to use.
    Offered,
    /// Their role would allow it, their token does not: worth saying.
    NotForThisToken,
    /// Not for them: it is in no list of theirs, and a call of it says who can.
    Hidden,
}

/// A call of a tool.
pub struct ToolCall {
    /// Who calls.
    pub caller: Caller,
    /// What they sent.
    pub request: CallToolRequestParams,
    /// The request it came in.
    pub context: RequestContext<RoleServer>,
}

/// Resources, prompts and completions.
pub trait Library: Send + Sync {
    /// The resources that can be listed.
    fn resources(&self, caller: &Caller) -> Vec<Resource>;
    /// The patterns of resources.
    fn templates(&self, caller: &Caller) -> Vec<ResourceTemplate>;
    /// Reads a resource.
    fn read(&self, caller: Caller, request: ReadResourceRequestParams) -> BoxFuture<'static, Result<ReadResourceResponse, ErrorData>>;
    /// The prompts.
    fn prompts(&self, caller: &Caller) -> Vec<Prompt>;
    /// Fills a prompt in.
    fn prompt(&self, caller: Caller, request: GetPromptRequestParams) -> BoxFuture<'static, Result<GetPromptResponse, ErrorData>>;
    /// Completes an argument.
    fn complete(&self, caller: Caller, request: CompleteRequestParams) -> BoxFuture<'static, Result<CompleteResult, ErrorData>>;
}
