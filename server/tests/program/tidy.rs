//! Rules of ARCHITECTURE.md that the sources themselves can show.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Crates and what their manifests may never name.
const FORBIDDEN: [(&str, &[&str]); 24] = [
    ("app/alerts", &["tokio", "sqlx", "leptos", "axum", "rand", "getrandom", "web-sys"]),
    ("app/domain", &["tokio", "sqlx", "leptos", "axum", "rand", "getrandom", "web-sys"]),
    ("app/held", &["tokio", "sqlx", "leptos", "axum", "web-sys", "js-sys"]),
    ("app/ports", &["tokio", "sqlx", "leptos.", "axum", "web-sys"]),
    ("app/vitals", &["tokio", "sqlx", "leptos", "axum", "rand", "getrandom", "web-sys"]),
    ("app", &["sqlx", "fred", "tokio.", "store.", "writers."]),
    ("frontend/drainer", &["leptos", "app.", "axum", "tokio"]),
    ("frontend/service-worker", &["leptos", "app.", "serde", "axum", "tokio"]),
    ("server/alerting", &["sqlx", "leptos", "axum", "app.", "ports."]),
    ("server/api", &["sqlx", "leptos", "app.", "store.", "jobs.", "writers."]),
    ("server/cache", &["sqlx", "leptos", "axum", "app.", "store.", "ports."]),
    ("server/limits", &["sqlx", "leptos", "app.", "store."]),
    ("server/listen", &["sqlx", "leptos", "app.", "store.", "jobs.", "ports."]),
    ("server/budgets", &["tokio", "sqlx", "leptos", "axum", "store."]),
    ("server/capacity", &["tokio", "sqlx", "leptos", "axum", "rand", "getrandom"]),
    ("server/measuring", &["tokio", "sqlx", "leptos", "axum", "store.", "ports."]),
    ("server/profile", &["tokio", "sqlx", "leptos", "axum", "store.", "ports."]),
    ("server/regressions", &["tokio", "sqlx", "leptos", "axum", "rand", "getrandom"]),
    ("server/traces", &["sqlx", "leptos", "axum", "app.", "store.", "ports."]),
    ("server/store", &["leptos", "axum", "app."]),
    ("server/jobs", &["leptos", "axum", "app."]),
    ("server/catalogue-index", &["tokio", "sqlx", "leptos", "axum"]),
    ("server/writers", &["sqlx", "leptos", "axum", "store."]),
    ("server/rule-writer", &["tokio", "sqlx", "leptos", "axum"]),
];

#[test]
fn crates_depend_inwards() {
    for (folder, forbidden) in FORBIDDEN {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
        for line in dependencies.lines() {
            for name in forbidden {
                let named = line.starts_with(name) || line.starts_with(&format!("{name} "));
                assert!(!named, "{folder}/Cargo.toml names {line:?}: see \"What must stay so\" in ARCHITECTURE.md");
            }
        }
    }
}

#[test]
fn versions_are_pinned_in_one_place() {
    for manifest in manifests() {
        let text = fs::read_to_string(&manifest).unwrap();
        let pinned = text.lines().find(|line| line.contains("version = \"") || line.contains(" = \"0.") || line.contains(" = \"1."));
        assert_eq!(pinned, None, "{}: versions stand in the root Cargo.toml alone", manifest.display());
    }
}

#[test]
fn every_migration_has_its_pair() {
    let names = |engine: &str| {
        let mut names: Vec<_> = fs::read_dir(root().join("migrations").join(engine)).unwrap().map(|file| file.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn products_are_written_by_the_write_path_alone() {
    let writes = ["INSERT INTO products", "UPDATE products", "DELETE FROM products", "COPY products"];
    for file in rust_files(&root().join("server")) {
        let inside = file.starts_with(root().join("server/store/src")) || file.components().any(|part| part.as_os_str() == "tests");
        if inside {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for write in writes {
            assert!(!text.contains(write), "{} writes products: hand an op to Store::write", file.display());
        }
    }
}

#[test]
fn readme_lists_every_setting() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let files = fs::read_dir(root().join("server/src/config")).unwrap();
    let config: String = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    let settings = config.split('"').filter(|text| text.starts_with("VITRINE_") && text.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
    for setting in settings.filter(|setting| !matches!(*setting, "VITRINE_" | "VITRINE_ROOT" | "VITRINE_CACHE" | "VITRINE_TEST_" | "VITRINE_PORT")) {
        assert!(readme.contains(setting), "README.md does not explain {setting}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

fn manifests() -> Vec<PathBuf> {
    [
        "app",
        "app/alerts",
        "app/device",
        "app/domain",
        "app/held",
        "app/ports",
        "app/vitals",
        "frontend",
        "frontend/drainer",
        "frontend/service-worker",
        "server",
        "end2end/load",
        "server/alerting",
        "server/api",
        "server/budgets",
        "server/cache",
        "server/catalogue-index",
        "server/counters",
        "server/demo-catalogue",
        "server/jobs",
        "server/limits",
        "server/listen",
        "server/measuring",
        "server/profile",
        "server/regressions",
        "server/rule-writer",
        "server/shopify-csv",
        "server/store",
        "server/writers",
    ]
    .iter()
    .map(|folder| root().join(folder).join("Cargo.toml"))
    .collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files.extend(rust_files(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            files.push(entry);
        }
    }
    files
}
