//! The examples of `deploy/` name settings there are, with values the program takes, and their numbers agree with each other.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::{Engine, Program};

/// What an example says of itself and each reader replaces, and what needs a database that is not here.
const NOT_TRIED: [&str; 2] = ["VITRINE_DATABASE_URL", "VITRINE_DATABASE_REPLICA_URLS"];
/// Of scripts and tests.
const NOT_OF_THE_PROGRAM: [&str; 4] = ["VITRINE_CACHE", "VITRINE_ROOT", "VITRINE_TEST_PAIR_PORT", "VITRINE_TEST_POSTGRES_DIR"];
/// What PostgreSQL lets in besides its superusers, when nobody has set it.
const CONNECTIONS: u64 = 97;

#[test]
fn every_setting_in_an_example_is_one_of_the_program() {
    let config: String = ["mod", "cdn", "connections", "database"].map(|name| read(&format!("server/src/config/{name}.rs"))).concat();
    let files = [files(&root().join("deploy")), vec![root().join("scripts/cluster")]].concat();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        for name in settings_named(&fs::read_to_string(&file).unwrap()) {
            let known = NOT_OF_THE_PROGRAM.contains(&name.as_str()) || config.contains(&format!("\"{name}\""));
            assert!(known, "{} names {name}, which is no setting", file.display());
        }
    }
}

#[test]
fn the_values_in_the_examples_are_taken() {
    for example in
        ["deploy/systemd/vitrine.env", "deploy/kubernetes/settings.yaml", "deploy/kubernetes/secret.yaml", "deploy/container/Containerfile"]
    {
        let values = values(&read(example));
        assert!(!values.is_empty(), "{example}");
        let settings: Vec<(&str, &str)> = values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !NOT_TRIED.contains(name) && *name != "VITRINE_DATA_DIR")
            .collect();

        let output = Program::new(Engine::Sqlite).run_with(&["migrate"], &settings);

        assert_eq!(output.code, 0, "{example}: {}", output.text);
    }
}

#[test]
fn nginx_lets_go_of_a_server_before_it_is_gone() {
    let nginx = read("deploy/nginx/vitrine.conf");
    let kept = number(&nginx, "keepalive_timeout ");
    let avoided = number(&nginx, "fail_timeout=");

    for drain in [number(&read("deploy/systemd/vitrine.env"), "\nVITRINE_DRAIN_SECONDS="), number(&read("scripts/cluster"), "\ndrain=")] {
        assert!(drain > kept && drain > avoided, "{drain} s of draining, {kept} s of keeping, {avoided} s of avoiding");
    }
}

#[test]
fn whoever_ends_a_server_gives_it_the_time_it_takes() {
    let grace = number(&read("server/src/cli/serve.rs"), "const GRACE: Duration = Duration::from_secs(");
    let pods = read("deploy/kubernetes/settings.yaml");
    let env = read("deploy/systemd/vitrine.env");

    assert!(number(&read("deploy/kubernetes/deployment.yaml"), "terminationGracePeriodSeconds: ") > drain(&pods) + grace);
    for unit in ["vitrine.service", "vitrine@.service"] {
        assert!(number(&read(&format!("deploy/systemd/{unit}")), "TimeoutStopSec=") > drain(&env) + grace, "{unit}");
    }
}

#[test]
fn the_server_gives_up_before_whoever_is_in_front_of_it() {
    let most = listen::Limits::default().request.as_secs();
    let (nginx, ingress) = (read("deploy/nginx/vitrine.conf"), read("deploy/kubernetes/ingress.yaml"));

    assert!(number(&nginx, "proxy_read_timeout ") > most);
    assert!(number(&ingress, "proxy-read-timeout: \"") > most);
    // As large as a file that the server takes when nothing is set.
    assert_eq!([number(&nginx, "client_max_body_size "), number(&ingress, "proxy-body-size: ")], [4_096, 4_096]);
}

#[test]
fn all_pods_together_have_connections() {
    let settings = read("deploy/kubernetes/settings.yaml");
    // And one that looks how far the primary is, and one that says that the process is there.
    let each = number(&settings, "VITRINE_DATABASE_CONNECTIONS: \"") + number(&settings, "VITRINE_DATABASE_JOB_CONNECTIONS: \"") + 2;
    let pods = number(&read("deploy/kubernetes/autoscaler.yaml"), "maxReplicas: ") + number(&read("deploy/kubernetes/deployment.yaml"), "maxSurge: ");

    assert!(each * pods <= CONNECTIONS, "{pods} pods with {each} connections each");
}

#[test]
fn both_units_are_the_same_but_for_the_port() {
    let lines = |name: &str| -> Vec<String> {
        let is_own = |line: &&str| line.starts_with('#') || line.starts_with("Description=") || line.starts_with("Environment=VITRINE_ADDR=");
        read(&format!("deploy/systemd/{name}")).lines().filter(|line| !is_own(line)).map(str::to_owned).collect()
    };
    assert_eq!(lines("vitrine.service"), lines("vitrine@.service"));
}

fn drain(settings: &str) -> u64 {
    let (_, value) = values(settings).into_iter().find(|(name, _)| name == "VITRINE_DRAIN_SECONDS").unwrap();
    value.parse().unwrap()
}

/// The names of settings in a text.
fn settings_named(text: &str) -> Vec<String> {
    let of = |rest: &str| rest.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect::<String>();
    text.match_indices("VITRINE_").map(|(at, _)| of(&text[at..])).filter(|name| name != "VITRINE_").collect()
}

/// `NAME=VALUE`, as systemd and a container file have it, and `NAME: VALUE`, as Kubernetes has it.
fn values(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| {
            let line = line.trim().trim_start_matches("ENV ").trim_end_matches('\\').trim();
            let (name, value) = line.split_once('=').filter(|(name, _)| !name.contains(':')).or_else(|| line.split_once(": "))?;
            name.starts_with("VITRINE_").then(|| (name.to_owned(), value.trim_matches('"').to_owned()))
        })
        .collect()
}

/// The number behind a text that is there once.
fn number(text: &str, before: &str) -> u64 {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before:?} is not there"));
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}
