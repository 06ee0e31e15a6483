//! The commands, as scripts and people use them.

use std::time::Duration;

use crate::support::{Engine, PASSWORD, Program, files, on_both_engines, output};

const FILE: &str = "Handle,Title,Vendor,Variant SKU,Variant Price,Image Src\nlamp,Lamp,Acme,L-1,19.90,https://shop.test/1.jpg\nmug,\"Mug, \"\"big\"\"\",Acme,M-1,7,\n";

on_both_engines!(
    a_file_is_imported_once,
    what_is_exported_can_be_imported_elsewhere,
    the_demo_grows_and_is_the_same,
    bad_rows_are_told_and_the_rest_is_imported,
    nobody_reading_the_answer_is_no_failure,
    an_export_that_breaks_off_leaves_the_one_before,
    an_import_cancelled_in_the_browser_is_no_success,
    a_person_who_is_there_keeps_name_and_password,
    words_are_written_once_and_wait_for_review,
);

async fn a_file_is_imported_once(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["store", "add", "shop", "--name", "Shop"]);
    let file = program.file("shop.csv", FILE);
    let import = |options: &[&str]| program.succeed(&[&["import", file.to_str().unwrap(), "--store", "shop"], options].concat());

    assert!(import(&["--dry-run"]).contains("2 products would be new"));
    assert!(import(&[]).contains("2 products new, 0 changed, 0 unchanged"));
    assert!(import(&["--overwrite"]).contains("0 products new, 0 changed, 2 unchanged"));
}

async fn what_is_exported_can_be_imported_elsewhere(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["demo", "--products", "300"]);
    program.succeed(&["store", "add", "copy", "--name", "Copy"]);
    let (first, second) = (program.dir().join("first.csv"), program.dir().join("second.csv"));

    program.succeed(&["export", first.to_str().unwrap(), "--store", "demo"]);
    assert!(program.succeed(&["import", first.to_str().unwrap(), "--store", "copy"]).contains("300 products new"));
    program.succeed(&["export", second.to_str().unwrap(), "--store", "copy"]);

    assert_eq!(std::fs::read_to_string(first).unwrap(), std::fs::read_to_string(second).unwrap());
}

async fn the_demo_grows_and_is_the_same(engine: Engine) {
    let grown = Program::new(engine);
    grown.succeed(&["demo", "--products", "40"]);
    grown.succeed(&["demo", "--products", "90"]);
    let at_once = Program::new(engine);
    at_once.succeed(&["demo", "--products", "90"]);

    // The file alone: a statement that is slow on a busy machine is told beside it.
    let exported = |program: &Program| String::from_utf8(program.command(&["export", "--store", "demo"]).output().unwrap().stdout).unwrap();

    assert!(exported(&grown).lines().count() > 90);
    assert_eq!(exported(&grown), exported(&at_once));
    assert!(grown.succeed(&["demo", "--products", "90"]).contains("has 90 products already"));
}

async fn bad_rows_are_told_and_the_rest_is_imported(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["store", "add", "shop", "--name", "Shop"]);
    let file = program.file("shop.csv", "Handle,Title,Variant Price\nlamp,Lamp,free\nmug,Mug,7\n");
    let bad = program.dir().join("bad.csv");

    let output = program.run(&["import", file.to_str().unwrap(), "--store", "shop", "--bad-rows", bad.to_str().unwrap()]);

    assert_eq!(output.code, 3, "{}", output.text);
    assert!(output.text.contains("1 products new") && output.text.contains("line 2, Variant Price"), "{}", output.text);
    assert!(std::fs::read_to_string(bad).unwrap().contains("2,Variant Price,free,"));
}

async fn nobody_reading_the_answer_is_no_failure(engine: Engine) {
    let program = Program::with_shop(engine);
    let file = program.file("shop.csv", files::many(300));

    for call in [&["import", file.to_str().unwrap(), "--store", "shop"][..], &["export", "--store", "shop"], &["migrate"], &["import", "--help"]] {
        let mut command = program.start(call);
        drop(command.stdout.take());
        let ended = output(command);
        assert!(ended.code == 0 && !ended.text.contains("vitrine: ") && !ended.text.contains("panicked"), "{call:?}: {}", ended.text);
    }
    assert!(program.succeed(&["export", "--store", "shop"]).contains(",lamp-299,"));
}

async fn an_export_that_breaks_off_leaves_the_one_before(engine: Engine) {
    let program = Program::with_shop(engine);
    let file = program.file("shop.csv", files::many(1_000));
    program.succeed(&["import", file.to_str().unwrap(), "--store", "shop"]);
    std::fs::create_dir(program.dir().join("exports")).unwrap();
    let before = program.file("exports/shop.csv", "the one before");
    let export = ["export", before.to_str().unwrap(), "--store", "shop"];

    let broken_off = program.run_limited(&export, 128);

    assert_eq!(broken_off.code, 1, "{}", broken_off.text);
    let says = format!("vitrine: {} could not be written to its end (", before.display());
    assert!(broken_off.text.contains(&says) && broken_off.text.contains("What was in its place is as it was."), "{}", broken_off.text);
    assert_eq!(std::fs::read_to_string(&before).unwrap(), "the one before");
    assert_eq!(std::fs::read_dir(program.dir().join("exports")).unwrap().count(), 1);
    program.succeed(&export);
    assert!(std::fs::read_to_string(&before).unwrap().contains(",lamp-999,"));
}

async fn an_import_cancelled_in_the_browser_is_no_success(engine: Engine) {
    let program = Program::serving(engine).await;
    let owner = program.signed_in("owner@second.test").await;
    let file = program.file("large.csv", files::many(100_000));
    let mut import = program.start(&["import", file.to_str().unwrap(), "--store", "second"]);

    let mut job = String::new();
    while job.is_empty() {
        assert!(import.try_wait().unwrap().is_none(), "the import ended before anybody saw it");
        tokio::time::sleep(Duration::from_millis(25)).await;
        let page = owner.get("/imports").await.text;
        job = page.split_once("href=\"/imports/").map(|(_, rest)| rest.chars().take_while(|c| *c != '"').collect()).unwrap_or_default();
    }
    // While the import writes, the embedded database may be busy. What is over can be cancelled too, so this comes to an end.
    while owner.post(&format!("/imports/{job}/cancel"), &[]).await.status != 303 {}
    let ended = tokio::task::spawn_blocking(move || output(import)).await.unwrap();

    assert_eq!(ended.code, 1, "{}", ended.text);
    assert!(ended.text.contains("vitrine: The import was cancelled in the browser. What was imported until then stays;"), "{}", ended.text);
    let kept: u32 = program.sql("SELECT count(*) FROM products WHERE handle LIKE 'lamp-%'").parse().unwrap();
    assert!(kept < 100_000 && ended.text.contains(&format!("{kept} products new")), "{kept}: {}", ended.text);
}

async fn a_person_who_is_there_keeps_name_and_password(engine: Engine) {
    let mut program = Program::with_shop(engine);
    program.succeed(&["store", "add", "other", "--name", "Other"]);
    assert!(!program.add_user("ada@shop.test", "shop", "editor").contains("is there already"));
    let password = program.file("password", "another-password\n");

    let again = program.succeed(&[
        "user",
        "add",
        "--email",
        "Ada@Shop.test",
        "--name",
        "Countess",
        "--store",
        "other",
        "--role",
        "owner",
        "--password-file",
        password.to_str().unwrap(),
    ]);

    assert!(again.contains("Ada@Shop.test is there already: the name and the password stay as they are."), "{again}");
    assert!(again.contains("is owner of other"), "{again}");
    assert_eq!(program.sql("SELECT count(*), min(name) FROM users"), "1|ada");
    program.serve().await;
    assert_eq!(program.client().sign_in("ada@shop.test", "another-password").await.status, 422);
    assert_eq!(program.client().sign_in("ada@shop.test", PASSWORD).await.status, 303);
}

async fn words_are_written_once_and_wait_for_review(engine: Engine) {
    let program = Program::new(engine);
    program.succeed(&["demo", "--products", "60"]);
    let run = |options: &[&str]| program.succeed(&[&["run", "--store", "demo"], options].concat());
    let open = || program.sql("SELECT count(*) FROM content_reviews WHERE status = 'open'");
    let before = program.exported("demo");

    let first = run(&["--products", "3"]);
    assert!(first.contains("Written for review: 3. Left as they are: 0. Failed: 0."), "{first}");
    assert_eq!(open(), "3");
    let again = run(&["--products", "3"]);
    assert!(again.contains("Written for review: 0. Left as they are: 3. Failed: 0."), "{again}");
    assert_eq!(open(), "3");
    let drafts = program.sql("SELECT count(*) FROM products WHERE status <> 'active'");
    assert!(run(&["--query", "status=draft&status=archived"]).contains("Failed: 0."));
    assert_eq!(program.sql("SELECT subject FROM jobs ORDER BY created_at DESC LIMIT 1"), format!("{drafts} products that are draft or archived"));

    assert_eq!(program.exported("demo"), before, "a suggestion changes no product");
    assert_eq!(program.sql("SELECT count(*) FROM ai_usage_records"), "0");
}

#[test]
fn a_run_that_cannot_be_started_says_why() {
    let program = Program::with_shop(Engine::Sqlite);
    program.succeed(&["store", "add", "other", "--name", "Other"]);

    for (call, code, says) in [
        (&["run", "--store", "nowhere"][..], 1, "vitrine: There is no store named \"nowhere\". There are: "),
        (&["run", "--store", "shop"], 1, "vitrine: No product is selected, or none is there any more."),
        (&["run", "--store", "shop", "--products", "3"], 1, "vitrine: No product is selected."),
        (&["run", "--store", "shop", "--query", "status=draft,archived"], 1, "vitrine: There is no filter in \"status=draft,archived\"."),
        (&["run", "--store", "shop", "--products", "0"], 2, "--products"),
        (&["run"], 2, "--store"),
    ] {
        let output = program.run(call);
        assert_eq!(output.code, code, "{call:?}: {}", output.text);
        assert!(output.text.contains(says), "{call:?}: {}", output.text);
    }
    let unknown = program.run(&["run", "--store", "nowhere"]).text;
    assert!(unknown.contains("other") && unknown.contains("shop"), "{unknown}");
    assert_eq!(program.sql("SELECT count(*) FROM jobs"), "0");
}

#[test]
fn every_command_has_help() {
    let program = Program::new(Engine::Sqlite);

    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["import", "--help"],
        &["export", "--help"],
        &["demo", "--help"],
        &["run", "--help"],
        &["user", "add", "--help"],
        &["store", "add", "--help"],
        &["migrate", "--help"],
        &["purge", "--help"],
    ] {
        let help = program.succeed(command);
        assert!(help.contains("Usage:"), "{help}");
    }
}
