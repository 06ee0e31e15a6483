//! What the engine says of itself.

use ports::database::{IndexFigures, PostgresFigures, SqliteFigures, TableFigures};

use super::{Gauge, text::Text};

pub(super) fn sqlite(text: &mut Text, figures: &SqliteFigures) {
    let SqliteFigures { version, file, log, page, free_pages, read_cache, write_cache } = figures;
    text.gauge("vitrine_sqlite_info", "SQLite's version.").sample(&[("version", version)], 1);
    text.gauge("vitrine_sqlite_file_bytes", "The size of the database.").sample(&[], file);
    text.gauge("vitrine_sqlite_free_bytes", "What of it holds nothing.").sample(&[], free_pages.saturating_mul(*page));
    text.gauge("vitrine_sqlite_wal_bytes", "The size of the write-ahead log.").sample(&[], log);
    let mut cache = text.gauge("vitrine_sqlite_page_cache_max_bytes", "What connections may keep of the file in memory.");
    cache.sample(&[("pool", "reads")], read_cache);
    cache.sample(&[("pool", "writes")], write_cache);
}

pub(super) fn postgres(text: &mut Text, figures: &PostgresFigures) {
    text.gauge("vitrine_postgres_info", "PostgreSQL's version.").sample(&[("version", &figures.version)], 1);
    text.gauge("vitrine_postgres_size_bytes", "The size of the database.").sample(&[], figures.size);
    text.counter("vitrine_postgres_blocks_hit_total", "Blocks that were in PostgreSQL's own memory.").sample(&[], figures.blocks_hit);
    text.counter("vitrine_postgres_blocks_read_total", "Blocks that were not.").sample(&[], figures.blocks_read);
    if let Some(hits) = figures.hits() {
        text.gauge("vitrine_postgres_cache_hit_ratio", "The part of blocks that was in memory, since PostgreSQL's figures were last reset.")
            .sample(&[], hits as f64 / 1e3);
    }
    text.gauge("vitrine_postgres_connections", "Connections of all programs.").sample(&[], figures.connections);
    text.gauge("vitrine_postgres_max_connections", "Connections that PostgreSQL allows.").sample(&[], figures.most_connections);
    text.counter("vitrine_postgres_deadlocks_total", "Transactions that blocked each other.").sample(&[], figures.deadlocks);
    text.counter("vitrine_postgres_temporary_bytes_total", "What sorts and the like have put on disk.").sample(&[], figures.temporary);
    tables(text, &figures.tables);
    indexes(text, &figures.unused_indexes);
}

fn tables(text: &mut Text, tables: &[TableFigures]) {
    let gauges: [Gauge<TableFigures>; 5] = [
        ("vitrine_postgres_table_bytes", "The size of a table without its indexes.", |table| Some(table.size)),
        ("vitrine_postgres_table_index_bytes", "The size of its indexes.", |table| Some(table.indexes)),
        ("vitrine_postgres_table_bloat_bytes", "What of it holds nothing, estimated; left out where that is not known.", |table| table.wasted),
        ("vitrine_postgres_table_live_rows", "Its rows, estimated.", |table| Some(table.rows)),
        ("vitrine_postgres_table_dead_rows", "Rows that are gone and still take room.", |table| Some(table.dead_rows)),
    ];
    for (name, help, figure) in gauges {
        let mut family = text.gauge(name, help);
        for table in tables {
            if let Some(value) = figure(table) {
                family.sample(&[("table", &table.name)], value);
            }
        }
    }
    let mut scans = text.counter("vitrine_postgres_table_scans_total", "How often a table was read from one end to the other.");
    for table in tables {
        scans.sample(&[("table", &table.name)], table.scans);
    }
}

fn indexes(text: &mut Text, indexes: &[IndexFigures]) {
    let mut family = text.gauge("vitrine_postgres_unused_index_bytes", "The size of an index that nothing was found by, on no server that answers.");
    for index in indexes {
        family.sample(&[("index", &index.name), ("table", &index.table)], index.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bloat_and_unused_indexes_are_told_by_table() {
        let figures = PostgresFigures {
            blocks_hit: 995,
            blocks_read: 5,
            tables: vec![
                TableFigures { name: "products".into(), wasted: Some(8_192), ..TableFigures::default() },
                TableFigures { name: "new".into(), wasted: None, ..TableFigures::default() },
            ],
            unused_indexes: vec![IndexFigures { name: "by_vendor".into(), table: "products".into(), size: 16_384 }],
            ..PostgresFigures::default()
        };
        let mut text = Text::default();
        postgres(&mut text, &figures);
        let text = text.finished();

        for line in [
            "vitrine_postgres_cache_hit_ratio 0.995\n",
            "vitrine_postgres_table_bloat_bytes{table=\"products\"} 8192\n",
            "vitrine_postgres_unused_index_bytes{index=\"by_vendor\",table=\"products\"} 16384\n",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("bloat_bytes{table=\"new\"}"), "{text}");
    }

    #[test]
    fn a_database_that_has_read_nothing_has_no_ratio() {
        let mut text = Text::default();
        postgres(&mut text, &PostgresFigures::default());
        assert!(!text.finished().contains("cache_hit_ratio"));
    }
}
