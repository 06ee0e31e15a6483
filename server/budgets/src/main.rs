//! Holds a built site against the budgets for its files. Exits with 1 when one is passed, is about nothing any more, or is missing; with 2 when it
//! could not be found out.
//!
//!   budgets build target/site [performance-budgets.toml]

use std::{
    env, fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use budgets::{About, Budgets, Judged, built::Built, judge, table::table};

const USAGE: &str = "Use: budgets build SITE [FILE], where SITE is what a build has left for the browser (target/site), and FILE has the budgets
(performance-budgets.toml).";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["build", site] => build(Path::new(site), Path::new("performance-budgets.toml")),
        ["build", site, file] => build(Path::new(site), Path::new(file)),
        _ => fail(USAGE, 2),
    }
}

fn build(site: &Path, file: &Path) -> ExitCode {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return fail(&format!("{} cannot be read: {error}.", file.display()), 2),
    };
    let budgets = match Budgets::read(&text) {
        Ok(budgets) => budgets,
        Err(wrong) => return fail(&format!("{}: {wrong}", file.display()), 2),
    };
    let built = match Built::read(site) {
        Ok(built) => built,
        Err(sentence) => return fail(&sentence, 2),
    };
    let readings = match built.readings(&budgets) {
        Ok(readings) => readings,
        Err(sentences) => return fail(&format!("{}: {}", file.display(), sentences.join("\n")), 1),
    };
    let judged = judge(&budgets, &readings);
    let of_files: Vec<Judged<'_>> = judged.into_iter().filter(|judged| matches!(judged.budget.about, About::Build { .. })).collect();
    say(&mut io::stdout(), &table(&of_files));
    let complaints: Vec<String> = of_files.iter().filter_map(|judged| Some(format!("{}{}", judged.complaint()?, largest(judged, &built)))).collect();
    if complaints.is_empty() { ExitCode::SUCCESS } else { fail(&format!("\n{}\n{}", complaints.join("\n"), what_to_do(file)), 1) }
}

/// Of what is about several files, those to look at first.
fn largest(judged: &Judged<'_>, built: &Built) -> String {
    let About::Build { files, .. } = &judged.budget.about else { return String::new() };
    let mut sizes: Vec<(&str, u64)> = files.iter().filter_map(|name| Some((name.as_str(), built.get(name)?.sent))).collect();
    if sizes.len() < 2 {
        return String::new();
    }
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let told: Vec<String> = sizes.iter().take(3).map(|(name, bytes)| format!("{name} {:.1} kB", *bytes as f64 / 1e3)).collect();
    format!(" Most of it: {}.", told.join(", "))
}

fn what_to_do(file: &Path) -> String {
    format!(
        "Find out what has grown: `twiggy diff` compares target/front/wasm32-unknown-unknown/wasm-release/frontend.wasm with that of the build before.\n\
         If it is worth that much, raise the limit in {} and say why there.",
        file.display()
    )
}

fn fail(sentence: &str, code: u8) -> ExitCode {
    say(&mut io::stderr(), sentence);
    ExitCode::from(code)
}

/// That nobody reads it is no failure.
fn say(to: &mut impl Write, text: &str) {
    let _ = writeln!(to, "{text}");
}
