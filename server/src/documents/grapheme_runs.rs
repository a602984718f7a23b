//! Joins the glyph runs of a grapheme cluster into one.
//!
//! The typesetter splits a run wherever glyphs stand higher or lower (`ShapedText::build` of typst-layout 0.15), and each part carries
//! the text of the whole grapheme cluster: a letter of Arabic under a vowel, or one of Thai under a tone, would be read twice by search,
//! copying and screen readers. The parts are joined before the file is written, and are drawn where they were.

use typst::{
    layout::{Abs, Em, Frame, FrameItem, Point},
    text::TextItem,
};
use typst_layout::{Page, PagedDocument};

/// The largest distance between parts of one cluster, from rounding errors.
const NEAR: Abs = Abs::raw(0.001);

/// The document with every cluster in one run; unchanged where none was split.
pub(super) fn joined(document: PagedDocument) -> PagedDocument {
    let frames: Vec<Option<Frame>> = document.pages().iter().map(|page| join(&page.frame)).collect();
    if frames.iter().all(Option::is_none) {
        return document;
    }
    let page = |(page, frame): (&Page, Option<Frame>)| Page { frame: frame.unwrap_or_else(|| page.frame.clone()), ..page.clone() };
    let pages = document.pages().iter().zip(frames).map(page).collect();
    let mut document = document;
    PagedDocument::new(pages, document.info_mut().clone())
}

/// A frame with its clusters joined; none where none was split.
fn join(frame: &Frame) -> Option<Frame> {
    let (mut items, mut changed): (Vec<(Point, FrameItem)>, bool) = (Vec::new(), false);
    for (at, item) in frame.items() {
        let item = match item {
            FrameItem::Group(group) => match join(&group.frame) {
                Some(inner) => {
                    changed = true;
                    let mut group = group.clone();
                    group.frame = inner;
                    FrameItem::Group(group)
                }
                None => item.clone(),
            },
            other => other.clone(),
        };
        if let (Some((before, FrameItem::Text(first))), FrameItem::Text(second)) = (items.last_mut(), &item)
            && let Some(shared) = shared((*before, first), (*at, second))
        {
            append((before, first), (*at, second), shared);
            changed = true;
        } else {
            items.push((*at, item));
        }
    }
    changed.then(|| {
        let mut joined = Frame::new(frame.size(), frame.kind());
        if frame.has_baseline() {
            joined.set_baseline(frame.baseline());
        }
        joined.push_multiple(items);
        joined
    })
}

/// The number of bytes of text that two runs share: those of a cluster with glyphs in both, at the end of the first run and at the start of
/// the second.
fn shared((before, first): (Point, &TextItem), (at, second): (Point, &TextItem)) -> Option<usize> {
    let (one, other) = (first.glyphs.last()?, second.glyphs.first()?);
    let text = &first.text[one.range()];
    let beside = (before.x + first.width() - at.x).abs() <= NEAR;
    let alike = first.font == second.font && first.size == second.size && first.fill == second.fill && first.stroke == second.stroke;
    let whole = first.text.len() + second.text.len() - text.len() <= usize::from(u16::MAX);
    let same = one.span == other.span && text == &second.text[other.range()];
    (beside && alike && same && whole && !text.is_empty()).then_some(text.len())
}

/// Appends the second run to the first, with the shared text once.
fn append((before, first): (&mut Point, &mut TextItem), (at, second): (Point, &TextItem), shared: usize) {
    // The baseline is that of the part with a width: marks have none.
    if first.width() == Abs::zero() && second.width() != Abs::zero() {
        raise(first, at.y - before.y);
        before.y = at.y;
    }
    let mut second = second.clone();
    raise(&mut second, before.y - at.y);
    // In right-to-left text the run that stands behind the other is read before it.
    let from_right = first.glyphs.last().is_some_and(|glyph| glyph.range().end < first.text.len())
        || second.glyphs.first().is_some_and(|glyph| glyph.range().start > 0);
    let (early, late) = if from_right { (&mut second, &mut *first) } else { (&mut *first, &mut second) };
    let shift = (early.text.len() - shared) as u16;
    late.glyphs.iter_mut().for_each(|glyph| glyph.range = glyph.range.start + shift..glyph.range.end + shift);
    let mut text = early.text.clone();
    text.push_str(&late.text[shared..]);
    first.text = text;
    first.glyphs.append(&mut second.glyphs);
}

/// Raises the glyphs of a run.
fn raise(run: &mut TextItem, by: Abs) {
    let by = Em::from_abs(by, run.size);
    run.glyphs.iter_mut().for_each(|glyph| glyph.y_offset += by);
}
