//! How data crosses from the rendered page into the browser: Postcard, which needs a few kB of code there
//! where JSON needs twenty.

use codee::{Decoder, Encoder};
use leptos::prelude::Resource;
use serde::{Serialize, de::DeserializeOwned};

pub(crate) struct PostcardCodec;

/// A resource whose value travels with the page.
pub(crate) type Loaded<T> = Resource<T, PostcardCodec>;

impl<T: Serialize> Encoder<T> for PostcardCodec {
    type Error = postcard::Error;
    type Encoded = Vec<u8>;

    fn encode(value: &T) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_allocvec(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for PostcardCodec {
    type Error = postcard::Error;
    type Encoded = [u8];

    fn decode(bytes: &[u8]) -> Result<T, postcard::Error> {
        postcard::from_bytes(bytes)
    }
}
