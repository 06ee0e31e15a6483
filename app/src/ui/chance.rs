//! Ids made in the browser.

use domain::ids::{ImageId, OpId, VariantId};

use super::time::now;

pub(crate) fn new_op() -> OpId {
    OpId::new(now(), random())
}

pub(crate) fn new_variant() -> VariantId {
    VariantId::new(now(), random())
}

pub(crate) fn new_image() -> ImageId {
    ImageId::new(now(), random())
}

fn random() -> [u8; 10] {
    let mut bytes = [0; 10];
    // Every browser that runs WebAssembly has it; and two ids made in one millisecond without it would
    // be refused by the server, never mixed up.
    if let Ok(crypto) = leptos::prelude::window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}
