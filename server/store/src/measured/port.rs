//! The port of what is measured: who may, then what.

use std::collections::HashMap;

use async_trait::async_trait;
use measuring::{Series, Sketch, Span};
use ports::{
    Access,
    error::AppError,
    performance::{Deployment, Measured, Measurements, Performance, Question},
};

use crate::Store;

const MINUTE: i64 = 60_000_000;

#[async_trait]
impl Performance for Store {
    async fn measurements(&self, who: &Access, question: &Question) -> Result<Measurements, AppError> {
        self.allowed_as_operator(who).await?;
        let now = self.inner.clock.now().micros().div_euclid(MINUTE);
        let span = Span::last(question.range.minutes(), now);
        let both = Span { from: span.before().from, ..span };
        let rows = self.measurements(both, |series| is_wanted(question, series)).await?;
        let mut all: HashMap<Series, Measured> = HashMap::new();
        for row in rows {
            let one = all.entry(row.series).or_insert_with_key(|series| empty(series, span));
            match span.period(row.at) {
                Some(period) => {
                    one.now.merge(&row.sketch);
                    if let Some(of_period) = one.periods.get_mut(period) {
                        of_period.merge(&row.sketch);
                    }
                }
                None => one.before.merge(&row.sketch),
            }
        }
        let mut series: Vec<Measured> = all.into_values().collect();
        series.sort_unstable_by(|one, other| one.series.cmp(&other.series));
        Ok(Measurements { span, series, deployments: within(self.deployments().await?, span) })
    }
}

fn is_wanted(question: &Question, series: &Series) -> bool {
    question.of.as_ref().is_none_or(|of| *of == series.of)
        && question.parts.iter().any(|(metric, classes)| *metric == series.metric && classes.has(&series.class))
}

fn empty(series: &Series, span: Span) -> Measured {
    Measured { series: series.clone(), now: Sketch::default(), before: Sketch::default(), periods: vec![Sketch::default(); span.periods()] }
}

/// Those of a span, the first first.
fn within(deployments: Vec<Deployment>, span: Span) -> Vec<Deployment> {
    let is_within = |deployment: &Deployment| span.period(deployment.began_at.micros().div_euclid(MINUTE)).is_some();
    deployments.into_iter().rev().filter(is_within).collect()
}
