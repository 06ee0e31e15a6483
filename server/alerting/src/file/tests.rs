use proptest::prelude::*;

use alerts::{Condition, Figure, Selector, Unit};

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
        series = "http.duration"
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
    assert_eq!(own[2].what.asks()[0].of, Selector::of("http.duration").only("class", "5xx").by("route"));
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
