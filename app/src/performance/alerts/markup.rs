//! The page as HTML.

use std::collections::BTreeSet;

use alerts::{Alert, Matcher, Rule, Severity, State, explained, lasting, silencing, title, watched};
use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::alerts::{Channel, Lasting, Sent as Message, SentState, Standing};

use super::{PATH, Sent, form::name};
use crate::{
    forms::{Field, Fields, Form, Kind, elsewhere},
    performance::{
        asked::Asked,
        shown::{heads, icon, places, scrolled},
    },
    ui::format::{self, in_address},
};

pub(super) struct Page<'a> {
    pub(super) store: &'a str,
    pub(super) now: Timestamp,
    pub(super) standing: &'a Standing,
    pub(super) sent: Option<&'a Sent>,
    /// Of a silence.
    pub(super) form: &'a Form,
    pub(super) done: Markup,
}

impl Page<'_> {
    pub(super) fn markup(&self) -> Markup {
        let Standing { alerts, is_watched, trouble, .. } = self.standing;
        let is_silenced = |alert: &Alert| silencing(&self.standing.silences, alert, self.now).is_some();
        let is_pending = |alert: &Alert| matches!(alert.instance.state, State::Pending { .. });
        let of = |wanted: &dyn Fn(&Alert) -> bool| {
            let mut of: Vec<&Alert> = alerts.iter().filter(|alert| wanted(alert)).collect();
            of.sort_by_key(|alert| (std::cmp::Reverse(alert.rule.severity), since(alert), alert.key.clone()));
            of
        };
        let firing = of(&|alert| alert.instance.is_firing() && !is_silenced(alert));
        let silenced = of(&|alert| (alert.instance.is_firing() || is_pending(alert)) && is_silenced(alert));
        let pending = of(&|alert| is_pending(alert) && !is_silenced(alert));
        let mut over = of(&|alert| matches!(alert.instance.state, State::Resolved { .. }));
        over.sort_by_key(|alert| std::cmp::Reverse(ended(alert)));
        html! {
            header.page-head {
                h1 tabindex="-1" { "Alerts" }
                (self.done)
                a.btn href=(PATH) rel="external" { (icon("refresh-cw")) "Refresh" }
            }
            (places(&Asked::plain(PATH)))
            p.muted { "Once a minute the rules are held against what all servers have measured. Times are in UTC." }
            @if let Some(trouble) = trouble { p.error role="alert" {
                    "The rules of the file are not heeded: the built-in ones hold"
                    @if self.standing.channels.is_empty() { ", and nobody is told. " } @else { ". " }
                    (trouble)
                } }
            @if !is_watched { p.error { "This server measures nothing (" code { "VITRINE_MEASURING=off" } "), and so looks at no rule. Others that share its database may." } }
            @if let Some(Sent::NotDone(why)) = self.sent { p.error role="alert" { (why) } }
            section.part aria-labelledby="firing-h" {
                h2 #firing-h { "Firing" }
                (self.blindness())
                @if !firing.is_empty() { (self.alerts(&firing)) }
                @else if self.standing.is_known(self.now) { p.muted { "Nothing is wrong, as far as the rules see." } }
            }
            @if !pending.is_empty() {
                section.part aria-labelledby="pending-h" {
                    h2 #pending-h { "May fire soon" }
                    p.muted { "It is bad, but not yet for as long as its rule wants." }
                    (self.alerts(&pending))
                }
            }
            @if !silenced.is_empty() {
                section.part aria-labelledby="silenced-h" {
                    h2 #silenced-h { "Silenced" }
                    (self.alerts(&silenced))
                }
            }
            @if !over.is_empty() {
                section.part aria-labelledby="over-h" {
                    h2 #over-h { "Over within the last day" }
                    (self.alerts(&over))
                }
            }
            (self.silences())
            (self.channels())
            (self.sent())
            (rules(&self.standing.rules, alerts))
        }
    }

    /// What nobody has looked at: where nobody looks nothing seems wrong.
    fn blindness(&self) -> Markup {
        let Standing { looked_at, unread, is_watched, .. } = self.standing;
        html! {
            @if !self.standing.is_known(self.now) {
                p.error role="alert" {
                    @match looked_at {
                        Some(at) => { "The rules were last looked at " (lasting(seconds(*at, self.now))) " ago: whether anything is wrong is not known. The log says why." }
                        None if *is_watched => { "The rules have not been looked at yet: a server begins with that some seconds after it was started." }
                        None => { "The rules have not been looked at." }
                    }
                }
            } @else if !unread.is_empty() {
                p.error role="alert" {
                    (unread.len()) " of " (self.standing.rules.len()) " rules could not be looked at: " (unread.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")) "."
                    @if let Some((_, why)) = unread.first() { " " (why) }
                }
            }
        }
    }

    fn alerts(&self, alerts: &[&Alert]) -> Markup {
        html! { ul { @for alert in alerts { (self.alert(alert)) } } }
    }

    fn alert(&self, alert: &Alert) -> Markup {
        let rule = &alert.rule;
        let seen = alert.seen_to();
        let silence = silencing(&self.standing.silences, alert, self.now);
        let is_over = matches!(alert.instance.state, State::Resolved { .. });
        let title = title(alert);
        let worst = alert.instance.worst.zip(alert.instance.value).filter(|(worst, value)| (worst - value).abs() > f64::EPSILON);
        html! {
            li.slow {
                p.line {
                    @if is_over { span.badge data-tone="ok" { "Over" } } @else { span.badge data-tone=(tone(rule.severity)) { (rule.severity) } }
                    b { (title) }
                }
                p { (explained(alert)) }
                p.line.muted.small {
                    span { (self.told(alert)) }
                    @if let Some((worst, _)) = worst { span { "The worst was " (alerts::number(worst, rule.unit)) } }
                    @if alert.instance.comes_and_goes() { span { "It comes and goes" } }
                    @if !is_over && alert.instance.has_hole(self.now) { span { "Not read lately: this may be old" } }
                    @if let Some(seen) = seen { span { (seen.by) " sees to it, since " (self.at(seen.at)) } }
                    @if let Some(silence) = silence { span { "Silenced until " (format::moment(silence.until)) ": " (silence.why) } }
                }
                div.line {
                    @if !rule.page.is_empty() { a.btn href=(rule.page) { "Look into it" span.vh { ": " (title) } } }
                    @if alert.instance.is_firing() {
                        @if seen.is_some() { (self.act("release", "key", &alert.key.to_string(), "I do not see to it", &title)) }
                        @else { (self.act("acknowledge", "key", &alert.key.to_string(), "I see to it", &title)) }
                    }
                    @if !is_over && silence.is_none() {
                        @let one = name(&Matcher::One(alert.key.rule.clone(), alert.key.subject.clone()));
                        a.btn.ghost href={ (PATH) "?silence=" (in_address(&one)) "#silence" } rel="external" { "Silence" span.vh { ": " (title) } }
                    }
                }
            }
        }
    }

    /// Since when, and for how long.
    fn told(&self, alert: &Alert) -> Markup {
        match alert.instance.state {
            State::Firing { since } | State::Pending { since } => {
                html! { "Since " (format::moment(since)) ", for " (lasting(seconds(since, self.now))) }
            }
            State::Resolved { since, at, .. } => {
                html! { "From " (format::moment(since)) " to " (format::moment(at)) ", for " (lasting(seconds(since, at))) }
            }
            State::Ok => html! {},
        }
    }

    fn silences(&self) -> Markup {
        let Standing { silences, .. } = self.standing;
        let fields = Fields { form: self.form, locked: false, prefix: "silence-" };
        let lasting = [(Lasting::Hour, "An hour"), (Lasting::Day, "A day"), (Lasting::Week, "A week")];
        let lasting: Vec<_> = lasting.map(|(lasting, words)| (lasting.name().to_owned(), words.to_owned())).into();
        html! {
            section.part #silence aria-labelledby="silences-h" {
                div {
                    h2 #silences-h { "Silences" }
                    p.muted { "Everything goes on but the telling. What still fires when a silence ends is told then." }
                }
                @if !silences.is_empty() {
                    ul {
                        @for silence in silences {
                            li.slow {
                                p { b { (self.words(&silence.what)) } " until " (format::moment(silence.until)) ": " (silence.why) }
                                p.muted.small { "By " (silence.by) ", " (self.at(silence.from)) }
                                div.line { (self.act("end", "id", &silence.id, "End it", &silence.why)) }
                            }
                        }
                    }
                }
                form.stack method="post" action={ (PATH) "#silence" } autocomplete="off" novalidate {
                    (elsewhere(self.store))
                    input type="hidden" name="do" value="silence";
                    (fields.trouble())
                    (fields.field(Field { name: "what", label: "What", hint: "", kind: Kind::Choice(&self.choices()) }))
                    (fields.field(Field { name: "for", label: "For", hint: "", kind: Kind::Choice(&lasting) }))
                    (fields.line("why", "Why", "Others will read it here."))
                    div.line { button.btn { "Silence it" } }
                }
            }
        }
    }

    /// What can be silenced: single alerts first.
    fn choices(&self) -> Vec<(String, String)> {
        let Standing { alerts, rules, .. } = self.standing;
        let bad = alerts.iter().filter(|alert| matches!(alert.instance.state, State::Firing { .. } | State::Pending { .. }));
        let ones = bad.map(|alert| Matcher::One(alert.key.rule.clone(), alert.key.subject.clone()));
        let groups: BTreeSet<&str> = rules.iter().map(|rule| rule.group.as_str()).collect();
        let all = ones
            .chain(rules.iter().map(|rule| Matcher::Rule(rule.id.clone())))
            .chain(groups.into_iter().map(|group| Matcher::Group(group.to_owned())))
            .chain([Matcher::Everything]);
        [(String::new(), "Choose".to_owned())].into_iter().chain(all.map(|what| (name(&what), self.words(&what)))).collect()
    }

    fn words(&self, what: &Matcher) -> String {
        let rule = |id: &str| {
            let rule = self.standing.rules.iter().find(|rule| rule.id == *id);
            rule.map_or_else(|| id.to_owned(), |rule| rule.name.clone())
        };
        match what {
            Matcher::Everything => "Everything".to_owned(),
            Matcher::Group(group) => format!("All of {group}"),
            Matcher::Rule(id) => format!("Every alert of: {}", rule(id)),
            Matcher::One(id, subject) if subject.is_empty() => rule(id),
            Matcher::One(id, subject) => format!("{} ({subject})", rule(id)),
        }
    }

    fn channels(&self) -> Markup {
        let Standing { channels, .. } = self.standing;
        html! {
            section.part aria-labelledby="channels-h" {
                h2 #channels-h { "Who is told" }
                @if channels.iter().all(|channel| !channel.is_sent_to) {
                    p.muted { "Nobody is told: alerts are on this page alone. Name a webhook or whom to write to in the file that " code { "VITRINE_ALERTS_FILE" } " names." }
                }
                @if !channels.is_empty() { ul { @for channel in channels { (self.channel(channel)) } } }
            }
        }
    }

    fn channel(&self, channel: &Channel) -> Markup {
        let tested = match self.sent {
            Some(Sent::Tested(name, answer)) if *name == channel.name => Some(answer),
            _ => None,
        };
        html! {
            li.slow id={ "c-" (channel.name) } {
                p { b { (channel.name) } ": " (channel.way) span.muted { ", from " (channel.least) " on" } }
                @if channel.is_sent_to {
                    // It waits for somebody else's server, which the address says.
                    form.line method="post" action={ (PATH) "?waits#c-" (channel.name) } {
                        (elsewhere(self.store))
                        input type="hidden" name="do" value="test";
                        input type="hidden" name="channel" value=(channel.name);
                        button.btn { "Send a test" span.vh { " to " (channel.name) } }
                    }
                }
                @match tested {
                    Some(Ok(())) => p role="status" { span.badge data-tone="ok" { "It arrived" } },
                    Some(Err(error)) => p role="status" { span.badge data-tone="bad" { "It did not arrive" } " " (error) },
                    None => {}
                }
            }
        }
    }

    fn sent(&self) -> Markup {
        let Standing { sent, .. } = self.standing;
        let heads = html! { thead { tr { @for name in ["When", "To", "What", "What came of it"] { th scope="col" { (name) } } } } };
        html! {
            @if !sent.is_empty() {
                section.part aria-labelledby="sent-h" {
                    h2 #sent-h { "Told lately" }
                    (scrolled("sent-h", &heads, &html! { @for message in sent { (self.message(message)) } }))
                }
            }
        }
    }

    fn message(&self, message: &Message) -> Markup {
        let (tone, word) = match (message.state, message.attempts) {
            (SentState::Delivered, _) => ("ok", "Arrived"),
            (SentState::Waiting, 0) => ("busy", "On its way"),
            (SentState::Waiting, _) => ("warn", "Tried again"),
            (SentState::GivenUp, _) => ("bad", "Given up"),
        };
        html! {
            tr {
                td { (self.at(message.written_at)) }
                td { (message.channel) }
                td { (message.subject) }
                td {
                    span.badge data-tone=(tone) { (word) }
                    @if message.attempts > 1 { " at attempt " (message.attempts) }
                    @if !message.answer.is_empty() { " " span.muted { (message.answer) } }
                }
            }
        }
    }

    fn act(&self, does: &str, field: &str, value: &str, label: &str, about: &str) -> Markup {
        html! {
            form method="post" action=(PATH) {
                (elsewhere(self.store))
                input type="hidden" name="do" value=(does);
                input type="hidden" name=(field) value=(value);
                button.btn { (label) span.vh { ": " (about) } }
            }
        }
    }

    fn at(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(format::moment(at)) { (format::ago(at, self.now)) } }
    }
}

fn rules(rules: &[Rule], alerts: &[Alert]) -> Markup {
    let is_measured =
        |rule: &Rule| rule.what.found().is_some() || alerts.iter().any(|alert| alert.key.rule == rule.id && alert.instance.value.is_some());
    html! {
        section.part aria-labelledby="rules-h" {
            h2 #rules-h { "Rules" }
            (scrolled("rules-h", &heads("Rule", &["Fires after"]), &html! {
                @for rule in rules {
                    tr {
                        th scope="row" {
                            span.badge data-tone=(tone(rule.severity)) { (rule.severity) } " " (rule.name) " " code { (rule.id) }
                            p.muted.small { (watched(rule)) @if !is_measured(rule) { " Nothing of it was measured yet, or too little." } }
                        }
                        td.num { @if rule.for_minutes == 0 { "at once" } @else { (lasting(i64::from(rule.for_minutes) * 60)) } }
                    }
                }
            }))
        }
    }
}

pub(in crate::performance) const fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "info",
        Severity::Warning => "warn",
        Severity::Critical => "bad",
    }
}

fn since(alert: &Alert) -> Timestamp {
    match alert.instance.state {
        State::Firing { since } | State::Pending { since } | State::Resolved { since, .. } => since,
        State::Ok => Timestamp::default(),
    }
}

fn ended(alert: &Alert) -> Timestamp {
    if let State::Resolved { at, .. } = alert.instance.state { at } else { Timestamp::default() }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.micros().saturating_sub(from.micros()).max(0) / 1_000_000
}

#[cfg(test)]
mod tests {
    use alerts::{Acknowledged, Instance, Silence, Why, builtin};

    use super::*;

    /// 2025-10-09 08:53
    const NOW: Timestamp = Timestamp::from_micros(1_760_000_000_000_000);

    fn alert(id: &str, subject: &str, state: State) -> Alert {
        let rule = builtin().into_iter().find(|rule| rule.id == id).unwrap();
        let instance = Instance { state, episode: 1, value: Some(3_100.0), worst: Some(3_400.0), read_at: Some(NOW), ..Instance::default() };
        Alert { instance, ..Alert::new(rule, subject) }
    }

    fn firing(id: &str, subject: &str) -> Alert {
        alert(id, subject, State::Firing { since: NOW.plus_seconds(-720) })
    }

    fn silence(what: Matcher) -> Silence {
        Silence { id: "s1".into(), what, from: NOW, until: NOW.plus_seconds(3_600), by: "Ada".into(), why: "We <move>.".into() }
    }

    fn page(standing: &Standing, sent: Option<&Sent>) -> String {
        let form = match sent {
            Some(Sent::Refused(form)) => form.clone(),
            _ => super::super::form::begun(Some("rule lcp")),
        };
        Page { store: "7", now: NOW, standing, sent, form: &form, done: html! {} }.markup().into_string()
    }

    fn standing(alerts: Vec<Alert>) -> Standing {
        Standing { alerts, rules: builtin(), is_watched: true, looked_at: Some(NOW), ..Standing::default() }
    }

    #[test]
    fn where_nobody_has_looked_it_does_not_say_that_all_is_well() {
        let well = standing(Vec::new());
        let late = Standing { looked_at: Some(NOW.plus_seconds(-720)), ..well.clone() };
        let partly = Standing { unread: vec![("Pages appear slowly".into(), "It took too long.".into())], ..well.clone() };
        let never = Standing { looked_at: None, ..well.clone() };

        let [well, late, partly, never] = [well, late, partly, never].map(|standing| part(&page(&standing, None), "firing").to_owned());

        let is_well = |part: &str| part.contains("Nothing is wrong");
        assert!(is_well(&well) && !well.contains("alert"), "{well}");
        assert!(!is_well(&late) && late.contains("last looked at 12 minutes ago"), "{late}");
        assert!(partly.contains("could not be looked at: Pages appear slowly. It took too long."), "{partly}");
        assert!(!is_well(&never) && never.contains("not been looked at yet"), "{never}");
    }

    /// The part of a page with a heading.
    fn part<'a>(page: &'a str, id: &str) -> &'a str {
        let behind = page.split_once(&format!("id=\"{id}-h\"")).map_or("", |(_, behind)| behind);
        behind.split_once("</section>").map_or("", |(part, _)| part)
    }

    #[test]
    fn what_fires_is_told_with_since_when_the_limit_and_where_to_look() {
        let page = page(&standing(vec![firing("lcp", "/<b>")]), None);

        let firing = part(&page, "firing");
        for told in [
            "Pages appear slowly (/&lt;b&gt;)",
            "It is 3.1 s and may be at most 2.5 s",
            "Since 9 Oct 2025, 08:41 UTC",
            "for 12 minutes",
            "The worst was 3.4 s",
            "href=\"/performance/vitals\"",
            "value=\"acknowledge\"",
            "name=\"store\" value=\"7\"",
        ] {
            assert!(firing.contains(told), "{told}: {firing}");
        }
        assert!(!page.contains("<b>/") && !page.contains("style=") && !page.contains("<script"), "{page}");
    }

    #[test]
    fn each_alert_stands_where_it_belongs_and_the_worst_first() {
        let pending = alert("inp", "", State::Pending { since: NOW });
        let over = alert("errors", "", State::Resolved { since: NOW.plus_seconds(-900), at: NOW, why: Why::Well });
        let alerts =
            vec![firing("lcp", ""), firing("process-gone", "web-1"), pending, over, firing("budget", "x"), alert("server-p95", "", State::Ok)];
        let silences = vec![silence(Matcher::Rule("budget".into()))];

        let page = page(&Standing { silences, ..standing(alerts) }, None);

        let firing = part(&page, "firing");
        assert!(firing.find("web-1").unwrap() < firing.find("Pages appear slowly").unwrap(), "{firing}");
        assert!(!firing.contains("A budget is passed") && part(&page, "silenced").contains("A budget is passed (x)"), "{page}");
        assert!(part(&page, "silenced").contains("We &lt;move&gt;."), "{page}");
        assert!(part(&page, "pending").contains("Pages answer slowly") && part(&page, "over").contains("for 15 minutes"), "{page}");
        assert!(!part(&page, "over").contains("value=\"acknowledge\""), "{page}");
    }

    #[test]
    fn who_sees_to_it_is_named_and_can_give_it_up() {
        let seen = Alert { acknowledged: Some(Acknowledged { by: "Grace".into(), at: NOW, episode: 1 }), ..firing("lcp", "") };

        let page = page(&standing(vec![seen]), None);

        assert!(page.contains("Grace sees to it") && page.contains("value=\"release\"") && !page.contains("value=\"acknowledge\""), "{page}");
    }

    #[test]
    fn a_refused_silence_keeps_what_was_typed() {
        let mut sent = Form::sent(vec![("what".into(), "group Pages".into()), ("for".into(), "7d".into()), ("why".into(), "\"x\"".into())]);
        sent.refuse("why", "Too short.");

        let page = page(&standing(Vec::new()), Some(&Sent::Refused(sent)));

        let form = part(&page, "silences");
        assert!(form.contains("Too short.") && form.contains("value=\"&quot;x&quot;\""), "{form}");
        assert!(form.contains("value=\"group Pages\" selected") && form.contains("value=\"7d\" selected"), "{form}");
    }

    #[test]
    fn a_channel_is_told_apart_from_its_secret_and_can_be_tried() {
        let channel = Channel { name: "ops".into(), way: "a webhook".into(), least: Severity::Warning, is_sent_to: true };
        let sent = Message {
            channel: "ops".into(),
            subject: "[Warning] <Pages>".into(),
            state: SentState::GivenUp,
            attempts: 9,
            written_at: NOW,
            noted_at: NOW,
            answer: "It answered 500".into(),
        };
        let standing = Standing { channels: vec![channel], sent: vec![sent], ..standing(Vec::new()) };

        let page = page(&standing, Some(&Sent::Tested("ops".into(), Err(ports::error::AppError::Invalid("It answered 404".into())))));

        assert!(page.contains("action=\"/performance/alerts?waits#c-ops\"") && page.contains("It did not arrive"), "{page}");
        assert!(page.contains("It answered 404") && page.contains("Given up") && page.contains("[Warning] &lt;Pages&gt;"), "{page}");
    }

    #[test]
    fn where_nothing_is_watched_or_the_file_is_wrong_it_says_so() {
        let standing = Standing { is_watched: false, trouble: Some("alerts.toml: Line 3: No.".into()), ..standing(Vec::new()) };

        let page = page(&standing, None);

        assert!(
            page.contains("VITRINE_MEASURING=off") && page.contains("Line 3") && page.contains("Nobody is told") && page.contains("Nothing is wrong")
        );
    }
}
