//! The browser's files: where they are, what the hashed ones are called today.

use std::path::{Path, PathBuf};

use leptos::config::LeptosOptions;

use crate::{config::Config, http::worker::Script};

/// The files a build has left for the browser.
#[derive(Clone, Debug)]
pub struct Site {
    pub dir: PathBuf,
    /// What stands before the addresses of hashed files; empty when they come from where the page is.
    pub assets: String,
    /// The address of the hashed style sheet.
    pub stylesheet: String,
    pub leptos: LeptosOptions,
    /// The address of the script that measures pages; none where a build has left none.
    pub(crate) vitals: Option<String>,
    /// The service worker; none where a build has left none.
    pub(crate) worker: Option<Script>,
}

impl Site {
    /// Finds the files; a sentence that says what to do when they are not there.
    pub fn find(config: &Config) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|error| format!("The program does not know where it is: {error}."))?;
        let candidates = config.site_candidates(&program);
        let Some(dir) = candidates.iter().find(|dir| dir.join("pkg").is_dir()) else {
            let looked: Vec<String> = candidates.iter().map(|dir| dir.display().to_string()).collect();
            return Err(format!("The browser's files are in none of {}. Run `make build`, or set VITRINE_SITE_DIR.", looked.join(", ")));
        };
        // Leptos reads for itself from there what the program is called; what is relative it would look for beside this one.
        let names = std::path::absolute(dir.join("hash.txt")).map_err(|error| format!("It cannot be told where {} is: {error}.", dir.display()))?;
        let hashed = names.is_file();
        // While one works on it, `cargo leptos watch` leaves plain names.
        if !hashed && !cfg!(debug_assertions) {
            return Err(format!("{} is not there, and a build leaves it with the browser's files. Run `make build`.", names.display()));
        }
        let assets = config.cdn.assets.clone();
        let stylesheet = if hashed { hashed_stylesheet(&names)? } else { "/pkg/vitrine.css".to_owned() };
        let stylesheet = format!("{assets}{stylesheet}");
        let leptos = LeptosOptions::builder()
            .output_name("vitrine")
            .site_root(dir.display().to_string())
            .site_pkg_dir("pkg")
            .site_addr(config.addr)
            .hash_files(hashed)
            .hash_file(names.display().to_string().into())
            .build();
        let worker = Script::find(dir, &assets);
        let vitals = hashed_name(&names, "vitals").map(|name| format!("{assets}/pkg/vitals.{name}.js"));
        Ok(Self { dir: dir.clone(), assets, stylesheet, vitals, leptos, worker })
    }

    /// What tells this build from others: the name of its script, which has in it what is in all of its files. Without hashed files there is
    /// one build, `dev`.
    pub(crate) fn build(&self) -> String {
        let script = hashed_name(&self.dir.join("hash.txt"), "js");
        script.map_or_else(|| "dev".to_owned(), |name| name.chars().take(12).collect())
    }
}

fn hashed_stylesheet(names: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(names).map_err(|error| format!("{} cannot be read: {error}.", names.display()))?;
    let name = text.lines().find_map(|line| line.strip_prefix("css: "));
    name.map(|name| format!("/pkg/vitrine.{name}.css")).ok_or_else(|| format!("There is no style sheet in {}. Run `make build`.", names.display()))
}

/// What a kind of file is called by its content; none where there is no such file.
fn hashed_name(names: &Path, kind: &str) -> Option<String> {
    let text = std::fs::read_to_string(names).ok()?;
    text.lines().find_map(|line| line.strip_prefix(kind)?.strip_prefix(": ")).map(str::to_owned)
}
