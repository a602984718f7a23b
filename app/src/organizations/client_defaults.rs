//! The defaults that clients take from the organization: tax, payment terms, and language of documents.

use domain::text;

use super::{
    Organization,
    store::{self, DefaultsInUse},
};
use crate::{error::Error, operation::Call};

/// Follows a change of the organization's settings: with `also`, clients that have the old defaults get the new ones. A warning states
/// how many got them, or keep the old ones.
pub async fn follow(cx: &mut Call, before: &Organization, after: &Organization, also: bool) -> Result<(), Error> {
    let changed = ChangedDefaults::between(before, after);
    let keeping = store::count_using_defaults(&mut cx.db, before).await?;
    if also {
        changed.take(cx, before, after).await?;
    }
    for words in changed.told(&keeping, also) {
        cx.warn(words);
    }
    Ok(())
}

/// Which of the settings have changed.
struct ChangedDefaults {
    tax: bool,
    terms: bool,
    language: bool,
}

impl ChangedDefaults {
    fn between(before: &Organization, after: &Organization) -> Self {
        let tax = |of: &Organization| (of.tax_category, of.tax_rate, of.tax_reason.clone());
        Self {
            tax: tax(before) != tax(after),
            terms: before.payment_terms_days != after.payment_terms_days,
            language: before.language != after.language,
        }
    }

    async fn take(&self, cx: &mut Call, before: &Organization, after: &Organization) -> Result<(), Error> {
        if self.tax {
            store::take_tax(&mut cx.db, before, after).await?;
        }
        if self.terms {
            store::take_terms(&mut cx.db, before, after).await?;
        }
        if self.language {
            store::take_language(&mut cx.db, before, after).await?;
        }
        Ok(())
    }

    fn told(&self, keeping: &DefaultsInUse, taken: bool) -> Vec<String> {
        let each = [
            (self.tax, keeping.tax, "the tax"),
            (self.terms, keeping.terms, "the days to pay"),
            (self.language, keeping.language, "the language of documents"),
        ];
        let told = each.into_iter().filter(|(changed, clients, _)| *changed && *clients > 0);
        told.map(|(_, clients, what)| match taken {
            true => format!("{} took over {what}.", text::pluralize(clients, "client", "clients")),
            false => format!(
                "{} {what} of before. Change it there, or in the settings for all of them.",
                text::pluralize(clients, "client keeps", "clients keep")
            ),
        })
        .collect()
    }
}
