//! Unread notifications on a page, with a button to mark them as read.

use leptos::prelude::*;

use crate::{
    notifications::{MarkNotificationsRead, Notification, list_notifications},
    page_context::{invalidate, use_changes},
    ui::{Form, Icon, Submit, WriteAction, create_resource, hidden, icon, on_warnings, when_loaded},
};

/// The most notifications shown; the rest appear when these are read.
const SHOWN_MAX: u32 = 20;

/// The unread notifications; nothing at all when there are none.
#[component]
pub fn Notifications(
    /// Only notifications about the page whose path ends like this.
    #[prop(optional, into)]
    about: Option<String>,
) -> impl IntoView {
    let changes = use_changes();
    let read = RwSignal::new(0_u32);
    let unread = create_resource(move || (changes.time.get(), read.get()), |_| list_notifications(Some(true), Some(SHOWN_MAX), None));
    when_loaded(unread, move |page| {
        let items = page.items.into_iter().filter(|item| about.as_ref().is_none_or(|about| item.link.ends_with(about)));
        let items: Vec<_> = items.collect();
        let linked = about.is_none();
        (!items.is_empty()).then(|| list(items, linked, read)).into_any()
    })
}

fn list(items: Vec<Notification>, linked: bool, read: RwSignal<u32>) -> AnyView {
    let action = WriteAction::<MarkNotificationsRead>::new();
    on_warnings(action, move |_| invalidate(read));
    let rows = items.into_iter().map(|item| {
        let text = if linked {
            view! { <a class="row-link" href=item.link>{item.text}</a> }.into_any()
        } else {
            view! { <span>{item.text}</span> }.into_any()
        };
        view! {
            <li>
                {icon(Icon::Warning)}
                <span>{text} <small class="quiet">{item.created_at.day().label()} ", " {item.created_at.clock().to_owned()}</small></span>
                <Form action id=format!("read-{}", item.id) class="inline" quiet=true>
                    {hidden("notifications[0]", item.id)}
                    <Submit label="Read" class="button" />
                </Form>
            </li>
        }
    });
    view! { <ul class="notes" aria-label="Notifications">{rows.collect_view()}</ul> }.into_any()
}
