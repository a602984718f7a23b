//! What stands on the document of an invoice that was sent: it is shown as it was printed, whatever words and rules there are by now.

use super::{InvoiceLine, InvoiceTax, exemption_reasons, locale::Locale, store::SentDocument, totals::TaxTotal};
use crate::money::Currency;

impl SentDocument {
    fn locale(&self) -> Locale {
        Locale::of(&self.language)
    }

    /// Whether the taxable amounts that stand on the document are those of these taxes, in their order. What it claims nothing of has none.
    pub fn has_taxes(&self, taxes: &[TaxTotal], currency: &Currency) -> bool {
        let locale = self.locale();
        let mut bases = taxes.iter().map(|tax| locale.amount(tax.base, currency));
        self.bases.iter().all(|printed| bases.any(|base| base == *printed))
    }

    /// Gives taxes the reasons that stand on the document, in its language. One that it has no row of keeps what it has.
    pub fn word_taxes(&self, taxes: &mut [InvoiceTax], currency: &Currency) {
        let locale = self.locale();
        let mut rows = self.bases.iter().zip(&self.reasons).peekable();
        for tax in taxes {
            let base = locale.amount(tax.base.amount, currency);
            let reason = rows.next_if(|(printed, _)| **printed == base).map(|(_, reason)| reason);
            if let Some(reason) = reason.filter(|reason| !reason.is_empty() && tax.category.reason().is_some()) {
                tax.reason = Some(exemption_reasons::join_document_lines(reason));
            }
        }
    }

    /// Gives lines the quantities that stand on the document, as those of before had at most four decimals, and whether it says that they
    /// have no tax. Of a document with other lines nothing is taken.
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
