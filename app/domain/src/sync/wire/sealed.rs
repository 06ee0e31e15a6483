//! Bytes that are read for themselves.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Something as bytes. What comes behind it is of a later build and is left unread.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sealed(Vec<u8>);

/// The bytes are not what they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Sealed {
    pub fn of<T: Serialize>(value: &T) -> Self {
        // It fails for what has no length beforehand alone, and nothing here is of that kind.
        Self(postcard::to_allocvec(value).unwrap_or_default())
    }

    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn open<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Unreadable> {
        postcard::take_from_bytes(&self.0).map(|(value, _)| value).map_err(|_| Unreadable)
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("This cannot be read.")
    }
}

impl std::error::Error for Unreadable {}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(Bytes)
    }
}

struct Bytes;

impl<'de> de::Visitor<'de> for Bytes {
    type Value = Sealed;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Sealed, E> {
        Ok(Sealed(bytes.to_vec()))
    }

    fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Sealed, E> {
        Ok(Sealed(bytes))
    }

    // Formats without bytes of their own, such as JSON.
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Sealed, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(Sealed(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_again_and_nothing_else_is() {
        let sealed = Sealed::of(&("lamp", 7_u32));

        assert_eq!(sealed.open::<(String, u32)>(), Ok(("lamp".to_owned(), 7)));
        for cut in 0..sealed.bytes().len() {
            assert_eq!(Sealed::from_bytes(sealed.bytes()[..cut].to_vec()).open::<(String, u32)>(), Err(Unreadable));
        }
    }

    #[test]
    fn sealed_bytes_survive_formats_with_and_without_bytes() {
        let sealed = Sealed::from_bytes(vec![0, 255, 7]);

        assert_eq!(Sealed::of(&sealed).open(), Ok(sealed.clone()));
        assert_eq!(serde_json::from_str::<Sealed>(&serde_json::to_string(&sealed).unwrap()).ok(), Some(sealed));
    }
}
