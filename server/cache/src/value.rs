//! What an entry holds.

use bytes::Bytes;

/// A value that can be kept in memory and sent to the tier that processes share. Cloning it is cheap.
pub trait Value: Clone + Send + Sync + 'static {
    /// The bytes it takes in memory, about.
    fn weight(&self) -> usize;

    fn write(&self, to: &mut Vec<u8>);

    /// What was written; none when it is something else.
    fn read(from: Bytes) -> Option<Self>;
}
