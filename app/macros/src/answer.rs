//! The attribute that declares what a card shows of the fields of an answer.
//!
//! `#[answer]` is put above the derives of a struct. Each of its fields then has one of
//!
//! - `#[label("Rate per hour")]`: the card shows it under this label;
//! - `#[hidden]`: it has no meaning for a person at a card.
//!
//! Behind the label stands what else holds of the field: `rank = 200`, and the words of [`WORDS`]. A field with `#[serde(flatten)]` has
//! neither, since its own fields have them. The attributes become a mark in the schema of the answer, which `crate::operation` reads;
//! in the browser, which derives no schemas, they become nothing.

use proc_macro2::TokenStream as Tokens;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, Field, Ident, ItemStruct, LitInt, LitStr, Result, Token,
    parse::{Parse, ParseStream},
    parse_quote,
};

/// What may hold of a labelled field, as `CardLabel` of `crate::operation` describes it.
const WORDS: [&str; 4] = ["always", "derived", "status", "volatile"];

/// Turns the attributes of each field into a mark of its schema.
pub fn expand(mut structure: ItemStruct) -> Result<Tokens> {
    structure.fields.iter_mut().try_for_each(mark)?;
    Ok(structure.into_token_stream())
}

fn mark(field: &mut Field) -> Result<()> {
    let (declared, others): (Vec<Attribute>, Vec<Attribute>) =
        field.attrs.drain(..).partition(|attribute| attribute.path().is_ident("label") || attribute.path().is_ident("hidden"));
    field.attrs = others;
    let mark = match declared.as_slice() {
        [] if field.attrs.iter().any(is_flatten) => return Ok(()),
        [only] if only.path().is_ident("hidden") => {
            only.meta.require_path_only()?;
            quote!("hidden")
        }
        [only] => only.parse_args::<Label>()?.mark(),
        _ => {
            let words = "say once what a card shows of this field of an answer: #[label(\"…\")], or #[hidden] when it means nothing there";
            return Err(Error::new_spanned(&field.ident, words));
        }
    };
    field.attrs.push(parse_quote!(#[cfg_attr(feature = "ssr", schemars(extend("x-card" = #mark)))]));
    Ok(())
}

fn is_flatten(attribute: &Attribute) -> bool {
    let words = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
    attribute.path().is_ident("serde") && words.split(',').any(|word| word.trim() == "flatten")
}

/// The arguments of `#[label("From", rank = 130, volatile)]`.
struct Label {
    text: LitStr,
    rank: Option<LitInt>,
    words: Vec<String>,
}

impl Parse for Label {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut label = Self { text: input.parse()?, rank: None, words: Vec::new() };
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            let word: Ident = input.parse()?;
            match word.to_string() {
                rank if rank == "rank" => {
                    input.parse::<Token![=]>()?;
                    label.rank = Some(input.parse()?);
                }
                known if WORDS.contains(&known.as_str()) => label.words.push(known),
                _ => return Err(Error::new_spanned(word, format!("behind a label stands rank = …, or one of {}", WORDS.join(", ")))),
            }
        }
        Ok(label)
    }
}

impl Label {
    /// The mark in JSON.
    fn mark(&self) -> Tokens {
        let Self { text, rank, words } = self;
        let rank = rank.iter();
        quote!({ "label": { "text": #text, #("rank": #rank,)* #(#words: true,)* } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(structure: ItemStruct) -> std::result::Result<String, String> {
        expand(structure).map(|tokens| tokens.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_field_that_says_nothing_or_two_things_is_refused() {
        for structure in [
            parse_quote!(
                struct Answer {
                    name: String,
                }
            ),
            parse_quote!(
                struct Answer {
                    #[hidden]
                    #[label("Name")]
                    name: String,
                }
            ),
        ] {
            let refusal = expanded(structure).expect_err("a refusal");
            assert!(refusal.starts_with("say once what a card shows of this field"), "{refusal}");
        }
    }

    #[test]
    fn a_misspelt_word_is_refused_with_those_that_there_are() {
        let refusal = expanded(parse_quote!(
            struct Answer {
                #[label("Name", allways)]
                name: String,
            }
        ));
        assert_eq!(refusal, Err("behind a label stands rank = …, or one of always, derived, status, volatile".to_owned()));
    }

    #[test]
    fn labels_become_marks_and_flattened_fields_stay_as_they_are() {
        let marked: ItemStruct = parse_quote!(
            struct Answer {
                #[label("Name", rank = 20, always)]
                name: String,
                #[hidden]
                id: u8,
                #[serde(default, flatten)]
                rest: Rest,
            }
        );
        let expected: ItemStruct = parse_quote!(
            struct Answer {
                #[cfg_attr(feature = "ssr", schemars(extend("x-card" = { "label": { "text": "Name", "rank": 20, "always": true, } })))]
                name: String,
                #[cfg_attr(feature = "ssr", schemars(extend("x-card" = "hidden")))]
                id: u8,
                #[serde(default, flatten)]
                rest: Rest,
            }
        );
        assert_eq!(expanded(marked), Ok(expected.into_token_stream().to_string()));
    }
}
