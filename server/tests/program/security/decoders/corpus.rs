//! Inputs in files, a folder for each decoder.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

/// What is kept, by the names of its files.
pub(super) fn saved(decoder: &str) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder(decoder)) else { return Vec::new() };
    let mut saved: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    saved.sort();
    saved
}

/// Keeps an input; where it is.
pub(super) fn keep(decoder: &str, input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    let path = folder(decoder).join(format!("found-{:016x}", hasher.finish()));
    // Where nothing can be written, as in a copy that is read-only, the message has to do.
    match fs::write(&path, input) {
        Ok(()) => path.display().to_string(),
        Err(error) => format!("no file ({error}): {:?}", input.escape_ascii().to_string()),
    }
}

fn folder(decoder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(decoder)
}
