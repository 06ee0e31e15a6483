//! What is told, in plain words: what, how bad, since when, against which limit, and where to look; of what is over how long it lasted.

use crate::{
    Alert, AlertKey, Condition, Figure, Kind, Letter, Line, Rule, Selector, Severity, State, Unit, Why, Worse,
    numbers::{lasting, moment, number, seconds_between},
};

/// A message: its first line, and everything. Plain text, without marks of any channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// One line of 120 characters at most.
    pub subject: String,
    pub body: String,
}

/// Where this installation is, for links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    base: String,
    page: String,
}

const LONGEST_SUBJECT: usize = 120;
/// Of what a rule or a series is called.
const LONGEST_NAME: usize = 80;
/// So many are told in full; the others are counted.
const IN_FULL: usize = 10;

impl Site {
    /// `base_url` as in `https://vitrine.example.com`, `page` the path of the page of alerts.
    pub fn new(base_url: &str, page: &str) -> Self {
        Self { base: base_url.trim_end_matches('/').to_owned(), page: page.to_owned() }
    }

    /// Where an alert is looked into.
    pub fn link(&self, alert: &Alert) -> String {
        let page = if alert.rule.page.is_empty() { &self.page } else { &alert.rule.page };
        format!("{}{page}", self.base)
    }

    fn alerts(&self) -> String {
        format!("{}{}", self.base, self.page)
    }
}

/// A letter in words, at the moment in which it was written.
pub fn write(letter: &Letter, site: &Site, now: domain::clock::Timestamp) -> Text {
    let subject = match letter.lines.as_slice() {
        [] => "No alerts".to_owned(),
        [line] => headline(line, now),
        lines => of_several(letter.group.as_deref(), lines),
    };
    let mut parts: Vec<String> = letter.lines.iter().take(IN_FULL).map(|line| in_full(line, site, now)).collect();
    if let Some(more) = letter.lines.get(IN_FULL..).filter(|more| !more.is_empty()) {
        parts.push(format!("and {} more: {}\n", more.len(), counted(more)));
    }
    if letter.lines.len() != 1 {
        parts.push(format!("All alerts: {}\n", site.alerts()));
    }
    Text { subject: shortened(&subject, LONGEST_SUBJECT), body: parts.join("\n") }
}

/// What the test button sends.
pub fn test_text(channel: &str, site: &Site) -> Text {
    let subject = shortened(&format!("Test of the alert channel {}", plain(channel)), LONGEST_SUBJECT);
    Text { subject, body: format!("If you read this, alerts of Vitrine get through to you. Nothing is wrong.\n{}\n", site.alerts()) }
}

/// What a process says by itself while the database does not let it look at the rules.
pub fn blind_text(site: &Site, seconds: i64) -> Text {
    let body = format!(
        "For {} the database could neither be read nor written for alerts: no rule is looked at, and whatever else is wrong is not told. Look at the database \
         and its disk first; the log says what it answers.\n{}\n",
        lasting(seconds),
        site.alerts()
    );
    Text { subject: "[Critical] Nobody can look at the rules of alerts".to_owned(), body }
}

/// And when it does again.
pub fn seeing_text(site: &Site, seconds: i64) -> Text {
    let body = format!("For {} no rule was looked at. What is wrong now is told as always.\n{}\n", lasting(seconds), site.alerts());
    Text { subject: "[Resolved] The rules of alerts are looked at again".to_owned(), body }
}

/// What an alert is called: `Pages appear slowly (/products)`.
pub fn title(alert: &Alert) -> String {
    named(alert)
}

/// How bad an alert is, and against which limit: a sentence. Of what is over, how it came to be.
pub fn explained(alert: &Alert) -> String {
    match alert.instance.state {
        State::Resolved { why: Why::Well, .. } => ended(alert),
        State::Resolved { why, .. } => why_over(why),
        _ => how_bad(alert),
    }
}

/// What a rule watches, and its limit: `75th percentile of vitals.lcp over 1 hour: at most 2.5 s.`
pub fn watched(rule: &Rule) -> String {
    let shown = |value: f64| number(value, rule.unit);
    let limit = shown(rule.what.levels().raise);
    match &rule.what {
        Condition::Threshold { of, figure, over_minutes, worse, .. } => {
            let side = if *worse == Worse::Above { "at most" } else { "at least" };
            format!("{} of {} over {}: {side} {limit}.", figure_name(*figure), selected(of), minutes(*over_minutes))
        }
        Condition::Share { bad, all, over_minutes, .. } => {
            format!("{} of all {} over {}: at most {limit}.", selected(bad), selected(all), minutes(*over_minutes))
        }
        Condition::BurnRate { bad, objective, windows, .. } => {
            let windows: Vec<_> =
                windows.iter().map(|burn| format!("{} times over {}", number(burn.factor, Unit::None), minutes(burn.long_minutes))).collect();
            format!("How fast {} uses up an objective of {}: {}.", selected(bad), number(*objective, Unit::Share), windows.join(", "))
        }
        Condition::ChangePoint { of, over_minutes, worse, .. } => {
            let way = if *worse == Worse::Above { "more" } else { "less" };
            format!("A step of {} within {}: {limit} {way} than before.", selected(of), minutes(*over_minutes))
        }
        Condition::Absence { of, .. } => format!("The last report of {}: at most {limit} ago.", selected(of)),
        Condition::Found { by } if by.series.ends_with("change") => "Each change for the worse that nobody has accepted or filed.".to_owned(),
        Condition::Found { by } => format!("Each {} that is passed.", plain(&by.series)),
    }
}

/// `http.duration, class 5xx, of each route`
fn selected(of: &Selector) -> String {
    let only = of.only.iter().map(|(dimension, value)| format!(", {} {}", plain(dimension), plain(value)));
    let by = of.by.iter().map(|dimension| format!(", of each {}", plain(dimension)));
    [plain(&of.series)].into_iter().chain(only).chain(by).collect()
}

fn why_over(why: Why) -> String {
    match why {
        Why::Well => String::new(),
        Why::Unmeasured => "Nothing has been measured for a day: whether it is well is not known.".to_owned(),
        Why::Dropped => "It is no longer watched.".to_owned(),
    }
}

/// For Slack, where these three begin links, mentions and entities.
pub fn for_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn headline(line: &Line, now: domain::clock::Timestamp) -> String {
    let what = named(&line.alert);
    match line.kind {
        Kind::Firing => format!("[{}] {what}{}", line.alert.rule.severity, in_short(&line.alert)),
        Kind::Still => format!("[{}] Still: {what}{}", line.alert.rule.severity, in_short(&line.alert)),
        Kind::Resolved => format!("[Resolved] {what}, after {}", lasted(&line.alert, now)),
    }
}

fn of_several(group: Option<&str>, lines: &[Line]) -> String {
    let severity = lines.iter().filter(|line| line.kind != Kind::Resolved).map(|line| line.alert.rule.severity).max();
    let mark = severity.map_or_else(|| "Resolved".to_owned(), |severity: Severity| severity.to_string());
    let group = group.map(|group| format!("{}: ", plain(group))).unwrap_or_default();
    let all = if group.is_empty() { format!("{} more alerts: ", lines.len()) } else { group };
    let first = lines.first().map(|line| named(&line.alert)).unwrap_or_default();
    format!("[{mark}] {all}{}, among them: {first}", counted(lines))
}

/// `3 firing, 1 still firing, 2 resolved`.
fn counted(lines: &[Line]) -> String {
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    let parts = [(count(Kind::Firing), "firing"), (count(Kind::Still), "still firing"), (count(Kind::Resolved), "resolved")];
    let parts: Vec<_> = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    parts.join(", ")
}

fn in_full(line: &Line, site: &Site, now: domain::clock::Timestamp) -> String {
    let alert = &line.alert;
    let link = site.link(alert);
    let what = named(alert);
    if line.kind == Kind::Resolved {
        let why = match alert.instance.state {
            State::Resolved { why: why @ (Why::Unmeasured | Why::Dropped), .. } => why_over(why),
            _ => ended(alert),
        };
        return format!("Resolved: {what}\nIt lasted {}. {why}\n{link}\n", lasted(alert, now));
    }
    let still = if line.kind == Kind::Still { "still, " } else { "" };
    let since = match alert.instance.state {
        State::Firing { since } => format!("Since {}, for {}.", moment(since), lasting(seconds_between(since, now))),
        _ => String::new(),
    };
    let worst = match (alert.instance.worst, alert.instance.value) {
        (Some(worst), Some(value)) if worst.is_finite() && (worst - value).abs() > f64::EPSILON => format!(" The worst was {}.", shown(alert, worst)),
        _ => String::new(),
    };
    let often = if alert.instance.comes_and_goes() { " It comes and goes, so that it is over only after half an hour." } else { "" };
    let seen = alert.seen_to().map(|seen| format!(" {} sees to it.", plain(&seen.by))).unwrap_or_default();
    format!("{}: {still}{what}\n{}\n{since}{worst}{often}{seen}\n{link}\n", alert.rule.severity, how_bad(alert))
}

/// What it is, how bad, and against which limit: one sentence or two.
fn how_bad(alert: &Alert) -> String {
    let said = alert.instance.said.as_deref();
    let Some(value) = alert.instance.value else {
        return match &alert.rule.what {
            Condition::Absence { after_minutes, .. } => format!("It has not reported at all; the limit is {}.", minutes(*after_minutes)),
            _ => "There is no reading.".to_owned(),
        };
    };
    let value = shown(alert, value);
    let limit = limit(alert);
    match &alert.rule.what {
        Condition::Threshold { of, figure, over_minutes, worse, .. } => {
            let side = if *worse == Worse::Above { "may be at most" } else { "should be at least" };
            format!("It is {value} and {side} {limit} ({} of {}, {}).", figure_name(*figure), plain(&of.series), minutes(*over_minutes))
        }
        Condition::Share { bad, over_minutes, .. } => {
            format!("It is {value} and may be at most {limit} (share of {}, {}).", plain(&bad.series), minutes(*over_minutes))
        }
        Condition::BurnRate { objective, .. } => {
            format!("It goes {value} as fast as what is too fast for an objective of {}.", number(*objective, Unit::Share))
        }
        Condition::ChangePoint { of, over_minutes, worse, .. } => {
            let way = if *worse == Worse::Above { "more" } else { "less" };
            format!("{} is {value} {way} than before, and {limit} is too much (last {}).", plain(&of.series), minutes(*over_minutes))
        }
        Condition::Absence { .. } => format!("The last report was {value} ago; the limit is {limit}."),
        Condition::Found { by } => said.map_or_else(|| format!("Found by: {}.", plain(&by.series)), plain),
    }
}

/// The end of a headline.
fn in_short(alert: &Alert) -> String {
    match (&alert.rule.what, alert.instance.value) {
        (Condition::Found { .. }, _) | (_, None) => String::new(),
        (Condition::BurnRate { .. }, Some(value)) => format!(": {} the limit", shown(alert, value)),
        (_, Some(value)) => format!(": {} (limit {})", shown(alert, value), limit(alert)),
    }
}

fn ended(alert: &Alert) -> String {
    match (&alert.rule.what, alert.instance.value) {
        (Condition::Found { .. }, _) => "It is not so any more.".to_owned(),
        (_, None) => String::new(),
        (Condition::Absence { .. }, _) => "It reports again.".to_owned(),
        (Condition::BurnRate { .. }, Some(_)) => "It is below the limit again.".to_owned(),
        (_, Some(value)) => format!("It is {} now; the limit is {}.", shown(alert, value), limit(alert)),
    }
}

fn lasted(alert: &Alert, now: domain::clock::Timestamp) -> String {
    match alert.instance.state {
        State::Resolved { since, at, .. } => lasting(seconds_between(since, at)),
        State::Firing { since } | State::Pending { since } => lasting(seconds_between(since, now)),
        State::Ok => "some time".to_owned(),
    }
}

/// `Pages appear slowly (/products)`.
fn named(alert: &Alert) -> String {
    let AlertKey { subject, .. } = &alert.key;
    let name = shortened(&plain(&alert.rule.name), LONGEST_NAME);
    if subject.is_empty() { name } else { format!("{name} ({})", shortened(&plain(subject), LONGEST_NAME)) }
}

fn shown(alert: &Alert, value: f64) -> String {
    number(value, alert.rule.unit)
}

fn limit(alert: &Alert) -> String {
    shown(alert, alert.rule.what.levels().raise)
}

fn minutes(count: u32) -> String {
    lasting(i64::from(count) * 60)
}

fn figure_name(figure: Figure) -> String {
    match figure {
        Figure::Percentile(at) => format!("{}th percentile", number(at, Unit::None)),
        Figure::Mean => "mean".to_owned(),
        Figure::Count => "number".to_owned(),
        Figure::Sum => "sum".to_owned(),
        Figure::Max => "most".to_owned(),
        Figure::MinutesSince => "time since the last".to_owned(),
        Figure::Shift => "change".to_owned(),
        Figure::Found => "finding".to_owned(),
    }
}

/// On one line, without what a terminal or a mail program takes for more than text. Subjects come from outside.
fn plain(text: &str) -> String {
    let is_hidden = |c: char| c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}
