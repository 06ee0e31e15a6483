//! The port of what is measured: who may, then what.

use std::collections::HashMap;

use async_trait::async_trait;
use measuring::{Series, Sketch, Span};
use ports::{
    Access,
    error::AppError,
    performance::{Against, Compared, Deployment, Measured, Measurements, Performance, Question},
};

use crate::Store;

const MINUTE: i64 = 60_000_000;

#[async_trait]
impl Performance for Store {
    async fn measurements(&self, who: &Access, question: &Question) -> Result<Measurements, AppError> {
        self.allowed_as_operator(who).await?;
        let now = self.inner.clock.now().micros().div_euclid(MINUTE);
        let span = Span::last(question.range.minutes(), now);
        let deployments = self.deployments().await?;
        let (compared, from, before) = compared(question.against, &deployments, span);
        let known = self.series_that(|series| is_wanted(question, series)).await?;
        let mut all: HashMap<i64, Measured> = HashMap::new();
        let mut look = |number: i64, at: i64, sketch: &Sketch| {
            let Some(series) = known.get(&number) else { return };
            let one = all.entry(number).or_insert_with(|| empty(series, question, span));
            if at >= from {
                one.now.merge(sketch);
            } else if (before.from..before.to).contains(&at) {
                one.before.merge(sketch);
            }
            if let Some(of_period) = span.period(at).and_then(|period| one.periods.get_mut(period)) {
                of_period.merge(sketch);
            }
        };
        if before.to >= span.from {
            self.each_measured(Span { from: before.from.min(span.from), ..span }, &known, look).await?;
        } else {
            self.each_measured(before, &known, &mut look).await?;
            self.each_measured(span, &known, look).await?;
        }
        let mut series: Vec<Measured> = all.into_values().collect();
        series.sort_unstable_by(|one, other| one.series.cmp(&other.series));
        Ok(Measurements { span, series, deployments: within(deployments, span), compared })
    }
}

/// What is compared: from when on it is of now, and what is before. A build is of whole periods, as in the one that it began in the build before has
/// served, too; where there is no other, it is of that one.
fn compared(against: Against, latest_first: &[Deployment], span: Span) -> (Compared, i64, Span) {
    if against == Against::TimeBefore {
        return (Compared::TimeBefore, span.from, span.before());
    }
    let (length, period) = (span.to - span.from, span.level.minutes());
    let whole = |deployment: &Deployment| span.level.begin(deployment.began_at.micros().div_euclid(MINUTE)) + period;
    let [now, before, ..] = latest_first else { return (Compared::NoBuildBefore, span.from, Span { to: span.from, ..span }) };
    let began = whole(now) - period;
    let earlier = Span { level: span.level, from: whole(before).max(began - length).min(began - period), to: began };
    (Compared::Builds { now: now.clone(), before: before.clone() }, whole(now).max(span.from).min(span.to - period), earlier)
}

fn is_wanted(question: &Question, series: &Series) -> bool {
    question.of.as_ref().is_none_or(|of| *of == series.of)
        && question.parts.iter().any(|(metric, classes)| *metric == series.metric && classes.has(&series.class))
}

fn empty(series: &Series, question: &Question, span: Span) -> Measured {
    let periods = if question.summed.contains(&series.metric.as_str()) { 0 } else { span.periods() };
    Measured { series: series.clone(), now: Sketch::default(), before: Sketch::default(), periods: vec![Sketch::default(); periods] }
}

/// Those of a span, the first first.
fn within(deployments: Vec<Deployment>, span: Span) -> Vec<Deployment> {
    let is_within = |deployment: &Deployment| span.period(deployment.began_at.micros().div_euclid(MINUTE)).is_some();
    deployments.into_iter().rev().filter(is_within).collect()
}
