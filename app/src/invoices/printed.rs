//! What stands on the document of an invoice that was sent: it is shown as it was printed, whatever words and rules there are by now.

use super::{InvoiceLine, InvoiceTax, reasons, store::Printed, totals::TaxTotal, wording::Wording};
use crate::money::Currency;

impl Printed {
    fn wording(&self) -> Wording {
        Wording::of(&self.language)
    }

    /// Whether the taxable amounts that stand on the document are those of these taxes, in their order. What it claims nothing of has none.
    pub fn has_taxes(&self, taxes: &[TaxTotal], currency: &Currency) -> bool {
        let wording = self.wording();
        let mut bases = taxes.iter().map(|tax| wording.amount(tax.base, currency));
        self.bases.iter().all(|printed| bases.any(|base| base == *printed))
    }

    /// Gives taxes the reasons that stand on the document, in its language. One that it has no row of keeps what it has.
    pub fn word_taxes(&self, taxes: &mut [InvoiceTax], currency: &Currency) {
        let wording = self.wording();
        let mut rows = self.bases.iter().zip(&self.reasons).peekable();
        for tax in taxes {
            let base = wording.amount(tax.base.amount, currency);
            let reason = rows.next_if(|(printed, _)| **printed == base).map(|(_, reason)| reason);
            if let Some(reason) = reason.filter(|reason| !reason.is_empty() && tax.category.reason().is_some()) {
                tax.reason = Some(reasons::as_one(reason));
            }
        }
    }

    /// Gives lines the quantities that stand on the document, as those of before had at most four decimals, and whether it says that they
    /// have no tax. Of a document with other lines nothing is taken.
    pub fn word_lines(&self, lines: &mut [InvoiceLine]) {
        if self.quantities.len() != lines.len() {
            return;
        }
        let wording = self.wording();
        for (line, (quantity, tax)) in lines.iter_mut().zip(self.quantities.iter().zip(&self.taxes)) {
            line.quantity = wording.plain(quantity);
            if !tax.is_empty() {
                line.laid_out = tax == wording.without_tax_of_line();
            }
        }
    }
}
