//! What processes tell each other of changes: which member of a group each concerned, so that what it does not concern stays in use. Nothing
//! is wrong when a message is lost: the change itself everybody reads in the log.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Change;

/// Another version of the program may speak otherwise.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Message {
    version: u8,
    /// Which process: it need not listen to itself.
    from: u64,
    change: Change,
}

/// None when it cannot be written.
pub(crate) fn write(from: u64, change: &Change) -> Option<Bytes> {
    let message = Message { version: VERSION, from, change: *change };
    postcard::to_allocvec(&message).ok().map(Bytes::from)
}

/// What another process tells; none when it is one's own, or not understood.
pub(crate) fn read(own: u64, bytes: &[u8]) -> Option<Change> {
    let message: Message = postcard::from_bytes(bytes).ok()?;
    (message.version == VERSION && message.from != own).then_some(message.change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_listened_to() {
        let change = Change { group: 1, version: 2, member: 3, by: 4 };
        let message = write(7, &change).unwrap();

        assert_eq!((read(8, &message), read(7, &message)), (Some(change), None));
        assert_eq!(read(8, b"hello"), None);
    }
}
