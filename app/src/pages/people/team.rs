//! The members of a project, on its page.

use leptos::prelude::*;

use crate::{
    access::Permission,
    page::Page,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::done_words::DoneWords,
    people::{ListMembers, Member},
    projects::team::{AssignProjectMembers, Team, UnassignProjectMembers},
    ui::{Form, PageSection, Select, SelectOption, Submit, WriteAction, create_resource, hidden, on_success, use_flash, when_loaded},
};

/// The members of the project, and for those who lead the work the forms to assign and remove them. Nothing for those who see no members.
#[component]
pub fn TeamSection(
    /// The project's id.
    project: String,
) -> impl IntoView {
    use_current_organization().sees_teams().then(|| section(project))
}

fn section(project: String) -> AnyView {
    let changes = RwSignal::new(0_u32);
    let leads = use_current_organization().may(Permission::WriteWork);
    let (of, to_join) = (project.clone(), project.clone());
    let on_it = create_resource(
        move || (changes.get(), of.clone()),
        |(_, project)| ListMembers { project: Some(project), limit: Some(200), ..Default::default() }.call(),
    );
    view! {
        <PageSection title="On this project" id="team">
            {when_loaded(on_it, move |page| team(page, project.clone(), leads, changes))}
            {leads.then(|| view! { <Add project=to_join changes /> })}
        </PageSection>
    }
    .into_any()
}

fn team(page: Page<Member>, project: String, leads: bool, changes: RwSignal<u32>) -> AnyView {
    if page.items.is_empty() {
        return view! { <p class="quiet">"Nobody yet. Members see a project and track time on it once they are on it."</p> }.into_any();
    }
    let rows = page.items.into_iter().map(|member| {
        let project = project.clone();
        view! {
            <li>
                <span>{member.name.clone()}</span>
                {leads.then(|| view! { <RemoveFromProject project member changes /> })}
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
}

/// What is said once somebody is put on a project or taken off it.
pub(in crate::pages) fn team_words(team: &Team) -> String {
    let names: Vec<&str> = team.members.iter().map(|member| member.name.as_str()).collect();
    match names.is_empty() {
        true => format!("Nobody is on {} now.", team.name),
        false => format!("On {} now: {}.", team.name, names.join(", ")),
    }
}

#[component]
fn RemoveFromProject(project: String, member: Member, changes: RwSignal<u32>) -> impl IntoView {
    let form = format!("off-{}", member.id);
    let action = WriteAction::<UnassignProjectMembers>::of_form(&form);
    let (work, flash) = (use_changes().work, use_flash());
    on_success(action, move |team| {
        flash.done(UnassignProjectMembers::done_words(team, ()), team);
        invalidate(changes);
        invalidate(work);
    });
    view! {
        <Form action id=form>
            {hidden("project", project)} {hidden("members[0]", member.id)}
            <Submit label="Take off" class="button" spoken=format!("Take off {}", member.name) />
        </Form>
    }
}

/// The form that assigns a member to the project.
#[component]
fn Add(project: String, changes: RwSignal<u32>) -> impl IntoView {
    let action = WriteAction::<AssignProjectMembers>::new();
    let (work, flash) = (use_changes().work, use_flash());
    on_success(action, move |team| {
        flash.done(AssignProjectMembers::done_words(team, ()), team);
        invalidate(changes);
        invalidate(work);
    });
    let of = project.clone();
    let both = create_resource(
        move || (changes.get(), of.clone()),
        |(_, project)| async move {
            let on_it = ListMembers { project: Some(project), limit: Some(200), ..Default::default() }.call();
            futures::try_join!(ListMembers { limit: Some(200), ..Default::default() }.call(), on_it)
        },
    );
    let form = move |(everybody, on_it): (Page<Member>, Page<Member>)| {
        let others = everybody
            .items
            .into_iter()
            .filter(|member| member.role.may(Permission::TrackTime) && !on_it.items.iter().any(|known| known.id == member.id));
        let choices: Vec<SelectOption> = others.map(|member| (member.id.to_string(), member.name)).collect();
        if choices.is_empty() {
            return ().into_any();
        }
        let project = project.clone();
        view! {
            <Form action id="put-on" class="put-on">
                {hidden("project", project)}
                <Select label="Put on it" name="members[0]" choices />
                <Submit label="Add" class="button" />
            </Form>
        }
        .into_any()
    };
    when_loaded(both, form)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        testing::{World, current_organization, provide_organization},
    };

    #[tokio::test]
    async fn who_sees_no_members_is_not_told_that_nobody_is_on_a_project() {
        let studio = World::new("studio").await;
        studio.ok("create_client", serde_json::json!({"name": "Acme"})).await;
        let site = studio.ok("create_project", serde_json::json!({"client": "Acme", "name": "Site"})).await;
        let site = site["id"].as_str().expect("an id").to_owned();
        let alan = studio.as_role(Role::Viewer).await;
        let looking = async {
            let here = provide_organization();
            (here.sees_teams(), view! { <TeamSection project=site /> }.to_html())
        };
        let (seen, html) = alan.caller.clone().run(looking).await;
        assert!(!seen && !html.contains("On this project"), "{html}");
        for role in [Role::Owner, Role::Admin, Role::Manager, Role::Member] {
            let other = studio.as_role(role).await;
            let looking = async { current_organization().sees_teams() };
            assert!(other.caller.clone().run(looking).await, "{role:?}");
        }
    }
}
