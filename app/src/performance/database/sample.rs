//! What tests begin with.

use domain::clock::Timestamp;
use maud::html;
use ports::database::{
    CountedByPostgres, DatabaseView, EngineFigures, IndexFigures, PoolFigures, PostgresFigures, ReplicaFigures, SlowStatement, SqliteFigures,
    StatementFigures, TableFigures,
};

use super::{PATH, markup::Page, sort::Sort};
use crate::performance::asked::Asked;

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_764_028_800_000_000);

/// The page, of which nothing was stored.
pub(super) fn page(sort: Sort) -> Page {
    let asked = Asked::read(PATH, "");
    Page { now: NOW, sort, asked, stored: html! {} }
}

pub(super) fn postgres() -> DatabaseView {
    let slow = |name: &str, rows, plan: Option<&str>| SlowStatement {
        name: name.into(),
        at: NOW.plus_seconds(-300),
        microseconds: 83_000,
        rows,
        plan: plan.map(str::to_owned),
    };
    let engine = PostgresFigures {
        version: "17.2 (Debian 17.2-1)".into(),
        size: 48_000_000,
        blocks_hit: 990,
        blocks_read: 10,
        connections: 12,
        most_connections: 100,
        since: Some(NOW.plus_seconds(-86_400)),
        tables: vec![TableFigures { name: "products".into(), size: 30_000_000, indexes: 9_000_000, rows: 50_000, ..TableFigures::default() }],
        unused_indexes: vec![IndexFigures { name: "products_by_vendor".into(), table: "products".into(), size: 16_384 }],
        statements: Some(vec![CountedByPostgres { text: "SELECT $1".into(), count: 3, ..CountedByPostgres::default() }]),
        ..PostgresFigures::default()
    };
    DatabaseView {
        statements: vec![
            StatementFigures { name: "ROWS_BY_KEY".into(), count: 1_200, total: 900_000, p50: 700, p95: 1_250, ..StatementFigures::default() },
            StatementFigures { name: "COMMIT".into(), count: 40, total: 90_000, p50: 2_000, p95: 3_000, ..StatementFigures::default() },
        ],
        slow: vec![slow("ROWS_BY_KEY", 50, Some("Seq Scan on products")), slow("COMMIT", 1, None)],
        slow_from: 50,
        pools: vec![PoolFigures { name: "pages".into(), most: 8, idle: 2, ..PoolFigures::default() }],
        replicas: vec![ReplicaFigures {
            name: "replica-1:5432/vitrine".into(),
            state: "too far behind".into(),
            milliseconds_behind: Some(6_100),
            statements: 300,
            ..ReplicaFigures::default()
        }],
        reads_on_primary: 700,
        engine: Some(EngineFigures::Postgres(Box::new(engine))),
    }
}

pub(super) fn sqlite() -> DatabaseView {
    let engine = SqliteFigures { version: "3.51.0".into(), file: 12_300_000, log: 4_120_000, page: 4_096, ..SqliteFigures::default() };
    let pool = |name: &str| PoolFigures { name: name.into(), most: 1, ..PoolFigures::default() };
    DatabaseView {
        slow: Vec::new(),
        pools: vec![pool("reads"), pool("writes")],
        replicas: Vec::new(),
        engine: Some(EngineFigures::Sqlite(engine)),
        ..postgres()
    }
}
