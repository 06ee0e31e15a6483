//! Telling from its first bytes that a file is something other than a CSV.

use crate::bad::FileError;

/// How far a file is searched for U+0000, which no text has.
const SEARCHED: usize = 8 << 10;
/// How far it is searched for other control characters, which a product text may have and a header has not.
const SIGNATURE: usize = 32;

pub(crate) fn check(start: &[u8]) -> Result<(), FileError> {
    let not_csv = |what, advice| Err(FileError::NotCsv { what, advice });
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Err(FileError::Utf16);
    }
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return if memchr::memmem::find(start, b"[Content_Types].xml").is_some() || memchr::memmem::find(start, b"xl/").is_some() {
            not_csv(EXCEL, SAVE_AS)
        } else {
            not_csv("a ZIP archive", "Unpack it and import the CSV inside.")
        };
    }
    if start.starts_with(b"\xd0\xcf\x11\xe0") {
        return not_csv(EXCEL, SAVE_AS);
    }
    if start.starts_with(b"\x1f\x8b") {
        return not_csv("a gzip archive", "Unpack it and import the CSV inside.");
    }
    if start.starts_with(b"%PDF") {
        return not_csv("a PDF document", "Export the products as CSV and import that file.");
    }
    let first = |most: usize| &start[..start.len().min(most)];
    if first(SEARCHED).contains(&0) || first(SIGNATURE).iter().any(|b| matches!(b, 1..=8 | 14..=25 | 28..=31)) {
        return not_csv("a file of another kind", "Export the products as CSV and import that file.");
    }
    let text = start.trim_ascii_start();
    let begins = |with: &[u8]| text.len() >= with.len() && text[..with.len()].eq_ignore_ascii_case(with);
    if begins(b"<!doctype") || begins(b"<html") || begins(b"<head") || begins(b"<body") {
        return not_csv("a web page", "Perhaps the download needed you to sign in: get the CSV again and import that file.");
    }
    if begins(b"<?xml") {
        return not_csv("an XML file", "Export the products as CSV and import that file.");
    }
    if begins(b"{") || begins(b"[") {
        return not_csv("a JSON file", "Export the products as CSV and import that file.");
    }
    Ok(())
}

const EXCEL: &str = "an Excel workbook";
const SAVE_AS: &str = "Open it, save it as CSV UTF-8 and import that file.";
