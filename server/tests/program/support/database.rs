use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A PostgreSQL database that is dropped with this.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) name: String,
    server: String,
}

/// A lock that others wait for, held by another program until this is dropped.
pub(crate) struct Lock(Child);

/// What a database is named that a process of tests makes copies of; behind it stands the process.
const TEMPLATE: &str = "http_template_";

impl Database {
    pub(crate) fn make() -> Self {
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        Self::named(format!("http_{:016x}", u64::from_be_bytes(random)))
    }

    /// One that other databases of this process become copies of. It outlives the process, and goes when the next one makes its own.
    pub(crate) fn template() -> Self {
        let server = server();
        for name in output(psql(&server).arg(format!("SELECT datname FROM pg_database WHERE starts_with(datname, '{TEMPLATE}')"))).lines() {
            let process = name.trim_start_matches(TEMPLATE);
            if !Path::new("/proc").join(process).exists() {
                // Another process may be at it.
                let _ = psql(&server).arg(format!("DROP DATABASE IF EXISTS {name}")).output();
            }
        }
        Self::named(format!("{TEMPLATE}{}", std::process::id()))
    }

    /// From now on it has what the other one has. Nobody may be connected with either.
    pub(crate) fn become_copy(&self, of: &Self) {
        output(
            psql(&self.server)
                .arg(format!("DROP DATABASE {}", self.name))
                .args(["-c", &format!("CREATE DATABASE {} TEMPLATE {}", self.name, of.name)]),
        );
    }

    fn named(name: String) -> Self {
        let server = server();
        output(psql(&server).arg(format!("CREATE DATABASE {name}")));
        let (base, _) = server.rsplit_once('/').expect("a database address has a path");
        let query = server.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        Self { url: format!("{base}/{name}{query}"), name, server }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        output(psql(&self.server).arg(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
    }
}

fn server() -> String {
    std::env::var("VITRINE_TEST_POSTGRES_URL").expect("VITRINE_TEST_POSTGRES_URL is not set: run scripts/postgres-for-tests and set what it prints")
}

/// Runs statements on a database, past the program; what they answer, a row a line and `|` between its values.
pub(crate) fn query(database: Option<&Database>, file: &Path, statements: &[&str]) -> String {
    match database {
        Some(database) => {
            let (first, others) = statements.split_first().expect("something is asked");
            output(psql(&database.url).arg(first).args(others.iter().flat_map(|other| ["-c", *other])))
        }
        None => output(sqlite(file).args(statements)),
    }
}

impl Lock {
    /// The one that every writer of products waits for.
    pub(crate) fn take(database: Option<&Database>, file: &Path) -> Self {
        match database {
            Some(database) => Self::hold(session(database), "BEGIN; LOCK TABLE store_seq IN EXCLUSIVE MODE; SELECT 'locked';\n"),
            None => Self::hold(sqlite(file), "BEGIN IMMEDIATE; SELECT 'locked';\n"),
        }
    }

    /// One that whoever reads these tables waits for as well.
    pub(crate) fn away(database: &Database, tables: &[&str]) -> Self {
        let tables = tables.join(", ");
        Self::hold(session(database), &format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n"))
    }

    fn hold(mut command: Command, statements: &str) -> Self {
        let mut holder = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        holder.stdin.as_mut().unwrap().write_all(statements.as_bytes()).unwrap();
        let mut answer = String::new();
        BufReader::new(holder.stdout.as_mut().unwrap()).read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "locked");
        Self(holder)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // At the end of its input it rolls back and ends.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// What takes statements as they come, and keeps what they have locked.
fn session(database: &Database) -> Command {
    let mut command = Command::new("psql");
    command.args([&database.url, "-Atq", "-v", "ON_ERROR_STOP=1"]);
    command
}

fn psql(server: &str) -> Command {
    let mut command = Command::new("psql");
    command.args([server, "-v", "ON_ERROR_STOP=1", "-Atqc"]);
    command
}

fn sqlite(file: &Path) -> Command {
    let mut command = Command::new("sqlite3");
    command.args(["-cmd", ".timeout 10000"]).arg(file);
    command
}

fn output(command: &mut Command) -> String {
    let done = command.output().expect("psql and sqlite3 are installed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim_end().to_owned()
}
