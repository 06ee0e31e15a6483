//! The browser's files as a build has left them (`scripts/browser`), and what they weigh on their way.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{About, Budget, Budgets, Reading};

/// The files of one build, by their names without a hash: `vitrine.wasm`, `page_products`, `sw.js`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Built {
    files: BTreeMap<String, Sent>,
}

/// A file, and what of it goes over the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its name in the folder.
    pub name: String,
    /// As it is, in bytes.
    pub plain: u64,
    /// As a browser fetches it, in bytes: with brotli, or as it is where that would be hardly less.
    pub sent: u64,
    /// The same of the build before in which it was another, where that is still there.
    pub before: Option<u64>,
    /// Whether it is one of those whose names have a hash, which a build makes anew and which all have a budget.
    pub is_hashed: bool,
}

impl Built {
    /// Reads a site's folder; a sentence that says what is missing there. Files of earlier builds, which stay for a while, are no part of it.
    pub fn read(site: &Path) -> Result<Self, String> {
        let names = text(site, "hash.txt")?;
        let list = text(site, "files.txt")?;
        let mut built = Self::default();
        built.add_public(site)?;
        let listed = list.lines().map(|line| line.split_once(' ').map(|(_, name)| name)).collect::<Option<Vec<_>>>();
        let listed = listed.ok_or_else(|| format!("{} has a line that is not a size and a name. {AGAIN}", site.join("files.txt").display()))?;
        for name in &listed {
            built.add_hashed(site, name)?;
        }
        // Which ones pages name: one that is not among them is of another build.
        for line in names.lines() {
            let is_listed = line.split_once(": ").is_some_and(|(_, hash)| listed.iter().any(|name| name.split('.').nth(1) == Some(hash)));
            if !is_listed {
                return Err(format!("{line:?} is in hash.txt, and no such file in files.txt of {}. {AGAIN}", site.display()));
            }
        }
        // It is kept with the worker, and so is not in the list of what the worker fetches.
        if let Some(name) = built.files.get("sw.js").and_then(|_| drainer(&fs::read_to_string(site.join("sw.js")).ok()?)) {
            built.add_hashed(site, &name)?;
        }
        built.add_before(site)?;
        Ok(built)
    }

    pub fn get(&self, name: &str) -> Option<&Sent> {
        self.files.get(name)
    }

    /// By their names without a hash, in the order of those.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Sent)> {
        self.files.iter().map(|(name, sent)| (name.as_str(), sent))
    }

    /// What those budgets come to whose files are there.
    pub fn sizes(&self, budgets: &Budgets) -> Vec<Reading> {
        let size = |budget: &Budget| {
            let About::Build { files, .. } = &budget.about else { return None };
            let bytes = files.iter().map(|file| self.get(file).map(|file| file.sent)).sum::<Option<u64>>()?;
            Some(Reading { id: budget.id.clone(), value: kilobytes(bytes) })
        };
        budgets.iter().filter_map(size).collect()
    }

    /// What every budget of files comes to. Otherwise sentences: of budgets whose files are not there, and of files that have no budget.
    pub fn readings(&self, budgets: &Budgets) -> Result<Vec<Reading>, Vec<String>> {
        let mut wrong = Vec::new();
        let mut readings = Vec::new();
        for budget in budgets.iter() {
            let About::Build { files, optional } = &budget.about else { continue };
            let missing: Vec<&str> = files.iter().map(String::as_str).filter(|file| self.get(file).is_none()).collect();
            if missing.is_empty() {
                let bytes: u64 = files.iter().filter_map(|file| self.get(file)).map(|file| file.sent).sum();
                readings.push(Reading { id: budget.id.clone(), value: kilobytes(bytes) });
            } else if !optional {
                wrong.push(format!(
                    "{} is not built any more, and {} is a budget for it (line {}): take it out, or write down what it is called now.",
                    missing.join(", "),
                    budget.id,
                    budget.line
                ));
            }
        }
        for (name, file) in self.files.iter().filter(|(_, file)| file.is_hashed) {
            let has_budget = budgets.iter().any(|budget| matches!(&budget.about, About::Build { files, .. } if files.contains(name)));
            if !has_budget {
                wrong.push(format!("{name} is built and has no budget: add one, it is {:.1} kB now.", kilobytes(file.sent)));
            }
        }
        if wrong.is_empty() { Ok(readings) } else { Err(wrong) }
    }

    fn add_hashed(&mut self, site: &Path, name: &str) -> Result<(), String> {
        let plain = without_hash(name).ok_or_else(|| format!("{name:?} has no hash in its name. {AGAIN}"))?;
        let file = weigh(&site.join("pkg"), name, true)?;
        if self.files.insert(plain.clone(), file).is_some_and(|before| before.is_hashed) {
            return Err(format!("{plain} is built twice, the second time as {name}. {AGAIN}"));
        }
        Ok(())
    }

    /// What stands in the sources says what a file is now; what has grown is told by what an earlier build has left of it.
    fn add_before(&mut self, site: &Path) -> Result<(), String> {
        let mut newest: BTreeMap<String, (SystemTime, u64)> = BTreeMap::new();
        for name in names(&site.join("pkg"))? {
            let Some(plain) = without_hash(&name) else { continue };
            if self.files.get(&plain).is_none_or(|now| now.name == name) {
                continue;
            }
            // One that is just being deleted is none that is there.
            let Ok(made) = fs::metadata(site.join("pkg").join(&name)).and_then(|file| file.modified()) else { continue };
            let Ok(file) = weigh(&site.join("pkg"), &name, true) else { continue };
            let known = newest.entry(plain).or_insert((made, file.sent));
            if made > known.0 {
                *known = (made, file.sent);
            }
        }
        for (plain, (_, sent)) in newest {
            if let Some(file) = self.files.get_mut(&plain) {
                file.before = Some(sent);
            }
        }
        Ok(())
    }

    /// What is served as it is: whatever lies beside `pkg`, but for the two lists and for what each file is when it is compressed.
    fn add_public(&mut self, site: &Path) -> Result<(), String> {
        for name in names(site)? {
            let is_other = matches!(name.as_str(), "hash.txt" | "files.txt") || [".br", ".zst", ".gz"].iter().any(|end| name.ends_with(end));
            if site.join(&name).is_file() && !is_other {
                let file = weigh(site, &name, false)?;
                self.files.insert(name, file);
            }
        }
        Ok(())
    }
}

const AGAIN: &str = "Build again: `make build`.";

fn text(site: &Path, name: &str) -> Result<String, String> {
    let path = site.join(name);
    fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}. Run `make build` first.", path.display()))
}

fn names(folder: &Path) -> Result<Vec<String>, String> {
    let names = || -> io::Result<Vec<String>> { fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect() };
    names().map_err(|error| format!("{} cannot be read: {error}. {AGAIN}", folder.display()))
}

fn weigh(folder: &Path, name: &str, is_hashed: bool) -> Result<Sent, String> {
    let bytes = |path: PathBuf| fs::metadata(path).map(|file| file.len());
    let plain = bytes(folder.join(name)).map_err(|error| format!("{} is missing: {error}. {AGAIN}", folder.join(name).display()))?;
    let sent = bytes(folder.join(format!("{name}.br"))).unwrap_or(plain);
    Ok(Sent { name: name.to_owned(), plain, sent, before: None, is_hashed })
}

/// `page_products` of `page_products.ScUO04Q80Blv3_uhW5ZH8h.bin`, `vitrine.js` of `vitrine.3PvFc3yyurBPugJ5d2L4xJ.js`.
fn without_hash(name: &str) -> Option<String> {
    let (stem, rest) = name.split_once('.')?;
    let (hash, kind) = rest.split_once('.')?;
    let is_hash = hash.len() == 22 && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['/', '\\', '.']);
    (is_hash && is_plain(stem) && is_plain(kind)).then(|| if kind == "bin" { stem.to_owned() } else { format!("{stem}.{kind}") })
}

/// The name of the script that the worker imports (`scripts/browser/worker.mjs`).
fn drainer(worker: &str) -> Option<String> {
    let (_, rest) = worker.split_once("DRAINER=\"/pkg/")?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

/// Thousands of bytes, as all sizes here are told.
fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_taken_out_of_a_name() {
        let known = [
            ("page_products.ScUO04Q80Blv3_uhW5ZH8h.bin", Some("page_products")),
            ("vitrine.3PvFc3yyurBPugJ5d2L4xJ.js", Some("vitrine.js")),
            ("__wasm_split.3PvFc3yyurBPugJ5d2L4xJ.js", Some("__wasm_split.js")),
            ("page_usage.dHGmvPciQZl3Rg3G21rga-.bin", Some("page_usage")),
            ("vitrine.js", None),
            ("vitrine.short.js", None),
            ("../x.3PvFc3yyurBPugJ5d2L4xJ.js", None),
            (".3PvFc3yyurBPugJ5d2L4xJ.js", None),
            ("vitrine.3PvFc3yyurBPugJ5d2L4xJ.js.br", None),
        ];
        for (name, expected) in known {
            assert_eq!(without_hash(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_worker_says_which_script_it_imports() {
        assert_eq!(drainer("const DRAINER=\"/pkg/drainer.x.js\",MODULE=\"\"").as_deref(), Some("drainer.x.js"));
        assert_eq!(drainer("const MODULE=\"\""), None);
    }
}
