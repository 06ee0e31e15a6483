//! The two header dialects are two ways to write the same catalogue.

use std::{path::Path, process::Command};

use crate::support::{Engine, Program, files::in_classic_dialect, on_both_engines};

on_both_engines!(both_dialects_give_the_same_catalogue, both_files_of_a_real_catalogue_give_the_same);

async fn both_dialects_give_the_same_catalogue(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["demo", "--products", "300"]);
    let newer = program.exported("demo");
    let classic = in_classic_dialect(&newer);
    assert!(classic.starts_with("Title,Handle,Body (HTML),") && newer.starts_with("Title,URL handle,Description,"));

    same_catalogue(&program, &newer, &classic);
}

/// Where the catalogues are that came with the task: they are no part of the repository.
async fn both_files_of_a_real_catalogue_give_the_same(engine: Engine) {
    let Ok(folder) = std::env::var("VITRINE_TEST_CATALOGUES") else {
        eprintln!("skipped: VITRINE_TEST_CATALOGUES names no folder with shopify-classic-retail-demo.csv.gz and shopify-new-retail-demo.csv.gz");
        return;
    };
    let program = Program::new(engine);
    let [newer, classic] =
        ["shopify-new-retail-demo.csv.gz", "shopify-classic-retail-demo.csv.gz"].map(|name| unpacked(&Path::new(&folder).join(name)));

    let exported = same_catalogue(&program, &newer, &classic);

    assert_eq!(program.sql("SELECT count(*) FROM products"), (2 * 2_465).to_string());
    assert!(exported.len() > 1 << 20);
}

/// Imports both into stores of their own, without a bad row; what either gives back.
fn same_catalogue(program: &Program, newer: &str, classic: &str) -> String {
    let given_back = |store: &str, content: &str| {
        let file = program.file(&format!("{store}.csv"), content);
        program.succeed(&["store", "add", store, "--name", store]);
        program.succeed(&["import", file.to_str().unwrap(), "--store", store]);
        program.exported(store)
    };
    let (of_newer, of_classic) = (given_back("newer", newer), given_back("classic", classic));
    let other = of_newer.lines().zip(of_classic.lines()).find(|(newer, classic)| newer != classic);
    assert!(of_newer == of_classic, "they differ: {other:#?}");
    of_newer
}

fn unpacked(path: &Path) -> String {
    let done = Command::new("gzip").arg("-dc").arg(path).output().unwrap();
    assert!(done.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}
