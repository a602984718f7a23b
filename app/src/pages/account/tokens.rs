//! Settings → Tokens: personal access tokens for agents and programs.

use leptos::prelude::*;

use crate::{
    access::{Role, Scope, WriteMode},
    account::{
        mcp_clients::{MCP_CLIENTS, McpClient, StepTarget},
        tokens::{AccessToken, CreateToken, NewToken, Preset, RevokeToken, list_tokens},
    },
    page::Page,
    page_context::{use_current_organization, use_page_context},
    pages::done_words::Done,
    ui::{
        CopyButton, Dialog, DialogTrigger, Empty, Field, Form, PageSection, Select, SelectOption, Submit, WriteAction, choices,
        create_resource, hidden, idempotency_field, on_success, refusal, shown_once, use_flash, when_loaded,
    },
};

/// The list of tokens, and the form for a new one.
#[component]
pub fn TokensSection() -> impl IntoView {
    let create = WriteAction::<CreateToken>::new();
    let revoked = RwSignal::new(0_u32);
    let tokens = create_resource(move || (create.version().get(), revoked.get()), |_| list_tokens());
    let made_before = shown_once::<CreateToken>();
    let offered = offered_presets(use_current_organization().0.role);
    let (most, any_writes) = (offered.last().map_or("", |preset| preset.name()), offered.len() > 1);
    let presets: Vec<SelectOption> = offered.iter().map(|preset| (preset.name().to_owned(), label(*preset).to_owned())).collect();
    view! {
        <div class="columns">
            <PageSection title="New token" id="new-token">
                <p class="quiet">"With a token an agent or a program acts as you in this organization, within the limits that you choose here."</p>
                <Form action=create id="token" class="stack" clears=true>
                    {idempotency_field(create)}
                    <Field label="What it is for" name="name" required=true maxlength=100 placeholder="Claude on my laptop" />
                    <Select label="It may" name="preset" choices=presets value=most />
                    {any_writes.then(|| view! { <Select label="When it writes" name="writes" choices=writes() value="ask" /> })}
                    <Select label="It runs out" name="expires_in_days" choices=lifetimes() value="90" />
                    <Submit label="Make token" />
                </Form>
            </PageSection>
            <div>
                {move || match create.answer() {
                    Some(Ok(done)) => Some(view! { <Fresh made=done.result /> }),
                    Some(Err(_)) => None,
                    None => made_before.clone().map(|done| view! { <Fresh made=done.result /> }),
                }}
                <PageSection title="Your tokens" id="tokens">
                    {when_loaded(tokens, move |page| list(page, revoked))}
                </PageSection>
            </div>
        </div>
    }
}

fn label(preset: Preset) -> &'static str {
    match preset {
        Preset::ReadOnly => "Look, change nothing",
        Preset::Time => "Track time",
        Preset::Billing => "Draft and send invoices",
        Preset::Full => "Do everything a token can",
    }
}

/// The scopes for writing that a role can use: a token does no more than its owner may.
fn usable_writes(scopes: &[Scope], role: Role) -> Vec<Scope> {
    scopes.iter().copied().filter(|scope| scope.writes() && role.may(scope.needs())).collect()
}

/// The presets that differ for a role, from the least to the most.
fn offered_presets(role: Role) -> Vec<Preset> {
    let mut offered: Vec<Preset> = Vec::new();
    for preset in Preset::ALL.iter().copied() {
        let writes = usable_writes(&preset.scopes(), role);
        if offered.iter().all(|other| usable_writes(&other.scopes(), role) != writes) {
            offered.push(preset);
        }
    }
    offered
}

/// What a token with these scopes may do for a person of this role: in the words of the form if it can do all of that preset and writes
/// nothing else, or each scope by itself.
fn scopes_in_words(scopes: &[Scope], role: Role) -> String {
    let usable: Vec<Scope> = scopes.iter().copied().filter(|scope| role.may(scope.needs())).collect();
    let is_meant = |preset: &Preset| {
        let of_preset = preset.scopes();
        let has_all = of_preset.iter().filter(|scope| role.may(scope.needs())).all(|scope| usable.contains(scope));
        has_all && usable_writes(&of_preset, role) == usable_writes(scopes, role)
    };
    match offered_presets(role).into_iter().find(is_meant) {
        Some(preset) => label(preset).to_owned(),
        None => {
            let mut words: Vec<&str> = Vec::new();
            for verb in usable.into_iter().map(verb) {
                if !words.contains(&verb) {
                    words.push(verb);
                }
            }
            if words.is_empty() { "May do nothing: your role allows none of it".to_owned() } else { format!("May {}", words.join(", ")) }
        }
    }
}

/// What a scope permits: to see the people is what everybody may who belongs to the organization.
fn verb(scope: Scope) -> &'static str {
    match scope {
        Scope::PeopleRead => "see who belongs to the organization",
        scope => scope.needs().verb(),
    }
}

fn writes() -> Vec<(String, String)> {
    choices(&[
        ("ask", "Time and invoices wait as drafts; it shows you the rest to do"),
        ("drafts", "Time and invoices wait as drafts; it does nothing else"),
        ("direct", "It counts at once"),
    ])
}

fn lifetimes() -> Vec<(String, String)> {
    choices(&[("30", "After 30 days"), ("90", "After 90 days"), ("365", "After a year"), ("0", "Never")])
}

/// The secret of a new token, which is shown once, with the setup of clients.
#[component]
fn Fresh(made: NewToken) -> impl IntoView {
    let address = use_page_context().address;
    let token = made.token.clone();
    let clients = MCP_CLIENTS.iter().enumerate();
    view! {
        <section class="fresh" aria-labelledby="fresh">
            <h2 id="fresh">"Copy it now: it is not shown again"</h2>
            <div class="secret">
                <code id="secret">{made.token.clone()}</code>
                <CopyButton text=made.token what="the token" />
            </div>
            <p class="quiet">
                "For an MCP client, with the address and the token filled in. It is offered the tools for every day; with "
                <code>"?toolset=all"</code> " behind the address, all of them."
            </p>
            {clients.map(|(at, client)| lines(client, at == 0, &address, &token)).collect_view()}
        </section>
    }
}

/// The setup of one client in a disclosure, of which one is open at a time, initially the first.
fn lines(client: &'static McpClient, open: bool, address: &str, token: &str) -> AnyView {
    let steps = client.steps.iter().map(|step| {
        let place = match step.place {
            StepTarget::Shell(words) => words.to_owned(),
            StepTarget::File(file) => format!("In {file}"),
        };
        let (text, label) = (step.text(address, token), format!("{}: {place}", client.name));
        view! {
            <p class="quiet">{place} ":"</p>
            <div class="secret">
                <pre tabindex="0" aria-label=label.clone()><code>{text.clone()}</code></pre>
                <CopyButton text what=label />
            </div>
        }
    });
    view! {
        <details class="client-lines" name="client-lines" open=open>
            <summary>{client.name}</summary>
            {steps.collect_view()}
            {(!client.note.is_empty()).then_some(view! { <p class="quiet">{client.note}</p> })}
        </details>
    }
    .into_any()
}

fn list(page: Page<AccessToken>, revoked: RwSignal<u32>) -> AnyView {
    if page.items.is_empty() {
        return view! { <Empty title="No token yet" text="Make one to let an agent track time or draft invoices for you." /> }.into_any();
    }
    view! { <ul class="rows">{page.items.into_iter().map(|token| view! { <TokenItem token revoked /> }).collect_view()}</ul> }.into_any()
}

#[component]
fn TokenItem(token: AccessToken, revoked: RwSignal<u32>) -> impl IntoView {
    let used = match (&token.last_used_at, &token.last_used_by) {
        (Some(at), Some(by)) => format!("used {} at {} by {by}", at.day().label(), at.clock()),
        (Some(at), None) => format!("used {} at {}", at.day().label(), at.clock()),
        _ => "never used".to_owned(),
    };
    let ends = token.expires_at.as_ref().map_or_else(|| "never runs out".to_owned(), |at| format!("runs out {}", at.day().label()));
    let role = use_current_organization().0.role;
    let writing = match token.writes {
        WriteMode::Direct => "writes count at once",
        WriteMode::Drafts => "writes drafts and nothing else",
        WriteMode::Ask => "writes drafts, shows you the rest",
    };
    let writing = (!usable_writes(&token.scopes, role).is_empty()).then(|| writing.to_owned());
    let facts: Vec<String> = [Some(scopes_in_words(&token.scopes, role)), writing, Some(used), Some(ends)].into_iter().flatten().collect();
    view! {
        <li>
            <span>
                <b>{token.name.clone()}</b>
                <small>{facts.join(" · ")}</small>
            </span>
            <Revoke token revoked />
        </li>
    }
}

#[component]
fn Revoke(token: AccessToken, revoked: RwSignal<u32>) -> impl IntoView {
    let flash = use_flash();
    let form = format!("revoke-form-{}", token.id);
    let action = WriteAction::<RevokeToken>::of_form(&form);
    on_success(action, move |_| {
        flash.say(RevokeToken::DONE);
        revoked.update(|count| *count += 1);
    });
    let refused = refusal(action);
    let dialog = format!("revoke-{}", token.id);
    view! {
        <span>
            <DialogTrigger dialog=dialog.clone() label="Revoke …" spoken=format!("Revoke {} …", token.name) class="button danger" />
            <Dialog id=dialog title=format!("Revoke {}?", token.name) refused closes=action.version()>
                <p>"Whoever uses it is refused from the next call on. This cannot be undone."</p>
                <Form action id=form class="actions">
                    {hidden("token", token.id)}
                    <Submit label="Revoke token" class="button danger solid" />
                </Form>
            </Dialog>
        </span>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{access::Permission, operation::Effect, operations};

    #[test]
    fn each_role_is_offered_the_presets_that_it_can_use() {
        use Preset::*;
        for role in [Role::Owner, Role::Admin, Role::Manager] {
            assert_eq!(offered_presets(role), Preset::ALL, "{role:?}");
        }
        assert_eq!(offered_presets(Role::Member), [ReadOnly, Time]);
        assert_eq!(offered_presets(Role::Viewer), [ReadOnly]);
    }

    #[test]
    fn a_token_is_told_in_the_words_of_the_form_as_far_as_the_role_goes() {
        let told = |preset: Preset, role| scopes_in_words(&preset.scopes(), role);
        assert_eq!(told(Preset::Full, Role::Owner), "Do everything a token can");
        assert_eq!(told(Preset::Billing, Role::Manager), "Draft and send invoices");
        assert_eq!(told(Preset::Full, Role::Member), "Track time");
        for preset in [Preset::ReadOnly, Preset::Full] {
            assert_eq!(told(preset, Role::Viewer), "Look, change nothing");
        }
        assert_eq!(told(Preset::Time, Role::Viewer), "May see time, see clients and projects, see who belongs to the organization");
        assert_eq!(scopes_in_words(&[Scope::TimeWrite, Scope::MoneyWrite], Role::Owner), "May track time, write invoices and payments");
        let narrow = scopes_in_words(&[Scope::TimeRead], Role::Owner);
        assert!(narrow.starts_with("May ") && !narrow.contains(','), "what it may not read is not told: {narrow}");
    }

    #[test]
    fn a_token_with_one_scope_for_reading_is_told_as_what_it_may_see() {
        let scopes = [
            (Scope::TimeRead, "May see time"),
            (Scope::WorkRead, "May see clients and projects"),
            (Scope::MoneyRead, "May see invoices and amounts"),
            (Scope::PeopleRead, "May see who belongs to the organization"),
            (Scope::ReportsRead, "May see time"),
        ];
        for role in Role::ALL.iter().copied() {
            for (scope, words) in scopes {
                let expected = if role.may(scope.needs()) { words } else { "May do nothing: your role allows none of it" };
                assert_eq!(scopes_in_words(&[scope], role), expected, "{role:?} {scope:?}");
            }
        }
        assert!(!Role::Member.may(Scope::MoneyRead.needs()), "one of them is of no use to a member");
    }

    #[test]
    fn what_two_scopes_let_see_is_told_once() {
        let scopes = [Scope::TimeRead, Scope::WorkRead, Scope::ReportsRead];
        assert_eq!(scopes_in_words(&scopes, Role::Owner), "May see time, see clients and projects");
    }

    #[test]
    fn what_a_scope_needs_is_what_its_writes_need() {
        let declared = operations::all().iter().map(|operation| operation.declaration).filter(|known| known.effect != Effect::Read);
        for (known, scope) in declared.filter_map(|known| Some((known, known.scope?))) {
            assert!(known.needs == scope.needs() || known.needs == Permission::Belong, "{}", known.name);
        }
    }
}
