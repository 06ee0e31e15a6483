//! The database beside its address: replicas, how many connections, and for how long.

use std::time::Duration;

use store::{DatabaseOptions, Location};

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DatabaseError {
    #[error("VITRINE_DATABASE_REPLICA_URLS has {0:?}, which is not understood. Write postgres://USER@HOST/DATABASE, several separated by commas.")]
    Replica(String),
    #[error(
        "VITRINE_DATABASE_REPLICA_URLS is set, and the database is SQLite, which has no replicas. Set VITRINE_DATABASE_URL to a PostgreSQL database, or remove it."
    )]
    ReplicaOfSqlite,
    #[error("VITRINE_DATABASE_REPLICA_URLS has {0:?} twice, or as VITRINE_DATABASE_URL has it. Name every replica once, and the primary not at all.")]
    Twice(String),
    #[error(
        "VITRINE_DATABASE_STATEMENT_SECONDS is {pages} and VITRINE_DATABASE_JOB_STATEMENT_SECONDS is {jobs}. Jobs take longer than pages: let them have no less."
    )]
    Impatient { pages: u64, jobs: u64 },
    #[error("{name} is {value:?}. Write a whole number from {least} to {most}.")]
    Number { name: &'static str, value: String, least: u64, most: u64 },
}

/// Settings of this file.
pub(super) const NAMES: [&str; 8] = [
    "VITRINE_DATABASE_REPLICA_URLS",
    "VITRINE_DATABASE_CONNECTIONS",
    "VITRINE_DATABASE_JOB_CONNECTIONS",
    "VITRINE_DATABASE_WAIT_SECONDS",
    "VITRINE_DATABASE_STATEMENT_SECONDS",
    "VITRINE_DATABASE_JOB_STATEMENT_SECONDS",
    "VITRINE_DATABASE_REPLICA_LAG_SECONDS",
    "VITRINE_DATABASE_SLOW_MS",
];

pub(super) fn read<'a>(get: impl Fn(&str) -> Option<&'a str>, database: &Location) -> Result<DatabaseOptions, DatabaseError> {
    let number = |name: &'static str, least: u64, most: u64| match get(name) {
        None => Ok(None),
        Some(value) => match value.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => Err(DatabaseError::Number { name, value: value.to_owned(), least, most }),
        },
    };
    let seconds = |name: &'static str, least: u64, most: u64| number(name, least, most).map(|seconds| seconds.map(Duration::from_secs));
    let usual = DatabaseOptions::default();
    let options = DatabaseOptions {
        replicas: replicas(get("VITRINE_DATABASE_REPLICA_URLS").unwrap_or_default(), database)?,
        connections: number("VITRINE_DATABASE_CONNECTIONS", 2, 1_000)?.map_or(usual.connections, |number| number as u32),
        background_connections: number("VITRINE_DATABASE_JOB_CONNECTIONS", 2, 1_000)?.map_or(usual.background_connections, |number| number as u32),
        patience: seconds("VITRINE_DATABASE_WAIT_SECONDS", 1, 60)?.unwrap_or(usual.patience),
        statement: seconds("VITRINE_DATABASE_STATEMENT_SECONDS", 2, 600)?.unwrap_or(usual.statement),
        background_statement: seconds("VITRINE_DATABASE_JOB_STATEMENT_SECONDS", 2, 86_400)?.unwrap_or(usual.background_statement),
        replica_lag: seconds("VITRINE_DATABASE_REPLICA_LAG_SECONDS", 1, 60)?.unwrap_or(usual.replica_lag),
        slow: number("VITRINE_DATABASE_SLOW_MS", 1, 60_000)?.map_or(usual.slow, Duration::from_millis),
        memory: usual.memory,
    };
    if options.background_statement < options.statement {
        return Err(DatabaseError::Impatient { pages: options.statement.as_secs(), jobs: options.background_statement.as_secs() });
    }
    Ok(options)
}

fn replicas(urls: &str, database: &Location) -> Result<Vec<String>, DatabaseError> {
    let mut replicas: Vec<String> = Vec::new();
    for url in urls.split(',').map(str::trim).filter(|url| !url.is_empty()) {
        let Ok(Location::Postgres(url)) = Location::from_url(url) else {
            return Err(DatabaseError::Replica(super::without_password(url)));
        };
        match database {
            Location::Sqlite(_) => return Err(DatabaseError::ReplicaOfSqlite),
            Location::Postgres(primary) if *primary == url || replicas.contains(&url) => {
                return Err(DatabaseError::Twice(super::without_password(&url)));
            }
            Location::Postgres(_) => replicas.push(url),
        }
    }
    Ok(replicas)
}

#[cfg(test)]
mod tests {
    use super::{super::Config, *};

    const PRIMARY: (&str, &str) = ("VITRINE_DATABASE_URL", "postgres://vitrine:secret@one/vitrine");

    fn refused(settings: &[(&str, &str)]) -> String {
        Config::of(settings).unwrap_err().to_string()
    }

    #[test]
    fn replicas_are_named_one_after_the_other() {
        let urls = "postgres://vitrine@two/vitrine, postgresql://vitrine@three/vitrine,";
        let config = Config::of(&[PRIMARY, ("VITRINE_DATABASE_REPLICA_URLS", urls)]).unwrap();

        assert_eq!(config.database_options.replicas, ["postgres://vitrine@two/vitrine", "postgresql://vitrine@three/vitrine"]);
        assert!(Config::of(&[PRIMARY]).unwrap().database_options.replicas.is_empty());
    }

    #[test]
    fn what_can_be_no_replica_is_refused_without_its_password() {
        let replicas = |urls| ("VITRINE_DATABASE_REPLICA_URLS", urls);

        let other = refused(&[PRIMARY, replicas("mysql://me:secret@two/vitrine")]);
        assert!(other.contains("is not understood. Write postgres://USER@HOST/DATABASE") && !other.contains("secret"), "{other}");
        let itself = refused(&[PRIMARY, replicas(PRIMARY.1)]);
        assert!(itself.contains("Name every replica once") && !itself.contains("secret"), "{itself}");
        assert!(refused(&[PRIMARY, replicas("postgres://a@two/v,postgres://a@two/v")]).contains("twice"));
        assert!(refused(&[replicas("postgres://vitrine@two/vitrine")]).contains("SQLite, which has no replicas"));
    }

    #[test]
    fn numbers_have_their_bounds_and_agree() {
        assert_eq!(refused(&[("VITRINE_DATABASE_SLOW_MS", "0")]), "VITRINE_DATABASE_SLOW_MS is \"0\". Write a whole number from 1 to 60000.");
        for name in &NAMES[1..] {
            for value in ["0", "-1", "many", "1.5", "100000000"] {
                assert!(refused(&[(name, value)]).contains("Write a whole number from "), "{name}={value}");
            }
        }
        let impatient = refused(&[("VITRINE_DATABASE_STATEMENT_SECONDS", "60"), ("VITRINE_DATABASE_JOB_STATEMENT_SECONDS", "30")]);
        assert!(impatient.contains("is 60 and") && impatient.contains("is 30."), "{impatient}");
        let options = Config::of(&[("VITRINE_DATABASE_CONNECTIONS", "50"), ("VITRINE_DATABASE_SLOW_MS", "200")]).unwrap().database_options;
        assert_eq!((options.connections, options.slow), (50, Duration::from_millis(200)));
    }
}
