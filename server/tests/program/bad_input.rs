//! What can be wrong from outside: one clear sentence that says what to do, the right exit code, nothing lost.

use std::{fs, net::TcpListener};

use crate::support::{Engine, Output, Program, on_both_engines};

on_both_engines!(a_file_that_is_no_catalogue_is_refused, a_store_that_is_not_there_is_named, a_database_of_the_future_is_left_alone);

async fn a_file_that_is_no_catalogue_is_refused(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["store", "add", "shop", "--name", "Shop"]);
    let cases: [(&str, &[u8], &str); 6] = [
        ("archive.csv", b"PK\x03\x04\x14\x00\x00\x00", "ZIP"),
        ("bomb.csv", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "gzip"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "not a CSV"),
        ("empty.csv", b"", "empty"),
        ("columns.csv", b"Name,Cost\nLamp,3\n", "Title"),
        ("double.csv", b"Title,Title\nLamp,Mug\n", "Title"),
    ];

    for (name, content, expected) in cases {
        let file = program.file(name, content);
        let output = program.run(&["import", file.to_str().unwrap(), "--store", "shop"]);
        refused(&output, expected);
    }
    refused(&program.run(&["import", "/nowhere/shop.csv", "--store", "shop"]), "cannot be read");
}

async fn a_store_that_is_not_there_is_named(engine: Engine) {
    let program = Program::new(engine);
    refused(&program.run(&["export", "--store", "shop"]), "There is no store yet");
    program.succeed(&["store", "add", "other", "--name", "Other"]);

    refused(&program.run(&["export", "--store", "shop"]), "There are: other");
    refused(&program.run(&["store", "add", "other", "--name", "Other"]), "other");
    refused(&program.run(&["store", "add", "x", "--name", "X", "--currency", "euro"]), "three capital letters");
    refused(&program.run(&["store", "add", "Not A Slug", "--name", "X"]), "");
}

async fn a_database_of_the_future_is_left_alone(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["migrate"]);
    program.sql("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'future', true, '', 0)");

    refused(&program.run(&["migrate"]), "newer version of Vitrine");
}

#[test]
fn a_wrong_configuration_is_refused() {
    let program = Program::new(Engine::Sqlite);

    for (name, value, expected) in [
        ("VITRINE_ADDR", "here", "Write it like 127.0.0.1:3000"),
        ("VITRINE_DATABASE_URL", "mysql://db", "Write sqlite:FILE or postgres://"),
        ("VITRINE_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "cannot be reached"),
        ("VITRINE_PROT", "80", "is not a setting"),
        ("VITRINE_LOG_FORMAT", "xml", "text or json"),
    ] {
        refused(&program.run_with(&["migrate"], &[(name, value)]), expected);
    }
}

#[test]
fn a_data_directory_that_cannot_be_is_told() {
    let program = Program::new(Engine::Sqlite);
    let file = program.file("in-the-way", "");

    refused(&program.run_with(&["migrate"], &[("VITRINE_DATA_DIR", file.to_str().unwrap())]), "VITRINE_DATA_DIR");
}

#[test]
fn a_file_that_is_no_database_is_left_as_it_is() {
    let program = Program::new(Engine::Sqlite);
    let text = "These are my notes, not a database. ".repeat(100);
    let file = program.file("notes.db", &text);

    refused(&program.run_with(&["migrate"], &[("VITRINE_DATABASE_URL", &format!("sqlite:{}", file.display()))]), "is not a database");
    assert_eq!(fs::read_to_string(file).unwrap(), text);
}

#[test]
fn a_port_in_use_is_told() {
    let program = Program::new(Engine::Sqlite);
    let _taken = TcpListener::bind(("127.0.0.1", program.port())).unwrap();

    refused(&program.run(&["serve"]), "is in use");
}

#[test]
fn a_short_password_is_refused() {
    let program = Program::new(Engine::Sqlite);
    program.succeed(&["store", "add", "shop", "--name", "Shop"]);
    let password = program.file("password", "short\n");

    let output =
        program.run(&["user", "add", "--email", "a@b.test", "--store", "shop", "--role", "owner", "--password-file", password.to_str().unwrap()]);

    refused(&output, "10 characters");
}

#[test]
fn a_call_that_is_wrong_is_code_2() {
    let program = Program::new(Engine::Sqlite);

    for call in [&["fly"][..], &["import"], &["demo", "--products", "0"], &["user", "add", "--role", "king"]] {
        assert_eq!(program.run(call).code, 2, "{call:?}");
    }
}

fn refused(output: &Output, expected: &str) {
    assert_eq!(output.code, 1, "{}", output.text);
    assert!(output.text.contains(expected), "{:?} lacks {expected:?}", output.text);
    let sentence = output.text.lines().find(|line| line.starts_with("vitrine: ")).unwrap_or_else(|| panic!("no sentence in {:?}", output.text));
    assert!(sentence.ends_with(['.', ')', '?']), "{sentence:?} is no sentence");
}
