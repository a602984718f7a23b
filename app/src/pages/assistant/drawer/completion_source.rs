//! Data for completion: the organization's commands and names, and whether there is a model.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    access::Permission,
    assistant::{Command, ModelAvailability, get_model_availability, list_commands, slash::KnownNames},
    clients::ListClients,
    page::PageRequest,
    page_context::{use_changes, use_current_organization},
    projects::ListProjects,
};

/// The maximum number of items in one page of a list.
const NAMES_MAX: u32 = 200;

/// The loaded data.
#[derive(Clone, Copy)]
pub(super) struct CompletionSource {
    /// The commands that the person may use.
    pub commands: RwSignal<Vec<Command>>,
    /// The names that may follow them.
    pub names: RwSignal<KnownNames>,
    /// Whether there is a model; `None` until it is loaded.
    pub standing: RwSignal<Option<ModelAvailability>>,
}

impl CompletionSource {
    /// Loads the data, and the names again whenever this tab has changed them. What cannot be loaded is not completed.
    pub(super) fn new() -> Self {
        let (here, changes) = (use_current_organization(), use_changes());
        let names = KnownNames::of(&[], &[], here.0.today.clone());
        let known = Self { commands: RwSignal::new(Vec::new()), names: RwSignal::new(names), standing: RwSignal::new(None) };
        spawn_local(async move {
            if let Ok(commands) = list_commands().await {
                known.commands.try_set(commands);
            }
        });
        known.look();
        if here.may(Permission::ReadWork) {
            Effect::new(move |_| {
                changes.work.track();
                spawn_local(known.learn_names());
            });
        }
        known
    }

    /// Loads again whether there is a model: an owner may have switched it on.
    pub(super) fn look(self) {
        spawn_local(async move {
            if let Ok(standing) = get_model_availability().await {
                self.standing.try_set(Some(standing));
            }
        });
    }

    async fn learn_names(self) {
        let projects = ListProjects { page: PageRequest::first(NAMES_MAX), ..Default::default() }.call();
        let Ok((projects, clients)) =
            futures::try_join!(projects, ListClients { page: PageRequest::first(NAMES_MAX), ..Default::default() }.call())
        else {
            return;
        };
        self.names.try_update(|names| *names = KnownNames::of(&projects.items, &clients.items, names.today.clone()));
    }

    /// Whether text that is no command is answered.
    pub(super) fn answers(self) -> bool {
        self.standing.with(|standing| standing.as_ref().is_some_and(|standing| standing.model.is_some() && standing.enabled))
    }
}
