//! Where a part of a list of products ended, as programs carry it.

use std::collections::BTreeSet;

use domain::{
    ids::{Seq, StoreId},
    money::Money,
    product::limits,
    query::{ListQuery, SortKey},
};
use ports::products::{Bookmark, SortValue};

use crate::cursor::{List, NoCursor};

pub(super) fn write(store: StoreId, query: &ListQuery, bookmark: &Bookmark) -> Option<String> {
    list(store, query).write(bookmark)
}

pub(super) fn read(store: StoreId, query: &ListQuery, text: &str) -> Result<Bookmark, NoCursor> {
    let bookmark: Bookmark = list(store, query).read(text)?;
    if fits(&bookmark.value, query.sort.key) { Ok(bookmark) } else { Err(NoCursor) }
}

/// Whether a value can be one that this list is sorted by: a forged cursor is refused here and not by a database.
fn fits(value: &SortValue, key: SortKey) -> bool {
    match (value, key) {
        (SortValue::Text(text), SortKey::Title | SortKey::Vendor) => text.len() <= 4 * limits::SHORT_TEXT && !text.contains('\0'),
        (SortValue::Price(price), SortKey::Price) => price.is_none_or(|price| (Money(0)..=Money::MAX).contains(&price)),
        (SortValue::Updated(seq), SortKey::Updated) => *seq >= Seq(0),
        _ => false,
    }
}

/// The same for the same list, in whatever order its filters are given.
fn list(store: StoreId, query: &ListQuery) -> List {
    let address = query.to_address();
    let filters: BTreeSet<&str> = address.split('&').collect();
    List::of_bytes(store, filters.into_iter().flat_map(|filter| [filter, "&"]))
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, query::Sort};
    use proptest::prelude::*;

    use super::{list as list_of, *};

    fn store() -> StoreId {
        StoreId::new(Timestamp::from_micros(1), [1; 10])
    }

    fn list(key: SortKey) -> ListQuery {
        ListQuery { search: "lamp".into(), sort: Sort { key, descending: false }, ..ListQuery::default() }
    }

    fn values() -> impl Strategy<Value = (SortKey, SortValue)> {
        prop_oneof![
            "[^\0]{0,255}".prop_map(|text| (SortKey::Title, SortValue::Text(text))),
            "[^\0]{0,255}".prop_map(|text| (SortKey::Vendor, SortValue::Text(text))),
            proptest::option::of(0..=Money::MAX.0).prop_map(|price| (SortKey::Price, SortValue::Price(price.map(Money)))),
            (0..i64::MAX).prop_map(|seq| (SortKey::Updated, SortValue::Updated(Seq(seq)))),
        ]
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_was((key, value) in values(), ord in any::<u32>()) {
            let bookmark = Bookmark { ord, value };
            let text = write(store(), &list(key), &bookmark).unwrap();

            prop_assert_eq!(read(store(), &list(key), &text), Ok(bookmark));
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
        }

        #[test]
        fn a_forged_cursor_is_refused_or_fits_the_list((of, value) in values(), ord in any::<u32>()) {
            for key in SortKey::ALL {
                let forged = list_of(store(), &list(key)).write(&Bookmark { ord, value: value.clone() }).unwrap();
                let is_read = read(store(), &list(key), &forged).is_ok();
                prop_assert_eq!(is_read, fits(&value, key));
                prop_assert!(is_read || key != of);
            }
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_alone() {
        let query = list(SortKey::Title);
        let text = write(store(), &query, &Bookmark { ord: 7, value: SortValue::Text("Lamp".into()) }).unwrap();
        let other = StoreId::new(Timestamp::from_micros(1), [2; 10]);

        assert!(read(store(), &query, &text).is_ok());
        assert_eq!(read(other, &query, &text), Err(NoCursor));
        assert_eq!(read(store(), &ListQuery { search: "chair".into(), ..query.clone() }, &text), Err(NoCursor));
        assert_eq!(read(store(), &list(SortKey::Vendor), &text), Err(NoCursor));
    }

    #[test]
    fn the_order_of_filters_makes_no_other_list() {
        let with = |vendors: [&str; 2]| ListQuery { vendor: vendors.map(str::to_owned).into(), ..list(SortKey::Updated) };
        let bookmark = Bookmark { ord: 7, value: SortValue::Updated(Seq(9)) };
        let text = write(store(), &with(["Acme", "Oak"]), &bookmark).unwrap();

        assert_eq!(read(store(), &with(["Oak", "Acme"]), &text), Ok(bookmark));
    }

    #[test]
    fn what_no_database_holds_is_refused() {
        let forged = |value| write(store(), &list(SortKey::Title), &Bookmark { ord: 0, value }).unwrap();
        for value in [SortValue::Text("a\0".into()), SortValue::Text("a".repeat(2_049)), SortValue::Updated(Seq(1)), SortValue::Price(None)] {
            assert_eq!(read(store(), &list(SortKey::Title), &forged(value.clone())), Err(NoCursor), "{value:?}");
        }
    }
}
