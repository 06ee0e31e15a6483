//! Holds a built site against the budgets for its files. Exits with 1 when one is passed, is about nothing any more, or is missing; with 2 when it
//! could not be found out. The same with instructions that were counted.
//!
//!   budgets build target/site [performance-budgets.toml]
//!   budgets counted target/counted.json 1.96.0 [performance-budgets.toml]

use std::{
    cmp::Reverse,
    env, fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use budgets::{
    About, Budgets, Judged, Unit,
    built::{Built, Sent},
    counted::{self, Compared, Counts},
    judge,
    table::table,
};

const USAGE: &str = "Use: budgets build SITE [FILE], where SITE is what a build has left for the browser (target/site), and FILE has the budgets
(performance-budgets.toml); or budgets counted COUNTS COMPILER [FILE], where COUNTS is what scripts/counters has counted, and COMPILER the version
of Rust that it was compiled with.";

const FILE: &str = "performance-budgets.toml";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["build", site] => build(Path::new(site), Path::new(FILE)),
        ["build", site, file] => build(Path::new(site), Path::new(file)),
        ["counted", counts, compiler] => count(Path::new(counts), compiler, Path::new(FILE)),
        ["counted", counts, compiler, file] => count(Path::new(counts), compiler, Path::new(file)),
        _ => fail(USAGE, 2),
    }
}

fn build(site: &Path, file: &Path) -> ExitCode {
    let budgets = match read(file) {
        Ok(budgets) => budgets,
        Err(sentence) => return fail(&sentence, 2),
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
    for sentence in of_files.iter().filter_map(too_wide) {
        say(&mut io::stdout(), &sentence);
    }
    let complaints: Vec<String> =
        of_files.iter().filter_map(|judged| Some(format!("{}{}", judged.complaint()?, where_to_look(judged, &built)))).collect();
    if complaints.is_empty() { ExitCode::SUCCESS } else { fail(&format!("\n{}\n{}", complaints.join("\n"), what_to_do(file)), 1) }
}

fn count(counts: &Path, compiler: &str, file: &Path) -> ExitCode {
    let counted = read(file).and_then(|budgets| Ok((budgets, Counts::read(&text(counts)?)?)));
    let (budgets, counts) = match counted {
        Ok(both) => both,
        Err(sentence) => return fail(&sentence, 2),
    };
    let compared = match counts.compare(&budgets) {
        Ok(compared) => compared,
        Err(sentences) => return fail(&format!("{}: {}", file.display(), sentences.join("\n")), 1),
    };
    say(&mut io::stdout(), &counted::table(&compared));
    if let Some(theirs) = budgets.compiler().filter(|theirs| *theirs != compiler) {
        say(&mut io::stdout(), &format!("NOT COMPARED: the budgets are of Rust {theirs}, this is {compiler}, and each makes other instructions."));
        return ExitCode::SUCCESS;
    }
    for sentence in compared.iter().filter_map(Compared::gain) {
        say(&mut io::stdout(), &sentence);
    }
    let complaints: Vec<String> = compared.iter().filter_map(Compared::complaint).collect();
    if complaints.is_empty() { ExitCode::SUCCESS } else { fail(&format!("\n{}", complaints.join("\n")), 1) }
}

fn read(file: &Path) -> Result<Budgets, String> {
    Budgets::read(&text(file)?).map_err(|wrong| format!("{}: {wrong}", file.display()))
}

fn text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}.", path.display()))
}

/// More than this, in kB, and a page may grow by as much as anybody would notice without being passed.
const MOST_TO_SPARE: f64 = 3.0;

/// A limit that holds nothing any more, as what it is about has become smaller. One that the sources assert as well is meant to be round.
fn too_wide(judged: &Judged<'_>) -> Option<String> {
    let (limit, is) = (judged.budget.limit, judged.reading?);
    let spare = limit.value - is;
    if spare <= MOST_TO_SPARE || judged.budget.asserted.is_some() {
        return None;
    }
    let close = is + (is / 100.0).min(2.0);
    let (subject, line) = (judged.budget.subject(), judged.budget.line);
    Some(format!("{subject} has {} to spare, so that nobody would see it grow: make its limit {close:.1} (line {line}).", limit.unit.show(spare)))
}

/// What of it to look at first: what has grown, where an earlier build is there to compare with, or else what is large.
fn where_to_look(judged: &Judged<'_>, built: &Built) -> String {
    let About::Build { files, .. } = &judged.budget.about else { return String::new() };
    let files: Vec<(&str, &Sent)> = files.iter().filter_map(|name| Some((name.as_str(), built.get(name)?))).collect();
    let mut grown: Vec<(&str, u64)> =
        files.iter().map(|(name, file)| (*name, file.before.map_or(0, |before| file.sent.saturating_sub(before)))).collect();
    grown.retain(|(_, bytes)| *bytes > 0);
    if !grown.is_empty() {
        return format!(" Grown since an earlier build: {}.", told(grown));
    }
    if files.len() < 2 { String::new() } else { format!(" Most of it: {}.", told(files.iter().map(|(name, file)| (*name, file.sent)).collect())) }
}

/// The three largest.
fn told(mut sizes: Vec<(&str, u64)>) -> String {
    sizes.sort_by_key(|(_, bytes)| Reverse(*bytes));
    sizes.iter().take(3).map(|(name, bytes)| format!("{name} {}", Unit::Kilobytes.show(*bytes as f64 / 1e3))).collect::<Vec<_>>().join(", ")
}

fn what_to_do(file: &Path) -> String {
    format!(
        "What WebAssembly is made of `twiggy top -n 40 target/front/wasm32-unknown-unknown/wasm-release/frontend.wasm` tells (cargo install twiggy).\n\
         If what is new is worth it, raise the limit in {} and say why there.",
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
