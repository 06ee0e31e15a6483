//! The port of what is measured: who may, then what.

use std::collections::HashMap;

use async_trait::async_trait;
use measuring::{Level, Packed, Series, Sketch, Span};
use ports::{
    Access,
    error::AppError,
    performance::{Against, Classes, Compared, Deployment, Measured, Measurements, Performance, Question},
};

use crate::Store;

const MINUTE: i64 = 60_000_000;

#[async_trait]
impl Performance for Store {
    async fn measurements(&self, who: &Access, question: &Question) -> Result<Measurements, AppError> {
        self.allowed_as_operator(who).await?;
        let now = self.database_now().micros().div_euclid(MINUTE);
        let span = Span::last(question.range.minutes(), now);
        let deployments = self.deployments().await?;
        let (compared, present, before) = compared(question.against, &deployments, span, now);
        let known = self.series_that(|series| is_wanted(question, series)).await?;
        let mut all: HashMap<i64, Measured> = HashMap::new();
        let is_days = present.level == Level::Day && before.level == Level::Day;
        let is_sum = |series: &Series| is_days && !question.has_chart(series);
        let (summed, known): (HashMap<_, _>, HashMap<_, _>) = known.into_iter().partition(|(_, series)| is_sum(series));
        let mut sum = |is_present: bool, number: i64, sum: &Sketch| {
            let Some(series) = summed.get(&number).filter(|_| !sum.is_empty()) else { return };
            let one = all.entry(number).or_insert_with(|| empty(series, question, span));
            if is_present { one.now.merge(sum) } else { one.before.merge(sum) }
        };
        self.add_sums(present, now, &summed, |number, of_it| sum(true, number, of_it)).await?;
        self.add_sums(before, now, &summed, |number, of_it| sum(false, number, of_it)).await?;
        let mut look = |what: Looked, number: i64, at: i64, packed: &Packed| {
            let Some(series) = known.get(&number) else { return };
            let one = all.entry(number).or_insert_with(|| empty(series, question, span));
            if what.has_present && (present.from..present.to).contains(&at) {
                one.now.add_packed(packed);
            } else if what.has_before && (before.from..before.to).contains(&at) {
                one.before.add_packed(packed);
            }
            if what.has_chart
                && let Some(of_period) = span.period(at).and_then(|period| one.periods.get_mut(period))
            {
                of_period.add_packed(packed);
            }
        };
        for (read, what) in reads(span, present, before, question) {
            self.each_measured(read, &known, |number, at, packed| look(what, number, at, packed)).await?;
        }
        let mut series: Vec<Measured> = all.into_values().collect();
        series.sort_unstable_by(|one, other| one.series.cmp(&other.series));
        Ok(Measurements { span, series, deployments: within(deployments, span), compared })
    }
}

/// What is looked for in what is read at once.
#[derive(Clone, Copy, Default)]
struct Looked {
    has_present: bool,
    has_before: bool,
    has_chart: bool,
}

/// What is to be read: once where all of it is in the same periods.
fn reads(span: Span, present: Span, before: Span, question: &Question) -> Vec<(Span, Looked)> {
    let has_chart = !question.charts.is_empty();
    let mut reads = vec![];
    if present.level == span.level {
        reads.push((span, Looked { has_present: true, has_chart, has_before: false }));
    } else {
        reads.push((present, Looked { has_present: true, ..Looked::default() }));
        if has_chart {
            reads.push((span, Looked { has_chart, ..Looked::default() }));
        }
    }
    let (first, what) = &mut reads[0];
    if before.level == first.level && before.to >= first.from {
        (first.from, what.has_before) = (before.from.min(first.from), true);
    } else if before.from < before.to {
        reads.push((before, Looked { has_before: true, ..Looked::default() }));
    }
    reads
}

/// What is compared: what is of now, and what is before. Of builds it is whole periods, as in the one that a build began in others have served, too:
/// the shorter they are, the more there is of a build that is new.
fn compared(against: Against, latest_first: &[Deployment], span: Span, now: i64) -> (Compared, Span, Span) {
    if against == Against::TimeBefore {
        return (Compared::TimeBefore, span, span.before());
    }
    let began = |deployment: &Deployment| deployment.began_at.micros().div_euclid(MINUTE);
    let served = |at: usize| (latest_first.get(at).map(began), latest_first[at - 1].began_at.micros().div_euclid(MINUTE));
    let length = span.to - span.from;
    // One that served for no whole minute, or for no period of which something is kept, is passed over.
    let earlier = (1..latest_first.len()).find_map(|at| {
        let (from, to) = served(at);
        if latest_first[at].build == latest_first[0].build {
            return None;
        }
        Some((at, whole(from?.max(to - length), to, now)?))
    });
    // Where that is so of all of them, it is of a period that is of others, too.
    let earlier = earlier.or_else(|| {
        let at = (1..latest_first.len())
            .find(|at| latest_first[*at].build != latest_first[0].build && began(&latest_first[*at]) < began(&latest_first[at - 1]))?;
        Some((at, still_kept(Span { level: Level::Minute, from: began(&latest_first[at]), to: began(&latest_first[at - 1]) }, now)))
    });
    let (Some(present), Some((at, before))) = (latest_first.first(), earlier) else {
        return (Compared::NoBuildBefore, span, Span { to: span.from, ..span });
    };
    let is_older = began(present) < span.from;
    let since = if is_older { span } else { of_build(began(present), span, now) };
    (Compared::Builds { now: present.clone(), before: latest_first[at].clone() }, since, before)
}

/// What the present build has measured: from the end of the period it began in, or, as long as it has no other, that one.
fn of_build(began: i64, span: Span, now: i64) -> Span {
    let level = Span::last(now - began, now).level.min(span.level);
    let to = level.begin(now) + level.minutes();
    Span { level, from: (level.begin(began) + level.minutes()).min(to - level.minutes()), to }
}

/// Whole periods between two minutes, the shortest that are kept and of which there are not too many; none where there is none.
fn whole(from: i64, to: i64, now: i64) -> Option<Span> {
    let shortest = Span::last(to - from, now).level;
    let in_level = |level: Level| Span { level, from: level.begin(from) + level.minutes(), to: level.begin(to) };
    let is_told = |span: &Span| span.level >= shortest && span.from < span.to && span.from >= now - span.level.kept();
    Level::ALL.into_iter().map(in_level).find(is_told)
}

/// The same time in longer periods, where what there was of its own is let go of.
fn still_kept(span: Span, now: i64) -> Span {
    let is_kept = |level: &Level| *level >= span.level && span.from >= now - level.kept();
    let level = Level::ALL.into_iter().find(is_kept).unwrap_or(Level::Day);
    let from = level.begin(span.from);
    Span { level, from, to: level.begin(span.to).max(from + level.minutes()) }
}

fn is_wanted(question: &Question, series: &Series) -> bool {
    let has_class = |classes: Classes| match (&question.class, classes) {
        (Some(class), Classes::All) => *class == series.class,
        _ => classes.has(&series.class),
    };
    (question.of.is_empty() || question.of.contains(&series.of))
        && question.parts.iter().any(|(metric, classes)| *metric == series.metric && has_class(*classes))
}

fn empty(series: &Series, question: &Question, span: Span) -> Measured {
    let periods = if question.has_chart(series) { span.periods() } else { 0 };
    Measured { series: series.clone(), now: Sketch::default(), before: Sketch::default(), periods: vec![Sketch::default(); periods] }
}

/// Those of a span, the first first.
fn within(deployments: Vec<Deployment>, span: Span) -> Vec<Deployment> {
    let is_within = |deployment: &Deployment| span.period(deployment.began_at.micros().div_euclid(MINUTE)).is_some();
    deployments.into_iter().rev().filter(is_within).collect()
}
