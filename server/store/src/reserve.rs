//! Room that a database keeps for itself on its disk. SQLite writes an index of its log beside the file before it can even
//! read, so that a program that stopped on a full disk could not be started again to look at what is there.

use std::path::{Path, PathBuf};

/// In bytes: the index of a log eight times longer than it is allowed to become.
const SIZE: usize = 1 << 20;

/// Takes the room, where it is not taken yet. On a disk that is full there is nothing to take.
pub(crate) fn take(database: &Path) {
    let reserve = beside(database);
    if std::fs::metadata(&reserve).is_ok_and(|file| file.len() == SIZE as u64) {
        return;
    }
    if let Err(error) = std::fs::write(&reserve, vec![0; SIZE]) {
        tracing::debug!(%error, "no room is kept beside the database");
        give_back(database);
    }
}

/// Gives the room back; whether there was any.
pub(crate) fn give_back(database: &Path) -> bool {
    std::fs::remove_file(beside(database)).is_ok()
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-reserve");
    name.into()
}
