//! The rules of a list, one by one.

use catalogue_index::CatalogueIndex;
use domain::{
    product::Missing,
    query::{Facet, FacetCount, ListQuery, Sort, SortKey, Window},
};
use roaring::RoaringBitmap;

use crate::model::Product;

fn index_of(products: &[Product]) -> CatalogueIndex {
    let mut index = CatalogueIndex::new();
    (0..).zip(products).for_each(|(ord, product)| index.put(&product.entry(ord)));
    index
}

fn sorted(key: SortKey, descending: bool) -> ListQuery {
    ListQuery { sort: Sort { key, descending }, ..ListQuery::default() }
}

fn searched(search: &str) -> ListQuery {
    ListQuery { search: search.to_owned(), ..sorted(SortKey::Title, false) }
}

fn ords(index: &CatalogueIndex, query: &ListQuery) -> Vec<u32> {
    index.list(&Window { query: query.clone(), start: 0, count: 1_000 }, &RoaringBitmap::new()).ords
}

fn facet(index: &CatalogueIndex, query: &ListQuery, facet: Facet) -> Vec<(String, u32)> {
    let values = index.facet(query, &RoaringBitmap::new(), facet, 10, "").values;
    values.into_iter().map(|FacetCount { value, count }| (value, count)).collect()
}

#[test]
fn a_word_is_found_inside_words_of_title_vendor_type_and_tags() {
    let index = index_of(&[
        Product::titled("Tischlämpchen"),
        Product { vendor: "Lampenladen".to_owned(), ..Product::titled("b") },
        Product { kind: "Lamp".to_owned(), ..Product::titled("c") },
        Product { tags: vec!["old".to_owned(), "gas-lamp".to_owned()], ..Product::titled("d") },
        Product::titled("l amp"),
    ]);

    let found = ords(&index, &searched("LAMP"));

    assert_eq!(found, [1, 2, 3, 0]);
}

#[test]
fn every_word_must_be_found_but_not_in_the_same_place() {
    let red = |vendor: &str| Product { vendor: vendor.to_owned(), ..Product::titled("Red lamp") };
    let index = index_of(&[red("Acme"), red("Lumen"), Product::titled("Blue lamp acme")]);

    let found = ords(&index, &searched("acm red"));

    assert_eq!(found, [0]);
}

#[test]
fn a_search_without_letters_finds_only_what_the_caller_found() {
    let index = index_of(&[Product::titled("--"), Product::titled("b"), Product::titled("c")]);
    let also_found = RoaringBitmap::from_iter([1, 700]);

    let listing = index.list(&Window { query: searched("--"), start: 0, count: 10 }, &also_found);

    assert_eq!((listing.ords, listing.total), (vec![1], 1));
}

#[test]
fn products_without_a_price_come_last_in_both_directions() {
    let priced = |price| Product { price, ..Product::default() };
    let index = index_of(&[priced(None), priced(Some(5)), priced(Some(1)), priced(None), priced(Some(5))]);

    let (rising, falling) = (ords(&index, &sorted(SortKey::Price, false)), ords(&index, &sorted(SortKey::Price, true)));

    assert_eq!(rising, [2, 1, 4, 0, 3]);
    assert_eq!(falling, [4, 1, 2, 3, 0]);
}

#[test]
fn a_facet_counts_what_choosing_a_value_would_give() {
    let of = |vendor: &str, kind: &str| Product { vendor: vendor.to_owned(), kind: kind.to_owned(), ..Product::default() };
    let index = index_of(&[of("Acme", "Lamp"), of("Lumen", "Lamp"), of("Lumen", "Chair"), of("", "Lamp"), of("Zeta", "Chair")]);
    let query = ListQuery { vendor: vec!["Acme".to_owned(), "Gone".to_owned()], product_type: vec!["Lamp".to_owned()], ..ListQuery::default() };

    let (vendors, types) = (facet(&index, &query, Facet::Vendor), facet(&index, &query, Facet::ProductType));

    assert_eq!(vendors, [("Acme".to_owned(), 1), ("Gone".to_owned(), 0), ("Lumen".to_owned(), 1)]);
    assert_eq!(types, [("Lamp".to_owned(), 1)]);
}

#[test]
fn a_facet_can_be_searched_and_cut_short() {
    let of = |vendor: &str| Product { vendor: vendor.to_owned(), ..Product::default() };
    let index = index_of(&[of("Éclair"), of("Eclipse"), of("Eclipse"), of("Nucleon"), of("Acme")]);

    let found = index.facet(&ListQuery::default(), &RoaringBitmap::new(), Facet::Vendor, 2, "ÉCL");

    assert_eq!(found.values, [FacetCount { value: "Eclipse".to_owned(), count: 2 }, FacetCount { value: "Éclair".to_owned(), count: 1 }]);
    assert_eq!(found.distinct, 2);
}

#[test]
fn what_is_missing_is_counted_by_kind() {
    let lacking = |missing: &[Missing]| Product { missing: missing.to_vec(), ..Product::default() };
    let index = index_of(&[lacking(&[Missing::Image, Missing::Seo]), lacking(&[Missing::Seo]), lacking(&[])]);

    let counts = facet(&index, &ListQuery::default(), Facet::Missing);

    assert_eq!(counts, [("seo".to_owned(), 2), ("image".to_owned(), 1)]);
}

#[test]
fn whatever_a_product_lacks_it_is_found_by_each_of_it() {
    let lacking = |missing: Vec<Missing>| Product { missing, ..Product::default() };
    let kinds = || Missing::ALL.iter().copied();
    // One product for every set of kinds, and its number is the set.
    let every: Vec<Product> =
        (0..1_u32 << Missing::ALL.len()).map(|set| lacking(kinds().filter(|kind| set & 1 << *kind as u8 != 0).collect())).collect();
    let mut index = index_of(&every);

    for kind in kinds() {
        let found = ords(&index, &ListQuery { missing: vec![kind], ..ListQuery::default() });
        assert!(found.len() == every.len() / 2 && found.iter().all(|ord| ord & 1 << kind as u8 != 0), "{kind:?}: {found:?}");
    }
    index.put(&lacking(vec![Missing::Short]).entry(0));
    index.put(&lacking(vec![]).entry(1 << Missing::Alt as u8));
    let counts: Vec<u32> = kinds()
        .map(|kind| {
            facet(&index, &ListQuery::default(), Facet::Missing).into_iter().find(|(name, _)| name == kind.name()).map_or(0, |(_, count)| count)
        })
        .collect();
    assert_eq!(counts, [32, 32, 32, 31, 32, 33]);
}

#[test]
fn thousands_of_changed_titles_leave_no_litter() {
    let mut index = CatalogueIndex::new();
    let product = |round: u32, ord: u32| Product {
        vendor: format!("vendor {round} {ord}"),
        tags: vec![format!("tag {round} {ord}")],
        ..Product::titled(&format!("Lamp m{round}x{ord} with a long description of itself"))
    };
    let mut first_size = 0;
    for round in 0..30 {
        for ord in 0..2_000 {
            index.put(&product(round, ord).entry(ord));
        }
        first_size = if round == 0 { index.memory() } else { first_size };
    }

    let found = ords(&index, &searched("m29x1234"));

    assert_eq!(found, [1234]);
    assert_eq!(ords(&index, &searched("m28x1234")), [0_u32; 0]);
    assert!(index.memory() < 3 * first_size, "{} bytes after 2,000 products, {} after 60,000 changes", first_size, index.memory());
}

#[test]
fn an_index_is_shared_between_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<CatalogueIndex>();
}
