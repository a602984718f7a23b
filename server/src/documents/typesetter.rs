//! Compiles data to pages, and pages to a PDF.

use std::collections::BTreeSet;

use domain::document::InvoiceDocument;
use serde_json::Value;
use typst::{
    diag::SourceDiagnostic,
    foundations::{Datetime, Smart},
    layout::{Frame, FrameItem},
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::{
    DocumentError, glyph_coverage, grapheme_runs,
    typst_world::{DocumentWorld, TypstResources},
};

/// How many documents a cache entry survives without being used. The templates' own entries are used by each document and stay; those of
/// one document's text are evicted after the next.
const KEEP_FOR: usize = 1;

/// The most work of one document ([`glyph_coverage::GlyphCoverage::work`]): a hundred and fifty pages of prose. One core sets it within two
/// or three seconds, whatever it contains, which bounds the wait of others: work under way cannot be aborted.
const WORK_MAX: usize = 400_000;

/// The document as the bytes of a PDF file.
pub(super) fn print(resources: &TypstResources, document: &InvoiceDocument) -> Result<Vec<u8>, DocumentError> {
    let _evict = Evict;
    let options = options(document)?;
    let pages = typeset(resources, document)?;
    let mut pdf = typst_pdf::pdf(&pages, &options).map_err(|refusals| refused(&refusals))?;
    fix_stream_ends(&mut pdf);
    Ok(pdf)
}

/// A stream whose last byte happens to be a carriage return seems, with the line feed written after it, to end in one line break and to be
/// a byte too short, which PDF/A forbids. A carriage return in place of the line feed removes the ambiguity.
fn fix_stream_ends(pdf: &mut [u8]) {
    const DOUBTFUL: &[u8] = b"\r\nendstream";
    let found: Vec<usize> = pdf.windows(DOUBTFUL.len()).enumerate().filter(|(_, bytes)| *bytes == DOUBTFUL).map(|(at, _)| at).collect();
    for at in found {
        pdf[at + 1] = b'\r';
    }
}

/// The document as pages. Clusters that turn out to have no glyphs are replaced, and the pages are set once more, never more often, since
/// others wait meanwhile.
pub(super) fn typeset(resources: &TypstResources, document: &InvoiceDocument) -> Result<PagedDocument, DocumentError> {
    let mut data = serde_json::to_value(document).map_err(|error| DocumentError::Refused(error.to_string()))?;
    if resources.glyph_coverage.work(&data) > WORK_MAX {
        return Err(DocumentError::TooLong);
    }
    resources.glyph_coverage.make_printable(&mut data);
    let pages = compile(resources, &data)?;
    let missing = missing_clusters(&pages);
    if missing.is_empty() {
        return Ok(pages);
    }
    glyph_coverage::replace_missing(&mut data, &missing);
    compile(resources, &data)
}

/// The data as pages, with each grapheme cluster in one run.
pub(super) fn compile(resources: &TypstResources, data: &Value) -> Result<PagedDocument, DocumentError> {
    parted(resources, data).map(grapheme_runs::joined)
}

/// The data as pages, as the typesetter sets them.
pub(super) fn parted(resources: &TypstResources, data: &Value) -> Result<PagedDocument, DocumentError> {
    let mut data = data.clone();
    let labels = resources.language_of_labels(data["language"].as_str().unwrap_or_default());
    data["fonts"] = resources.glyph_coverage.families(&data, resources.labels(labels)).into();
    data["labels"] = labels.code().into();
    let document_world = DocumentWorld::new(resources, data.to_string().into_bytes());
    typst::compile(&document_world).output.map_err(|refusals| refused(&refusals))
}

/// The metadata of the file. Both its time and its identity come from the document.
fn options(document: &InvoiceDocument) -> Result<PdfOptions, DocumentError> {
    let standards =
        PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1]).map_err(|error| DocumentError::Refused(error.message().to_string()))?;
    let number = document.number.as_deref().unwrap_or("draft");
    Ok(PdfOptions {
        ident: Smart::Custom(format!("{}\n{number}\n{}", document.seller.name, document.created_at)),
        creator: Smart::Custom(Some("Stint".to_owned())),
        timestamp: Some(timestamp(&document.created_at)?),
        standards,
        ..PdfOptions::default()
    })
}

fn timestamp(instant: &str) -> Result<Timestamp, DocumentError> {
    let malformed = DocumentError::Malformed("created_at");
    let Ok(instant) = instant.parse::<jiff::Timestamp>() else { return Err(malformed) };
    let utc = instant.to_zoned(jiff::tz::TimeZone::UTC);
    let [month, day, hour, minute, second] = [utc.month(), utc.day(), utc.hour(), utc.minute(), utc.second()].map(i8::unsigned_abs);
    Datetime::from_ymd_hms(utc.year().into(), month, day, hour, minute, second).map(Timestamp::new_utc).ok_or(malformed)
}

/// Grapheme clusters that came out without a glyph, although a font has all of their letters.
pub(super) fn missing_clusters(pages: &PagedDocument) -> BTreeSet<String> {
    let mut missing = BTreeSet::new();
    for page in pages.pages() {
        collect_missing(&page.frame, &mut missing);
    }
    missing
}

fn collect_missing(frame: &Frame, missing: &mut BTreeSet<String>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => collect_missing(&group.frame, missing),
            FrameItem::Text(text) => {
                let blanks = text.glyphs.iter().filter(|glyph| glyph.id == 0);
                missing.extend(blanks.map(|glyph| text.text[glyph.range()].to_owned()));
            }
            _ => {}
        }
    }
}

/// Only the messages of the typesetter: its positions point into templates that the reader never sees.
fn refused(refusals: &[SourceDiagnostic]) -> DocumentError {
    let words: Vec<&str> = refusals.iter().take(3).map(|refusal| refusal.message.as_str()).collect();
    DocumentError::Refused(words.join("; "))
}

/// Evicts old entries from the typesetter's cache when the document is done, also after an error.
struct Evict;

impl Drop for Evict {
    fn drop(&mut self) {
        comemo::evict(KEEP_FOR);
    }
}
