//! What browsers are told the names are.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, fs, path::PathBuf};

use vitals::{Cache, Connection, Device, Metric, Navigation, Route, Viewport};

fn text(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands between quotes in a list of names.mjs.
fn list(file: &str, name: &str) -> Vec<String> {
    let (_, rest) = file.split_once(&format!("export const {name} = [")).unwrap_or_else(|| panic!("names.mjs has no {name}"));
    let (inside, _) = rest.split_once("];").unwrap_or_else(|| panic!("{name} has no end"));
    inside.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn browsers_and_the_server_have_the_same_names() {
    let file = text("frontend/vitals/names.mjs");

    assert_eq!(list(&file, "ROUTES"), Route::ALL.map(Route::name));
    assert_eq!(list(&file, "NAVIGATIONS"), Navigation::ALL.map(Navigation::name));
    assert_eq!(list(&file, "CONNECTIONS"), Connection::ALL.map(Connection::name));
    assert_eq!(list(&file, "DEVICES"), Device::ALL.map(Device::name));
    assert_eq!(list(&file, "VIEWPORTS"), Viewport::ALL.map(Viewport::name));
    assert_eq!(list(&file, "CACHES"), Cache::ALL.map(Cache::name));
    assert_eq!(list(&file, "METRICS"), Metric::ALL.map(Metric::name));
}

#[test]
fn every_name_is_said_by_the_script() {
    let script: String = ["collector", "marks", "place", "send", "views", "vital"].map(|file| text(&format!("frontend/vitals/{file}.mjs"))).concat();
    let said = |name: &str| script.contains(&format!("\"{name}\""));

    // Some are called as their marks are.
    let unsaid = Metric::ALL.iter().find(|metric| !said(metric.name()) && !said(&format!("vitrine:{}", metric.name())));
    assert_eq!(unsaid, None);
    assert!(Device::ALL.iter().all(|device| said(device.name())));
    assert!(Viewport::ALL.iter().all(|viewport| said(viewport.name())));
    assert!(Cache::ALL.iter().all(|cache| said(cache.name())));
    assert!(list(&text("frontend/vitals/names.mjs"), "MARKS").iter().all(|mark| said(mark)));
}

#[test]
fn every_page_is_a_route() {
    let pages = text("app/src/routes.rs");
    let pages: BTreeSet<&str> = pages.split("path!(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();

    let missing: Vec<&&str> = pages.iter().filter(|page| Route::from_name(page).is_none()).collect();

    assert!(pages.len() > 10 && missing.is_empty(), "{missing:?}");
}
