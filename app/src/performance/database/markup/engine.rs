//! What the engine says of itself.

use maud::{Markup, html};
use ports::database::{CountedByPostgres, IndexFigures, PostgresFigures, SqliteFigures, TableFigures};

use crate::{
    performance::{
        shown::{heads, scrolled, scrolled_as},
        units::{percent, share, size, time},
    },
    ui::format::{moment, number},
};

/// In the place of it all, when there was no answer.
pub(super) fn no_answer() -> Markup {
    html! {
        section.part aria-labelledby="engine-h" {
            h2 #engine-h { "The database" }
            p.error role="alert" {
                "The database has not answered what it knows of itself. Why not is in the server's log. "
                "What is above was counted by this server and is right; refresh the page to ask again."
            }
        }
    }
}

pub(super) fn sqlite(figures: &SqliteFigures) -> Markup {
    let SqliteFigures { file, log, page, free_pages, read_cache, write_cache, .. } = figures;
    let facts = [
        ("File", size(*file)),
        ("Free in the file", size(free_pages.saturating_mul(*page))),
        ("Written, not in the file yet", size(*log)),
        ("Kept in memory for reading, at most", size(*read_cache)),
        ("Kept in memory for writing, at most", size(*write_cache)),
        ("A page of the file", size(*page)),
    ];
    html! {
        section.part aria-labelledby="engine-h" {
            h2 #engine-h { "SQLite" }
            (facts_of(&facts))
        }
    }
}

pub(super) fn postgres(figures: &PostgresFigures) -> Markup {
    let facts = [
        ("Found in memory", figures.hits().map_or_else(|| "Nothing read yet".to_owned(), percent)),
        ("Size", size(figures.size)),
        ("Connections", format!("{} of {}", number(figures.connections), number(figures.most_connections))),
        ("Written to disk by sorting", size(figures.temporary)),
        ("Transactions that blocked each other", number(figures.deadlocks)),
    ];
    html! {
        section.part aria-labelledby="engine-h" {
            h2 #engine-h { "PostgreSQL" }
            p.muted {
                "Counted by PostgreSQL, for all servers together"
                @match figures.since { Some(since) => { ", since " (moment(since)) "." } None => "." }
            }
            (facts_of(&facts))
        }
        (tables(&figures.tables))
        (unused(&figures.unused_indexes))
        (counted(figures.statements.as_deref()))
    }
}

fn facts_of(facts: &[(&str, String)]) -> Markup {
    html! { dl.facts { @for (name, value) in facts { div { dt { (name) } dd.num { (value) } } } } }
}

fn tables(tables: &[TableFigures]) -> Markup {
    html! {
        section.part aria-labelledby="tables-h" {
            h2 #tables-h { "Tables" }
            p.muted { "Empty is what nothing is in, as far as PostgreSQL can tell: the next rows are written there. Gone are rows that still take room." }
            (scrolled("tables-h", &heads("Table", &["Size", "Empty", "Indexes", "Rows", "Gone", "Read to the end"]), &html! {
                @for table in tables {
                    tr {
                        th scope="row" { (table.name) }
                        td.num { (size(table.size)) }
                        td.num { (empty(table)) }
                        td.num { (size(table.indexes)) }
                        @for count in [table.rows, table.dead_rows, table.scans] { td.num { (number(count)) } }
                    }
                }
            }))
        }
    }
}

fn empty(table: &TableFigures) -> String {
    match (table.wasted, table.wasted.and_then(|wasted| share(wasted, table.size))) {
        (None, _) => "Not known".to_owned(),
        (Some(0), _) | (_, None) => "0 bytes".to_owned(),
        (Some(wasted), Some(share)) => format!("{}, {}", size(wasted), percent(share)),
    }
}

fn unused(indexes: &[IndexFigures]) -> Markup {
    html! {
        section.part aria-labelledby="unused-h" {
            h2 #unused-h { "Indexes that nothing was found by" }
            @if indexes.is_empty() {
                p.muted { "There is none." }
            } @else {
                p.muted { "On no server that answers. They cost something with every write; what is used once a month is among them too." }
                (scrolled("unused-h", &heads("Index", &["Table", "Size"]), &html! {
                    @for index in indexes {
                        tr { th scope="row" { (index.name) } td.num { (index.table) } td.num { (size(index.size)) } }
                    }
                }))
            }
        }
    }
}

fn counted(statements: Option<&[CountedByPostgres]>) -> Markup {
    html! {
        section.part aria-labelledby="counted-h" {
            h2 #counted-h { "Statements as PostgreSQL counts them" }
            @match statements {
                None => {
                    p.muted {
                        "They are not counted: the extension " code { "pg_stat_statements" } " is not there. Add it to "
                        code { "shared_preload_libraries" } ", start PostgreSQL anew, and run "
                        code { "CREATE EXTENSION pg_stat_statements" } " in this database."
                    }
                }
                Some([]) => p.muted { "There is none yet." },
                Some(statements) => {
                    p.muted { "Of all servers together, what took most of the time first." }
                    (scrolled_as("table counted", "counted-h", &heads("Statement", &["Time", "Count", "Mean", "Rows", "Found in memory"]), &html! { @for statement in statements { (one_counted(statement)) } }))
                }
            }
        }
    }
}

fn one_counted(statement: &CountedByPostgres) -> Markup {
    let CountedByPostgres { text, count, rows, total, mean, blocks_hit, blocks_read } = statement;
    let hits = share(*blocks_hit, blocks_hit.saturating_add(*blocks_read));
    html! {
        tr {
            th.wrap scope="row" { code { (text) } }
            td.num { (time(*total)) }
            td.num { (number(*count)) }
            td.num { (time(*mean)) }
            td.num { (number(*rows)) }
            td.num { @match hits { Some(hits) => (percent(hits)), None => "Nothing read" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_in_a_table_is_told_with_its_share() {
        let table = |wasted, size| empty(&TableFigures { wasted, size, ..TableFigures::default() });

        assert_eq!([table(None, 8_192), table(Some(0), 8_192), table(Some(0), 0)], ["Not known", "0 bytes", "0 bytes"]);
        assert_eq!([table(Some(2_000), 8_000), table(Some(5), 0)], ["2.0 kB, 25 %", "0 bytes"]);
    }

    #[test]
    fn where_nothing_is_counted_it_is_said_how_to_have_it() {
        let html = counted(None).into_string();
        assert!(html.contains("CREATE EXTENSION pg_stat_statements") && html.contains("shared_preload_libraries"), "{html}");
        assert!(counted(Some(&[])).into_string().contains("There is none yet."));
    }

    #[test]
    fn an_installation_whose_indexes_are_all_used_says_so() {
        assert!(unused(&[]).into_string().contains("There is none."));
    }
}
