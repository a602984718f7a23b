//! The tool catalog of an endpoint, and a library (resources, prompts, completions) where there is one.
//!
//! The product's catalog is made from its registry. The official conformance suite asks for tools of its own, so its catalog is
//! made by hand and uses the same transport, authentication and adapter.

use domain::text::similar;
use std::sync::Arc;

use super::{descriptions, toolset::Toolset};
use crate::rest::names_sharing_words;
use app::context::{BoxFuture, Caller};
use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, GetPromptRequestParams, GetPromptResponse, Prompt,
        ReadResourceRequestParams, ReadResourceResponse, Resource, ResourceTemplate, Tool,
    },
    service::RequestContext,
};

/// The most similar names that are suggested.
const NEAR_MAX: usize = 3;

/// A catalog; cheap to clone.
#[derive(Clone)]
pub struct ToolCatalog {
    tools: Arc<Vec<DescribedTool>>,
    library: Option<Arc<dyn Library>>,
}

impl ToolCatalog {
    /// A catalog of these tools, sorted by name: the same list is the same text, which prompt caches reward.
    pub fn new(mut tools: Vec<ToolEntry>, library: Option<Arc<dyn Library>>) -> Self {
        tools.sort_by(|one, other| one.tool.name.cmp(&other.tool.name));
        let tools = tools.into_iter().map(|entry| DescribedTool { leads_to: descriptions::mentioned_operations(&entry.tool), entry });
        Self { tools: Arc::new(tools.collect()), library }
    }

    /// The listed tools that this caller may use, and how many others there are. Descriptions are the same at every address, so that one
    /// may refer to a tool that is not listed.
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

    /// The tools among these that this caller may use and that are not in the list of this address.
    pub fn elsewhere(&self, caller: &Caller, toolset: Toolset, names: &[&str]) -> Vec<&str> {
        let usable: Vec<_> = self.usable(caller).collect();
        let rarer = usable.iter().filter(|tool| !toolset.offers(tool.entry.everyday, usable.len()));
        rarer.map(|tool| &*tool.entry.tool.name).filter(|name| names.contains(name)).collect()
    }

    /// A few tools that this caller may use with names similar to an unknown one: they are spelled alike, or share words.
    pub fn near(&self, caller: &Caller, name: &str) -> Vec<String> {
        let names: Vec<&str> = self.usable(caller).map(|tool| &*tool.entry.tool.name).collect();
        let mut near = similar::similar_names(name, &names);
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

/// One tool, and the operations that its descriptions mention, which are computed once and not for each list.
struct DescribedTool {
    entry: ToolEntry,
    leads_to: Vec<&'static str>,
}

impl DescribedTool {
    /// Its description for a caller who has these tools.
    fn told(&self, has_got: &impl Fn(&str) -> bool) -> Tool {
        match self.leads_to.iter().all(|name| has_got(name)) {
            true => self.entry.tool.clone(),
            false => descriptions::for_tools(&self.entry.tool, has_got),
        }
    }
}

/// One tool.
pub struct ToolEntry {
    /// Its description.
    pub tool: Tool,
    /// Whether it is listed where there are many.
    pub everyday: bool,
    /// The access that a caller has to it.
    pub access_of: Box<dyn Fn(&Caller) -> ToolAccess + Send + Sync>,
    /// Its handler.
    pub run: Box<dyn Fn(ToolCall) -> BoxFuture<'static, Result<CallToolResponse, ErrorData>> + Send + Sync>,
}

/// The access of a caller to a tool.
pub enum ToolAccess {
    /// The caller may use it.
    Offered,
    /// Their role would allow it, their token does not: worth saying.
    NotForThisToken,
    /// It is not for them: it is in no list of theirs, and a call of it says who may use it.
    Hidden,
}

/// A call of a tool.
pub struct ToolCall {
    /// The caller.
    pub caller: Caller,
    /// The parameters of the call.
    pub request: CallToolRequestParams,
    /// The request of the call.
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
