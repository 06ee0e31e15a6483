//! How the bytes of a file become text.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Both agree with ASCII, so that a file is cut into cells before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Windows1252,
}

impl Encoding {
    /// Decides from the first part of a file without a byte-order mark. What is not UTF-8 is Windows-1252,
    /// unless most of what goes beyond ASCII is UTF-8 after all: then a few bytes are broken, not the whole file.
    pub(crate) fn of(start: &[u8]) -> Self {
        let (mut characters, mut broken) = (0_usize, 0_usize);
        for chunk in start.utf8_chunks() {
            characters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            broken += chunk.invalid().len();
        }
        if broken > characters { Self::Windows1252 } else { Self::Utf8 }
    }

    /// None when the bytes are not UTF-8 in a file that is.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Windows1252 => Some(WINDOWS_1252.decode_without_bom_handling(bytes).0),
        }
    }

    /// For showing what is broken.
    pub(crate) fn decode_lossy(self, bytes: &[u8]) -> Cow<'_, str> {
        self.decode(bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1252_is_recognised_by_not_being_utf_8() {
        let file = b"Title\nCr\xe8me br\xfbl\xe9e \x80 5\n";

        let encoding = Encoding::of(file);

        assert_eq!(encoding, Encoding::Windows1252);
        assert_eq!(encoding.decode(file).as_deref(), Some("Title\nCrème brûlée € 5\n"));
    }

    #[test]
    fn one_broken_byte_does_not_make_a_utf_8_file_windows_1252() {
        let file = [b"Title\nCr\xc3\xa8me br\xc3\xbbl\xc3\xa9e\nCaf\xe9\n".as_slice()].concat();

        assert_eq!(Encoding::of(&file), Encoding::Utf8);
    }
}
