//! Bytes of earlier builds, as they are written down in tests.

use std::fmt::Write;

use super::wire::Sealed;

pub(super) fn sealed(hex: &str) -> Sealed {
    assert!(hex.len().is_multiple_of(2) && hex.is_ascii(), "{hex}");
    Sealed::from_bytes((0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect())
}

pub(super) fn hex(sealed: &Sealed) -> String {
    sealed.bytes().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
