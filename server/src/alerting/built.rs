//! What is known of budgets before anything is used: the files of the build that is served, and instructions where the tests have counted them
//! beside it.

use std::{fs, path::Path};

use ::budgets::{Budgets, built::Built, counted::Counts};
use ports::alerts::Reading;

/// Of a folder that a build has left for browsers. What is not there is not known.
pub(super) fn readings(site: &Path, budgets: &Budgets) -> Vec<Reading> {
    let files = Built::read(site).map(|built| built.sizes(budgets)).unwrap_or_default();
    // A build leaves its files in target/site, and scripts/counters what it has counted in target.
    let counts = site.join("../counted.json");
    let counted = fs::read_to_string(counts).ok().and_then(|text| Counts::read(&text).ok());
    let counted: Vec<_> = counted.map(|counts| counts.known(budgets)).unwrap_or_default();
    files.into_iter().chain(counted).map(|one| Reading { id: one.id, value: Some(one.value), count: 0, needed: 0, hour: None, of: None }).collect()
}

#[cfg(test)]
mod tests {
    use ::budgets::About;

    use super::*;

    #[test]
    fn a_folder_that_no_build_has_left_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();

        assert_eq!(readings(&folder.path().join("site"), &Budgets::ours()), []);
    }

    #[test]
    fn sizes_of_files_are_readings_of_their_budgets() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("pkg")).unwrap();
        let name = "vitrine.ScUO04Q80Blv3_uhW5ZH8h.css";
        fs::write(site.join("hash.txt"), "css: ScUO04Q80Blv3_uhW5ZH8h\n").unwrap();
        fs::write(site.join("files.txt"), format!("40 {name}\n")).unwrap();
        fs::write(site.join("pkg").join(name), "body { color: rebeccapurple; }").unwrap();

        let known = readings(&site, &Budgets::ours());

        let budgets = Budgets::ours();
        let is_style = |about: &About| matches!(about, About::Build { files, .. } if *files == ["vitrine.css"]);
        let style = budgets.iter().find(|budget| is_style(&budget.about)).unwrap().id.clone();
        assert!(known.iter().any(|one| one.id == style && one.value.is_some_and(|kilobytes| kilobytes < 0.1)), "{known:?}");
    }
}
