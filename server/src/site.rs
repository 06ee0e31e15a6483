//! The browser's files: where they are, what the hashed ones are called today.

use std::path::{Path, PathBuf};

use leptos::config::LeptosOptions;

use crate::config::Config;

/// The files a build has left for the browser.
#[derive(Clone, Debug)]
pub struct Site {
    pub dir: PathBuf,
    /// The address of the hashed style sheet.
    pub stylesheet: String,
    pub leptos: LeptosOptions,
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
        let stylesheet = stylesheet(&dir.join("pkg"))?;
        // Leptos looks for hash.txt, which names today's files, beside the program.
        let beside = program.parent().unwrap_or(Path::new("."));
        let hashed = beside.join("hash.txt").is_file();
        // While one works on it, `cargo leptos watch` leaves plain names.
        if !hashed && !cfg!(debug_assertions) {
            return Err(format!("hash.txt, which a build leaves beside the program, is not in {}. Run `make build`.", beside.display()));
        }
        let leptos = LeptosOptions::builder()
            .output_name("vitrine")
            .site_root(dir.display().to_string())
            .site_pkg_dir("pkg")
            .site_addr(config.addr)
            .hash_files(hashed)
            .build();
        Ok(Self { dir: dir.clone(), stylesheet, leptos })
    }
}

fn stylesheet(pkg: &Path) -> Result<String, String> {
    let mut names: Vec<(std::time::SystemTime, String)> = std::fs::read_dir(pkg)
        .map_err(|error| format!("{} cannot be read: {error}.", pkg.display()))?
        .flatten()
        .filter_map(|file| Some((file.metadata().ok()?.modified().ok()?, file.file_name().into_string().ok()?)))
        .filter(|(_, name)| name.starts_with("vitrine") && Path::new(name).extension().is_some_and(|extension| extension == "css"))
        .collect();
    // Files of the build before are kept for open tabs: today's is the latest.
    names.sort();
    names.pop().map(|(_, name)| format!("/pkg/{name}")).ok_or_else(|| format!("There is no style sheet in {}. Run `make build`.", pkg.display()))
}
