//! Parses the assistant's small subset of Markdown: paragraphs, lists, **strong**, `code`, and links to records of this organization.
//!
//! A text may contain anything, because records may have told the model to write it. So no markup loads, leads away or runs anything:
//! everything unknown is plain text.

use leptos::prelude::*;

/// A block of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// Consecutive lines.
    Paragraph(Vec<Vec<Inline>>),
    /// A list, numbered or not.
    List {
        /// The number of the first item; `None` for an unnumbered list.
        from: Option<u32>,
        /// The items.
        points: Vec<Vec<Inline>>,
    },
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Inline {
    /// Plain text.
    Text(String),
    /// Emphasis.
    Strong(Vec<Inline>),
    /// Code, or an exact name.
    Code(String),
    /// A record of this organization: its name and the path of its page.
    Record(String, String),
}

/// Parses a text of the assistant for the organization of this slug.
pub(super) fn read(text: &str, slug: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut fresh = true;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() {
            fresh = true;
            continue;
        }
        let (point, words) = point(line);
        let pieces = parse_inlines(words, slug);
        match (blocks.last_mut(), point) {
            (Some(Block::List { from, points }), Some(number)) if from.is_some() == number.is_some() => points.push(pieces),
            (_, Some(from)) => blocks.push(Block::List { from, points: vec![pieces] }),
            (Some(Block::Paragraph(lines)), None) if !fresh => lines.push(pieces),
            (_, None) => blocks.push(Block::Paragraph(vec![pieces])),
        }
        fresh = false;
    }
    blocks
}

/// Splits off the marker of a list item, with its number if it has one.
fn point(line: &str) -> (Option<Option<u32>>, &str) {
    if let Some(words) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).or_else(|| line.strip_prefix("• ")) {
        return (Some(None), words.trim_start());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line[digits..].strip_prefix(". ") {
        Some(words) if (1..=3).contains(&digits) => (Some(line[..digits].parse().ok()), words.trim_start()),
        // A heading becomes a plain line without its markers.
        _ => (None, line.trim_start_matches('#').trim_start()),
    }
}

fn parse_inlines(mut line: &str, slug: &str) -> Vec<Inline> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    while let Some(letter) = line.chars().next() {
        let found = between(line, "**", "**").map(|(words, rest)| (Inline::Strong(parse_inlines(words, slug)), rest));
        let found = found.or_else(|| between(line, "`", "`").map(|(words, rest)| (Inline::Code(words.to_owned()), rest)));
        match found.or_else(|| record(line, slug)) {
            Some((piece, rest)) => {
                pieces.extend((!text.is_empty()).then(|| Inline::Text(std::mem::take(&mut text))));
                pieces.push(piece);
                line = rest;
            }
            None => {
                text.push(letter);
                line = &line[letter.len_utf8()..];
            }
        }
    }
    pieces.extend((!text.is_empty()).then_some(Inline::Text(text)));
    pieces
}

/// The text between two markers, when the text begins with the first, and the rest.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, &'a str)> {
    let (words, rest) = text.strip_prefix(open)?.split_once(close)?;
    (!words.trim().is_empty()).then_some((words, rest))
}

/// `[2026-0007](/o/ada/invoices/0198…)`, if it links to a record of this organization.
fn record<'a>(text: &'a str, slug: &str) -> Option<(Inline, &'a str)> {
    let (label, rest) = between(text, "[", "](")?;
    let (path, rest) = rest.split_once(')')?;
    let page = path.strip_prefix("/o/")?.strip_prefix(slug)?.strip_prefix('/')?;
    let (noun, id) = page.split_once('/')?;
    let known = matches!(noun, "clients" | "projects" | "invoices");
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (known && plain && !label.contains(['[', '\n'])).then(|| (Inline::Record(label.to_owned(), path.to_owned()), rest))
}

/// The text without markers, for screen readers.
pub(super) fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "")
}

/// The text as a view.
pub(super) fn shown(text: &str, slug: &str) -> AnyView {
    let blocks = read(text, slug).into_iter().map(|block| match block {
        Block::Paragraph(lines) => {
            let lines = lines.into_iter().enumerate().map(|(at, line)| view! { {(at > 0).then(|| view! { <br /> })} {line_of(line)} });
            view! { <p>{lines.collect_view()}</p> }.into_any()
        }
        Block::List { from: Some(first), points } => view! { <ol start=first.to_string()>{points_of(points)}</ol> }.into_any(),
        Block::List { from: None, points } => view! { <ul>{points_of(points)}</ul> }.into_any(),
    });
    blocks.collect_view().into_any()
}

fn points_of(points: Vec<Vec<Inline>>) -> AnyView {
    points.into_iter().map(|point| view! { <li>{line_of(point)}</li> }).collect_view().into_any()
}

fn line_of(line: Vec<Inline>) -> AnyView {
    let pieces = line.into_iter().map(|piece| match piece {
        Inline::Text(words) => words.into_any(),
        Inline::Strong(words) => view! { <strong>{line_of(words)}</strong> }.into_any(),
        Inline::Code(words) => view! { <code>{words}</code> }.into_any(),
        Inline::Record(label, path) => view! { <a href=path>{label}</a> }.into_any(),
    });
    pieces.collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(words: &str) -> Inline {
        Inline::Text(words.to_owned())
    }

    fn paths(pieces: Vec<Inline>) -> Vec<String> {
        let of = |piece| match piece {
            Inline::Record(_, path) => vec![path],
            Inline::Strong(pieces) => paths(pieces),
            _ => Vec::new(),
        };
        pieces.into_iter().flat_map(of).collect()
    }

    /// The paths of all links in a text.
    fn with_operation_hint(words: &str) -> Vec<String> {
        let lines = read(words, "ada").into_iter().flat_map(|block| match block {
            Block::Paragraph(lines) => lines,
            Block::List { points, .. } => points,
        });
        lines.flat_map(paths).collect()
    }

    #[test]
    fn paragraphs_lists_and_what_matters_are_shown() {
        let blocks = read("You logged **12 h**\non `Acme`.\n\n- one\n- two\n3. third", "ada");
        let paragraph = vec![
            vec![text("You logged "), Inline::Strong(vec![text("12 h")])],
            vec![text("on "), Inline::Code("Acme".to_owned()), text(".")],
        ];
        assert_eq!(blocks[0], Block::Paragraph(paragraph));
        assert_eq!(blocks[1], Block::List { from: None, points: vec![vec![text("one")], vec![text("two")]] });
        assert_eq!(blocks[2], Block::List { from: Some(3), points: vec![vec![text("third")]] });
    }

    #[test]
    fn a_record_of_this_organization_is_a_link() {
        assert_eq!(with_operation_hint("See [2026-0007](/o/ada/invoices/0198-af)."), ["/o/ada/invoices/0198-af"]);
        assert_eq!(with_operation_hint("**[Acme](/o/ada/clients/0198)** owes"), ["/o/ada/clients/0198"]);
    }

    #[test]
    fn nothing_leads_away() {
        let ways = [
            "[x](https://elsewhere.example/?q=secret)",
            "[x](//elsewhere.example/o/ada/invoices/1)",
            "[x](/o/eve/invoices/1)",
            "[x](/o/adam/invoices/1)",
            "[x](/o/ada/../eve/invoices/1)",
            "[x](/o/ada/invoices/1/pdf?to=x)",
            "[x](/o/ada/invoices/..)",
            "[x](javascript:alert)",
            "<a href=\"/o/ada/invoices/1\">x</a>",
            "https://elsewhere.example",
        ];
        for way in ways {
            assert_eq!(with_operation_hint(way), Vec::<String>::new(), "{way}");
            assert_eq!(read(way, "ada"), [Block::Paragraph(vec![vec![text(way)]])], "{way} stays as it was written");
        }
        assert!(!matches!(&read("![x](/o/ada/invoices/1)", "ada")[0], Block::List { .. }), "a picture is at most a link");
    }

    #[test]
    fn what_is_not_closed_is_text() {
        assert_eq!(read("**12 h and `so on [x](", "ada"), [Block::Paragraph(vec![vec![text("**12 h and `so on [x](")]])]);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble_or_lead_elsewhere(words in "[\\PC\n*`\\[\\]()/#-]{0,60}") {
            for path in with_operation_hint(&words) {
                prop_assert!(path.starts_with("/o/ada/"));
            }
        }
    }
}
