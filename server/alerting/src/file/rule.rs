//! A rule as it stands in a file. What is not given is as in the rule that is changed.

use std::collections::BTreeMap;

use alerts::{BAD_SHARE_FACTORS, Burn, Condition, Figure, Rule, Selector, Severity, Unit, Worse};
use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleText {
    pub(super) id: String,
    name: Option<String>,
    kind: Option<Kind>,
    series: Option<String>,
    only: Option<BTreeMap<String, String>>,
    by: Option<Vec<String>>,
    bad: Option<BadText>,
    pub(super) figure: Option<Spanned<String>>,
    worse: Option<Worse>,
    over_minutes: Option<u32>,
    after_minutes: Option<u32>,
    raise: Option<f64>,
    clear: Option<f64>,
    shift: Option<f64>,
    at_least: Option<u64>,
    objective: Option<f64>,
    windows: Option<Vec<BurnText>>,
    unit: Option<Unit>,
    for_minutes: Option<u32>,
    clear_minutes: Option<u32>,
    remind_minutes: Option<u32>,
    severity: Option<Severity>,
    group: Option<String>,
    page: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Threshold,
    Share,
    BurnRate,
    ChangePoint,
    Absence,
    Found,
}

/// What of a share or a burn rate is bad; where it names nothing it is as what is all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadText {
    series: Option<String>,
    only: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BurnText {
    factor: f64,
    long_minutes: u32,
    short_minutes: u32,
}

/// What is at fault: the figure, or the rule as a whole.
pub(super) enum Wrong {
    Figure(String),
    Rule(String),
}

pub(super) fn rule(given: RuleText, known: Option<&Rule>) -> Result<Rule, Wrong> {
    let id = given.id.clone();
    let kind = match (given.kind, known) {
        (Some(kind), _) => kind,
        (None, Some(known)) => kind_of(&known.what),
        (None, None) => {
            return Err(Wrong::Rule(format!(
                "The rule \"{id}\" has no kind: threshold, share, burn_rate, change_point, absence or found. Only a built-in rule is changed without one."
            )));
        }
    };
    if let Some(other) = superfluous(&given, kind) {
        return Err(Wrong::Rule(format!("The rule \"{id}\": {other} means nothing for a rule of this kind. Take it out.")));
    }
    let base = known.filter(|known| kind_of(&known.what) == kind);
    let what = condition(&given, kind, base.map(|known| &known.what))?;
    let name = given.name.or_else(|| known.map(|known| known.name.clone()));
    let name = name.ok_or_else(|| Wrong::Rule(format!("The rule \"{id}\" has no name. Say in some words what is bad, as in \"Search is slow\".")))?;
    Ok(Rule {
        id,
        name,
        what,
        unit: given.unit.or(base.map(|known| known.unit)).unwrap_or(match kind {
            Kind::Share | Kind::ChangePoint => Unit::Share,
            Kind::BurnRate => Unit::Times,
            Kind::Absence => Unit::Minutes,
            Kind::Threshold | Kind::Found => Unit::None,
        }),
        for_minutes: given.for_minutes.or(known.map(|known| known.for_minutes)).unwrap_or(5),
        clear_minutes: given.clear_minutes.or(known.map(|known| known.clear_minutes)).unwrap_or(5),
        remind_minutes: given.remind_minutes.or(known.map(|known| known.remind_minutes)).unwrap_or(0),
        severity: given.severity.or(known.map(|known| known.severity)).unwrap_or(Severity::Warning),
        group: given.group.or_else(|| known.map(|known| known.group.clone())).unwrap_or_else(|| "Own rules".to_owned()),
        page: given.page.or_else(|| known.map(|known| known.page.clone())).unwrap_or_default(),
    })
}

const fn kind_of(what: &Condition) -> Kind {
    match what {
        Condition::Threshold { .. } => Kind::Threshold,
        Condition::Share { .. } => Kind::Share,
        Condition::BurnRate { .. } => Kind::BurnRate,
        Condition::ChangePoint { .. } => Kind::ChangePoint,
        Condition::Absence { .. } => Kind::Absence,
        Condition::Found { .. } => Kind::Found,
    }
}

/// What was given and says nothing.
fn superfluous(given: &RuleText, kind: Kind) -> Option<&'static str> {
    use Kind::{Absence, BurnRate, ChangePoint, Share, Threshold};
    let fields: [(&str, bool, &[Kind]); 10] = [
        ("bad", given.bad.is_some(), &[Share, BurnRate]),
        ("figure", given.figure.is_some(), &[Threshold]),
        ("worse", given.worse.is_some(), &[Threshold, ChangePoint]),
        ("over_minutes", given.over_minutes.is_some(), &[Threshold, Share, ChangePoint]),
        ("after_minutes", given.after_minutes.is_some(), &[Absence]),
        ("raise", given.raise.is_some(), &[Threshold, Share]),
        ("clear", given.clear.is_some(), &[Threshold, Share]),
        ("shift", given.shift.is_some(), &[ChangePoint]),
        ("at_least", given.at_least.is_some(), &[Threshold, Share, BurnRate]),
        ("objective", given.objective.is_some(), &[BurnRate]),
    ];
    let windows = given.windows.is_some() && kind != BurnRate;
    fields.into_iter().find(|(_, is_given, kinds)| *is_given && !kinds.contains(&kind)).map(|(name, ..)| name).or(windows.then_some("windows"))
}

/// What is not given is as in the rule that is changed.
fn condition(given: &RuleText, kind: Kind, base: Option<&Condition>) -> Result<Condition, Wrong> {
    let id = &given.id;
    let missing = |what: &str, example: &str| Wrong::Rule(format!("The rule \"{id}\" has no {what}. Write it as in {example}."));
    let selector = |base: Option<&Selector>| -> Result<Selector, Wrong> {
        let series = given.series.clone().or_else(|| base.map(|base| base.series.clone()));
        Ok(Selector {
            series: series.ok_or_else(|| missing("series", "series = \"http.duration\""))?,
            only: given.only.clone().or_else(|| base.map(|base| base.only.clone())).unwrap_or_default(),
            by: given.by.clone().or_else(|| base.map(|base| base.by.clone())).unwrap_or_default(),
        })
    };
    let of_bad = |all: &Selector, base: Option<&Selector>| -> Result<Selector, Wrong> {
        match (&given.bad, base) {
            (Some(bad), _) => Ok(Selector {
                series: bad.series.clone().unwrap_or_else(|| all.series.clone()),
                only: bad.only.clone().unwrap_or_else(|| all.only.clone()),
                by: all.by.clone(),
            }),
            (None, Some(base)) => Ok(Selector { by: all.by.clone(), ..base.clone() }),
            (None, None) => Err(missing("bad", "bad = { only = { class = \"5xx\" } }")),
        }
    };
    Ok(match kind {
        Kind::Threshold => {
            let base = match base {
                Some(Condition::Threshold { of, figure, over_minutes, worse, raise, clear, at_least }) => {
                    Some((of, *figure, *over_minutes, *worse, *raise, *clear, *at_least))
                }
                _ => None,
            };
            let figure = given.figure.as_ref().map(|text| figure(text.get_ref())).transpose()?;
            let raise = given.raise.or(base.map(|base| base.4)).ok_or_else(|| missing("raise", "raise = 500"))?;
            Condition::Threshold {
                of: selector(base.map(|base| base.0))?,
                figure: figure.or(base.map(|base| base.1)).ok_or_else(|| missing("figure", "figure = \"p95\""))?,
                over_minutes: given.over_minutes.or(base.map(|base| base.2)).ok_or_else(|| missing("over_minutes", "over_minutes = 10"))?,
                worse: given.worse.or(base.map(|base| base.3)).unwrap_or(Worse::Above),
                raise,
                clear: given.clear.or(base.map(|base| base.5).filter(|_| given.raise.is_none())).unwrap_or(raise),
                at_least: given.at_least.or(base.map(|base| base.6)).unwrap_or(0),
            }
        }
        Kind::Share => {
            let base = match base {
                Some(Condition::Share { bad, all, over_minutes, raise, clear, at_least }) => {
                    Some((bad, all, *over_minutes, *raise, *clear, *at_least))
                }
                _ => None,
            };
            let all = selector(base.map(|base| base.1))?;
            let raise = given.raise.or(base.map(|base| base.3)).ok_or_else(|| missing("raise", "raise = 0.02"))?;
            Condition::Share {
                bad: of_bad(&all, base.map(|base| base.0))?,
                all,
                over_minutes: given.over_minutes.or(base.map(|base| base.2)).ok_or_else(|| missing("over_minutes", "over_minutes = 10"))?,
                raise,
                clear: given.clear.or(base.map(|base| base.4).filter(|_| given.raise.is_none())).unwrap_or(raise),
                at_least: given.at_least.or(base.map(|base| base.5)).unwrap_or(0),
            }
        }
        Kind::BurnRate => {
            let base = match base {
                Some(Condition::BurnRate { bad, all, objective, windows, at_least }) => Some((bad, all, *objective, windows, *at_least)),
                _ => None,
            };
            let all = selector(base.map(|base| base.1))?;
            let burn = |text: &BurnText| Burn { factor: text.factor, long_minutes: text.long_minutes, short_minutes: text.short_minutes };
            let windows = given.windows.as_ref().map(|windows| windows.iter().map(burn).collect());
            Condition::BurnRate {
                bad: of_bad(&all, base.map(|base| base.0))?,
                all,
                objective: given.objective.or(base.map(|base| base.2)).ok_or_else(|| missing("objective", "objective = 0.999"))?,
                windows: windows.or(base.map(|base| base.3.clone())).unwrap_or_else(|| BAD_SHARE_FACTORS.to_vec()),
                at_least: given.at_least.or(base.map(|base| base.4)).unwrap_or(0),
            }
        }
        Kind::ChangePoint => {
            let base = match base {
                Some(Condition::ChangePoint { of, over_minutes, worse, shift }) => Some((of, *over_minutes, *worse, *shift)),
                _ => None,
            };
            Condition::ChangePoint {
                of: selector(base.map(|base| base.0))?,
                over_minutes: given.over_minutes.or(base.map(|base| base.1)).unwrap_or(24 * 60),
                worse: given.worse.or(base.map(|base| base.2)).unwrap_or(Worse::Above),
                shift: given.shift.or(base.map(|base| base.3)).ok_or_else(|| missing("shift", "shift = 0.1"))?,
            }
        }
        Kind::Absence => {
            let base = match base {
                Some(Condition::Absence { of, after_minutes }) => Some((of, *after_minutes)),
                _ => None,
            };
            Condition::Absence {
                of: selector(base.map(|base| base.0))?,
                after_minutes: given.after_minutes.or(base.map(|base| base.1)).ok_or_else(|| missing("after_minutes", "after_minutes = 3"))?,
            }
        }
        Kind::Found => {
            let base = match base {
                Some(Condition::Found { by }) => Some(by),
                _ => None,
            };
            Condition::Found { by: selector(base)? }
        }
    })
}

fn figure(text: &str) -> Result<Figure, Wrong> {
    let percentile = text.strip_prefix('p').and_then(|at| at.parse::<f64>().ok()).filter(|at| *at > 0.0 && *at <= 100.0);
    match (text, percentile) {
        (_, Some(at)) => Ok(Figure::Percentile(at)),
        ("mean", _) => Ok(Figure::Mean),
        ("count", _) => Ok(Figure::Count),
        ("sum", _) => Ok(Figure::Sum),
        ("max", _) => Ok(Figure::Max),
        _ => Err(Wrong::Figure(format!("There is no figure \"{text}\". Write p75, p99.9 or another percentile, mean, count, sum or max."))),
    }
}
