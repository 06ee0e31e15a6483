//! The page as HTML.

mod engine;
mod statements;

use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::database::{DatabaseView, EngineFigures, PoolFigures, ReplicaFigures, StatementFigures};

use super::sort::Sort;
use crate::{
    performance::{
        asked::Asked,
        shown::{head, heads, scrolled},
        units::{of_all, percent, share, size, time},
    },
    ui::{
        format::{self, number},
        values::capital,
    },
};

pub(super) struct Page {
    pub(super) now: Timestamp,
    pub(super) sort: Sort,
    pub(super) asked: Asked,
    /// What was asked over a time, by all servers.
    pub(super) stored: Markup,
}

impl Page {
    pub(super) fn database(&self, mut view: DatabaseView) -> Markup {
        self.sort.sort(&mut view.statements);
        let engine = match &view.engine {
            None => "its database".to_owned(),
            Some(EngineFigures::Sqlite(sqlite)) => format!("SQLite {}", sqlite.version),
            // With the name of whoever packed it, in brackets.
            Some(EngineFigures::Postgres(postgres)) => {
                format!("PostgreSQL {}", postgres.version.split_whitespace().next().unwrap_or_default())
            }
        };
        html! {
            (head(&self.asked, "Database", "What was asked of the database, and how long it took."))
            (self.stored)
            section.part aria-labelledby="here-h" {
                h2 #here-h { "This server since it started" }
                p.muted { "What this server has asked of " (engine) " since it started. Other servers on the same database have figures of their own." }
            }
            (tiles(&view))
            (self.statements(&view))
            (self.slow(&view))
            (pools(&view.pools))
            @if !view.replicas.is_empty() { (replicas(&view)) }
            @match &view.engine {
                None => (engine::no_answer()),
                Some(EngineFigures::Sqlite(sqlite)) => (engine::sqlite(sqlite)),
                Some(EngineFigures::Postgres(postgres)) => (engine::postgres(postgres)),
            }
        }
    }

    fn ago(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(format::moment(at)) { (format::ago(at, self.now)) } }
    }
}

fn tiles(view: &DatabaseView) -> Markup {
    let sum = |of: fn(&StatementFigures) -> u64| view.statements.iter().map(of).fold(0, u64::saturating_add);
    let (count, slow, failed) = (sum(|one| one.count), sum(|one| one.slow), sum(|one| one.failed));
    let waits = view.pools.iter().map(|pool| pool.waits).fold(0, u64::saturating_add);
    let longest = view.pools.iter().map(|pool| pool.longest_wait).max().unwrap_or(0);
    html! {
        section.part aria-labelledby="figures-h" {
            h2.vh #figures-h { "Figures" }
            dl.tiles.num {
                (tile("Statements", number(count), None))
                (tile(&format!("Slow, {} ms or more", view.slow_from), number(slow), of_all(slow, count)))
                (tile("Failed", number(failed), of_all(failed, count)))
                (tile("Waits for a connection", number(waits), (waits > 0).then(|| format!("{} at most", time(longest)))))
                @match &view.engine {
                    Some(EngineFigures::Postgres(postgres)) => {
                        (tile("Found in memory", postgres.hits().map_or_else(|| "Nothing read yet".to_owned(), percent), None))
                        (tile("Size", size(postgres.size), None))
                    }
                    Some(EngineFigures::Sqlite(sqlite)) => (tile("Size", size(sqlite.file), None)),
                    None => {}
                }
            }
        }
    }
}

/// A large figure, and what belongs to it.
fn tile(name: &str, value: String, also: Option<String>) -> Markup {
    html! { div { dt { (name) } dd { (value) } @if let Some(also) = also { dd.muted { (also) } } } }
}

fn pools(pools: &[PoolFigures]) -> Markup {
    html! {
        section.part aria-labelledby="pools-h" {
            h2 #pools-h { "Connections" }
            p.muted { "Where all are taken somebody waits, and waits in vain when none comes free in time." }
            (scrolled("pools-h", &heads("For", &["In use", "Ready", "At most", "Waits", "Waited", "Longest wait", "In vain"]), &html! {
                @for pool in pools {
                    tr {
                        th scope="row" { (purpose(&pool.name)) }
                        @for count in [pool.in_use, pool.idle, pool.most] { td.num { (number(u64::from(count))) } }
                        td.num { (number(pool.waits)) }
                        @for waited in [pool.waited, pool.longest_wait] { td.num { (time(waited)) } }
                        td.num { (number(pool.in_vain)) }
                    }
                }
            }))
        }
    }
}

/// What connections are for; those to a copy have its address.
fn purpose(name: &str) -> &str {
    match name {
        "pages" => "Pages and programs",
        "jobs" => "Jobs",
        "reads" => "Reading",
        "writes" => "Writing",
        copy => copy,
    }
}

fn replicas(view: &DatabaseView) -> Markup {
    let asked = view.replicas.iter().map(|replica| replica.statements).fold(0, u64::saturating_add);
    let off = share(asked, asked.saturating_add(view.reads_on_primary));
    html! {
        section.part aria-labelledby="copies-h" {
            h2 #copies-h { "Copies to read from" }
            p.muted {
                "Lists, searches and product pages are read from them by whoever finds there what they wrote. "
                @if let Some(off) = off { (percent(off)) " of such reads were." }
            }
            (scrolled("copies-h", &heads("Copy", &["State", "Behind", "Behind, in bytes", "Statements", "Asked again elsewhere"]), &html! { @for replica in &view.replicas { (copy(replica)) } }))
        }
    }
}

fn copy(replica: &ReplicaFigures) -> Markup {
    let tone = match replica.state.as_str() {
        _ if replica.serves => "ok",
        "not asked yet" => "busy",
        "too far behind" => "warn",
        _ => "bad",
    };
    html! {
        tr {
            th scope="row" { (replica.name) }
            td.num { span.badge data-tone=(tone) { (capital(&replica.state)) } }
            td.num { @match replica.milliseconds_behind { Some(behind) => (time(behind.saturating_mul(1_000))), None => "Not known" } }
            td.num { @match replica.bytes_behind { Some(behind) => (size(behind)), None => "Not known" } }
            @for count in [replica.statements, replica.again] { td.num { (number(count)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::database::sample::{self, postgres, sqlite};

    fn page(view: DatabaseView, sort: Sort) -> String {
        sample::page(sort).database(view).into_string()
    }

    #[test]
    fn the_page_shows_statements_connections_copies_and_the_engine() {
        let html = page(postgres(), Sort::Time);

        for part in ["PostgreSQL 17.2", "ROWS_BY_KEY", "1.2 ms", "Pages and programs", "replica-1:5432/vitrine", "Too far behind", "99 %"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("30 % of such reads were.") && html.contains("data-tone=\"warn\""), "{html}");
        assert!(!html.contains("style=") && !html.contains("<script"), "{html}");
    }

    #[test]
    fn nothing_that_a_database_says_becomes_markup() {
        let mut view = postgres();
        let odd = "<b>&\"'".to_owned();
        view.slow[0].plan = Some(odd.clone());
        view.replicas[0].name.clone_from(&odd);
        view.pools[0].name.clone_from(&odd);
        view.statements[0].name.clone_from(&odd);
        let Some(EngineFigures::Postgres(engine)) = &mut view.engine else { panic!() };
        engine.tables[0].name.clone_from(&odd);
        engine.unused_indexes[0].name.clone_from(&odd);
        engine.statements.as_mut().unwrap()[0].text = odd;

        let html = page(view, Sort::Name);

        assert_eq!((html.contains("<b>"), html.matches("&lt;b&gt;").count()), (false, 7), "{html}");
    }

    #[test]
    fn an_embedded_database_has_no_copies_and_says_what_lies_in_its_files() {
        let html = page(sqlite(), Sort::Time);

        for part in ["SQLite 3.51.0", "Reading", "Writing", "12 MB", "4.1 MB", "No statement has taken 50 ms or longer."] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("Copies to read from") && !html.contains("pg_stat_statements"), "{html}");
    }

    #[test]
    fn what_was_counted_is_shown_although_the_database_does_not_answer() {
        let html = page(DatabaseView { engine: None, ..postgres() }, Sort::Time);

        assert!(html.contains("ROWS_BY_KEY") && html.contains("has not answered"), "{html}");
        assert!(!html.contains("Found in memory"), "{html}");
    }
}
