//! An answer as the bytes that are sent, made once.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use serde::{Deserialize, Serialize};

use crate::Value;

/// Finished bytes with what stands in the headers beside them. Clones share them.
#[derive(Clone, Debug)]
pub struct Finished(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    content: Bytes,
    head: Head,
    /// None when it is not worth it.
    gzip: OnceLock<Option<Bytes>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    etag: Box<str>,
    content_type: Box<str>,
    beside: Option<Box<str>>,
}

/// Below this the headers are most of an answer.
const WORTH_COMPRESSING: usize = 1_024;

/// A third of the time of the default level, for a few percent more bytes.
const LEVEL: u32 = 4;

impl Finished {
    /// `etag` is a strong one, with its quotes.
    pub fn new(content_type: &str, etag: &str, content: impl Into<Bytes>) -> Self {
        Self::of(Head { etag: etag.into(), content_type: content_type.into(), beside: None }, content.into())
    }

    /// With a text that is no part of the content, such as where the next part of a list is.
    #[must_use]
    pub fn beside(self, text: Option<&str>) -> Self {
        let head = Head { beside: text.map(Box::from), ..self.0.head.clone() };
        Self::of(head, self.0.content.clone())
    }

    pub fn content(&self) -> &Bytes {
        &self.0.content
    }

    pub fn etag(&self) -> &str {
        &self.0.head.etag
    }

    pub fn content_type(&self) -> &str {
        &self.0.head.content_type
    }

    pub fn text_beside(&self) -> Option<&str> {
        self.0.head.beside.as_deref()
    }

    /// Compressed when it is first asked for; none when that saves next to nothing.
    pub fn gzip(&self) -> Option<&Bytes> {
        self.0.gzip.get_or_init(|| compress(&self.0.content)).as_ref()
    }

    fn of(head: Head, content: Bytes) -> Self {
        Self(Arc::new(Inner { content, head, gzip: OnceLock::new() }))
    }
}

impl Value for Finished {
    fn weight(&self) -> usize {
        let head = &self.0.head;
        let texts = head.etag.len() + head.content_type.len() + head.beside.as_ref().map_or(0, |text| text.len());
        // The compressed form comes later, and is half of it at most.
        let gzip = if self.0.content.len() < WORTH_COMPRESSING { 0 } else { self.0.content.len() / 2 };
        size_of::<Inner>() + texts + self.0.content.len() + gzip
    }

    fn write(&self, to: &mut Vec<u8>) {
        // Texts alone: they can always be written.
        if let Ok(head) = postcard::to_allocvec(&self.0.head) {
            to.extend(head);
        }
        to.extend_from_slice(&self.0.content);
    }

    fn read(from: Bytes) -> Option<Self> {
        let (head, content) = postcard::take_from_bytes::<Head>(&from).ok()?;
        let content = from.slice_ref(content);
        Some(Self::of(head, content))
    }
}

fn compress(content: &[u8]) -> Option<Bytes> {
    if content.len() < WORTH_COMPRESSING {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(content.len() / 4), Compression::new(LEVEL));
    encoder.write_all(content).ok()?;
    let compressed = encoder.finish().ok()?;
    // What saves less is not kept twice; what it takes in memory is known before it is made.
    (compressed.len() <= content.len() / 2).then(|| Bytes::from(compressed.into_boxed_slice()))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn it_is_read_as_it_was_written() {
        let finished = Finished::new("application/json", "\"abc\"", &b"[1,2]"[..]).beside(Some("next"));
        let mut written = Vec::new();
        finished.write(&mut written);

        let read = Finished::read(Bytes::from(written)).unwrap();

        assert_eq!(
            (read.content(), read.etag(), read.content_type(), read.text_beside()),
            (finished.content(), "\"abc\"", "application/json", Some("next"))
        );
        assert!(Finished::read(Bytes::from_static(&[0xff; 9])).is_none());
    }

    #[test]
    fn it_is_compressed_once_and_only_where_it_helps() {
        let long = Finished::new("application/json", "\"a\"", "lamp, ".repeat(500));

        let compressed = long.gzip().unwrap();

        let mut content = Vec::new();
        GzDecoder::new(&compressed[..]).read_to_end(&mut content).unwrap();
        assert_eq!(content, long.content()[..]);
        assert!(std::ptr::eq(compressed.as_ptr(), long.clone().gzip().unwrap().as_ptr()));
        assert!(Finished::new("application/json", "\"a\"", "short").gzip().is_none());
        let chance = crate::Seeded::new(3);
        let noise: Vec<u8> = (0..4_000).map(|_| chance.bits() as u8).collect();
        assert!(Finished::new("image/png", "\"a\"", noise).gzip().is_none());
        let kept = long.content().len() + compressed.len();
        assert!(long.weight() >= kept, "{} for {kept} bytes", long.weight());
    }
}
