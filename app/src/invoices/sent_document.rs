//! Shows a sent invoice as its document was printed, independent of the present texts and rules.

use domain::{locale::Locale, money::Currency, totals::TaxTotal};

use super::{InvoiceLine, InvoiceTax, exemption_reasons, store::SentDocument};

impl SentDocument {
    fn locale(&self) -> Locale {
        Locale::of(&self.language)
    }

    /// Whether the taxable amounts on the document occur among these taxes in the same order; an omitted tax has no row on the document.
    pub fn has_taxes(&self, taxes: &[TaxTotal], currency: &Currency) -> bool {
        let locale = self.locale();
        let mut bases = taxes.iter().map(|tax| locale.amount(tax.base, currency));
        self.bases.iter().all(|printed| bases.any(|base| base == *printed))
    }

    /// Replaces the reasons of taxes by those on the document, in its language. A tax without a row on the document keeps its reason.
    pub fn word_taxes(&self, taxes: &mut [InvoiceTax], currency: &Currency) {
        let locale = self.locale();
        let mut rows = self.bases.iter().zip(&self.reasons).peekable();
        for tax in taxes {
            let base = locale.amount(tax.base.amount, currency);
            if let Some((_, reason)) = rows.next_if(|(printed, _)| **printed == base) {
                tax.reason = (!reason.is_empty()).then(|| exemption_reasons::join_document_lines(reason));
                tax.not_printed = false;
            }
        }
    }

    /// Replaces the quantities of lines by those on the document (older ones had at most four decimals), and `laid_out` by whether it
    /// states that they have no tax. Does nothing if the document has another number of lines.
    pub fn word_lines(&self, lines: &mut [InvoiceLine]) {
        if self.quantities.len() != lines.len() {
            return;
        }
        let locale = self.locale();
        for (line, (quantity, tax)) in lines.iter_mut().zip(self.quantities.iter().zip(&self.taxes)) {
            line.quantity = locale.plain(quantity);
            if !tax.is_empty() {
                line.laid_out = tax == locale.without_tax_of_line();
            }
        }
    }
}
