//! What a person says, and by what it is answered: a slash command at once, anything else by a model.

use super::{
    Conversation, Message, Said, Speaker, Standing, Step, commands,
    door::Visitor,
    elsewhere, history,
    model::Turn,
    prompt, proposal, run,
    runs::Begun,
    slash, store, tool,
    usage::{self, Tokens},
};
use crate::{
    audit,
    database::Access,
    error::Error,
    id::{ConversationId, MessageId, RunId},
    operation::{Effect, Operation},
    text,
};

/// The longest thing that can be said at once, in characters.
const LONGEST: usize = 8_000;

/// How much of the first message becomes the title, in characters.
const TITLE: usize = 60;

/// Keeps what is said, and answers it.
pub async fn say(visitor: Visitor, conversation: Option<ConversationId>, text: &str, page: Option<String>) -> Result<Said, Error> {
    // A conversation is kept and shown to a model: which token is meant stays, its secret does not, nor that of a link.
    let text = audit::said_text(&text::lines("text", text, LONGEST)?).into_owned();
    if text.is_empty() {
        return Err(Error::invalid("text", "Nothing was said. Ask something, or type / for the commands."));
    }
    let standing = standing(&visitor).await?;
    let asks = !text.starts_with('/') && standing.model.is_some() && standing.enabled;
    let id = conversation.unwrap_or_default();
    if conversation.is_some() {
        let mut db = visitor.db(Access::Read).await?;
        store::conversation::find(&mut db, id, visitor.place.member).await?;
        if asks {
            elsewhere::refuse(&mut db, &visitor.caller.services.assistant.runs, id).await?;
        }
    }
    // The place for the answer comes first: what is said while another answer is being made is not kept.
    let run = if asks { Some(visitor.caller.services.assistant.runs.begin(&visitor, id)?) } else { None };
    let asked = message(Speaker::Person, text.clone());
    keep_asked(&visitor, id, conversation.is_none(), &asked).await?;
    if let Some(run) = run {
        return ask(visitor, run, id, asked, page).await;
    }
    let answer = match text.starts_with('/') {
        true => command(&visitor, id, &text).await,
        false => message(Speaker::Assistant, without_model(&standing)),
    };
    keep_answer(&visitor, id, &answer).await?;
    Ok(Said { conversation: id, messages: vec![asked, answer], run: None })
}

/// Whether there is a model, and whether it may be used here.
pub async fn standing(visitor: &Visitor) -> Result<Standing, Error> {
    let model = visitor.caller.services.assistant.model.as_ref();
    let switch = store::usage::switch(&mut visitor.db(Access::Read).await?).await?;
    Ok(Standing {
        model: model.map(|model| model.name().to_owned()),
        host: model.map(|model| model.host().to_owned()),
        enabled: switch.enabled,
    })
}

fn message(speaker: Speaker, text: String) -> Message {
    Message { id: MessageId::new(), speaker, text, steps: Vec::new(), refusal: None }
}

fn without_model(standing: &Standing) -> String {
    match standing.model {
        None => "No model is set up, so I can only take slash commands, such as /log 45m Acme / Onboarding call. Whoever runs this Stint can set up a model; Settings, Assistant says how.",
        Some(_) => "The assistant is switched off here. An owner or admin can switch it on in Settings, Assistant. Slash commands work without it, such as /log 45m Acme / Onboarding call.",
    }
    .to_owned()
}

async fn keep_asked(visitor: &Visitor, id: ConversationId, new: bool, asked: &Message) -> Result<(), Error> {
    let now = visitor.caller.services.clock.now();
    let mut db = visitor.db(Access::Write).await?;
    if new {
        let title: String = asked.text.lines().next().unwrap_or_default().chars().take(TITLE).collect();
        store::conversation::insert(&mut db, id, visitor.place.member, &title, now).await?;
    } else {
        store::conversation::touch(&mut db, id, now).await?;
    }
    store::message::insert(&mut db, id, asked, visitor.place.role, now, Some(now)).await?;
    db.commit().await
}

async fn keep_answer(visitor: &Visitor, id: ConversationId, answer: &Message) -> Result<(), Error> {
    let now = visitor.caller.services.clock.now();
    let mut db = visitor.db(Access::Write).await?;
    store::message::insert(&mut db, id, answer, visitor.place.role, now, Some(now)).await?;
    db.commit().await
}

/// Answers a slash command. A refusal is an answer too, and is kept as one.
async fn command(visitor: &Visitor, id: ConversationId, text: &str) -> Message {
    let mut answer = message(Speaker::Assistant, String::new());
    match carried_out(visitor, id, text).await {
        Ok(step) => {
            if let Step::Tool(tool) = &step {
                answer.text = tool.summary.clone().unwrap_or_default();
            }
            answer.steps.push(step);
        }
        Err(error) => answer.refusal = Some(error),
    }
    answer
}

async fn carried_out(visitor: &Visitor, id: ConversationId, text: &str) -> Result<Step, Error> {
    let parsed = slash::parse(text, &commands::of(visitor), &commands::names(visitor).await)?;
    let operation: &Operation = visitor
        .named(&parsed.operation)
        .ok_or_else(|| Error::invalid("text", format!("There is no command for {}. Type / to see them all.", parsed.operation)))?;
    let parsed = parsed.suited(&operation.input);
    if operation.declaration.effect != Effect::Read {
        return proposal::propose(visitor, id, operation, parsed.arguments).await.map(Step::Card);
    }
    let mut step = tool::begun("step-1".to_owned(), operation, parsed.arguments);
    tool::run(visitor, operation, &mut step).await?;
    Ok(Step::Tool(step))
}

/// Lets the model answer, while the page is answered already.
async fn ask(visitor: Visitor, run: Begun, id: ConversationId, asked: Message, page: Option<String>) -> Result<Said, Error> {
    let answer = message(Speaker::Assistant, String::new());
    let conversation = match begin(&visitor, id, &answer, run.id).await {
        Ok(conversation) => conversation,
        Err(error) => {
            let answer = Message { refusal: Some(error), ..answer };
            run.end(answer.clone());
            keep_answer(&visitor, id, &answer).await?;
            return Ok(Said { conversation: id, messages: vec![asked, answer], run: None });
        }
    };
    let mut turns = vec![Turn::System(prompt::system(&visitor, page.as_deref()))];
    turns.extend(history::turns(&conversation));
    let said = Said { conversation: id, messages: vec![asked], run: Some(run.id) };
    run::start(run::Errand { visitor, run, conversation: id, answer, turns, taken: Tokens::default(), used: Tokens::default() });
    Ok(said)
}

/// What was said so far; the answer's place behind it is kept before anything is asked.
async fn begin(visitor: &Visitor, id: ConversationId, answer: &Message, run: RunId) -> Result<Conversation, Error> {
    usage::check(visitor).await?;
    let conversation = history::get(visitor, id).await?;
    let now = visitor.caller.services.clock.now();
    let mut db = visitor.db(Access::Write).await?;
    // This holds the conversation: of two processes that begin at once, the second finds the answer of the first.
    store::conversation::touch(&mut db, id, now).await?;
    elsewhere::refuse(&mut db, &visitor.caller.services.assistant.runs, id).await?;
    store::message::insert(&mut db, id, answer, visitor.place.role, now, None).await?;
    store::message::keep_alive(&mut db, answer.id, run, elsewhere::LEASE).await?;
    db.commit().await?;
    Ok(conversation)
}
