//! The commands, as scripts and people use them.

use crate::support::{Engine, Program, on_both_engines};

const FILE: &str = "Handle,Title,Vendor,Variant SKU,Variant Price,Image Src\nlamp,Lamp,Acme,L-1,19.90,https://shop.test/1.jpg\nmug,\"Mug, \"\"big\"\"\",Acme,M-1,7,\n";

on_both_engines!(
    a_file_is_imported_once,
    what_is_exported_can_be_imported_elsewhere,
    the_demo_grows_and_is_the_same,
    bad_rows_are_told_and_the_rest_is_imported
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

    let exported = |program: &Program| program.succeed(&["export", "--store", "demo"]);

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

#[test]
fn every_command_has_help() {
    let program = Program::new(Engine::Sqlite);

    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["import", "--help"],
        &["export", "--help"],
        &["demo", "--help"],
        &["user", "add", "--help"],
        &["store", "add", "--help"],
        &["migrate", "--help"],
    ] {
        let help = program.succeed(command);
        assert!(help.contains("Usage:"), "{help}");
    }
}
