//! Telling a reply from whatever else comes over a network.

use serde::de::DeserializeOwned;

use super::{CONTENT_TYPE, MARKER, Sealed};

/// Which of the two a reply is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Push,
    Pull,
}

/// What is known of a reply before its body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    pub status: u16,
    /// The value of the header [`MARKER`].
    pub marker: Option<&'a str>,
    pub content_type: Option<&'a str>,
    /// Seconds, of the header `Retry-After`.
    pub retry_after: Option<u32>,
}

/// Why there is no reply. What is to be done about it is the core's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing came back, or only a part of it. What was sent may have been done.
    Lost,
    /// Something answered, and not the server.
    Foreign,
    /// 401
    SignIn,
    /// 403: not this person, or not any more.
    Forbidden,
    /// 413
    TooLarge,
    /// 426: this build is too old for what it asked.
    Upgrade,
    /// 429 or 503, with what `Retry-After` says, in seconds.
    Busy(Option<u32>),
    /// Any other status.
    Failed(u16),
}

/// Reads a reply. A status counts only from the server itself: a portal's 403 says nothing about anybody's rights.
pub fn read<T: DeserializeOwned>(head: Head<'_>, body: Vec<u8>) -> Result<T, Trouble> {
    let ours = head.marker == Some(MARKER.1);
    match head.status {
        200 if ours && head.content_type == Some(CONTENT_TYPE) => Sealed::from_bytes(body).open().map_err(|_| Trouble::Lost),
        // A proxy in front of the server may say this too, and it is no harm to believe it.
        429 | 503 => Err(Trouble::Busy(head.retry_after)),
        413 => Err(Trouble::TooLarge),
        500.. => Err(Trouble::Failed(head.status)),
        _ if !ours => Err(Trouble::Foreign),
        200 => Err(Trouble::Foreign),
        401 => Err(Trouble::SignIn),
        403 => Err(Trouble::Forbidden),
        426 => Err(Trouble::Upgrade),
        status => Err(Trouble::Failed(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Head<'_> = Head { status: 200, marker: Some(MARKER.1), content_type: Some(CONTENT_TYPE), retry_after: None };

    #[test]
    fn p02_a_portals_page_is_no_answer() {
        let page = b"<!doctype html>".to_vec();

        for head in [Head { marker: None, ..OURS }, Head { content_type: Some("text/html"), ..OURS }, Head { status: 403, marker: None, ..OURS }] {
            assert_eq!(read::<u32>(head, page.clone()), Err(Trouble::Foreign));
        }
    }

    #[test]
    fn p02_an_answer_that_was_cut_off_is_none() {
        let whole = Sealed::of(&(1_u64, "frames")).bytes().to_vec();

        assert_eq!(read(OURS, whole.clone()), Ok((1_u64, "frames".to_owned())));
        assert_eq!(read::<(u64, String)>(OURS, whole[..whole.len() - 1].to_vec()), Err(Trouble::Lost));
    }

    #[test]
    fn p05_every_status_has_its_meaning() {
        let meaning = |status| read::<u32>(Head { status, retry_after: Some(7), ..OURS }, Vec::new()).unwrap_err();

        assert_eq!([401, 403, 413, 426].map(meaning), [Trouble::SignIn, Trouble::Forbidden, Trouble::TooLarge, Trouble::Upgrade]);
        assert_eq!([429, 503].map(meaning), [Trouble::Busy(Some(7)); 2]);
        assert_eq!([400, 502].map(meaning), [Trouble::Failed(400), Trouble::Failed(502)]);
    }
}
