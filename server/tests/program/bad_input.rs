//! What can be wrong from outside: one clear sentence that says what to do, the right exit code, nothing lost.

use std::{fs, net::TcpListener};

use crate::support::{
    Engine, Output, Program, files,
    files::{SCRIPTS, endless_line, odd_files},
    on_both_engines,
};

on_both_engines!(
    each_file_that_is_not_what_it_should_be_gets_its_sentence,
    a_script_in_a_text_is_a_text,
    a_line_of_two_gigabytes_is_skipped_in_little_memory,
    a_store_that_is_not_there_is_named,
);

async fn each_file_that_is_not_what_it_should_be_gets_its_sentence(engine: Engine) {
    let program = Program::new(engine);
    for (number, odd) in odd_files().into_iter().enumerate() {
        let (store, file) = (format!("shop-{number}"), program.file(odd.name, &odd.content));
        program.succeed(&["store", "add", &store, "--name", "Shop"]);

        let output = program.run(&["import", file.to_str().unwrap(), "--store", &store]);

        assert_eq!(output.code, odd.code, "{}: {}", odd.name, output.text);
        if odd.code == 1 {
            refused(&output, odd.says);
        }
        assert!(output.text.contains(odd.says), "{}: {}", odd.name, output.text);
        let exported = program.exported(&store);
        for (handle, text) in odd.there {
            assert!(exported.contains(&format!(",{handle},")) && exported.contains(text), "{}: {handle} is not in {exported}", odd.name);
        }
        for handle in odd.missing {
            assert!(!exported.contains(&format!(",{handle},")), "{}: {exported}", odd.name);
        }
        assert_eq!(fs::read(file).unwrap(), odd.content, "{} is as it was", odd.name);
    }
    refused(&program.run(&["import", "/nowhere/shop.csv", "--store", "shop-0"]), "/nowhere/shop.csv cannot be read");
}

async fn a_script_in_a_text_is_a_text(engine: Engine) {
    let program = Program::with_shop(engine);
    let file = program.file("scripts.csv", SCRIPTS);

    program.succeed(&["import", file.to_str().unwrap(), "--store", "shop"]);

    let exported = program.exported("shop");
    assert!(exported.contains("<script>alert(1)</script>") && exported.contains("onclick=\"\"run()\"\""), "{exported}");
}

async fn a_line_of_two_gigabytes_is_skipped_in_little_memory(engine: Engine) {
    let program = Program::with_shop(engine);
    let file = endless_line(program.dir());

    let (output, kilobytes) = program.run_measured(&["import", file.to_str().unwrap(), "--store", "shop"]);

    assert_eq!(output.code, 3, "{}", output.text);
    assert!(output.text.contains("2 products new") && output.text.contains("This value is longer than 1 MiB."), "{}", output.text);
    assert!((1..=200_000).contains(&kilobytes), "{kilobytes} kB");
    let exported = program.exported("shop");
    assert!(exported.contains(",before,") && exported.contains(",after,") && !exported.contains("endless"), "{exported}");
}

async fn a_store_that_is_not_there_is_named(engine: Engine) {
    let program = Program::new(engine);
    refused(&program.run(&["export", "--store", "shop"]), "There is no store yet");
    program.succeed(&["store", "add", "other", "--name", "Other"]);

    refused(&program.run(&["export", "--store", "shop"]), "There are: other");
    refused(&program.run(&["store", "add", "other", "--name", "Other"]), "There is a store named other already");
    refused(&program.run(&["store", "add", "x", "--name", "X", "--currency", "euro"]), "three capital letters");
    refused(&program.run(&["store", "add", "Not A Slug", "--name", "X"]), "1 to 63 lower-case letters");
    assert_eq!(program.sql("SELECT count(*) FROM stores"), "1");
}

#[test]
fn a_wrong_configuration_is_refused() {
    let program = Program::new(Engine::Sqlite);

    for (name, value, expected) in [
        ("VITRINE_ADDR", "here", "Write it like 127.0.0.1:3000"),
        ("VITRINE_DATABASE_URL", "mysql://db", "Write sqlite:FILE or postgres://"),
        ("VITRINE_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "The database cannot be reached"),
        ("VITRINE_DATABASE_URL", "sqlite:/nowhere/at/all.db", "/nowhere/at/all.db cannot be opened. Check that its folder exists"),
        ("VITRINE_PROT", "80", "VITRINE_PROT is not a setting of Vitrine. The settings are: VITRINE_DATA_DIR"),
        ("VITRINE_LOG", "sqlx=loud", "which is not a filter"),
        ("VITRINE_LOG_FORMAT", "xml", "Write text or json"),
        ("VITRINE_MAX_UPLOAD_MB", "0", "Write a whole number of megabytes"),
        ("VITRINE_PUBLIC_URL", "vitrine.example", "Write it like https://vitrine.example"),
    ] {
        let output = program.run_with(&["migrate"], &[(name, value)]);
        assert!(output.text.contains(expected), "{name}={value}: {}", output.text);
        refused(&output, expected);
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
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    refused(&program.run_with(&["serve"], &[("VITRINE_ADDR", &address)]), &format!("The address {address} is in use"));
    assert!(!program.data_dir().exists(), "the port is looked at before anything is made");
}

#[test]
fn a_short_password_is_refused() {
    let program = Program::with_shop(Engine::Sqlite);
    let add = |password: &str| {
        let file = program.file("password", format!("{password}\n"));
        program.run(&["user", "add", "--email", "a@b.test", "--store", "shop", "--role", "owner", "--password-file", file.to_str().unwrap()])
    };

    refused(&add("nine long"), "at least 10 characters");
    assert_eq!(program.sql("SELECT count(*) FROM users"), "0");
    assert_eq!(add("ten longer").code, 0);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_done() {
    let program = Program::with_shop(Engine::Sqlite);
    let file = program.file("shop.csv", files::many(3));
    let import = ["import", file.to_str().unwrap(), "--store", "shop"];

    refused(&program.run(&[&import[..], &["--bad-rows", "/nowhere/bad.csv"]].concat()), "/nowhere/bad.csv cannot be written");
    refused(&program.run(&["export", "/nowhere/shop.csv", "--store", "shop"]), "/nowhere/shop.csv cannot be written");
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "0");
    assert!(program.succeed(&import).contains("3 products new"));
}

#[test]
fn a_password_file_that_is_not_there_is_named() {
    let program = Program::with_shop(Engine::Sqlite);

    let output = program.run(&["user", "add", "--email", "a@b.test", "--store", "shop", "--role", "owner", "--password-file", "/nowhere/password"]);

    refused(&output, "/nowhere/password cannot be read");
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
