//! Stores a message of a person and answers it: a slash command at once, anything else by a model.

use domain::{
    id::{ConversationId, MessageId, RunId},
    text,
};

use super::{
    AssistantServices, Conversation, Message, ModelAvailability, SendMessageResponse, Speaker, Step, agent_loop, answer_lines, commands,
    history,
    model::ChatMessage,
    prompt, proposal, run_lease,
    run_registry::RunGuard,
    slash, store, tool,
    usage::{self, TokenUsage},
    user::AssistantUser,
};
use crate::{
    audit,
    database::AccessMode,
    error::{Code, Error},
    operation::{Effect, Operation, refusal_for_person},
};

/// The maximum length of a message, in characters.
const LONGEST: usize = 8_000;

/// The maximum number of messages in a conversation to which another is added.
const MESSAGES_MAX: i64 = 400;

/// The maximum size of a conversation to which another message is added, in bytes: its messages, what was looked up for them, and its
/// cards.
const BYTES_MAX: i64 = 2_000_000;

/// The maximum number of conversations of a member who begins another.
const CONVERSATIONS_MAX: i64 = 2_000;

/// The maximum size of all conversations of a member to which another message is added, in bytes; see [`store::conversation::MemberSize`].
const MEMBER_BYTES_MAX: i64 = 100_000_000;

/// The maximum length of a title made from the first message, in characters.
const TITLE: usize = 60;

/// Stores a message and answers it.
pub async fn send_message(
    user: AssistantUser,
    conversation: Option<ConversationId>,
    text: &str,
    page: Option<String>,
) -> Result<SendMessageResponse, Error> {
    // Conversations are stored and sent to a model, so secrets of tokens and links are redacted; which token is meant stays readable.
    let text = audit::redact_message(&text::lines("text", text, LONGEST)?).into_owned();
    if text.is_empty() {
        return Err(Error::invalid("text", "Nothing was said. Ask something, or type / for the commands."));
    }
    let standing = model_availability(&user).await?;
    let asks = !text.starts_with('/') && standing.model.is_some() && standing.enabled;
    check_message(&user, conversation, asks).await?;
    let id = conversation.unwrap_or_default();
    // The run is registered first: a message sent while another answer is being made is refused and not stored.
    let run = if asks { Some(user.caller.services.assistant().runs.begin(&user, id)?) } else { None };
    let asked = message(Speaker::Person, text.clone());
    store_question(&user, id, conversation.is_none(), &asked).await?;
    if let Some(run) = run {
        return ask(user, run, id, asked, page).await;
    }
    let answer = match text.starts_with('/') {
        true => answer_command(&user, id, &text).await,
        false => message(Speaker::Assistant, without_model(&user, &standing)),
    };
    store_answer(&user, id, &answer).await?;
    Ok(SendMessageResponse { conversation: id, messages: vec![asked, answer], run: None })
}

/// Refuses a message in a conversation of another member, where there is no room for it, or, if it asks the model, while an answer is
/// being made there. Without a conversation it begins a new one.
async fn check_message(user: &AssistantUser, conversation: Option<ConversationId>, asks: bool) -> Result<(), Error> {
    let member = user.membership.member;
    let mut db = user.db(AccessMode::Read).await?;
    if let Some(id) = conversation {
        store::conversation::find(&mut db, id, member).await?;
        check_room(&store::conversation::size(&mut db, id).await?)?;
    }
    check_room_of_member(&store::conversation::size_of_member(&mut db, member).await?, conversation.is_none())?;
    match conversation.filter(|_| asks) {
        Some(id) => run_lease::refuse_if_running(&mut db, &user.caller.services.assistant().runs, id).await,
        None => Ok(()),
    }
}

/// Refuses another message of a member whose conversations together are as long as they may be, and another conversation of one who has
/// as many as one may have.
fn check_room_of_member(size: &store::conversation::MemberSize, begins: bool) -> Result<(), Error> {
    let message = if size.bytes >= MEMBER_BYTES_MAX {
        let megabytes = MEMBER_BYTES_MAX / 1_000_000;
        format!("Your conversations take {megabytes} MB together, and no more fits. Delete old ones to go on.")
    } else if begins && size.conversations >= CONVERSATIONS_MAX {
        format!("You have {} conversations, and {CONVERSATIONS_MAX} fit at most. Delete old ones to begin another.", size.conversations)
    } else {
        return Ok(());
    };
    Err(Error::new(Code::Conflict, message))
}

/// Refuses another message in a conversation that is as long as one may be.
fn check_room(size: &store::conversation::ConversationSize) -> Result<(), Error> {
    let (messages, megabytes) = (size.messages, BYTES_MAX / 1_000_000);
    let why = match (messages >= MESSAGES_MAX, size.bytes >= BYTES_MAX) {
        (true, _) => format!("it has {messages} messages, and {MESSAGES_MAX} fit at most"),
        (false, true) => format!("what was said, looked up and proposed in it takes {megabytes} MB, and no more fits"),
        (false, false) => return Ok(()),
    };
    let message = format!("This conversation is full: {why}. Begin a new conversation to go on; this one can still be read.");
    Err(Error::new(Code::Conflict, message))
}

/// Whether a model is configured, and whether the organization may use it.
pub async fn model_availability(user: &AssistantUser) -> Result<ModelAvailability, Error> {
    let model = user.caller.services.assistant().model.as_ref();
    let switch = store::usage::switch(&mut user.db(AccessMode::Read).await?).await?;
    Ok(ModelAvailability {
        model: model.map(|model| model.name().to_owned()),
        host: model.map(|model| model.host().to_owned()),
        enabled: switch.enabled,
    })
}

fn message(speaker: Speaker, text: String) -> Message {
    Message { id: MessageId::new(), speaker, text, steps: Vec::new(), refusal: None }
}

fn without_model(user: &AssistantUser, standing: &ModelAvailability) -> String {
    let example = match user.named("create_time_entry") {
        Some(_) => "/log 45m Acme / Onboarding / first call",
        None => "/list-clients",
    };
    match standing.model {
        None => format!(
            "No model is set up, so I can only take slash commands, such as {example}. Whoever runs this Stint can set up a model; Settings, Assistant says how."
        ),
        Some(_) => format!(
            "The assistant is switched off here. An owner or admin can switch it on in Settings, Assistant. Slash commands work without it, such as {example}."
        ),
    }
}

async fn store_question(user: &AssistantUser, id: ConversationId, new: bool, asked: &Message) -> Result<(), Error> {
    let now = user.caller.services.clock.now();
    let mut db = user.db(AccessMode::Write).await?;
    if new {
        let title: String = asked.text.lines().next().unwrap_or_default().chars().take(TITLE).collect();
        store::conversation::insert(&mut db, id, user.membership.member, &title, now).await?;
    } else {
        store::conversation::touch(&mut db, id, now).await?;
    }
    store::message::insert(&mut db, id, asked, user.membership.role, now, Some(now)).await?;
    db.commit().await
}

async fn store_answer(user: &AssistantUser, id: ConversationId, answer: &Message) -> Result<(), Error> {
    let now = user.caller.services.clock.now();
    let mut db = user.db(AccessMode::Write).await?;
    store::message::insert(&mut db, id, answer, user.membership.role, now, Some(now)).await?;
    db.commit().await
}

/// Answers a slash command. A refusal is an answer too and is stored as one.
async fn answer_command(user: &AssistantUser, id: ConversationId, text: &str) -> Message {
    if slash::is_help(text) {
        return message(Speaker::Assistant, commands::help(user));
    }
    let mut answer = message(Speaker::Assistant, String::new());
    match run_command(user, id, text).await {
        Ok(step) => {
            if let Step::Tool(tool) = &step {
                answer.text = tool.summary.clone().unwrap_or_default();
            }
            answer.steps.push(step);
        }
        Err(error) => answer.refusal = Some(refusal_for_person(error)),
    }
    answer
}

async fn run_command(user: &AssistantUser, id: ConversationId, text: &str) -> Result<Step, Error> {
    commands::check_role(user, text)?;
    let parsed = slash::parse(text, &commands::available(user), &commands::known_names(user).await)?;
    let operation: &Operation = user
        .named(&parsed.operation)
        .ok_or_else(|| Error::invalid("text", format!("There is no command for {}. Type / to see them all.", parsed.operation)))?;
    let parsed = parsed.coerced(&operation.input);
    commands::check_arguments(operation, &parsed.arguments)?;
    if operation.declaration.effect != Effect::Read {
        return proposal::propose(user, id, operation, parsed.arguments).await.map(Step::Card);
    }
    let mut step = tool::begun("step-1".to_owned(), operation, parsed.arguments);
    let result = tool::run(user, operation, &mut step).await?;
    step.lines = answer_lines::lines(operation.declaration.name, &result, &user.membership.slug);
    Ok(Step::Tool(step))
}

/// Starts the model's answer in the background; the request does not wait for it.
async fn ask(
    user: AssistantUser,
    run: RunGuard,
    id: ConversationId,
    asked: Message,
    page: Option<String>,
) -> Result<SendMessageResponse, Error> {
    let answer = message(Speaker::Assistant, String::new());
    let conversation = match begin(&user, id, &answer, run.id).await {
        Ok(conversation) => conversation,
        Err(error) => {
            let answer = Message { refusal: Some(error), ..answer };
            run.end(answer.clone());
            store_answer(&user, id, &answer).await?;
            return Ok(SendMessageResponse { conversation: id, messages: vec![asked, answer], run: None });
        }
    };
    let mut chat_messages = vec![ChatMessage::System(prompt::system_prompt(&user, page.as_deref()))];
    chat_messages.extend(history::chat_messages(&conversation));
    let said = SendMessageResponse { conversation: id, messages: vec![asked], run: Some(run.id) };
    agent_loop::start(agent_loop::AgentLoop {
        user,
        run,
        conversation: id,
        answer,
        chat_messages,
        taken: TokenUsage::default(),
        used: TokenUsage::default(),
    });
    Ok(said)
}

/// Loads the conversation and stores an empty answer in it before the model is asked.
async fn begin(user: &AssistantUser, id: ConversationId, answer: &Message, run: RunId) -> Result<Conversation, Error> {
    usage::check(user).await?;
    let conversation = history::get(user, id).await?;
    let now = user.caller.services.clock.now();
    let mut db = user.db(AccessMode::Write).await?;
    // This locks the conversation: of two processes that begin at once, the second finds the answer of the first.
    store::conversation::touch(&mut db, id, now).await?;
    run_lease::refuse_if_running(&mut db, &user.caller.services.assistant().runs, id).await?;
    store::message::insert(&mut db, id, answer, user.membership.role, now, None).await?;
    store::message::keep_alive(&mut db, answer.id, run, run_lease::LEASE).await?;
    db.commit().await?;
    Ok(conversation)
}
