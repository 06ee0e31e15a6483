//! Statements by their names, and those that were slow.

use maud::{Markup, html};
use ports::database::{DatabaseView, SlowStatement, StatementFigures};

use super::Page;
use crate::{
    performance::{database::sort::Sort, shown::scrolled_as, units::time},
    ui::{chart::bar, format::number},
};

impl Page {
    /// In the order that is asked for. The headings are links to the other orders.
    pub(super) fn statements(&self, view: &DatabaseView) -> Markup {
        let most = view.statements.iter().map(|statement| statement.total).max().unwrap_or(0);
        let heads = html! {
            thead {
                tr {
                    @for sort in Sort::ALL {
                        (self.head(sort))
                        @if sort == Sort::Name { th scope="col" { span.vh { "Share of the time" } } }
                    }
                }
            }
        };
        html! {
            section.part #statements aria-labelledby="statements-h" {
                h2 #statements-h { "Statements" }
                p.muted { "Of 100 times 50 were no longer than p50, 95 no longer than p95, and 99 no longer than p99." }
                (scrolled_as("table statements", "statements-h", &heads, &html! { @for statement in &view.statements { (row(statement, most)) } }))
            }
        }
    }

    fn head(&self, sort: Sort) -> Markup {
        let order = (sort == self.sort).then_some(if sort == Sort::Name { "ascending" } else { "descending" });
        // Loaded anew, one stays where one is: at the table.
        html! {
            th.num[sort != Sort::Name] scope="col" aria-sort=[order] {
                a href={ (sort.address(&self.asked)) "#statements" } rel="external" { (sort.label()) }
            }
        }
    }

    pub(super) fn slow(&self, view: &DatabaseView) -> Markup {
        html! {
            section.part aria-labelledby="slow-h" {
                h2 #slow-h { "Slow statements" }
                @if view.slow.is_empty() {
                    p.muted { "No statement has taken " (view.slow_from) " ms or longer." }
                } @else {
                    p.muted {
                        "The latest that took " (view.slow_from) " ms or longer: one of a name in ten seconds, with its plan once in ten minutes. "
                        "A plan is made without the values, which may be a merchant's."
                    }
                    ul { @for slow in &view.slow { (self.one_slow(slow)) } }
                }
            }
        }
    }

    fn one_slow(&self, slow: &SlowStatement) -> Markup {
        let rows = if slow.rows == 1 { "1 row".to_owned() } else { format!("{} rows", number(slow.rows)) };
        html! {
            li.slow {
                p.line {
                    code { (slow.name) }
                    b.num { (time(slow.microseconds)) }
                    span.muted.num { (rows) }
                    span.muted { (self.ago(slow.at)) }
                }
                @if let Some(plan) = &slow.plan { details { summary { "Plan" } pre { (plan) } } }
            }
        }
    }
}

fn row(statement: &StatementFigures, most: u64) -> Markup {
    let StatementFigures { name, count, failed, rows, slow, total, p50, p95, p99, longest, .. } = statement;
    html! {
        tr {
            th scope="row" { code { (name) } }
            td { (bar(*total, most)) }
            td.num { (time(*total)) }
            td.num { (number(*count)) }
            @for taken in [p50, p95, p99, longest] { td.num { (time(*taken)) } }
            @for counted in [rows, failed, slow] { td.num { (number(*counted)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::performance::database::sample::{page, postgres};

    #[test]
    fn the_order_is_told_by_its_heading_and_the_others_are_links() {
        let html = page(Sort::P95).statements(&postgres()).into_string();

        assert_eq!(html.matches("aria-sort").count(), 1);
        assert!(html.contains("aria-sort=\"descending\"><a href=\"/performance/database?sort=p95#statements\""), "{html}");
        assert!(html.contains("href=\"/performance/database#statements\" rel=\"external\">Time</a>"), "{html}");
    }

    #[test]
    fn a_slow_statement_has_its_plan_where_one_was_read() {
        let html = page(Sort::Time).slow(&postgres()).into_string();

        assert!(html.contains("Seq Scan on products") && html.contains("5 min ago") && html.contains("1 row<"), "{html}");
        assert_eq!((html.matches("<li").count(), html.matches("<details>").count()), (2, 1));
    }
}
