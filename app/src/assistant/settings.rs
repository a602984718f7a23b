//! Reads and sets the assistant's switch.

use domain::day::OffsetDateTime;

use super::AssistantServices;
use crate::{
    assistant::{AssistantSettings, store},
    error::{Code, Error},
    operation::Call,
    quotas::{INPUT_CAP, OUTPUT_CAP},
};

/// The present settings.
pub async fn get(cx: &mut Call) -> Result<AssistantSettings, Error> {
    let (zone, month) = (cx.membership()?.member_zone.clone(), cx.organization_today()?.first_of_month());
    let switch = store::usage::switch(&mut cx.db).await?;
    let used = store::usage::of_month(&mut cx.db, month).await?;
    let model = cx.caller.services.assistant().model.as_ref();
    Ok(AssistantSettings {
        enabled: switch.enabled,
        switched_by: switch.by,
        switched_at: switch.at.map(|at| OffsetDateTime::at(at.to_jiff(), &zone)),
        model: model.map(|model| model.name().to_owned()),
        host: model.map(|model| model.host().to_owned()),
        input_tokens: used.input,
        input_cap: INPUT_CAP,
        output_tokens: used.output,
        output_cap: OUTPUT_CAP,
    })
}

/// Switches the assistant on or off. Switching on requires a configured model: consent needs a known recipient.
pub async fn set(cx: &mut Call, enabled: bool) -> Result<AssistantSettings, Error> {
    if enabled && cx.caller.services.assistant().model.is_none() {
        return Err(Error::new(
            Code::Conflict,
            "There is no model to switch on. Whoever runs this Stint sets STINT_MODEL_URL and STINT_MODEL first.",
        ));
    }
    let by = cx.membership()?.member;
    store::usage::set_switch(&mut cx.db, enabled, by, cx.now).await?;
    get(cx).await
}
