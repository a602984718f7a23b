//! The adapter between the protocol's library and a tool catalog.

use std::{sync::Arc, time::Duration};

use app::{
    audit,
    context::{BoxFuture, Caller},
    error::{Code, Error},
};
use domain::text;
use rmcp::{ErrorData, RoleServer, ServerHandler, model::*, service::RequestContext};
use tokio::{task::JoinSet, time::timeout};

use super::{
    catalog::{Library, ToolCall, ToolCatalog},
    instructions,
    tool_result::refused,
    toolset::{self, Toolset},
    unlisted_tools,
};
use crate::{authentication::PROGRAM_NAME_MAX, isolation::isolated};

/// The time limit of a tool. Clients wait a minute or more; they get an error before they give up.
const TOOL_LIMIT: Duration = Duration::from_secs(55);

/// How long a client may cache a list: a role or a token can change.
const TTL_MS: u64 = 60_000;

/// The methods that are supported in every version of the protocol.
const METHODS: [&str; 3] = [DiscoverRequestMethod::VALUE, ListToolsRequestMethod::VALUE, CallToolRequestMethod::VALUE];

/// The methods that are supported where there is a library.
const LIBRARY_METHODS: [&str; 6] = [
    ListResourcesRequestMethod::VALUE,
    ListResourceTemplatesRequestMethod::VALUE,
    ReadResourceRequestMethod::VALUE,
    ListPromptsRequestMethod::VALUE,
    GetPromptRequestMethod::VALUE,
    CompleteRequestMethod::VALUE,
];

/// The hint for an unknown method.
const KNOWN_METHODS: &str = "server/discover, tools/list and tools/call, and initialize and ping in older versions";

/// The longest name of an unknown method or tool that is compared with known ones.
const NAME_LONGEST: usize = 200;

/// The key of a result's metadata that names the program.
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// One catalog as a protocol handler; cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    catalog: ToolCatalog,
}

impl Endpoint {
    /// An endpoint for this catalog.
    pub fn new(catalog: ToolCatalog) -> Self {
        Self { catalog }
    }

    /// The instructions for an agent before its first call.
    fn words(&self, caller: &Caller, toolset: Toolset) -> String {
        let (tools, others) = self.catalog.tools(caller, toolset);
        let words = instructions::of(caller, &tools.iter().map(|tool| tool.name.as_ref()).collect::<Vec<_>>());
        words + &toolset::told(caller, others)
    }

    /// The result of a tool, with a hint to the tools that it mentions and that the list of this address leaves out.
    fn with_tool_hints(&self, answer: CallToolResponse, caller: &Caller, toolset: Toolset, called: &str) -> CallToolResponse {
        let where_to = |named: &[&'static str]| {
            let others: Vec<&str> = named.iter().copied().filter(|name| *name != called).collect();
            toolset::elsewhere(caller, &self.catalog.elsewhere(caller, toolset, &others))
        };
        match answer {
            CallToolResponse::Complete(result) => CallToolResponse::Complete(unlisted_tools::add_hint(result, where_to)),
            other => other,
        }
    }

    /// The error for an unknown tool, with the names that may have been meant.
    fn unknown(&self, caller: &Caller, name: &str) -> ErrorData {
        let near = if name.len() > NAME_LONGEST { Vec::new() } else { self.catalog.near(caller, name) };
        let meant = if near.is_empty() { String::new() } else { format!(". Did you mean {}?", near.join(" or ")) };
        ErrorData::invalid_params(format!("Unknown tool: {}{meant}", quoted(name)), None)
    }

    fn library(&self) -> Option<&Arc<dyn Library>> {
        self.catalog.library()
    }
}

fn program() -> Implementation {
    Implementation::new("stint", env!("CARGO_PKG_VERSION")).with_title("Stint")
}

/// The program with its website and icon, which only the handshake has: every result would be longer by it.
fn handshake_server_info(caller: &Caller) -> Implementation {
    let address = caller.services.public_url.as_str();
    let icon = Icon::new(format!("{address}/favicon.svg")).with_mime_type("image/svg+xml").with_sizes(vec!["any".to_owned()]);
    program().with_website_url(address).with_icons(vec![icon])
}

/// The caller that the earlier layers have put into the request; without one the request fails.
fn caller(context: &RequestContext<RoleServer>) -> Result<Caller, ErrorData> {
    let parts = context.extensions.get::<http::request::Parts>();
    let caller = parts.and_then(|parts| parts.extensions.get::<Caller>()).filter(|caller| caller.person.is_some());
    caller.cloned().ok_or_else(|| ErrorData::invalid_request(Error::unauthenticated().message, None))
}

/// The toolset that the address of the request asks for.
fn toolset_of(context: &RequestContext<RoleServer>) -> Result<Toolset, ErrorData> {
    Toolset::of(context.extensions.get::<http::request::Parts>())
}

/// Whether the client speaks the newest version of the protocol, which has no *initialize*.
fn is_newest_version(context: &RequestContext<RoleServer>) -> bool {
    let header = context.extensions.get::<http::request::Parts>().and_then(|parts| parts.headers.get("mcp-protocol-version"));
    header.is_some_and(|version| version == ProtocolVersion::V_2026_07_28.as_str())
}

/// The error for an unsupported method, in the same words for all.
fn method_not_found(method: &str) -> ErrorData {
    let message = format!("There is no method {}. There are {KNOWN_METHODS}.", quoted(method));
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, message, None)
}

/// The caller with the name that the client gives itself in the request, for the audit log.
fn named(caller: Caller, context: &RequestContext<RoleServer>) -> Caller {
    match context.meta.client_info() {
        Some(client) => {
            Caller { program: format!("{} {}", client.name, client.version).chars().take(PROGRAM_NAME_MAX).collect(), ..caller }
        }
        None => caller,
    }
}

/// A name that the client has given, in a form that can be quoted: errors are logged by the library.
fn quoted(name: &str) -> String {
    match name.chars().nth(NAME_LONGEST) {
        Some(_) => format!("a name of more than {NAME_LONGEST} characters"),
        None => text::excerpt(&audit::redact_text(name)),
    }
}

/// Refuses a cursor: lists have one page, so none was ever given out.
fn refuse_cursor(request: Option<PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor) {
        Some(_) => Err(ErrorData::invalid_params("Unknown cursor", None)),
        None => Ok(()),
    }
}

/// Runs a tool in its own task, so that a panic or a timeout becomes an error result. The task is aborted when the client leaves.
async fn run(
    work: BoxFuture<'static, Result<CallToolResponse, ErrorData>>,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    let mut tasks = JoinSet::new();
    tasks.spawn(isolated(work));
    tokio::select! {
        ended = timeout(TOOL_LIMIT, tasks.join_next()) => match ended {
            Ok(Some(Ok(answer))) => answer,
            Ok(_) => {
                tracing::error!("a tool panicked");
                Ok(refused(&Error::internal()).into())
            }
            Err(_) => Ok(refused(&too_slow()).into()),
        },
        () = context.ct.cancelled() => Err(ErrorData::internal_error("the client went away", None)),
    }
}

fn too_slow() -> Error {
    let seconds = TOOL_LIMIT.as_secs();
    Error::new(Code::Unavailable, format!("This took longer than {seconds} seconds and was given up."))
        .hint("Look whether it was done before you try again, or repeat the call with the same idempotency_key.")
}

fn stamped(mut response: CallToolResponse) -> CallToolResponse {
    if let CallToolResponse::Complete(result) = &mut response {
        stamp(&mut result.meta);
    }
    response
}

/// Adds the name of the program to a result's metadata.
fn stamp(meta: &mut Option<MetaObject>) {
    if let Ok(program) = serde_json::to_value(program()) {
        meta.get_or_insert_default().0.insert(SERVER_INFO.to_owned(), program);
    }
}

impl ServerHandler for Endpoint {
    fn get_info(&self) -> ServerConfig {
        let tools = ServerCapabilities::builder().enable_tools();
        let capabilities = match self.library() {
            Some(_) => tools.enable_resources().enable_prompts().enable_completions().build(),
            None => tools.build(),
        };
        ServerConfig::new(capabilities).with_server_info(program())
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        let caller = caller(&context)?;
        context.peer.set_peer_info(request.clone());
        let greeting = self.negotiate_initialize(&request)?.with_instructions(self.words(&caller, toolset_of(&context)?));
        Ok(greeting.with_server_info(handshake_server_info(&caller)))
    }

    async fn discover(&self, context: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        let caller = caller(&context)?;
        let info =
            self.get_info().with_instructions(self.words(&caller, toolset_of(&context)?)).with_server_info(handshake_server_info(&caller));
        let versions = self.supported_protocol_versions().into_owned();
        Ok(DiscoverResult::from_server_info(versions, info).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        refuse_cursor(request)?;
        let (tools, _) = self.catalog.tools(&caller(&context)?, toolset_of(&context)?);
        let mut all = ListToolsResult::with_all_items(tools).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Private);
        stamp(&mut all.meta);
        Ok(all)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.catalog.tool(name).map(|entry| entry.tool.clone())
    }

    /// A tool that is not for this caller is called all the same: the operation itself says who may use it. That a tool of this name exists
    /// is no secret; what it would answer is.
    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let caller = named(caller(&context)?, &context);
        let entry = self.catalog.tool(&request.name).ok_or_else(|| self.unknown(&caller, &request.name))?;
        let called = request.name.clone();
        let work = (entry.run)(ToolCall { caller: caller.clone(), request, context: context.clone() });
        let answer = run(work, &context).await?;
        let toolset = toolset_of(&context).unwrap_or_default();
        Ok(stamped(self.with_tool_hints(answer, &caller, toolset, &called)))
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        refuse_cursor(request)?;
        let library = self.library().ok_or_else(|| method_not_found(ListResourcesRequestMethod::VALUE))?;
        let resources = library.resources(&caller(&context)?);
        Ok(ListResourcesResult::with_all_items(resources).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        refuse_cursor(request)?;
        let library = self.library().ok_or_else(|| method_not_found(ListResourceTemplatesRequestMethod::VALUE))?;
        let templates = library.templates(&caller(&context)?);
        Ok(ListResourceTemplatesResult::with_all_items(templates).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let library = self.library().ok_or_else(|| method_not_found(ReadResourceRequestMethod::VALUE))?;
        library.read(caller(&context)?, request).await
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        refuse_cursor(request)?;
        let library = self.library().ok_or_else(|| method_not_found(ListPromptsRequestMethod::VALUE))?;
        let prompts = library.prompts(&caller(&context)?);
        Ok(ListPromptsResult::with_all_items(prompts).with_ttl_ms(TTL_MS).with_cache_scope(CacheScope::Private))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let library = self.library().ok_or_else(|| method_not_found(GetPromptRequestMethod::VALUE))?;
        library.prompt(caller(&context)?, request).await
    }

    /// The method is unknown, or its parameters cannot be read: those are two different errors.
    async fn on_custom_request(&self, request: CustomRequest, context: RequestContext<RoleServer>) -> Result<CustomResult, ErrorData> {
        let method = request.method.as_str();
        let is_known = METHODS.contains(&method)
            || self.library().is_some() && LIBRARY_METHODS.contains(&method)
            || method == InitializeResultMethod::VALUE && !is_newest_version(&context);
        if !is_known {
            return Err(method_not_found(method));
        }
        let takes = match method {
            InitializeResultMethod::VALUE => "it takes protocolVersion, capabilities, and clientInfo with name and version",
            CallToolRequestMethod::VALUE => "it takes the name of a tool, and arguments as an object",
            _ => "see its schema in the protocol",
        };
        Err(ErrorData::invalid_params(format!("The params of {method} cannot be read: {takes}."), None))
    }

    async fn complete(&self, request: CompleteRequestParams, context: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        let library = self.library().ok_or_else(|| method_not_found(CompleteRequestMethod::VALUE))?;
        library.complete(caller(&context)?, request).await
    }
}
