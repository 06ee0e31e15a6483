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
        let known = self.series_that(|series| is_wanted(question, series)).await?;
        let mut all: HashMap<i64, Measured> = HashMap::new();
        self.each_measured(both, &known, |number, at, sketch| {
            let Some(series) = known.get(&number) else { return };
            let one = all.entry(number).or_insert_with(|| empty(series, question, span));
            let Some(period) = span.period(at) else { return one.before.merge(sketch) };
            match one.periods.get_mut(period) {
                Some(of_period) => of_period.merge(sketch),
                None => one.now.merge(sketch),
            }
        })
        .await?;
        let mut series: Vec<Measured> = all.into_values().map(summed).collect();
        series.sort_unstable_by(|one, other| one.series.cmp(&other.series));
        Ok(Measurements { span, series, deployments: within(self.deployments().await?, span) })
    }
}

fn is_wanted(question: &Question, series: &Series) -> bool {
    question.of.as_ref().is_none_or(|of| *of == series.of)
        && question.parts.iter().any(|(metric, classes)| *metric == series.metric && classes.has(&series.class))
}

fn empty(series: &Series, question: &Question, span: Span) -> Measured {
    let periods = if question.summed.contains(&series.metric.as_str()) { 0 } else { span.periods() };
    Measured { series: series.clone(), now: Sketch::default(), before: Sketch::default(), periods: vec![Sketch::default(); periods] }
}

/// With the whole of its periods.
fn summed(mut one: Measured) -> Measured {
    one.periods.iter().for_each(|period| one.now.merge(period));
    one
}

/// Those of a span, the first first.
fn within(deployments: Vec<Deployment>, span: Span) -> Vec<Deployment> {
    let is_within = |deployment: &Deployment| span.period(deployment.began_at.micros().div_euclid(MINUTE)).is_some();
    deployments.into_iter().rev().filter(is_within).collect()
}
