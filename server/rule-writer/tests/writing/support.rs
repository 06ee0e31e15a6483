use std::{path::Path, process::Command};

use demo_catalogue::product;
use domain::{
    clock::Timestamp,
    ids::{ImageId, VariantId},
    money::Currency,
    words::{Words, brief::Brief, html::plain, part::Part, source::Source},
};
use shopify_csv::{Ids, Item, Options, Reader, content};

pub(crate) fn demo(n: u64) -> Source {
    Source::of(&product(n, Timestamp::from_micros(1_760_000_000_000_000)).1)
}

/// The products of a real catalogue, which is no part of the repository.
pub(crate) fn real() -> Option<Vec<Source>> {
    let folder = std::env::var("VITRINE_TEST_CATALOGUES").ok()?;
    let path = Path::new(&folder).join("shopify-new-retail-demo.csv.gz");
    let unpacked = Command::new("gzip").arg("-dc").arg(&path).output().unwrap();
    assert!(unpacked.status.success(), "{}", path.display());
    let mut ids = Numbered(0);
    let products = Reader::open(unpacked.stdout.as_slice(), Options { currency: Currency::USD }).unwrap();
    let sources = products.filter_map(|item| if let Item::Product(record) = item.unwrap() { Some(record) } else { None });
    Some(sources.map(|record| Source::of(&content(record, &mut ids).map_err(|bad| bad.reason).unwrap())).collect())
}

struct Numbered(i64);

impl Ids for Numbered {
    fn variant(&mut self) -> VariantId {
        VariantId::new(Timestamp::from_micros(0), [0; 10])
    }

    fn image(&mut self) -> ImageId {
        self.0 += 1_000;
        ImageId::new(Timestamp::from_micros(self.0), [0; 10])
    }
}

pub(crate) fn write(source: &Source) -> Words {
    rule_writer::write(source, &Brief::default(), &Part::ALL)
}

/// The record after its words were taken over.
pub(crate) fn taken_over(source: &Source, words: &Words) -> Source {
    let all = words.over(&source.words());
    Source {
        title: all.title.unwrap_or_default(),
        description: all.description.unwrap_or_default(),
        seo_title: all.seo_title.unwrap_or_default(),
        seo_description: all.seo_description.unwrap_or_default(),
        tags: all.tags.unwrap_or_default(),
        images: source.images.iter().map(|(id, _)| (*id, all.alts.get(id).cloned().unwrap_or_default())).collect(),
        ..source.clone()
    }
}

pub(crate) fn title(source: &Source) -> String {
    write(source).title.unwrap_or_default()
}

pub(crate) fn description(source: &Source) -> String {
    write(source).description.unwrap_or_default()
}

/// What a reader sees of a description, a line a block.
pub(crate) fn read(source: &Source) -> String {
    plain(&description(source))
}
