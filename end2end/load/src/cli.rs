//! The command line. Exit codes: 0 when the plan passed, 1 when something was missed, 2 when the run is void, 3 when there was none.

#![expect(clippy::doc_markdown, reason = "the comments of arguments are their help, which a terminal shows as it is")]

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, bail};
use capacity::lab::Build;
use clap::{Parser, ValueEnum};
use domain::clock::Timestamp;

use crate::{
    ask::Account,
    compare::{Change, compare, doubts},
    ground::{Database, Program, people, scene},
    http::Site,
    measure::Meter,
    plan::{PLANS, Plan},
    report::{Heading, Machine, Report, Verdict, lab},
    run,
    tell::{note, tell},
};

/// Puts load upon a Vitrine, of a plan, and says whether it holds.
///
/// Without --url it makes a database, people and products, starts the server, and takes all of it away in the end.
/// Exit code: 0 when the plan passed, 1 when something was missed, 2 when the run is void because the generator was too busy, 3 when there
/// was no run.
#[derive(Parser)]
#[command(name = "load", max_term_width = 100)]
struct Arguments {
    /// The plan; all of them are listed when it is left out.
    plan: Option<String>,
    /// Which database the server gets; postgres needs VITRINE_TEST_POSTGRES_URL.
    #[arg(long, value_enum, default_value_t = Engine::Sqlite, env = "ENGINE")]
    engine: Engine,
    /// The server's program.
    #[arg(long, default_value = "target/release/vitrine")]
    program: PathBuf,
    /// Aim at a server that runs already, such as http://127.0.0.1:3000.
    #[arg(long)]
    url: Option<String>,
    /// Ask it with this token; nobody logs in then.
    #[arg(long, requires = "url", conflicts_with = "email", env = "LOAD_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Open pages with this cookie, as in vitrine_session=...
    #[arg(long, requires = "token", env = "LOAD_COOKIE", hide_env_values = true)]
    cookie: Option<String>,
    /// Ask it as this person.
    #[arg(long, requires = "url", requires = "password_file")]
    email: Option<String>,
    /// The person's password is in this file.
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// The process of a server that runs already, to measure what it takes.
    #[arg(long, requires = "url")]
    server_pid: Option<u32>,
    /// Where that server tells its figures for Prometheus, such as http://127.0.0.1:9464, to see what it uses up.
    #[arg(long, requires = "url")]
    metrics: Option<String>,
    /// PostgreSQL's first process, to measure what it and its children take.
    #[arg(long)]
    postgres_pid: Option<u32>,
    /// Multiply all times of the plan, to try it in less.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// Another number asks for other things in another order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where reports are kept, in a folder for each plan.
    #[arg(long, default_value = "target/load")]
    out: PathBuf,
    /// Say what got slower since an earlier report; since the baseline of this plan and engine without a file.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = BASELINE)]
    compare: Option<String>,
    /// Where baselines are.
    #[arg(long, default_value = "end2end/load/baseline")]
    baselines: PathBuf,
    /// Keep the figures as a record of the lab in this folder; with --revision.
    #[arg(long, value_name = "FOLDER", requires = "revision")]
    lab: Option<PathBuf>,
    /// Of what the server was built, as `git rev-parse HEAD` says.
    #[arg(long, env = "LOAD_REVISION")]
    revision: Option<String>,
    /// Files differ from the revision.
    #[arg(long, requires = "revision")]
    dirty: bool,
    /// Send what standard input has, as the bare handler of the plan `bare`.
    #[arg(long, hide = true)]
    bare: bool,
    /// Keep this run as the baseline of its plan and engine, unless it is void.
    #[arg(long)]
    keep: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Engine {
    Sqlite,
    Postgres,
}

const NO_RUN: u8 = 3;
/// What is compared with when no file is named.
const BASELINE: &str = "baseline";

pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(NO_RUN) } else { ExitCode::SUCCESS };
        }
    };
    if arguments.bare {
        return match crate::bare::serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                note(format!("load: {error:#}"));
                ExitCode::from(NO_RUN)
            }
        };
    }
    // One thread, whose time is the generator's own; a second one keeps to the schedule.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.context("The program cannot be started.").and_then(|runtime| runtime.block_on(go(&arguments)));
    match outcome {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(Verdict::Passed)) => ExitCode::SUCCESS,
        Ok(Some(Verdict::Missed)) => ExitCode::from(1),
        Ok(Some(Verdict::Void)) => ExitCode::from(2),
        Err(error) => {
            note(format!("load: {error:#}"));
            ExitCode::from(NO_RUN)
        }
    }
}

async fn go(arguments: &Arguments) -> anyhow::Result<Option<Verdict>> {
    let Some(name) = &arguments.plan else {
        for (name, _) in PLANS {
            tell(format!("{name:<16} {}", Plan::named(name)?.about));
        }
        return Ok(None);
    };
    if !(arguments.scale > 0.0 && arguments.scale.is_finite()) {
        bail!("--scale is {}. Give a number above 0; 1 is the plan as it stands.", arguments.scale);
    }
    let plan = Plan::named(name)?.scaled(arguments.scale);
    let at = now();
    let (mut program, site, accounts, target) = stand(arguments, &plan).await?;
    let meter = Meter { server: program.as_ref().and_then(Program::process).or(arguments.server_pid), database: arguments.postgres_pid };
    let mut scene = scene(site, accounts, arguments.token.as_deref(), arguments.cookie.as_deref(), &plan, meter, arguments.seed).await?;
    scene.figures = match &arguments.metrics {
        Some(url) => Some(Site::from_url(url)?),
        None => program.as_ref().and_then(Program::figures),
    };
    let heading = Heading {
        plan: name.clone(),
        about: plan.about.clone(),
        at,
        target,
        machine: Machine::this(),
        products: scene.total,
        seed: arguments.seed,
        scale: arguments.scale,
    };
    note(format!("{name}: {}", plan.about));
    let mut outcome = run::run(&Arc::new(scene), &plan, program.as_mut()).await?;
    if let Some(program) = &mut program
        && let Err(error) = program.stop().await
    {
        outcome.broken.push(error.to_string());
    }
    let mut report = Report::new(heading, outcome);
    beside(arguments, &mut report)?;
    finish(arguments, &report)?;
    if let (Some(folder), Some(revision)) = (&arguments.lab, &arguments.revision) {
        let build = Build { revision: revision.clone(), dirty: arguments.dirty };
        if let Some(path) = lab::keep(&report, at, build, folder)? {
            note(format!("kept for the lab as {}", path.display()));
        }
    }
    Ok(Some(report.verdict))
}

/// A server to ask, and who asks it.
async fn stand(arguments: &Arguments, plan: &Plan) -> anyhow::Result<(Option<Program>, Site, Vec<Account>, String)> {
    if let Some(url) = &arguments.url {
        return Ok((None, Site::from_url(url)?, known_person(arguments)?.into_iter().collect(), url.clone()));
    }
    let database = match arguments.engine {
        Engine::Sqlite => None,
        Engine::Postgres => {
            let server = std::env::var("VITRINE_TEST_POSTGRES_URL");
            Some(Database::make(&server.context("VITRINE_TEST_POSTGRES_URL is not set. Run scripts/postgres-for-tests and set what it prints.")?)?)
        }
    };
    let mut program = Program::new(arguments.program.clone(), database, plan.server.clone())?;
    note(format!("making {} products and {} accounts", plan.products, plan.accounts));
    let accounts = people(&program, plan)?;
    let site = program.start().await?;
    Ok((Some(program), site, accounts, engine_name(arguments.engine).to_owned()))
}

fn known_person(arguments: &Arguments) -> anyhow::Result<Option<Account>> {
    let (Some(email), Some(file)) = (&arguments.email, &arguments.password_file) else {
        if arguments.token.is_none() {
            bail!("Say who asks: with --token, or with --email and --password-file.");
        }
        return Ok(None);
    };
    let password = std::fs::read_to_string(file).with_context(|| format!("The password file {} cannot be read.", file.display()))?;
    Ok(Some(Account { email: email.clone(), password: password.lines().next().unwrap_or_default().to_owned() }))
}

/// Puts the report beside an earlier one, when that is asked for.
fn beside(arguments: &Arguments, report: &mut Report) -> anyhow::Result<()> {
    let Some(file) = &arguments.compare else { return Ok(()) };
    let file = if file == BASELINE { baseline(arguments, &report.plan) } else { PathBuf::from(file) };
    if !file.is_file() {
        note(format!("There is no {} to compare with. Make one with --keep.", file.display()));
        return Ok(());
    }
    let then = Report::read(&file)?;
    report.sentences.extend(doubts(&then, report).into_iter().map(|doubt| format!("Not to be compared with the earlier run: {doubt}")));
    report.compared = compare(&then, report);
    let slower: Vec<String> = report
        .compared
        .iter()
        .filter(|row| row.verdict == Change::Slower)
        .map(|row| format!("{} by {:.2} ({:.2}, and was {:.2})", row.what, row.ratio, row.now, row.then))
        .collect();
    let since = &then.at;
    report.sentences.push(if slower.is_empty() {
        format!("Nothing got slower since {since}.")
    } else {
        format!("Slower than on {since}: {}.", slower.join("; "))
    });
    Ok(())
}

fn finish(arguments: &Arguments, report: &Report) -> anyhow::Result<()> {
    let (json, html) = report.save(&arguments.out)?;
    for judged in &report.thresholds {
        let holds = match judged.holds {
            Some(true) => "holds ",
            Some(false) => "MISSED",
            None => "      ",
        };
        tell(format!("{holds} {:<8} {}", judged.of, judged.shown));
    }
    if let Some(total) = &report.total {
        tell(format!(
            "{} requests, {:.1} good a second, p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms, errors {:.2} %",
            total.requests,
            total.per_second,
            total.latency_ms.p50,
            total.latency_ms.p95,
            total.latency_ms.p99,
            total.error_share * 100.0
        ));
        for (class, failures) in &total.failures {
            tell(format!("{} x {}: {}", failures.count, class.name(), failures.example));
        }
    }
    if let Some((hits, kept)) = report.total.as_ref().and_then(|total| total.hit_share.zip(total.kept_share)) {
        tell(format!("for {:.1} % of what can be kept no product was read; {:.1} % was there as it was sent", hits * 100.0, kept * 100.0));
    }
    if let Some(cost) = report.processor.ms_per_request {
        tell(format!("{cost:.3} ms of processor a request; the generator took {:.0} % of its core", report.processor.generator_share * 100.0));
    }
    for sentence in &report.sentences {
        tell(sentence);
    }
    if arguments.keep && report.verdict != Verdict::Void {
        let path = baseline(arguments, &report.plan);
        std::fs::create_dir_all(&arguments.baselines).with_context(|| format!("{} cannot be made.", arguments.baselines.display()))?;
        report.as_baseline().write(&path)?;
        tell(format!("kept as {}", path.display()));
    }
    tell(format!("{}: {} ({}, {})", report.plan, report.verdict.name(), json.display(), html.display()));
    Ok(())
}

fn baseline(arguments: &Arguments, plan: &str) -> PathBuf {
    let folder: &Path = &arguments.baselines;
    folder.join(format!("{plan}-{}.json", engine_name(arguments.engine)))
}

const fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_1970.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_understood() {
        let arguments = Arguments::try_parse_from(["load", "smoke", "--engine", "postgres", "--compare"]).unwrap();
        assert_eq!((arguments.engine, arguments.compare), (Engine::Postgres, Some(BASELINE.to_owned())));
        let arguments = Arguments::try_parse_from(["load", "smoke", "--url", "http://h", "--token", "t"]).unwrap();
        assert_eq!(arguments.token.as_deref(), Some("t"));
    }

    #[test]
    fn who_asks_must_be_said() {
        let arguments = Arguments::try_parse_from(["load", "smoke", "--url", "http://h"]).unwrap();
        assert!(known_person(&arguments).unwrap_err().to_string().contains("--token"));
        assert!(Arguments::try_parse_from(["load", "smoke", "--token", "t"]).is_err());
        assert!(Arguments::try_parse_from(["load", "smoke", "--url", "http://h", "--email", "a@b.c"]).is_err());
    }
}
