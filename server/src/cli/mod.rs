//! The command line.

#![expect(clippy::doc_markdown, reason = "the comments of commands are their help, which a terminal shows as it is")]

mod accounts;
mod catalogue;
mod demo;
mod figures;
mod lab;
mod purge;
mod run;
mod serve;
mod tell;
mod whole_file;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use domain::role::Role;

pub use self::demo::{DEMO_EMAIL, DEMO_PASSWORD, DEMO_STORE};
use crate::{config, telemetry};

/// The workbench where a merchant makes the words of a large catalogue good.
///
/// Settings are read from the environment: VITRINE_DATA_DIR (default ./data), VITRINE_DATABASE_URL
/// (default sqlite:vitrine.db in it; or postgres://USER@HOST/DATABASE), VITRINE_ADDR (default
/// 127.0.0.1:3000). The README has them all.
#[derive(Parser)]
#[command(name = "vitrine", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the workbench on VITRINE_ADDR until it is stopped (Ctrl-C or SIGTERM).
    Serve,
    /// Import a Shopify product CSV into a store.
    ///
    /// Started again after it was killed, it goes on where it stopped. The same file again changes nothing.
    /// Exit code: 0 when every row was used, 3 when some rows were bad and are listed, 1 when it failed or was cancelled.
    Import {
        /// The CSV file, in the newer or the classic dialect.
        file: PathBuf,
        /// The store's short name, as in `vitrine store add`.
        #[arg(long)]
        store: String,
        /// Show what would be new, changed and unchanged; write nothing.
        #[arg(long)]
        dry_run: bool,
        /// Replace the fields of products that are there already; without it they are left alone.
        #[arg(long)]
        overwrite: bool,
        /// Write the bad rows to this file, as CSV.
        #[arg(long, value_name = "FILE")]
        bad_rows: Option<PathBuf>,
    },
    /// Export a store as a Shopify product CSV.
    Export {
        /// Where to write; standard output when left out.
        file: Option<PathBuf>,
        /// The store's short name.
        #[arg(long)]
        store: String,
    },
    /// Fill the demo store with made-up products; the same number makes the same catalogue.
    ///
    /// Makes the store `demo` and its owner owner@demo.test (password vitrine-demo), who can sign in
    /// from this machine alone. Started again, it adds what is missing.
    Demo {
        /// How many products the store shall have.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
        products: u32,
    },
    /// Have the built-in writer write words anew; its suggestions wait for review, and no product is changed.
    ///
    /// It writes by rules, from what is known of a product: no key, no network, no cost.
    Run {
        /// The store's short name.
        #[arg(long)]
        store: String,
        /// Which products: a list's query as it stands in the address of the page, like missing=description.
        #[arg(long, default_value = "")]
        query: String,
        /// The first so many of them by title; all when left out.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        products: Option<u32>,
    },
    /// Manage people.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Manage stores.
    Store {
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Bring the database's tables up to date. Every other command does it by itself.
    Migrate,
    /// Keep what benches and load runs found (target/lab), for the page that holds it against what was found before.
    Lab {
        #[command(subcommand)]
        command: LabCommand,
    },
    /// Keep a stepped run, for the page that says how many people the server holds.
    Capacity {
        #[command(subcommand)]
        command: CapacityCommand,
    },
    /// Tell a cache in front of the server (VITRINE_PURGE_URL) to ask again for what changes with a release.
    ///
    /// A server does it by itself when it starts.
    Purge,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person, or give one who is there, whose name and password stay, a role in a store.
    Add {
        #[arg(long)]
        email: String,
        /// As others see it; the part of the email before the @ when left out.
        #[arg(long)]
        name: Option<String>,
        /// The store's short name.
        #[arg(long)]
        store: String,
        #[arg(long, value_parser = parse_role)]
        role: Role,
        /// Read the password from this file; from standard input when left out. At least 10 characters.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum LabCommand {
    /// Add records; those that are there already change nothing.
    Add {
        /// JSON files, as `make bench` and `make load` write them.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Subcommand)]
enum CapacityCommand {
    /// Add the report of `scripts/load capacity`, and say what it comes to.
    Add {
        /// The JSON report.
        file: PathBuf,
        /// How many servers like the one of the run answer together. Growth is held against what they hold together.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        servers: u32,
    },
}

#[derive(Subcommand)]
enum StoreCommand {
    /// Add a store.
    Add {
        /// The short name: lower-case letters, digits and -.
        slug: String,
        /// As people see it.
        #[arg(long)]
        name: String,
        /// ISO 4217: three capital letters.
        #[arg(long, default_value = "EUR")]
        currency: String,
    },
}

/// Runs the program; its exit code is 0 when all went well, 1 when not, 2 when the call was wrong.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = config::load().map_err(anyhow::Error::from).and_then(|config| {
        telemetry::start(&config).map_err(anyhow::Error::msg)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            match arguments.command {
                Command::Serve => serve::serve(&config).await,
                Command::Import { file, store, dry_run, overwrite, bad_rows } => {
                    catalogue::import(&config, &file, &store, ports::ImportOptions { dry_run, overwrite }, bad_rows.as_deref()).await
                }
                Command::Export { file, store } => catalogue::export(&config, file.as_deref(), &store).await,
                Command::Demo { products } => demo::fill(&config, products).await,
                Command::Run { store, query, products } => run::run(&config, &store, &query, products).await,
                Command::User { command: UserCommand::Add { email, name, store, role, password_file } } => {
                    accounts::add_user(&config, &email, name.as_deref(), &store, role, password_file.as_deref()).await
                }
                Command::Store { command: StoreCommand::Add { slug, name, currency } } => accounts::add_store(&config, &slug, &name, &currency).await,
                Command::Lab { command: LabCommand::Add { files } } => lab::add(&config, &files).await,
                Command::Capacity { command: CapacityCommand::Add { file, servers } } => lab::add_run(&config, &file, servers).await,
                Command::Migrate => accounts::migrate(&config).await,
                Command::Purge => purge::purge(&config).await,
            }
        })
    });
    match outcome {
        Ok(code) => code,
        Err(error) => {
            tell::note(format!("vitrine: {error}"));
            for cause in error.chain().skip(1) {
                tracing::debug!(%cause, "caused by");
            }
            ExitCode::FAILURE
        }
    }
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "a role is owner, editor, reviewer or viewer".to_owned())
}

/// The store with a short name, or a sentence that lists the ones there are.
async fn store_named(store: &store::Store, slug: &str) -> anyhow::Result<store::StoreRef> {
    if let Some(found) = store.store_by_slug(slug).await? {
        return Ok(found);
    }
    let known: Vec<String> = store.stores().await?.into_iter().map(|store| store.slug).collect();
    if known.is_empty() {
        anyhow::bail!("There is no store yet. Make one with `vitrine store add {slug} --name NAME`.");
    }
    anyhow::bail!("There is no store named {slug:?}. There are: {}.", known.join(", "));
}
