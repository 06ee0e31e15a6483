//! Sites as a build leaves them, and what may go wrong with them, planted: the program has to find each, and say so.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use budgets::{Budgets, Reading, State, built::Built, judge};
use tempfile::TempDir;

const HASH: &str = "AAAAAAAAAAAAAAAAAAAA-_";

const BUDGETS: &str = r#"
[budgets]
first-load = { what = "The first load", limit = 180, unit = "kB", checked = "build", files = ["vitrine.wasm", "vitrine.js", "vitrine.css", "page_products", "icons.svg"] }
first-chunk = { what = "The first chunk", limit = 93, unit = "kB", checked = "build", files = ["vitrine.wasm"] }
page-products = { what = "The list", limit = 47, unit = "kB", checked = "build", files = ["page_products"] }
worker = { what = "The worker", limit = 25, unit = "kB", checked = "build", files = ["sw.js"] }
drainer = { what = "The drainer", limit = 90, unit = "kB", checked = "build", files = ["drainer.wasm", "drainer.js"] }
vitals = { what = "What measures", limit = 6, unit = "kB", checked = "build", files = ["vitals.js"], optional = true }
lcp = { what = "Largest paint", limit = 2.5, unit = "s", checked = "live", series = { metric = "lcp", route = "/products", statistic = "p75" } }
"#;

struct Site {
    folder: TempDir,
}

impl Site {
    fn new() -> Self {
        let site = Self { folder: TempDir::new().unwrap() };
        fs::create_dir(site.path("pkg")).unwrap();
        site.write("hash.txt", &format!("js: {HASH}\nwasm: {HASH}\ncss: {HASH}\n"), None);
        site.write("files.txt", "", None);
        for (stem, kind, size) in [("vitrine", "wasm", 92_092), ("vitrine", "js", 6_755), ("vitrine", "css", 9_074), ("page_products", "bin", 46_097)]
        {
            site.hashed(stem, kind, size);
        }
        site.hashed("drainer", "wasm", 78_850);
        site.write(&format!("pkg/drainer.{HASH}.js"), "large", Some(4_481));
        site.write("sw.js", &format!("const DRAINER=\"/pkg/drainer.{HASH}.js\",MODULE=\"\";"), Some(24_039));
        site.write("icons.svg", "<svg/>", Some(1_256));
        site
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// A file that is one of the build, of so many bytes when it is compressed.
    fn hashed(&self, stem: &str, kind: &str, compressed: usize) {
        let name = format!("{stem}.{HASH}.{kind}");
        self.write(&format!("pkg/{name}"), "large", Some(compressed));
        let list = fs::read_to_string(self.path("files.txt")).unwrap();
        if !list.contains(&name) {
            fs::write(self.path("files.txt"), format!("{list}300000 {name}\n")).unwrap();
        }
    }

    fn write(&self, name: &str, content: &str, compressed: Option<usize>) {
        fs::write(self.path(name), content).unwrap();
        if let Some(bytes) = compressed {
            fs::write(self.path(&format!("{name}.br")), vec![0; bytes]).unwrap();
        }
    }

    /// What the program says of it.
    fn judged(&self, budgets: &str) -> Verdict {
        let file = self.path("budgets.toml");
        fs::write(&file, budgets).unwrap();
        let Output { status, stdout, stderr } =
            Command::new(env!("CARGO_BIN_EXE_budgets")).arg("build").arg(self.folder.path()).arg(&file).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Verdict { code: status.code().unwrap(), table: text(stdout), complaint: text(stderr) }
    }
}

#[derive(Debug)]
struct Verdict {
    code: i32,
    table: String,
    complaint: String,
}

#[test]
fn a_build_within_its_budgets_is_kept_and_told_in_a_table() {
    let verdict = Site::new().judged(BUDGETS);

    assert_eq!((verdict.code, verdict.complaint.as_str()), (0, ""), "{verdict:?}");
    let lines: Vec<Vec<&str>> = verdict.table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(lines.contains(&vec!["page_products", "46.1", "kB", "47.0", "kB", "98", "%", "kept"]), "{}", verdict.table);
    assert!(lines.contains(&vec!["The", "first", "load", "155.3", "kB", "180.0", "kB", "86", "%", "kept"]), "{}", verdict.table);
    assert!(lines.contains(&vec!["vitals.js", "6.0", "kB", "not", "measured"]), "{}", verdict.table);
    assert!(!verdict.table.contains("Largest paint"), "a build says nothing of what is live");
}

#[test]
fn a_limit_that_a_smaller_page_has_left_behind_is_told() {
    let site = Site::new();
    site.hashed("page_products", "bin", 43_990);

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 0);
    assert!(
        verdict.table.contains("page_products has 3.0 kB to spare, so that nobody would see it grow: make its limit 44.4 (line 5)."),
        "{}",
        verdict.table
    );
    assert!(!verdict.table.contains("vitrine.wasm has"), "{}", verdict.table);
}

#[test]
fn a_first_chunk_that_is_40_kb_larger_is_passed_by_itself_and_in_the_first_load() {
    let site = Site::new();
    site.hashed("vitrine", "wasm", 92_092 + 40_000);

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 1);
    assert!(verdict.complaint.contains("vitrine.wasm is 132.1 kB, and may be 93.0: 39.1 kB too many."), "{}", verdict.complaint);
    assert!(
        verdict
            .complaint
            .contains("The first load is 195.3 kB, and may be 180.0: 15.3 kB too many. Most of it: vitrine.wasm 132.1 kB, page_products 46.1 kB")
    );
    assert!(verdict.table.contains("PASSED by 39.1 kB"));
}

#[test]
fn a_page_that_has_grown_by_3_kb_is_passed() {
    let site = Site::new();
    site.hashed("page_products", "bin", 46_800 + 3_000);

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 1);
    assert!(verdict.complaint.contains("page_products is 49.8 kB, and may be 47.0: 2.8 kB too many."), "{}", verdict.complaint);
    assert!(verdict.complaint.contains("twiggy") && !verdict.complaint.contains("vitrine.wasm is"), "{}", verdict.complaint);
}

#[test]
fn a_byte_more_is_more() {
    let site = Site::new();
    site.hashed("page_products", "bin", 47_000);
    assert_eq!(site.judged(BUDGETS).code, 0);

    site.hashed("page_products", "bin", 47_001);

    let verdict = site.judged(BUDGETS);
    assert_eq!(verdict.code, 1);
    assert!(verdict.complaint.contains("page_products is 47.001 kB, and may be 47.000: 1 byte too many."), "{}", verdict.complaint);
}

#[test]
fn both_files_of_the_drainer_count() {
    let site = Site::new();
    site.write(&format!("pkg/drainer.{HASH}.js"), "large", Some(12_030));

    assert!(site.judged(BUDGETS).complaint.contains("The drainer is 90.9 kB, and may be 90.0: 0.9 kB too many."));
}

#[test]
fn what_is_not_compressed_counts_as_it_is() {
    let site = Site::new();
    site.write("icons.svg", &"x".repeat(30_000), None);
    fs::remove_file(site.path("icons.svg.br")).unwrap();

    assert!(site.judged(BUDGETS).complaint.contains("The first load is 184.0 kB"));
}

#[test]
fn a_file_that_is_listed_and_missing_is_told_by_its_name() {
    let site = Site::new();
    fs::remove_file(site.path(&format!("pkg/page_products.{HASH}.bin"))).unwrap();

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 2);
    assert!(verdict.complaint.contains(&format!("page_products.{HASH}.bin is missing")) && verdict.complaint.contains("make build"), "{verdict:?}");
}

#[test]
fn a_site_that_was_never_built_says_what_to_do() {
    for missing in ["hash.txt", "files.txt"] {
        let site = Site::new();
        fs::remove_file(site.path(missing)).unwrap();

        let verdict = site.judged(BUDGETS);

        assert_eq!(verdict.code, 2, "{missing}");
        assert!(verdict.complaint.contains(missing) && verdict.complaint.contains("Run `make build` first."), "{verdict:?}");
    }
}

#[test]
fn names_of_two_builds_are_not_taken_for_one() {
    let site = Site::new();
    site.write("hash.txt", "js: BBBBBBBBBBBBBBBBBBBB-_\n", None);

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 2);
    assert!(verdict.complaint.contains("in hash.txt, and no such file in files.txt"), "{verdict:?}");
}

#[test]
fn a_budget_of_a_file_that_is_not_built_any_more_is_an_error() {
    let stale = format!("{BUDGETS}\npage-old = {{ what = \"Gone\", limit = 9, unit = \"kB\", checked = \"build\", files = [\"page_old\"] }}\n");

    let verdict = Site::new().judged(&stale);

    assert_eq!(verdict.code, 1);
    assert!(verdict.complaint.contains("page_old is not built any more, and page-old is a budget for it (line 11): take it out"), "{verdict:?}");
}

#[test]
fn a_page_that_has_no_budget_is_an_error() {
    let site = Site::new();
    site.hashed("page_new", "bin", 12_345);

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 1);
    assert!(verdict.complaint.contains("page_new is built and has no budget: add one, it is 12.3 kB now."), "{verdict:?}");
}

#[test]
fn files_of_builds_before_are_no_part_of_it() {
    let site = Site::new();
    for name in ["page_products.BBBBBBBBBBBBBBBBBBBB-_.bin", "page_gone.BBBBBBBBBBBBBBBBBBBB-_.bin", "drainer.BBBBBBBBBBBBBBBBBBBB-_.js"] {
        site.write(&format!("pkg/{name}"), "old", Some(900_000));
    }

    assert_eq!(site.judged(BUDGETS).code, 0);
}

#[test]
fn what_has_grown_is_told_by_what_an_earlier_build_has_left() {
    let site = Site::new();
    let hours_ago = |name: &str, hours: u64| {
        let file = fs::File::options().write(true).open(site.path(name)).unwrap();
        file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 - hours * 3_600)).unwrap();
    };
    for (hash, compressed, hours) in
        [("BBBBBBBBBBBBBBBBBBBB-_", 40_000, 9), ("CCCCCCCCCCCCCCCCCCCC-_", 46_100, 1), ("DDDDDDDDDDDDDDDDDDDD-_", 20_000, 5)]
    {
        let name = format!("pkg/page_products.{hash}.bin");
        site.write(&name, "old", Some(compressed));
        hours_ago(&name, hours);
    }
    site.hashed("page_products", "bin", 85_000);

    let complaint = site.judged(BUDGETS).complaint;

    let grown = "Grown since an earlier build: page_products 38.9 kB.";
    assert!(complaint.contains(&format!("page_products is 85.0 kB, and may be 47.0: 38.0 kB too many. {grown}")), "{complaint}");
    assert!(complaint.contains(&format!("The first load is 194.2 kB, and may be 180.0: 14.2 kB too many. {grown}")), "{complaint}");
}

#[test]
fn whatever_else_a_build_names_by_its_hash_is_looked_for_by_that() {
    let site = Site::new();
    site.hashed("vitals", "js", 5_900);
    let names = fs::read_to_string(site.path("hash.txt")).unwrap();
    fs::write(site.path("hash.txt"), format!("{names}vitals: {HASH}\n")).unwrap();

    let verdict = site.judged(BUDGETS);

    assert_eq!(verdict.code, 0, "{verdict:?}");
    assert!(verdict.table.contains("vitals.js") && !verdict.table.contains("not measured"));
}

#[test]
fn a_broken_file_of_budgets_is_told_with_its_line() {
    for (broken, said) in [
        (BUDGETS.replace("limit = 47,", "limt = 47,"), "Line 5: This cannot be read: unknown field `limt`"),
        (BUDGETS.replace("limit = 47, unit", "limit = 47 unit"), "Line 5: This cannot be read:"),
        (BUDGETS.replace("\"kB\"", "\"KB\""), "Line 3: first-load is in \"KB\", which is no unit here."),
    ] {
        let verdict = Site::new().judged(&broken);

        assert_eq!(verdict.code, 2, "{said}");
        assert!(verdict.complaint.contains(said), "{verdict:?}");
    }
}

#[test]
fn what_a_build_comes_to_can_be_judged_together_with_what_was_measured() {
    let (site, budgets) = (Site::new(), Budgets::read(BUDGETS).unwrap());
    let mut readings = Built::read(site.folder.path()).unwrap().readings(&budgets).unwrap();
    readings.push(Reading { id: "lcp".into(), value: 3.0 });

    let judged = judge(&budgets, &readings);

    assert_eq!(judged.iter().filter(|judged| judged.is_passed()).map(|judged| judged.budget.id.as_str()).collect::<Vec<_>>(), ["lcp"]);
    assert_eq!(judged.iter().find(|judged| judged.budget.id == "vitals").unwrap().state, State::NotMeasured);
}

/// What the program says of instructions that were counted: a hundred edits may take a million of them.
fn counted(instructions: u64, compiler: &str) -> Verdict {
    let folder = TempDir::new().unwrap();
    let (counts, file) = (folder.path().join("counted.json"), folder.path().join("budgets.toml"));
    let total = format!(r#"{{"metrics":{{"Ir":{{"values":{{"new":{instructions},"old":1}}}}}},"regressions":[]}}"#);
    let profile = format!(r#"{{"tool":"Callgrind","data":{{"parts":[],"total":{total}}}}}"#);
    fs::write(&counts, format!(r#"{{"function_name":"edit","output_dir":"/t/edit.hundred","profiles":[{profile}],"version":"7"}}"#)).unwrap();
    let budget = r#"edits = { what = "Edits", limit = 1_000_000, unit = "instructions", checked = "counted", counter = "edit" }"#;
    fs::write(&file, format!("compiler = \"1.96.0\"\n[budgets]\n{budget}\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_budgets")).arg("counted").arg(&counts).arg(compiler).arg(&file).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Verdict { code: output.status.code().unwrap(), table: text(output.stdout), complaint: text(output.stderr) }
}

#[test]
fn a_hot_path_that_takes_more_instructions_is_named_and_fails() {
    let (kept, slower, faster) = (counted(1_009_999, "1.96.0"), counted(1_100_000, "1.96.0"), counted(900_000, "1.96.0"));

    assert_eq!((kept.code, kept.complaint.as_str(), kept.table.contains("kept")), (0, "", true), "{kept:?}");
    assert_eq!((slower.code, slower.table.contains("MORE")), (1, true), "{slower:?}");
    assert!(slower.complaint.contains("Edits takes 1,100,000 instructions, and took 1,000,000: 10.0 % more"), "{slower:?}");
    assert_eq!((faster.code, faster.complaint.as_str()), (0, ""), "{faster:?}");
    assert!(faster.table.contains("Edits takes 10.0 % fewer instructions than its budget says: make its limit 900_000 (line 3)."), "{faster:?}");
}

#[test]
fn what_another_compiler_has_made_is_shown_and_not_compared() {
    let verdict = counted(1_100_000, "1.97.0");

    assert_eq!((verdict.code, verdict.complaint.as_str()), (0, ""), "{verdict:?}");
    assert!(verdict.table.contains("NOT COMPARED: the budgets are of Rust 1.96.0, this is 1.97.0"), "{verdict:?}");
}

#[test]
fn the_program_says_how_it_is_used() {
    let output = Command::new(env!("CARGO_BIN_EXE_budgets")).arg("measure").output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("budgets build SITE"));
    assert!(!Path::new("SITE").exists());
}
