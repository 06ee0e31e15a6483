//! The service worker's script: what the build has made, behind the list of the files of this build. The list is made when the server
//! starts, as it is the site that says what they are called.

use std::{fs, path::Path};

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::worker::Files;
use xxhash_rust::xxh64::Xxh64;

use super::{security::RunsAsWorker, state::AppState};

/// Files of a build under names that every build has, and which pages cannot do without.
const NAMED: [&str; 3] = ["icons.svg", "favicon.svg", "manifest.webmanifest"];

/// The script as it is served.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    text: String,
    tag: HeaderValue,
}

impl Script {
    /// None where a build has left none, as `make dev` does: pages work without it.
    pub(crate) fn find(site: &Path, assets: &str) -> Option<Self> {
        let (code, list) = (fs::read_to_string(site.join("sw.js")).ok()?, fs::read_to_string(site.join("files.txt")).ok()?);
        let mut digest = Xxh64::new(0);
        digest.update(code.as_bytes());
        digest.update(list.as_bytes());
        digest.update(assets.as_bytes());
        for name in NAMED {
            digest.update(&fs::read(site.join(name)).ok()?);
        }
        let build = format!("{:016x}", digest.digest());
        let files = serde_json::to_string(&listed(&list, build.clone(), assets)?.written()).ok()?;
        let tag = HeaderValue::try_from(format!("\"{build}\"")).ok()?;
        Some(Self { text: format!("const FILES={files};{code}"), tag })
    }
}

/// `GET /sw.js`
pub(crate) async fn script(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let Some(script) = &state.site.worker else { return (StatusCode::NOT_FOUND, "This build has no service worker.\n").into_response() };
    let tag = [(header::ETAG, script.tag.clone())];
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    if known.flat_map(|tags| tags.split(',')).any(|known| known.trim().trim_start_matches("W/").as_bytes() == script.tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (Extension(RunsAsWorker), tag, kind, script.text.clone()).into_response()
}

/// The build's list has a line for each hashed file: its size and its name. None without the script that pages begin with.
fn listed(list: &str, build: String, assets: &str) -> Option<Files> {
    let hashed = format!("{assets}/pkg/");
    let names: Vec<&str> = list.lines().filter_map(|line| line.split_once(' ')).map(|(_, name)| name).collect();
    let is_entry = |name: &&&str| name.strip_prefix("vitrine.").and_then(|name| name.split_once('.')).is_some_and(|(_, kind)| kind == "js");
    let can_wait = |name: &&str| ["page_", "drainer.", "vitals."].iter().any(|beginning| name.starts_with(beginning));
    let (later, shared): (Vec<&str>, Vec<&str>) = names.iter().copied().partition(can_wait);
    let entry = shared.iter().find(is_entry)?;
    let needed = [entry].into_iter().chain(shared.iter().filter(|name| *name != entry)).map(|name| format!("{hashed}{name}"));
    Some(Files {
        build,
        needed: needed.chain(NAMED.iter().map(|name| format!("/{name}"))).collect(),
        later: later.iter().map(|name| format!("{hashed}{name}")).collect(),
        hashed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "9 __wasm_split.b.js\n40 drainer.e.wasm\n120 page_products.c.bin\n8 vitrine.a.css\n7 vitrine.b.js\n300 vitrine.d.wasm\n";

    fn site() -> tempfile::TempDir {
        let site = tempfile::tempdir().unwrap();
        for (name, content) in
            [("sw.js", "let there;"), ("files.txt", LIST), ("icons.svg", "<svg/>"), ("favicon.svg", "<svg/>"), ("manifest.webmanifest", "{}")]
        {
            fs::write(site.path().join(name), content).unwrap();
        }
        site
    }

    #[test]
    fn the_list_begins_with_the_script_of_pages_and_knows_what_can_wait() {
        let files = listed(LIST, "b1".to_owned(), "https://cdn.test").unwrap();

        assert_eq!(files.entry(), "https://cdn.test/pkg/vitrine.b.js");
        assert_eq!((files.needed.len(), files.needed.last().map(String::as_str)), (7, Some("/manifest.webmanifest")));
        assert_eq!(files.later, ["https://cdn.test/pkg/drainer.e.wasm", "https://cdn.test/pkg/page_products.c.bin"]);
        assert_eq!(listed("8 vitrine.a.css\n", "b1".to_owned(), ""), None);
    }

    #[test]
    fn a_build_is_another_when_anything_of_it_is() {
        let site = site();
        let script = Script::find(site.path(), "").unwrap();
        assert!(script.text.starts_with("const FILES=\"") && script.text.ends_with("\";let there;"), "{}", script.text);
        assert_eq!(Script::find(site.path(), "").unwrap().tag, script.tag);

        fs::write(site.path().join("icons.svg"), "<svg> </svg>").unwrap();
        let other = Script::find(site.path(), "").unwrap();
        assert_ne!((&other.tag, &other.text), (&script.tag, &script.text));
    }

    #[test]
    fn without_what_a_build_leaves_there_is_none() {
        let site = site();
        fs::remove_file(site.path().join("files.txt")).unwrap();

        assert!(Script::find(site.path(), "").is_none());
    }
}
