//! What is answered from caches, in memory or in Redis, and what that takes.

use maud::{Markup, html};
use measuring::{Sketch, metric};
use ports::{
    Access, Ports,
    error::AppError,
    performance::{Classes, Measured, Measurements, Question},
};

use super::{
    asked::Asked,
    shown::{against, head, heads, scrolled, tile},
    traces::with,
    trend::{Trend, Value, fold, folded, trend},
    units::{percent, share, size},
};
use crate::ui::{chart::Line, format::number};

/// What the product promises, in thousandths.
const PROMISED: u64 = 800;

pub(super) async fn page(ports: &Ports, who: &Access, asked: &Asked) -> Result<String, AppError> {
    let parts = [metric::CACHE_HIT, metric::CACHE_MISS, metric::CACHE_SHARED, metric::CACHE_BYTES].map(|metric| (metric, Classes::Whole)).to_vec();
    let charts = vec![(metric::CACHE_HIT, None), (metric::CACHE_MISS, None)];
    let question = Question { range: asked.range, parts, charts, against: asked.against, ..Question::default() };
    let measured = ports.performance.measurements(who, &question).await?;
    let page = html! {
        (head(asked, "Caches", "What was answered from memory, or from Redis where servers share it, instead of being made or read anew. The first ones are of finished answers, those that are known of products."))
        (against(asked, &measured))
        (figures(&measured))
        (over_time(&measured))
        (table(asked, &measured))
    };
    Ok(page.into_string())
}

fn figures(measured: &Measurements) -> Markup {
    let (hits, misses) = counts(measured, None, |one| &one.now);
    let (hits_before, misses_before) = counts(measured, None, |one| &one.before);
    let before = share(hits_before, hits_before + misses_before).map(|share| format!("{} before", percent(share)));
    let shared = shared(measured, None);
    html! {
        section.part aria-labelledby="figures-h" {
            h2.vh #figures-h { "Figures" }
            dl.tiles.num {
                (tile("Answered from a cache", &share(hits, hits + misses).map_or_else(|| "Nothing asked".to_owned(), percent), before.as_deref()))
                @if shared > 0 { (tile("Of that from Redis", &share(shared, hits).map(percent).unwrap_or_default(), None)) }
                (tile("Lookups", &number(hits + misses), None))
            }
        }
    }
}

fn over_time(measured: &Measurements) -> Markup {
    let all = |metric: &str| {
        let one = measured.together(metric, |_| true);
        one.map_or_else(|| vec![Sketch::default(); measured.span.periods()], |one| one.periods)
    };
    let many = folded(measured.span);
    let (hits, misses) = (fold(&all(metric::CACHE_HIT), many), fold(&all(metric::CACHE_MISS), many));
    let value = |(hits, misses): (&Sketch, &Sketch)| {
        let of = hits.count() + misses.count();
        share(hits.count(), of).map_or_else(Value::default, |value| Value {
            height: value,
            marked: 0,
            says: format!("{} of {}", percent(value), number(of)),
        })
    };
    let limit = Some(Line { value: PROMISED, says: format!("{} is what is promised.", percent(PROMISED)) });
    let drawn = Trend {
        id: "hits",
        heading: "Answered from a cache",
        values: hits.iter().zip(&misses).map(value).collect(),
        limit,
        shown: percent,
        says: None,
    };
    trend(measured, drawn)
}

fn table(asked: &Asked, measured: &Measurements) -> Markup {
    let mut names: Vec<&str> = measured.series.iter().map(|one| one.series.of.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    html! {
        section.part aria-labelledby="caches-h" {
            h2 #caches-h { "Each" }
            (scrolled("caches-h", &heads("Cache", &["From a cache", "Lookups", "In memory", "In Redis", "Made or read", "From a cache before", "Takes", "Traces"]), &html! {
                @for name in names {
                    @let (hits, misses) = counts(measured, Some(name), |one| &one.now);
                    @let (hits_before, misses_before) = counts(measured, Some(name), |one| &one.before);
                    @let shared = shared(measured, Some(name));
                    tr {
                        th scope="row" { (name) }
                        td.num { (share(hits, hits + misses).map(percent).unwrap_or_default()) }
                        td.num { (number(hits + misses)) }
                        td.num { (number(hits.saturating_sub(shared))) }
                        td.num { (number(shared)) }
                        td.num { (number(misses)) }
                        td.num.muted { (share(hits_before, hits_before + misses_before).map(percent).unwrap_or_default()) }
                        td.num { (measured.find(metric::CACHE_BYTES, name, "").and_then(|one| one.now.quantile(950)).map(size).unwrap_or_default()) }
                        // What is known of products is looked up too often to be noted in a trace.
                        td.num { @if !name.starts_with("known ") { a.link href=(with(name, asked)) { "show" span.vh { " those that asked " (name) } } } }
                    }
                }
            }))
        }
    }
}

/// Hits of one cache that Redis had, or of all.
fn shared(measured: &Measurements, of: Option<&str>) -> u64 {
    measured.of(metric::CACHE_SHARED).filter(|one| of.is_none_or(|of| one.series.of == of)).map(|one| one.now.count()).sum()
}

/// Hits and misses of one cache, or of all.
fn counts(measured: &Measurements, of: Option<&str>, when: fn(&Measured) -> &Sketch) -> (u64, u64) {
    let count = |metric: &str| measured.of(metric).filter(|one| of.is_none_or(|of| one.series.of == of)).map(|one| when(one).count()).sum();
    (count(metric::CACHE_HIT), count(metric::CACHE_MISS))
}

#[cfg(test)]
mod tests {
    use measuring::{Series, Span};
    use ports::performance::Compared;

    use super::*;

    #[test]
    fn each_cache_is_told_with_its_share() {
        let one = |metric: &str, of: &str, count: u64| {
            let now = Sketch::counted(count);
            Measured { series: Series::new(metric, of, ""), now, before: Sketch::default(), periods: vec![Sketch::default(); 60] }
        };
        let series = vec![
            one(metric::CACHE_HIT, "list", 3),
            one(metric::CACHE_SHARED, "list", 1),
            one(metric::CACHE_MISS, "list", 1),
            one(metric::CACHE_HIT, "known products", 6),
        ];
        let measured = Measurements { span: Span::last(60, 1_000), series, deployments: Vec::new(), compared: Compared::default() };

        let html = html! { (figures(&measured)) (table(&Asked::read("/performance/caches", "range=7d"), &measured)) }.into_string();

        assert!(html.contains("<dd>90 %</dd>") && html.contains("<dd>11.1 %</dd>"), "{html}");
        assert!(html.contains(">75 %<") && html.contains(">100 %<"), "{html}");
        let list = html.split_once("<th scope=\"row\">list</th>").unwrap().1;
        let cells: String = [4, 2, 1, 1].map(|count| format!("<td class=\"num\">{count}</td>")).concat();
        assert!(list.contains(&cells) && list.contains("href=\"/performance/traces?range=7d&amp;with=list\""), "{list}");
    }
}
