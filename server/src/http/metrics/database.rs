//! What this server counted of its database: statements, connections, replicas.

use ports::database::{BOUNDS, DatabaseView, PoolFigures, ReplicaFigures, StatementFigures};

use super::{Counter, text::Text};

pub(super) fn statements(text: &mut Text, statements: &[StatementFigures]) {
    let mut family = text.histogram(
        "vitrine_database_statement_duration_seconds",
        "How long statements took, from being sent to the last of their rows, by the names they have in the program.",
    );
    for statement in statements {
        let buckets = BOUNDS.into_iter().map(|bound| bound as f64 / 1e9).zip(statement.within);
        family.distribution(&[("statement", &statement.name)], buckets, statement.count, seconds(statement.total));
    }
    let counters: [Counter<StatementFigures>; 3] = [
        ("vitrine_database_statement_rows_total", "Rows that statements have read or written.", |statement| statement.rows),
        ("vitrine_database_statement_failures_total", "Statements that failed.", |statement| statement.failed),
        ("vitrine_database_statement_slow_total", "Statements that took VITRINE_DATABASE_SLOW_MS or longer.", |statement| statement.slow),
    ];
    for (name, help, count) in counters {
        let mut family = text.counter(name, help);
        for statement in statements {
            family.sample(&[("statement", &statement.name)], count(statement));
        }
    }
}

pub(super) fn pools(text: &mut Text, pools: &[PoolFigures]) {
    let mut connections = text.gauge("vitrine_database_pool_connections", "Open connections, by what they are for and whether they are in use.");
    for pool in pools {
        connections.sample(&[("pool", &pool.name), ("state", "in_use")], pool.in_use);
        connections.sample(&[("pool", &pool.name), ("state", "idle")], pool.idle);
    }
    let mut most = text.gauge("vitrine_database_pool_max_connections", "Connections that may be open.");
    for pool in pools {
        most.sample(&[("pool", &pool.name)], pool.most);
    }
    let mut waits = text.counter("vitrine_database_pool_waits_total", "How often all connections were in use and somebody waited for one.");
    for pool in pools {
        waits.sample(&[("pool", &pool.name)], pool.waits);
    }
    let mut waited = text.counter("vitrine_database_pool_wait_seconds_total", "How long connections were waited for, all together.");
    for pool in pools {
        waited.sample(&[("pool", &pool.name)], seconds(pool.waited));
    }
    let mut in_vain = text.counter("vitrine_database_pool_timeouts_total", "How often no connection came free in time.");
    for pool in pools {
        in_vain.sample(&[("pool", &pool.name)], pool.in_vain);
    }
}

/// Nothing where there are none.
pub(super) fn replicas(text: &mut Text, view: &DatabaseView) {
    let replicas = &view.replicas;
    if replicas.is_empty() {
        return;
    }
    let mut serves = text.gauge("vitrine_database_replica_serving", "Whether a replica is read from.");
    for replica in replicas {
        serves.sample(&[("replica", &replica.name)], u8::from(replica.serves));
    }
    // What is not known is left out.
    let mut lag = text.gauge("vitrine_database_replica_lag_seconds", "How far a replica is behind the primary.");
    for replica in replicas {
        if let Some(behind) = replica.milliseconds_behind {
            lag.sample(&[("replica", &replica.name)], behind as f64 / 1e3);
        }
    }
    let mut lag = text.gauge("vitrine_database_replica_lag_bytes", "The same in bytes of the log.");
    for replica in replicas {
        if let Some(behind) = replica.bytes_behind {
            lag.sample(&[("replica", &replica.name)], behind);
        }
    }
    let counters: [Counter<ReplicaFigures>; 2] = [
        ("vitrine_database_replica_statements_total", "Statements that a replica was asked.", |replica| replica.statements),
        ("vitrine_database_replica_retries_total", "Those of them that were asked of the primary again.", |replica| replica.again),
    ];
    for (name, help, count) in counters {
        let mut family = text.counter(name, help);
        for replica in replicas {
            family.sample(&[("replica", &replica.name)], count(replica));
        }
    }
    text.counter("vitrine_database_primary_reads_total", "Reads that might have gone to a replica and went to the primary.")
        .sample(&[], view.reads_on_primary);
}

fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_in_seconds() {
        let mut text = Text::default();
        let statement = StatementFigures {
            name: "ROWS_BY_KEY".into(),
            count: 5,
            rows: 250,
            total: 1_500_000,
            within: [0, 0, 1, 2, 2, 2, 2, 4, 4, 5, 5],
            ..StatementFigures::default()
        };
        statements(&mut text, &[statement]);
        let text = text.finished();

        for line in [
            "vitrine_database_statement_duration_seconds_bucket{statement=\"ROWS_BY_KEY\",le=\"0.000262144\"} 1\n",
            "vitrine_database_statement_duration_seconds_bucket{statement=\"ROWS_BY_KEY\",le=\"+Inf\"} 5\n",
            "vitrine_database_statement_duration_seconds_sum{statement=\"ROWS_BY_KEY\"} 1.5\n",
            "vitrine_database_statement_rows_total{statement=\"ROWS_BY_KEY\"} 250\n",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_replica_is_left_out() {
        let replica = ReplicaFigures { name: "two:5432/shop".into(), state: "not reachable".into(), ..ReplicaFigures::default() };
        let known = ReplicaFigures { serves: true, milliseconds_behind: Some(250), bytes_behind: Some(8), ..replica.clone() };
        let told = |replica| {
            let view = DatabaseView {
                statements: Vec::new(),
                slow: Vec::new(),
                slow_from: 50,
                pools: Vec::new(),
                replicas: vec![replica],
                reads_on_primary: 0,
                engine: None,
            };
            let mut text = Text::default();
            replicas(&mut text, &view);
            text.finished()
        };

        assert!(told(known).contains("vitrine_database_replica_lag_seconds{replica=\"two:5432/shop\"} 0.25\n"));
        let told = told(replica);
        assert!(told.contains("vitrine_database_replica_serving{replica=\"two:5432/shop\"} 0\n") && !told.contains("lag_bytes{"), "{told}");
    }
}
