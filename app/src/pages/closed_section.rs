//! What stands in place of a section of the settings that the user's role does not open.

use leptos::prelude::*;

use crate::{error::Code, page_context::use_current_organization, platform, ui::PageSection};

/// The section with who may read it and the way back; the response has the status of the refusal (403).
pub fn closed_section(title: &'static str, id: &'static str, readers: &'static str) -> AnyView {
    platform::set_status(Code::Forbidden.status());
    view! {
        <PageSection title id>
            <p>{readers}</p>
            <p><a class="button" href=use_current_organization().path("settings")>"Back to the settings"</a></p>
        </PageSection>
    }
    .into_any()
}
