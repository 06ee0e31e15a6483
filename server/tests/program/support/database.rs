use std::process::Command;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A PostgreSQL database that is dropped with this.
pub(crate) struct Database {
    pub(crate) url: String,
    server: String,
    name: String,
}

impl Database {
    pub(crate) fn make() -> Self {
        let server = std::env::var("VITRINE_TEST_POSTGRES_URL")
            .expect("VITRINE_TEST_POSTGRES_URL is not set: run scripts/postgres-for-tests and set what it prints");
        let mut random = [0; 8];
        getrandom::fill(&mut random).unwrap();
        let name = format!("http_{:016x}", u64::from_be_bytes(random));
        psql(&server, &format!("CREATE DATABASE {name}"));
        let (base, _) = server.rsplit_once('/').expect("a database address has a path");
        let query = server.split_once('?').map(|(_, query)| format!("?{query}")).unwrap_or_default();
        Self { url: format!("{base}/{name}{query}"), server, name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        psql(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn psql(server: &str, statement: &str) {
    let done = Command::new("psql").args([server, "-v", "ON_ERROR_STOP=1", "-qc", statement]).output().expect("psql runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
