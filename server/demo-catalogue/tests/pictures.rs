//! Pictures are small, well-formed, and free of anything a strict content security policy would stop.

use std::collections::HashSet;

use demo_catalogue::picture;

const VIEWS: [u8; 6] = [0, 1, 2, 3, 4, 255];
const SAMPLE: u64 = 3_000;

fn pictures() -> impl Iterator<Item = String> {
    (0..SAMPLE).flat_map(|n| VIEWS.map(|view| picture(n, view)))
}

#[test]
fn every_picture_is_well_formed() {
    for svg in pictures() {
        if let Err(problem) = check(&svg) {
            panic!("{problem} in {svg}");
        }
    }
}

#[test]
fn every_picture_is_small_and_only_draws() {
    for svg in pictures() {
        assert!(svg.len() <= 1_536, "{} bytes: {svg}", svg.len());
        assert!(svg.starts_with("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 400'>"), "{svg}");
        for forbidden in ["script", "style", "<a", "onload", "foreignObject", "data:", "url(", "$", "\""] {
            assert!(!svg.contains(forbidden), "{forbidden} in {svg}");
        }
        assert_eq!(svg.matches("http").count(), 1, "{svg}");
    }
}

#[test]
fn pictures_are_the_same_every_time_and_differ_by_product_and_view() {
    assert_eq!(picture(12, 1), picture(12, 1));
    let distinct: HashSet<String> = (0..1_000).flat_map(|n| [1, 2, 3, 4].map(|view| picture(n, view))).collect();
    assert!(distinct.len() > 3_400, "{} of 4000 are distinct", distinct.len());
}

/// Enough of XML for what is drawn here: elements that are closed in order, and quoted attributes named once.
fn check(svg: &str) -> Result<(), &'static str> {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        if at > 0 {
            return Err("text between elements");
        }
        let end = rest.find('>').ok_or("an element without an end")?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err("an element closed out of order");
            }
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        check_attributes(attributes)?;
        if !is_empty {
            open.push(name);
        }
    }
    if open.is_empty() && rest.is_empty() { Ok(()) } else { Err("something left open") }
}

fn check_attributes(attributes: &str) -> Result<(), &'static str> {
    let mut names = HashSet::new();
    let mut parts = attributes.split('\'');
    while let Some(name) = parts.next() {
        let Some(value) = parts.next() else {
            return if name.trim().is_empty() { Ok(()) } else { Err("an attribute without a value") };
        };
        let name = name.trim().strip_suffix('=').ok_or("an attribute without a sign")?;
        if name.is_empty() || name.contains(' ') || !names.insert(name) || value.contains(['<', '&']) {
            return Err("a bad attribute");
        }
    }
    Ok(())
}
