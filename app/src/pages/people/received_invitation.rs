//! The invitations that a person can answer, in the app.

use leptos::prelude::*;

use crate::{
    access::role_words::with_article,
    page_context::invalidate,
    pages::done_words::DoneWords,
    people::invitations::{AnswerInvitation, AnsweredInvitation, ReceivedInvitation},
    platform,
    ui::{Form, WriteAction, hidden, on_success, use_flash},
};

/// What is said once an invitation is answered.
pub(in crate::pages) fn answered_words(answer: &AnsweredInvitation) -> String {
    match answer.accepted {
        true => format!("You belong to {} now.", answer.organization),
        false => format!("You declined the invitation to {}.", answer.organization),
    }
}

/// An invitation with its two answers. Accepting navigates to the organization; without scripts it then is in the list above.
#[component]
pub fn ReceivedInvitationItem(
    /// The invitation.
    invitation: ReceivedInvitation,
    /// A counter that invalidates the list around it.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let flash = use_flash();
    let form = format!("answer-{}", invitation.id);
    let action = WriteAction::<AnswerInvitation>::of_form(&form);
    on_success(action, move |answer| match &answer.slug {
        Some(slug) => platform::navigate(&format!("/o/{slug}")),
        None => {
            flash.say(AnswerInvitation::done_words(answer, ()));
            invalidate(changes);
        }
    });
    let until = invitation.expires_at.day().label();
    view! {
        <li>
            <span>
                <b>{invitation.organization.clone()}</b>
                <small class="quiet">
                    {format!("{} invites you as {}, until {until}", invitation.invited_by, with_article(invitation.role))}
                </small>
            </span>
            <AnswerButtons action form given=invitation.id.to_string() />
        </li>
    }
}

/// The two buttons that answer an invitation.
#[component]
pub fn AnswerButtons(
    /// The action that answers.
    action: WriteAction<AnswerInvitation>,
    /// The id of the form.
    #[prop(into)]
    form: String,
    /// The id of the invitation, or the secret of its link.
    given: String,
) -> impl IntoView {
    view! {
        <Form action id=form class="actions">
            {hidden("invitation", given)}
            <button type="submit" name="accept" value="true" class="button primary">"Accept"</button>
            <button type="submit" name="accept" value="false" class="button">"Decline"</button>
        </Form>
    }
}
