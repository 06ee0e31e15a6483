//! What a browser reads when somebody installs the app.

use serde_json::Value;

use crate::support::{Engine, Program};

const MANIFEST: &str = "/manifest.webmanifest";

/// An installer's dialog fetches all of one kind, on a phone's line too.
const MOST_BYTES: usize = 80_000;

#[tokio::test]
async fn every_picture_of_the_manifest_is_there_and_as_large_as_it_says() {
    let program = Program::serving(Engine::Sqlite).await;
    let anybody = program.client();
    let manifest = anybody.get(MANIFEST).await;
    assert_eq!(manifest.header("content-type"), "application/manifest+json");
    let manifest: Value = serde_json::from_str(&manifest.text).unwrap();

    let pictures: Vec<&Value> = ["icons", "screenshots"].iter().flat_map(|kind| manifest[kind].as_array().unwrap()).collect();
    for picture in &pictures {
        let (address, size) = (text(picture, "src"), text(picture, "sizes"));
        let file = anybody.get(address).await;

        assert_eq!((file.status, file.header("content-type")), (200, text(picture, "type")), "{address}");
        assert!(file.bytes.len() <= MOST_BYTES, "{address}: {} bytes", file.bytes.len());
        if size != "any" {
            assert_eq!(dimensions(&file.bytes).map(|(width, height)| format!("{width}x{height}")).as_deref(), Some(size), "{address}");
        }
    }

    for form in ["wide", "narrow"] {
        let of_form = pictures.iter().filter(|picture| picture["form_factor"] == form);
        let labels: Vec<&str> = of_form.map(|picture| text(picture, "label")).collect();
        assert!(labels.len() >= 2 && labels.iter().all(|label| !label.is_empty()), "{form}: {labels:?}");
    }
}

#[tokio::test]
async fn every_address_of_the_manifest_is_a_page_for_whoever_is_signed_in() {
    let program = Program::serving(Engine::Sqlite).await;
    let owner = program.signed_in("owner@demo.test").await;
    let manifest: Value = serde_json::from_str(&owner.get(MANIFEST).await.text).unwrap();

    let shortcuts = manifest["shortcuts"].as_array().unwrap().iter().map(|shortcut| text(shortcut, "url"));
    let handlers = manifest["file_handlers"].as_array().unwrap().iter().map(|handler| text(handler, "action"));
    let mut pages = 0;
    for address in shortcuts.chain(handlers).chain([text(&manifest, "start_url")]) {
        assert_eq!(owner.get(address).await.status, 200, "{address}");
        pages += 1;
    }

    assert!(pages >= 5);
    assert_eq!(manifest["file_handlers"][0]["accept"]["text/csv"][0], ".csv");
}

#[tokio::test]
async fn pictures_for_an_installer_are_not_kept_on_every_device() {
    let program = Program::serving(Engine::Sqlite).await;

    let script = program.client().get("/sw.js").await;

    let list = script.text.split_once(';').expect("the list stands first").0;
    assert!(list.contains(MANIFEST) && !list.contains("/screenshots/") && !list.contains("icon-512"), "{list}");
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {value}"))
}

/// Width and height of a PNG, or of a WebP as browsers write it.
fn dimensions(file: &[u8]) -> Option<(u32, u32)> {
    let byte = |at: usize| file.get(at).copied().map(u32::from);
    if file.starts_with(b"\x89PNG") {
        let number = |at: usize| file.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
        return Some((number(16)?, number(20)?));
    }
    if !file.starts_with(b"RIFF") || file.get(8..12)? != b"WEBP" {
        return None;
    }
    match file.get(12..16)? {
        b"VP8 " => Some(((byte(26)? | byte(27)? << 8) & 0x3fff, (byte(28)? | byte(29)? << 8) & 0x3fff)),
        b"VP8X" => Some((1 + (byte(24)? | byte(25)? << 8 | byte(26)? << 16), 1 + (byte(27)? | byte(28)? << 8 | byte(29)? << 16))),
        _ => None,
    }
}
