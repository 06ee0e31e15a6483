//! The rows of one product, put together cell by cell.

use std::{
    borrow::Cow,
    collections::{BTreeMap, VecDeque},
};

use domain::{
    field::{Field, Value},
    handle::Handle,
    money::Currency,
    product::limits,
};

use crate::{
    bad::BadRow,
    cell,
    header::Header,
    record::{ImageRecord, Item, ProductRecord, VariantRecord, kept_extras, kept_fields},
    row::Row,
};

pub(crate) const NOT_UTF8: &str = "This text is not valid UTF-8, as the rest of the file is. Save the file as CSV in UTF-8.";

pub(crate) struct Group {
    /// The handle as the rows give it; empty when they give none.
    pub(crate) key: String,
    /// None when there is something wrong with it.
    pub(crate) handle: Option<Handle>,
    line: u64,
    fields: Vec<(Field, Value)>,
    variants: Vec<VariantRecord>,
    images: Vec<ImageRecord>,
    rows: u64,
    /// In bytes: its rows and the names of its kept columns.
    pub(crate) size: u64,
    /// The product is left out.
    pub(crate) bad: bool,
    /// Its further rows are not looked at: what is wrong with the product has been said.
    pub(crate) silent: bool,
}

/// One row on its way into its product.
struct Filling<'a> {
    row: &'a Row<'a>,
    line: u64,
    header: &'a Header,
    currency: Currency,
    ready: &'a mut VecDeque<Item>,
    bad: bool,
}

impl Group {
    pub(crate) fn new(key: &str, line: u64) -> Self {
        Self {
            key: key.to_owned(),
            handle: None,
            line,
            fields: Vec::new(),
            variants: Vec::new(),
            images: Vec::new(),
            rows: 0,
            size: 0,
            bad: false,
            silent: false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// None when the product is left out.
    pub(crate) fn finish(self, end: u64, header: &Header) -> Option<ProductRecord> {
        let handle = self.handle.filter(|_| !self.bad)?;
        Some(ProductRecord {
            line: self.line,
            end,
            handle,
            fields: self.fields,
            variants: self.variants,
            images: self.images,
            kept: header.kept.clone(),
        })
    }

    /// Adds a row, naming every bad cell of it in `ready`.
    pub(crate) fn add(&mut self, row: &Row<'_>, line: u64, header: &Header, currency: Currency, ready: &mut VecDeque<Item>) {
        let mut filling = Filling { row, line, header, currency, ready, bad: false };
        filling.strays();
        if self.rows == 0 {
            filling.first(&mut self.fields);
            self.size += kept_fields(&self.fields);
        } else {
            filling.later(&self.fields, self.line);
        }
        if let Some(variant) = filling.variant(self.rows == 0) {
            self.size += kept_extras(&variant.extras);
            if self.variants.len() < limits::VARIANTS {
                self.variants.push(variant);
            } else {
                self.silent = true;
                filling.refuse_row(too_many("variants", limits::VARIANTS));
            }
        } else if self.rows > 0 {
            filling.homeless_extras(&self.fields);
        }
        if let Some(image) = filling.image()
            && !self.images.iter().any(|known| says_nothing_new(&image, known))
        {
            if self.images.len() < limits::IMAGES {
                self.images.push(image);
            } else {
                self.silent = true;
                filling.refuse_row(too_many("pictures", limits::IMAGES));
            }
        }
        self.bad |= filling.bad;
        self.rows += 1;
    }
}

fn too_many(what: &str, limit: usize) -> String {
    format!("This product has too many {what}; the limit is {limit}.")
}

/// Some files repeat a picture on each row of its product.
fn says_nothing_new(image: &ImageRecord, known: &ImageRecord) -> bool {
    image.url == known.url
        && (image.position.is_none() || image.position == known.position)
        && (image.alt.as_ref().is_none_or(String::is_empty) || image.alt == known.alt)
}

impl<'a> Filling<'a> {
    /// Cells that no column is meant for.
    fn strays(&mut self) {
        if let Some(surplus) = self.row.surplus() {
            let reason = "This row has more cells than the header has columns. Is there a comma or a quote too many?";
            self.push(BadRow::new(self.line, "", &surplus, reason));
        }
        let header = self.header;
        for &at in &header.unnamed {
            if !self.row.is_blank(at) {
                self.refuse(at, "The column of this value has no name in the header.");
            }
        }
    }

    /// The product's own columns.
    fn first(&mut self, fields: &mut Vec<(Field, Value)>) {
        let header = self.header;
        fields.reserve_exact(header.product.len() + 1);
        for (at, field) in &header.product {
            let value = self.parse(*at, |cell| cell::product(field, cell)).flatten();
            fields.extend(value.map(|value| (field.clone(), value)));
        }
        let names: Vec<String> = self.texts(&header.option_names);
        if !names.is_empty() {
            fields.push((Field::OptionNames, Value::List(names)));
        }
        for (at, column) in &header.product_extras {
            if !self.row.is_blank(*at) {
                fields.extend(self.parse(*at, cell::extra).map(|value| (Field::Extra(column.clone()), Value::Text(value))));
            }
        }
    }

    /// The product's own columns on its further rows, where they are blank or say the same again.
    fn later(&mut self, fields: &[(Field, Value)], first: u64) {
        let header = self.header;
        let known = |field: &Field| fields.iter().find(|(known, _)| known == field).map(|(_, value)| value);
        let reason = || format!("The first row of this product, on line {first}, says something else. What belongs to the product goes there.");
        for (at, field) in &header.product {
            if !self.row.is_blank(*at)
                && let Some(value) = self.parse(*at, |cell| cell::product(field, cell))
                && value.as_ref() != known(field)
            {
                self.refuse(*at, reason());
            }
        }
        for (option, at) in header.option_names.iter().enumerate() {
            let Some(at) = at.filter(|at| !self.row.is_blank(*at)) else { continue };
            let name = self.parse(at, cell::short_text);
            let same = matches!(known(&Field::OptionNames), Some(Value::List(names)) if names.get(option) == name.as_ref());
            if name.is_some() && !same {
                self.refuse(at, reason());
            }
        }
    }

    /// The variant this row is, if it is one.
    fn variant(&mut self, first: bool) -> Option<VariantRecord> {
        let header = self.header;
        let filled = |at: usize| !self.row.is_blank(at);
        if !header.variant.iter().any(|(at, _)| filled(*at)) && !header.option_values.iter().flatten().any(|at| filled(*at)) {
            return None;
        }
        let mut variant = VariantRecord {
            line: self.line,
            options: self.texts(&header.option_values),
            fields: Vec::with_capacity(header.variant.len()),
            extras: BTreeMap::new(),
        };
        for &(at, field) in &header.variant {
            let currency = self.currency;
            let value = self.parse(at, |cell| cell::variant(field, cell, currency)).flatten();
            variant.fields.extend(value.map(|value| (field, value)));
        }
        // What a later row says in a product's kept column it says about its variant.
        let of_product = header.product_extras.iter().filter(|_| !first);
        for (at, column) in header.variant_extras.iter().chain(of_product) {
            if !self.row.is_blank(*at) {
                variant.extras.extend(self.parse(*at, cell::extra).map(|value| (column.clone(), value)));
            }
        }
        Some(variant)
    }

    /// Kept columns of a later row that is no variant: there is nothing to keep them with.
    fn homeless_extras(&mut self, fields: &[(Field, Value)]) {
        let header = self.header;
        for (at, column) in &header.product_extras {
            if !self.row.is_blank(*at)
                && let Some(value) = self.parse(*at, cell::extra)
                && !fields
                    .iter()
                    .any(|(field, known)| matches!((field, known), (Field::Extra(name), Value::Text(text)) if name == column && *text == value))
            {
                self.refuse(*at, "This row is no variant, so there is nothing this value belongs to. Put it into the first row of the product.");
            }
        }
    }

    fn image(&mut self) -> Option<ImageRecord> {
        let header = self.header;
        let at = header.image_url.filter(|at| !self.row.is_blank(*at))?;
        let url = self.parse(at, |cell| cell::url(&cell))?;
        let alt = match header.image_alt {
            Some(at) => Some(self.parse(at, cell::short_text)?),
            None => None,
        };
        let position = match header.image_position {
            Some(at) => self.parse(at, |cell| cell::integer(&cell))?,
            None => None,
        };
        Some(ImageRecord { line: self.line, url, alt, position })
    }

    /// The texts of some columns, without blank ones at the end.
    fn texts(&mut self, columns: &[Option<usize>]) -> Vec<String> {
        let Some(last) = columns.iter().rposition(|at| at.is_some_and(|at| !self.row.is_empty(at))) else { return Vec::new() };
        columns[..=last].iter().map(|at| at.and_then(|at| self.parse(at, cell::short_text)).unwrap_or_default()).collect()
    }

    /// The cell's value, or none after naming what is wrong with it.
    fn parse<T>(&mut self, at: usize, parse: impl FnOnce(Cow<'a, str>) -> Result<T, String>) -> Option<T> {
        let parsed = self.row.cell(at).map_err(|_| NOT_UTF8.to_owned()).and_then(parse);
        match parsed {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(at, reason);
                None
            }
        }
    }

    fn refuse(&mut self, at: usize, reason: impl Into<String>) {
        let value = self.row.cell(at).unwrap_or_else(|_| self.row.lossy(at));
        self.push(BadRow::new(self.line, self.header.text(at), &value, reason));
    }

    fn refuse_row(&mut self, reason: String) {
        self.push(BadRow::new(self.line, "", "", reason));
    }

    fn push(&mut self, bad: BadRow) {
        self.bad = true;
        self.ready.push_back(Item::Bad(bad));
    }
}
