//! Giving a catalogue back as a file of the newer dialect.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use domain::{
    field::{Field, VariantField},
    money::{Currency, Money},
    product::{Content, Image, InventoryPolicy, Status, Variant},
};

use crate::{
    guard,
    header::{KNOWN, Kind, classify},
};

/// Writes products, each with a row for every variant and image. Lines end with a line feed; the text is
/// UTF-8 without a byte-order mark.
pub struct Writer<W> {
    out: W,
    currency: Currency,
    columns: Vec<(String, Kind)>,
    line: Vec<u8>,
}

/// The kept columns a product needs in the header of an export, for [`Writer::new`].
pub fn extra_columns(content: &Content) -> impl Iterator<Item = &str> {
    content.extras.keys().chain(content.variants.iter().flat_map(|variant| variant.extras.keys())).map(String::as_str)
}

/// Writes one row of cells as every row of an export is written: quoted where it must be, and with
/// formulas disarmed.
pub fn write_cells<'a>(out: &mut impl Write, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
    let mut line = Vec::new();
    for cell in cells {
        push_text(&mut line, cell);
    }
    out.write_all(end_line(&mut line))
}

impl<W: Write> Writer<W> {
    /// Writes the header: the newer template's columns and behind them `extras`, each once.
    pub fn new(out: W, currency: Currency, extras: impl IntoIterator<Item = impl Into<String>>) -> io::Result<Self> {
        let mut columns: Vec<(String, Kind)> = KNOWN.iter().map(|(name, _, kind)| ((*name).to_owned(), kind.clone())).collect();
        for extra in extras {
            let extra = extra.into();
            let (name, kind) = classify(&extra);
            let kept = matches!(kind, Kind::ProductExtra | Kind::VariantExtra);
            if kept && !extra.trim().is_empty() && !columns.iter().any(|(known, _)| *known == name) {
                columns.push((extra, kind));
            }
        }
        let mut writer = Self { out, currency, columns, line: Vec::new() };
        write_cells(&mut writer.out, writer.columns.iter().map(|(name, _)| name.as_str()))?;
        Ok(writer)
    }

    pub fn write(&mut self, content: &Content) -> io::Result<()> {
        let rows = content.variants.len().max(content.images.len()).max(1);
        for row in 0..rows {
            let row = RowOf { content, first: row == 0, variant: content.variants.get(row), image: content.images.get(row), currency: self.currency };
            self.line.clear();
            for (name, kind) in &self.columns {
                row.push(&mut self.line, name, kind);
            }
            self.out.write_all(end_line(&mut self.line))?;
        }
        Ok(())
    }

    /// What it writes to, for whoever takes the file piece by piece.
    pub const fn get_mut(&mut self) -> &mut W {
        &mut self.out
    }

    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

struct RowOf<'a> {
    content: &'a Content,
    first: bool,
    variant: Option<&'a Variant>,
    image: Option<&'a Image>,
    currency: Currency,
}

impl RowOf<'_> {
    fn push(&self, line: &mut Vec<u8>, column: &str, kind: &Kind) {
        let content = self.content;
        match kind {
            Kind::Handle => push_text(line, content.handle.as_str()),
            Kind::Product(field) if self.first => self.push_product(line, field),
            Kind::OptionName(at) if self.first => push_text(line, content.option_names.get(*at).map_or("", String::as_str)),
            Kind::OptionValue(at) => push_text(line, self.variant.and_then(|variant| variant.options.get(*at)).map_or("", String::as_str)),
            Kind::Variant(field) => match self.variant {
                Some(variant) => self.push_variant(line, variant, *field),
                None => push_plain(line, ""),
            },
            Kind::ImageUrl => push_text(line, self.image.map_or("", |image| &image.url)),
            Kind::ImagePosition => push_plain(line, &self.image.map(|image| image.position.to_string()).unwrap_or_default()),
            Kind::ImageAlt => push_text(line, self.image.map_or("", |image| &image.alt)),
            Kind::ProductExtra | Kind::VariantExtra => {
                let product = content.extras.get(column).filter(|_| self.first);
                let variant = self.variant.and_then(|variant| variant.extras.get(column));
                let text = if *kind == Kind::VariantExtra { variant.or(product) } else { product.or(variant) };
                push_text(line, text.map_or("", String::as_str));
            }
            Kind::Product(_) | Kind::OptionName(_) => push_plain(line, ""),
        }
    }

    fn push_product(&self, line: &mut Vec<u8>, field: &Field) {
        let content = self.content;
        match field {
            Field::Title => push_text(line, &content.title),
            Field::Description => push_text(line, &content.description),
            Field::Vendor => push_text(line, &content.vendor),
            Field::Category => push_text(line, &content.category),
            Field::ProductType => push_text(line, &content.product_type),
            Field::Tags => push_text(line, &content.tags.join(", ")),
            Field::Published => push_plain(line, flag(content.published)),
            Field::GiftCard => push_plain(line, flag(content.gift_card)),
            Field::Status => push_plain(
                line,
                match content.status {
                    Status::Active => "Active",
                    Status::Draft => "Draft",
                    Status::Archived => "Archived",
                },
            ),
            Field::SeoTitle => push_text(line, &content.seo_title),
            Field::SeoDescription => push_text(line, &content.seo_description),
            // No other field is a column of the template.
            _ => push_plain(line, ""),
        }
    }

    fn push_variant(&self, line: &mut Vec<u8>, variant: &Variant, field: VariantField) {
        let money = |amount: Option<Money>| amount.map(|amount| amount.plain(self.currency)).unwrap_or_default();
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        match field {
            VariantField::Sku => push_text(line, &variant.sku),
            VariantField::Barcode => push_text(line, &variant.barcode),
            VariantField::Price => push_plain(line, &money(variant.price)),
            VariantField::CompareAtPrice => push_plain(line, &money(variant.compare_at_price)),
            VariantField::Cost => push_plain(line, &money(variant.cost)),
            VariantField::Taxable => push_plain(line, flag(variant.taxable)),
            VariantField::InventoryQuantity => push_plain(line, &number(variant.inventory_quantity)),
            VariantField::InventoryPolicy => push_plain(
                line,
                match variant.inventory_policy {
                    InventoryPolicy::Deny => "DENY",
                    InventoryPolicy::Continue => "CONTINUE",
                },
            ),
            VariantField::RequiresShipping => push_plain(line, flag(variant.requires_shipping)),
            VariantField::WeightGrams => push_plain(line, &number(variant.weight_grams)),
            VariantField::Image => push_text(line, &variant.image),
            // Columns of their own, and the order of the rows.
            VariantField::Options | VariantField::Position => push_plain(line, ""),
        }
    }
}

fn flag(flag: bool) -> &'static str {
    if flag { "TRUE" } else { "FALSE" }
}

/// A cell that needs neither quotes nor a guard: a number or a word of the format.
fn push_plain(line: &mut Vec<u8>, cell: &str) {
    line.extend_from_slice(cell.as_bytes());
    line.push(b',');
}

fn push_text(line: &mut Vec<u8>, cell: &str) {
    let cell: Cow<'_, str> = guard::protect(cell);
    let bytes = cell.as_bytes();
    let quoted = bytes.iter().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r' | b';' | b'\t'))
        || bytes.first().is_some_and(u8::is_ascii_whitespace)
        || bytes.last().is_some_and(u8::is_ascii_whitespace);
    if quoted {
        line.push(b'"');
        for part in bytes.split_inclusive(|b| *b == b'"') {
            line.extend_from_slice(part);
            if part.ends_with(b"\"") {
                line.push(b'"');
            }
        }
        line.extend_from_slice(b"\",");
    } else {
        push_plain(line, &cell);
    }
}

/// The comma behind the last cell becomes the line end.
fn end_line(line: &mut [u8]) -> &[u8] {
    if let Some(last) = line.last_mut() {
        *last = b'\n';
    }
    line
}
