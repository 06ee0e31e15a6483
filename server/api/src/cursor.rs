//! Where a part of a list ended, as programs carry it: opaque, and good for the same list of the same store alone.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ids::StoreId;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// A cursor of another version is no longer read.
const VERSION: u8 = 1;

/// Bytes of the hash that tells lists apart.
const HASH: usize = 8;

/// Longer than that of the longest title.
const LONGEST: usize = 4_096;

/// It is none, or is one of another list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoCursor;

/// What whoever sent it is told.
pub(crate) const NO_CURSOR: &str = "This cursor is none of this list: it belongs to another one, or to an older version. Begin without a cursor.";

/// Which list a cursor is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List([u8; HASH]);

impl List {
    /// `what` is all that tells it from other lists of a store.
    pub(crate) fn of(store: StoreId, what: &impl Serialize) -> Self {
        // Made of plain values: it can always be written.
        Self::of_bytes(store, [postcard::to_allocvec(what).unwrap_or_default()])
    }

    pub(crate) fn of_bytes(store: StoreId, parts: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let mut hash = Sha256::new();
        hash.update(store.0.as_bytes());
        for part in parts {
            hash.update(part);
        }
        let mut short = [0; HASH];
        short.copy_from_slice(&hash.finalize()[..HASH]);
        Self(short)
    }

    pub(crate) fn write(self, place: &impl Serialize) -> Option<String> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.0);
        bytes.extend(postcard::to_allocvec(place).ok()?);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    pub(crate) fn read<T: DeserializeOwned>(self, text: &str) -> Result<T, NoCursor> {
        if text.len() > LONGEST {
            return Err(NoCursor);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NoCursor)?;
        let (version, rest) = bytes.split_first().ok_or(NoCursor)?;
        let (of, rest) = rest.split_at_checked(HASH).ok_or(NoCursor)?;
        if *version != VERSION || of != self.0 {
            return Err(NoCursor);
        }
        match postcard::take_from_bytes::<T>(rest) {
            Ok((place, [])) => Ok(place),
            _ => Err(NoCursor),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::ReviewId};
    use ports::review::{Cursor, QueueFilter};
    use proptest::prelude::*;

    use super::*;

    fn store(number: u8) -> StoreId {
        StoreId::new(Timestamp::from_micros(1), [number; 10])
    }

    fn place() -> Cursor {
        Cursor { at: Timestamp::from_micros(1_700_000_000_000_000), review: ReviewId::new(Timestamp::from_micros(1), [7; 10]) }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_alone() {
        let (queue, newest) = (("reviews", QueueFilter::default()), ("reviews", QueueFilter { newest: true, ..QueueFilter::default() }));
        let text = List::of(store(1), &queue).write(&place()).unwrap();

        assert_eq!(List::of(store(1), &queue).read(&text), Ok(place()));
        for other in [List::of(store(2), &queue), List::of(store(1), &newest), List::of(store(1), &("calls", QueueFilter::default()))] {
            assert_eq!(other.read::<Cursor>(&text), Err(NoCursor));
        }
        assert_eq!(List::of(store(1), &queue).read::<Cursor>(&format!("{text}AA")), Err(NoCursor));
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,100}") {
            prop_assert_eq!(List::of(store(1), &"reviews").read::<Cursor>(&text), Err(NoCursor));
        }

        #[test]
        fn a_forged_cursor_is_a_place_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let list = List::of(store(1), &"reviews");
            let forged = [&[VERSION][..], &list.0, &bytes].concat();
            if let Ok(place) = list.read::<Cursor>(&URL_SAFE_NO_PAD.encode(forged)) {
                prop_assert_eq!(list.read(&list.write(&place).unwrap()), Ok(place));
            }
        }
    }
}
