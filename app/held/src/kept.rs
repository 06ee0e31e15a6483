use domain::{fold::fold, handle::Handle, product::Product, sync::wire::Row};

/// What is in memory of a product: its row as it came, which is a fifth of what it unfolds to, and by what it is found.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) row: Row,
    /// As the server has it, whatever was done here.
    pub(crate) is_living: bool,
    pub(crate) handle: Handle,
    /// SKUs and barcodes, folded.
    codes: Box<[Box<str>]>,
}

impl Kept {
    /// `product` is the row's, with own ops on it.
    pub(crate) fn new(row: Row, is_living: bool, product: &Product) -> Self {
        let codes = product.content.variants.iter().flat_map(|variant| [&variant.sku, &variant.barcode]);
        let codes = codes.filter(|code| !code.is_empty()).map(|code| fold(code).into()).collect();
        Self { row, is_living, handle: product.content.handle.clone(), codes }
    }

    /// Whether its handle or one of its codes begins with a text, in lower case and folded.
    pub(crate) fn begins_with(&self, lower: &str, folded: &str) -> bool {
        self.handle.as_str().starts_with(lower) || self.codes.iter().any(|code| code.starts_with(folded))
    }
}
