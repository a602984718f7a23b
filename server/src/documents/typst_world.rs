//! The Typst world: our templates, our fonts, the data of one document, and only those fonts of the machine that the data names.

use std::collections::HashMap;

use domain::locale::Locale;
use fontdb::Database;
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_kit::fonts::FontStore;

use super::{fonts, glyph_coverage::GlyphCoverage};

/// The shipped fonts, in the order in which a letter is looked for.
pub(super) const FONTS: [&[u8]; 8] = [
    include_bytes!("../../fonts/SourceSans3-Regular.otf"),
    include_bytes!("../../fonts/SourceSans3-Semibold.otf"),
    include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansThai-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansArmenian-Regular.ttf"),
    include_bytes!("../../fonts/NotoSansGeorgian-Regular.ttf"),
    include_bytes!("../../fonts/NotoEmoji-Regular.ttf"),
];

/// The templates; the first is the invoice, the others are its parts.
const TEMPLATES: [(&str, &str); 8] = [
    ("invoice.typ", include_str!("../../templates/invoice.typ")),
    ("lines.typ", include_str!("../../templates/lines.typ")),
    ("text.typ", include_str!("../../templates/text.typ")),
    ("words.typ", include_str!("../../templates/words.typ")),
    ("tax-numbers.typ", include_str!("../../templates/tax-numbers.typ")),
    ("english.typ", include_str!("../../templates/english.typ")),
    ("german.typ", include_str!("../../templates/german.typ")),
    ("japanese.typ", include_str!("../../templates/japanese.typ")),
];

/// The path at which the template reads its data.
const DATA: &str = "invoice.json";

/// Resources of all documents, loaded once: library, fonts and parsed templates.
pub(super) struct TypstResources {
    library: LazyHash<Library>,
    fonts: FontStore,
    templates: HashMap<FileId, Source>,
    invoice: FileId,
    data: FileId,
    /// The characters that the fonts can show.
    pub(super) glyph_coverage: GlyphCoverage,
}

impl TypstResources {
    /// Loads the shipped fonts, and those that this machine has beside them.
    pub(super) fn load() -> Self {
        Self::with(&FONTS, &fonts::system_fonts())
    }

    /// Parses the templates and opens the fonts. Those of the machine are found and not opened.
    pub(super) fn with(shipped: &[&'static [u8]], machine: &Database) -> Self {
        let mut fonts = FontStore::new();
        for font in shipped.iter().flat_map(|data| Font::iter(Bytes::new(*data))) {
            let info = font.info().clone();
            fonts.push((font, info));
        }
        let glyph_coverage = GlyphCoverage::of(&mut fonts, machine);
        let templates = TEMPLATES.map(|(name, text)| (file(name), Source::new(file(name), text.to_owned())));
        Self {
            library: LazyHash::new(Library::default()),
            fonts,
            templates: templates.into(),
            invoice: file(TEMPLATES[0].0),
            data: file(DATA),
            glyph_coverage,
        }
    }

    /// The template with the labels of a language.
    pub(super) fn labels(&self, locale: Locale) -> &str {
        let name = match locale {
            Locale::English => "english.typ",
            Locale::German => "german.typ",
            Locale::Japanese => "japanese.typ",
        };
        self.templates.get(&file(name)).map(Source::text).unwrap_or_default()
    }

    /// The characters of its labels that no font has, each once.
    pub(super) fn missing_label_glyphs(&self, locale: Locale) -> Vec<char> {
        self.glyph_coverage.missing(self.labels(locale))
    }

    /// The language of a document's labels: its own, or English where no font has letters for them.
    pub(super) fn language_of_labels(&self, language: &str) -> Locale {
        Some(Locale::of(language)).filter(|locale| self.missing_label_glyphs(*locale).is_empty()).unwrap_or(Locale::English)
    }

    /// The same with another text in a template.
    #[cfg(test)]
    pub(super) fn reworded(mut self, template: &str, from: &str, to: &str) -> Self {
        let id = file(template);
        let text = self.templates[&id].text();
        assert!(text.contains(from), "{from} stands in {template}");
        let text = text.replacen(from, to, 1);
        self.templates.insert(id, Source::new(id, text));
        self
    }
}

/// The world of one document: the resources and its data.
pub(super) struct DocumentWorld<'a> {
    resources: &'a TypstResources,
    data: Bytes,
}

impl<'a> DocumentWorld<'a> {
    /// A world with this data as JSON.
    pub(super) fn new(resources: &'a TypstResources, data: Vec<u8>) -> Self {
        Self { resources, data: Bytes::new(data) }
    }
}

impl World for DocumentWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.resources.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.resources.fonts.book()
    }

    fn main(&self) -> FileId {
        self.resources.invoice
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.resources.templates.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.resources.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.resources.fonts.font(index)
    }

    /// Documents have no current date: it would print differently tomorrow.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// The id of a file that is part of the program.
fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("the names above are plain file names");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}
