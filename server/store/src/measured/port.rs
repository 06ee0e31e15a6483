//! The port of what is measured: who may, then what.

use std::collections::HashMap;

use async_trait::async_trait;
use measuring::{Level, Packed, Series, Sketch, Span};
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
        let (compared, from, before) = compared(question.against, &deployments, span, now);
        let known = self.series_that(|series| is_wanted(question, series)).await?;
        let mut all: HashMap<i64, Measured> = HashMap::new();
        let is_sum = |series: &Series| span.level == Level::Day && before.level == Level::Day && question.summed.contains(&&*series.metric);
        let (summed, known): (HashMap<_, _>, HashMap<_, _>) = known.into_iter().partition(|(_, series)| is_sum(series));
        self.add_sums(Span { from, ..span }, now, &summed, |number, sum| {
            let Some(series) = summed.get(&number).filter(|_| !sum.is_empty()) else { return };
            all.entry(number).or_insert_with(|| empty(series, question, span)).now.merge(sum);
        })
        .await?;
        self.add_sums(before, now, &summed, |number, sum| {
            let Some(series) = summed.get(&number).filter(|_| !sum.is_empty()) else { return };
            all.entry(number).or_insert_with(|| empty(series, question, span)).before.merge(sum);
        })
        .await?;
        let mut look = |number: i64, at: i64, packed: &Packed| {
            let Some(series) = known.get(&number) else { return };
            let one = all.entry(number).or_insert_with(|| empty(series, question, span));
            if at >= from {
                one.now.add_packed(packed);
            } else if (before.from..before.to).contains(&at) {
                one.before.add_packed(packed);
            }
            if let Some(of_period) = span.period(at).and_then(|period| one.periods.get_mut(period)) {
                of_period.add_packed(packed);
            }
        };
        if before.level == span.level && before.to >= span.from {
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

/// What is compared: from when on it is of now, and what is before. A build is of whole periods, as in the one that it began in others have served,
/// too; where the present one has no other yet, it is of that one. A build that served for less is not told of.
fn compared(against: Against, latest_first: &[Deployment], span: Span, now: i64) -> (Compared, i64, Span) {
    if against == Against::TimeBefore {
        return (Compared::TimeBefore, span.from, span.before());
    }
    let (length, period) = (span.to - span.from, span.level.minutes());
    let began = |deployment: &Deployment| span.level.begin(deployment.began_at.micros().div_euclid(MINUTE));
    let present = latest_first.first();
    let earlier = present.and_then(|present| latest_first.iter().find(|one| one.build != present.build && began(one) < began(present)));
    let (Some(present), Some(before)) = (present, earlier) else {
        return (Compared::NoBuildBefore, span.from, Span { to: span.from, ..span });
    };
    let to = began(present);
    let from = (began(before) + period).max(to - length).min(to - period);
    let earlier = still_kept(Span { level: span.level, from, to }, now);
    (Compared::Builds { now: present.clone(), before: before.clone() }, (to + period).max(span.from).min(span.to - period), earlier)
}

/// The same time in longer periods, where what there was of its own is let go of.
fn still_kept(span: Span, now: i64) -> Span {
    let is_kept = |level: &Level| *level >= span.level && span.from >= now - level.kept();
    let level = Level::ALL.into_iter().find(is_kept).unwrap_or(Level::Day);
    let from = level.begin(span.from);
    Span { level, from, to: level.begin(span.to).max(from + level.minutes()) }
}

fn is_wanted(question: &Question, series: &Series) -> bool {
    (question.of.is_empty() || question.of.contains(&series.of.as_str()))
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
