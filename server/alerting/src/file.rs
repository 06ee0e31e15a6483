//! The file of rules and channels, as text: TOML. The built-in rules are there without it; a rule with the id of one of them changes what it
//! names and leaves the rest.
//!
//! ```toml
//! off = ["slower"]
//!
//! [[rule]]
//! id = "lcp"
//! raise = 3000
//! clear = 2800
//!
//! [[rule]]
//! id = "search-slow"
//! name = "Search answers slowly"
//! kind = "threshold"
//! series = "http.duration"
//! only = { route = "/api/search" }
//! figure = "p95"
//! over_minutes = 10
//! raise = 300
//! clear = 200
//! unit = "milliseconds"
//!
//! [[channel]]
//! name = "ops"
//! webhook_env = "ALERT_WEBHOOK"
//! least = "warning"
//!
//! [smtp]
//! host = "mail.example.com"
//! security = "starttls"
//! from = "Vitrine <alerts@example.com>"
//! ```

use std::{collections::BTreeMap, ops::Range};

use alerts::{BAD_SHARE_FACTORS, Burn, Condition, Figure, Rule, Selector, Severity, Unit, Worse, builtin};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    Channel, Secret, Security, Smtp, Way,
    email::{is_here, mailbox},
};

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub rules: Vec<Rule>,
    pub channels: Vec<Channel>,
    pub smtp: Option<Smtp>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}: {sentence}")]
pub struct FileError {
    /// The first is 1.
    pub line: usize,
    pub sentence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    /// Whether the built-in rules are there.
    #[serde(default = "yes")]
    builtin: bool,
    #[serde(default)]
    off: Vec<Spanned<String>>,
    #[serde(default)]
    rule: Vec<Spanned<RuleText>>,
    #[serde(default)]
    channel: Vec<Spanned<ChannelText>>,
    smtp: Option<Spanned<SmtpText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: String,
    name: Option<String>,
    kind: Option<Kind>,
    series: Option<String>,
    only: Option<BTreeMap<String, String>>,
    by: Option<Vec<String>>,
    bad: Option<BadText>,
    figure: Option<Spanned<String>>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelText {
    name: String,
    webhook: Option<String>,
    webhook_env: Option<String>,
    mail: Option<Vec<String>>,
    #[serde(default)]
    page: bool,
    least: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmtpText {
    host: String,
    port: Option<u16>,
    security: SecurityText,
    user: Option<String>,
    password: Option<String>,
    password_env: Option<String>,
    from: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SecurityText {
    Tls,
    StartTls,
    Plain,
}

/// The value of a variable of the environment.
type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

const LONGEST_NAME: usize = 40;

const fn yes() -> bool {
    true
}

impl Default for Settings {
    /// Without a file: the built-in rules, which the page shows, and nobody who is told.
    fn default() -> Self {
        Self { rules: builtin(), channels: Vec::new(), smtp: None }
    }
}

impl Settings {
    /// Reads a file. What must not stand in one is read from the environment by `env`.
    pub fn parse(text: &str, env: Env<'_>) -> Result<Self, FileError> {
        let at = |span: Range<usize>, sentence: String| FileError { line: line_of(text, span.start), sentence };
        let file: FileText = toml::from_str(text).map_err(|error| at(error.span().unwrap_or_default(), sentence(error.message())))?;
        let mut rules = if file.builtin { builtin() } else { Vec::new() };
        for off in file.off {
            let Some(place) = rules.iter().position(|rule| rule.id == *off.get_ref()) else {
                let known: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
                return Err(at(off.span(), format!("There is no built-in rule \"{}\". They are: {}.", off.get_ref(), known.join(", "))));
            };
            rules.remove(place);
        }
        let mut seen = Vec::new();
        for spanned in file.rule {
            let span = spanned.span();
            let given = spanned.into_inner();
            if seen.contains(&given.id) {
                return Err(at(span, format!("There are two rules \"{}\". Give one of them another id.", given.id)));
            }
            seen.push(given.id.clone());
            let place = rules.iter().position(|rule| rule.id == given.id);
            let figure = given.figure.as_ref().map(Spanned::span);
            let rule = rule(given, place.map(|place| &rules[place])).map_err(|wrong| match (wrong, figure) {
                (Wrong::Figure(sentence), Some(figure)) => at(figure, sentence),
                (Wrong::Figure(sentence) | Wrong::Rule(sentence), _) => at(span.clone(), sentence),
            })?;
            rule.check().map_err(|sentence| at(span, sentence))?;
            match place {
                Some(place) => rules[place] = rule,
                None => rules.push(rule),
            }
        }
        let mut channels: Vec<Channel> = Vec::new();
        for spanned in file.channel {
            let span = spanned.span();
            let channel = channel(spanned.into_inner(), file.smtp.is_some(), env).map_err(|sentence| at(span.clone(), sentence))?;
            if channels.iter().any(|known| known.name == channel.name) {
                return Err(at(span, format!("There are two channels \"{}\". Give one of them another name.", channel.name)));
            }
            channels.push(channel);
        }
        let smtp = file.smtp.map(|spanned| (spanned.span(), spanned.into_inner()));
        let smtp = smtp.map(|(span, given)| smtp_of(given, env).map_err(|sentence| at(span, sentence))).transpose()?;
        Ok(Self { rules, channels, smtp })
    }
}

enum Wrong {
    Figure(String),
    Rule(String),
}

fn rule(given: RuleText, known: Option<&Rule>) -> Result<Rule, Wrong> {
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

fn channel(given: ChannelText, has_smtp: bool, env: Env<'_>) -> Result<Channel, String> {
    let name = given.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(format!("\"{name}\" cannot be the name of a channel: write 1 to {LONGEST_NAME} small letters, digits and dashes."));
    }
    let webhook = secret(given.webhook, given.webhook_env, env)?;
    let way = match (webhook, given.mail, given.page) {
        (Some(url), None, false) => {
            if !url.expose().starts_with("https://") && !url.expose().starts_with("http://") {
                return Err(format!("The webhook of the channel \"{name}\" is no address. Write it like https://hooks.example.com/services/abc."));
            }
            Way::Webhook { url }
        }
        (None, Some(to), false) => {
            if to.is_empty() {
                return Err(format!("The channel \"{name}\" has nobody to send mail to."));
            }
            if !has_smtp {
                return Err(format!("The channel \"{name}\" sends mail, and there is no mail server: name one under [smtp]."));
            }
            to.iter().try_for_each(|to| mailbox(to).map(|_| ()))?;
            Way::Mail { to }
        }
        (None, None, true) => Way::Page,
        _ => return Err(format!("The channel \"{name}\" has to have one of webhook, webhook_env, mail, and page = true.")),
    };
    Ok(Channel { name, way, least: given.least.unwrap_or(Severity::Warning) })
}

fn smtp_of(given: SmtpText, env: Env<'_>) -> Result<Smtp, String> {
    let (security, usual) = match given.security {
        SecurityText::Tls => (Security::Tls, 465),
        SecurityText::StartTls => (Security::StartTls, 587),
        SecurityText::Plain => (Security::Plain, 25),
    };
    if security == Security::Plain && !is_here(&given.host) {
        return Err(format!("Nothing is sent to {} without encryption. Write security = \"starttls\" or \"tls\".", given.host));
    }
    mailbox(&given.from)?;
    let password = secret(given.password, given.password_env, env)?;
    let login = match (given.user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err("A mail server takes a user and a password, or neither.".to_owned()),
    };
    Ok(Smtp { host: given.host, port: given.port.unwrap_or(usual), security, login, from: given.from })
}

fn secret(given: Option<String>, variable: Option<String>, env: Env<'_>) -> Result<Option<Secret>, String> {
    match (given, variable) {
        (Some(_), Some(variable)) => Err(format!("It stands here and in {variable}. Take one of them out.")),
        (Some(given), None) => Ok(Some(Secret::new(given))),
        (None, Some(variable)) => match env(&variable).filter(|value| !value.trim().is_empty()) {
            Some(value) => Ok(Some(Secret::new(value.trim()))),
            None => Err(format!("The variable {variable} is not set. Set it in the environment of the server.")),
        },
        (None, None) => Ok(None),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// With a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim().replace('\n', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> Result<Settings, String> {
        Settings::parse(text, &|name| (name == "HOOK").then(|| " https://hooks.example.com/abc\n".to_owned())).map_err(|error| error.to_string())
    }

    fn of(text: &str, id: &str) -> Rule {
        parsed(text).unwrap().rules.into_iter().find(|rule| rule.id == id).unwrap()
    }

    #[test]
    fn without_anything_the_built_in_rules_are_there() {
        assert_eq!(parsed("").unwrap(), Settings::default());
        assert_eq!(parsed("builtin = false").unwrap().rules, []);
        assert_eq!(parsed("off = [\"slower\"]").unwrap().rules.len(), builtin().len() - 1);
    }

    #[test]
    fn a_built_in_rule_is_changed_where_it_is_named() {
        let rule = of("[[rule]]\nid = \"lcp\"\nraise = 3000\nseverity = \"critical\"\n", "lcp");

        let before = builtin().into_iter().find(|rule| rule.id == "lcp").unwrap();
        let Condition::Threshold { raise, clear, figure, over_minutes, at_least, .. } = rule.what else { panic!("it was a threshold") };
        assert_eq!((raise, clear, figure, over_minutes, at_least), (3_000.0, 3_000.0, Figure::Percentile(75.0), 60, 50));
        assert_eq!((rule.severity, rule.name, rule.for_minutes), (Severity::Critical, before.name, before.for_minutes));
    }

    #[test]
    fn each_kind_of_rule_can_be_written() {
        let text = r#"
            [[rule]]
            id = "search"
            name = "Search is slow"
            kind = "threshold"
            series = "http.duration"
            only = { route = "/search" }
            figure = "p99.9"
            over_minutes = 10
            raise = 300
            unit = "milliseconds"
            [[rule]]
            id = "lost"
            name = "Mail is lost"
            kind = "share"
            series = "mail"
            bad = { only = { lost = "yes" } }
            over_minutes = 60
            raise = 0.1
            clear = 0.05
            [[rule]]
            id = "burn"
            name = "The objective burns"
            kind = "burn_rate"
            series = "http.requests"
            by = ["route"]
            bad = { only = { class = "5xx" } }
            objective = 0.99
            windows = [{ factor = 10, long_minutes = 60, short_minutes = 5 }]
            [[rule]]
            id = "step"
            name = "It stepped"
            kind = "change_point"
            series = "hits"
            worse = "below"
            shift = 0.2
            [[rule]]
            id = "gone"
            name = "The backup is gone"
            kind = "absence"
            series = "backup"
            after_minutes = 1500
            [[rule]]
            id = "found"
            name = "Somebody found it"
            kind = "found"
            series = "audit"
        "#;

        let own = parsed(text).unwrap().rules.split_off(builtin().len());

        assert_eq!(own.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["search", "lost", "burn", "step", "gone", "found"]);
        assert_eq!(own[0].what.asks()[0].figure, Figure::Percentile(99.9));
        assert_eq!(own[1].unit, Unit::Share);
        assert_eq!((own[2].what.by(), own[2].what.asks().len()), (&["route".to_owned()][..], 4));
        assert_eq!(own[2].what.asks()[0].of, Selector::of("http.requests").only("class", "5xx").by("route"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_to_do() {
        for (text, line, says) in [
            ("x", 1, ""),
            ("\noff = [\n  \"nothing\",\n]", 3, "no built-in rule \"nothing\""),
            ("\n\n[[rule]]\nid = \"lcp\"\nlimit = 3", 5, "limit"),
            ("[[rule]]\nid = \"a\"\nname = \"A\"", 1, "no kind"),
            ("[[rule]]\nid = \"lcp\"\n\n[[rule]]\nid = \"lcp\"", 4, "two rules"),
            ("\n[[rule]]\nid = \"lcp\"\nfigure = \"median\"", 4, "no figure \"median\""),
            ("[[rule]]\nid = \"lcp\"\nraise = 1\nclear = 2", 1, "may not be above raise"),
            ("[[rule]]\nid = \"process-gone\"\nraise = 1", 1, "raise means nothing"),
            ("[[rule]]\nid = \"lcp\"\nfor_minutes = -1", 3, ""),
            ("[[rule]]\nid = \"a\"\nname = \"A\"\nkind = \"absence\"\nafter_minutes = 3", 1, "no series"),
            ("[[channel]]\nname = \"Ops\"\npage = true", 1, "small letters"),
            ("[[channel]]\nname = \"ops\"", 1, "one of webhook"),
            ("[[channel]]\nname = \"ops\"\npage = true\nwebhook_env = \"HOOK\"", 1, "one of webhook"),
            ("[[channel]]\nname = \"ops\"\nwebhook_env = \"NONE\"", 1, "NONE is not set"),
            ("[[channel]]\nname = \"ops\"\nwebhook = \"hooks.example.com\"", 1, "is no address"),
            ("[[channel]]\nname = \"ops\"\nmail = [\"ops@example.com\"]", 1, "under [smtp]"),
            ("[[channel]]\nname = \"a\"\npage = true\n[[channel]]\nname = \"a\"\npage = true", 4, "two channels"),
            ("[smtp]\nhost = \"mail.example.com\"\nsecurity = \"plain\"\nfrom = \"a@example.com\"", 1, "without encryption"),
            ("[smtp]\nhost = \"localhost\"\nsecurity = \"plain\"\nfrom = \"nobody\"", 1, "no address of mail"),
            ("[smtp]\nhost = \"localhost\"\nsecurity = \"plain\"\nfrom = \"a@example.com\"\nuser = \"a\"", 1, "or neither"),
        ] {
            let error = parsed(text).unwrap_err();

            assert!(error.starts_with(&format!("Line {line}: ")) && error.contains(says) && error.ends_with('.'), "{text:?}: {error}");
        }
    }

    #[test]
    fn channels_and_a_mail_server_are_read_and_their_secrets_are_not_shown() {
        let text = r#"
            [[channel]]
            name = "ops"
            webhook_env = "HOOK"
            least = "critical"
            [[channel]]
            name = "mail"
            mail = ["ops@example.com", "Ada <ada@example.com>"]
            [smtp]
            host = "mail.example.com"
            security = "starttls"
            user = "vitrine"
            password = "correct horse"
            from = "Vitrine <alerts@example.com>"
        "#;

        let settings = parsed(text).unwrap();

        assert_eq!(settings.channels[0].way, Way::Webhook { url: Secret::new("https://hooks.example.com/abc") });
        assert_eq!((settings.channels[0].least, settings.channels[1].least), (Severity::Critical, Severity::Warning));
        assert_eq!(settings.smtp.as_ref().map(|smtp| (smtp.port, smtp.security)), Some((587, Security::StartTls)));
        let shown = format!("{settings:?}");
        assert!(!shown.contains("correct horse") && !shown.contains("hooks.example.com"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in "(\\[\\[rule\\]\\]\n|\\[smtp\\]\n|id = \"lcp\"\n|raise = [0-9.e-]{1,5}\n|only = \\{\n|[ -~\n]{0,20}|é){0,12}") {
            if let Err(error) = Settings::parse(&text, &|_| None) {
                prop_assert!(error.line >= 1 && error.line <= text.matches('\n').count() + 1 && !error.sentence.is_empty());
            }
        }
    }
}
