//! Reads a product CSV, says what is in it and how fast that went: `read FILE [COPIES]`. With copies, the
//! products are written out that many times with handles of their own first, and that is read.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    time::Instant,
};

use domain::{
    clock::Timestamp,
    ids::{ImageId, VariantId},
    money::Currency,
    product::Content,
};
use shopify_csv::{Ids, Item, Options, Reader, Writer, content, edits, extra_columns};

struct SameIds;

impl Ids for SameIds {
    fn variant(&mut self) -> VariantId {
        VariantId::new(Timestamp::from_micros(0), [0; 10])
    }

    fn image(&mut self) -> ImageId {
        ImageId::new(Timestamp::from_micros(0), [0; 10])
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: read FILE [COPIES]")?;
    let copies: u32 = args.next().map_or(Ok(0), |copies| copies.parse())?;
    let mut input: Box<dyn Read> = Box::new(File::open(&path)?);
    let mut out = io::stdout().lock();
    if copies > 0 {
        let bytes = copied(input, copies)?;
        writeln!(out, "{} MB in {copies} copies", bytes.len() / 1_000_000)?;
        input = Box::new(io::Cursor::new(bytes));
    }

    let started = Instant::now();
    let mut reader = Reader::open(input, Options { currency: Currency::USD })?;
    writeln!(out, "{:?}", reader.format())?;
    let (mut products, mut rows, mut images, mut bad) = (0_u64, 0_usize, 0_usize, 0_u64);
    for item in &mut reader {
        match item? {
            Item::Product(product) => {
                products += 1;
                rows += product.variants.len().max(product.images.len());
                images += product.images.len();
            }
            Item::Bad(row) => {
                bad += 1;
                if bad <= 20 {
                    writeln!(out, "line {}, {}: {} ({:?})", row.line, row.column, row.reason, row.value)?;
                }
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    writeln!(out, "{products} products, {rows} rows, {images} images, {bad} bad rows, {} bytes", reader.position())?;
    writeln!(out, "{:.0} rows/s, {:.0} products/s", rows as f64 / seconds, products as f64 / seconds)?;
    Ok(())
}

/// The file again and again in the newer dialect, in memory.
fn copied(input: impl Read, copies: u32) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut contents: Vec<Content> = Vec::new();
    for item in Reader::open(input, Options { currency: Currency::USD })? {
        if let Item::Product(record) = item? {
            let made = content(record.clone(), &mut SameIds).map_err(|bad| bad.reason)?;
            let differences = edits(&record, &made, &mut SameIds).map_err(|bad| bad.reason)?;
            assert!(differences.is_empty(), "the same file changes nothing: {differences:?}");
            contents.push(made);
        }
    }
    let extras: Vec<String> = contents.iter().flat_map(extra_columns).map(str::to_owned).collect();
    let mut writer = Writer::new(BufWriter::new(Vec::new()), Currency::USD, extras)?;
    for copy in 0..copies {
        for content in &mut contents {
            let handle = content.handle.clone();
            content.handle = handle.numbered(copy);
            writer.write(content)?;
            content.handle = handle;
        }
    }
    Ok(writer.finish()?.into_inner()?)
}
