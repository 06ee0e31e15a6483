//! Alerts and budgets, as whoever owns every store sees them, and the forms of alerts.

use alerts::{Alert, Instance, State, builtin};
use domain::clock::Clock;

use super::webhooks::Receiver;
use crate::support::{Client, Engine, Program, on_both_engines};

on_both_engines!(
    whoever_owns_every_store_sees_alerts_rules_and_budgets,
    an_owner_of_one_store_of_several_is_refused,
    what_fires_is_seen_to_and_silenced_by_plain_forms,
    what_a_form_has_wrong_is_said_and_nothing_is_done,
    a_channel_is_tried_and_its_address_is_shown_to_nobody,
);

const ALERTS: &str = "/performance/alerts";
const BUDGETS: &str = "/performance/budgets";
const GOODBYES: &str = "SELECT count(*) FROM series WHERE metric = 'process.stopped'";
const NOTES: &str = "SELECT count(*) FROM alert_notes";

async fn operator(program: &Program) -> Client {
    for store in ["demo", "second"] {
        program.add_user("operator@test.test", store, "owner");
    }
    program.signed_in("operator@test.test").await
}

/// As if the rules had just been looked at: a server begins with that some seconds after it was started.
fn looked_at(program: &Program) {
    program.sql(&format!("UPDATE alert_rounds SET ended_at = {}", server::SystemClock.now().micros()));
}

/// As a round would have written it, some minutes ago.
fn fires(program: &Program, rule: &str) {
    let rule = builtin().into_iter().find(|known| known.id == rule).unwrap();
    let now = server::SystemClock.now();
    let state = State::Firing { since: now.plus_seconds(-720) };
    let instance = Instance { state, episode: 1, value: Some(3_100.0), worst: Some(3_400.0), read_at: Some(now), ..Instance::default() };
    let alert = Alert { instance, ..Alert::new(rule, "") };
    let json = serde_json::to_string(&alert).unwrap().replace('\'', "''");
    program.sql(&format!("INSERT INTO alert_notes (kind, name, body, seen) VALUES ('alert', '{}', '{json}', '')", alert.key));
}

/// The part of a page with a heading.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    let behind = page.split_once(&format!("id=\"{id}-h\"")).unwrap_or_else(|| panic!("{id}: {page}")).1;
    behind.split_once("</section>").unwrap().0
}

async fn whoever_owns_every_store_sees_alerts_rules_and_budgets(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let unknown = operator.get("/performance").await;
    looked_at(&program);

    let (page, budgets, overview) = (operator.get(ALERTS).await, operator.get(BUDGETS).await, operator.get("/performance").await);

    assert_eq!((page.status, budgets.status, overview.status), (200, 200, 200), "{} {}", page.text, budgets.text);
    for told in ["<h1 tabindex=\"-1\">Alerts</h1>", "Nothing is wrong", "Nobody is told", "Pages appear slowly", "<code>burn-fast</code>"] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    for told in ["<h1 tabindex=\"-1\">Budgets</h1>", "A list in the API", "The first chunk", "Left of the month", "Not measured"] {
        assert!(budgets.text.contains(told), "{told}: {}", budgets.text);
    }
    assert!(overview.text.contains("No alert fires") && unknown.text.contains("Whether an alert fires is not known"), "{}", overview.text);
}

async fn an_owner_of_one_store_of_several_is_refused(engine: Engine) {
    let program = Program::serving(engine).await;
    fires(&program, "lcp");
    let silence = [("do", "silence"), ("what", "everything"), ("for", "7d"), ("why", "Mine.")];

    for email in ["viewer@test.test", "editor@test.test", "owner@demo.test", "owner@second.test"] {
        let client = program.signed_in(email).await;
        for page in [ALERTS, BUDGETS] {
            let reply = client.get(page).await;
            assert!(reply.text.contains("for whoever owns every store") && !reply.text.contains("Pages appear slowly"), "{email}: {}", reply.text);
        }
        for form in [&silence[..], &[("do", "acknowledge"), ("key", "lcp")], &[("do", "end"), ("id", "x")], &[("do", "test"), ("channel", "ops")]] {
            assert_eq!(client.post(ALERTS, form).await.status, 403, "{email} {form:?}");
        }
    }
    assert_eq!(program.client().post(ALERTS, &silence).await.location(), "/sign-in");
    assert_eq!(program.sql("SELECT count(*) FROM alert_notes WHERE kind = 'silence' OR seen <> ''"), "0");
}

async fn what_fires_is_seen_to_and_silenced_by_plain_forms(engine: Engine) {
    let program = Program::serving(engine).await;
    fires(&program, "lcp");
    looked_at(&program);
    let operator = operator(&program).await;
    let page = operator.get(ALERTS).await.text;
    assert!(part(&page, "firing").contains("It is 3.1 s and may be at most 2.5 s"), "{page}");
    assert!(operator.get("/performance").await.text.contains("1 alert fires"));

    let seen = operator.post(ALERTS, &[("do", "acknowledge"), ("key", "lcp")]).await;
    assert_eq!((seen.status, seen.location()), (303, "/performance/alerts?done=saved"), "{}", seen.text);
    let page = operator.get(ALERTS).await.text;
    assert!(part(&page, "firing").contains("sees to it"), "{page}");
    let released = operator.post(ALERTS, &[("do", "release"), ("key", "lcp")]).await;
    assert_eq!(released.status, 303, "{}", released.text);

    let silenced = operator.post(ALERTS, &[("do", "silence"), ("what", "group Pages"), ("for", "1h"), ("why", "We <move>.")]).await;
    assert_eq!(silenced.status, 303, "{}", silenced.text);
    let page = operator.get(ALERTS).await.text;
    assert!(part(&page, "silenced").contains("Pages appear slowly") && part(&page, "silences").contains("We &lt;move&gt;."), "{page}");
    assert!(part(&page, "firing").contains("Nothing is wrong") && operator.get("/performance").await.text.contains("No alert fires"), "{page}");

    let id = program.sql("SELECT name FROM alert_notes WHERE kind = 'silence'");
    assert_eq!(operator.post(ALERTS, &[("do", "end"), ("id", id.trim())]).await.status, 303);
    assert_eq!(program.sql("SELECT count(*) FROM alert_notes WHERE kind = 'silence'"), "0");
}

async fn what_a_form_has_wrong_is_said_and_nothing_is_done(engine: Engine) {
    let program = Program::serving(engine).await;
    let operator = operator(&program).await;
    let long = "x".repeat(201);
    let silence = |what: &'static str, lasting: &'static str, why| [("do", "silence"), ("what", what), ("for", lasting), ("why", why)];

    for (form, says) in [
        (silence("", "1h", "Why."), "Choose what nobody shall be told of."),
        (silence("rule none", "1h", "Why."), "There is no such rule any more."),
        (silence("group None", "1h", "Why."), "There is no such rule any more."),
        (silence("everything", "2h", "Why."), "Choose an hour, a day or a week."),
        (silence("everything", "1h", " "), "Say why: others will wonder."),
        (silence("everything", "1h", &long), "Write one line of 200 characters"),
    ] {
        let refused = operator.post(ALERTS, &form).await;

        assert!(refused.status == 422 && refused.text.contains(says), "{form:?}: {} {}", refused.status, refused.text);
        assert!(
            refused.text.contains("<h1 tabindex=\"-1\">Alerts</h1>") && refused.text.contains(&format!("value=\"{}\"", form[3].1.trim())),
            "{form:?}"
        );
    }
    for (form, status) in [
        (vec![("do", "acknowledge"), ("key", "lcp")], 404),
        (vec![("do", "acknowledge")], 404),
        (vec![("do", "release"), ("key", "\u{0}'--")], 404),
        (vec![("do", "end"), ("id", "'; DROP TABLE alert_notes; --")], 303),
        (vec![("do", "end"), ("id", "\u{0}")], 303),
        (vec![("do", "test"), ("channel", "nobody")], 422),
        (vec![("do", "everything")], 422),
        (vec![], 422),
    ] {
        let reply = operator.post(ALERTS, &form).await;
        assert_eq!(reply.status, status, "{form:?}: {}", reply.text);
    }
    // Forms have one place.
    assert_eq!(operator.post("/performance/database", &silence("everything", "1h", "Why.")).await.status, 404);
    assert_eq!(program.sql(NOTES), "0");
}

async fn a_channel_is_tried_and_its_address_is_shown_to_nobody(engine: Engine) {
    let receiver = Receiver::listen();
    let mut program = Program::new(engine);
    program.fill();
    let file = program.dir().join("alerts.toml");
    std::fs::write(&file, "[[channel]]\nname = \"ops\"\nwebhook_env = \"ALERT_HOOK\"\n").unwrap();
    let (file, allowed) = (file.display().to_string(), ("VITRINE_ALLOW_WEBHOOK_HOSTS", "127.0.0.1"));
    program.serve_with(&[("VITRINE_ALERTS_FILE", &file), ("ALERT_HOOK", &receiver.url), allowed]).await;
    let watching = operator(&program).await;

    let tried = watching.post("/performance/alerts?waits", &[("do", "test"), ("channel", "ops")]).await;

    assert!(tried.status == 200 && tried.text.contains("It arrived"), "{} {}", tried.status, tried.text);
    let heard = receiver.until(1).await;
    assert!(heard[0].contains("Test of the alert channel ops") && heard[0].contains("/performance/alerts"), "{heard:?}");
    assert!(tried.text.contains("a webhook") && !tried.text.contains(&receiver.url) && !program.log().contains(&receiver.url));

    // Without the operator's leave nothing goes to a private address.
    program.stop();
    program.serve_with(&[("VITRINE_ALERTS_FILE", &file), ("ALERT_HOOK", &receiver.url)]).await;
    let watching = program.signed_in("operator@test.test").await;
    let refused = watching.post("/performance/alerts?waits", &[("do", "test"), ("channel", "ops")]).await;
    assert!(refused.text.contains("It did not arrive") && refused.text.contains("VITRINE_ALLOW_WEBHOOK_HOSTS"), "{}", refused.text);
    assert!(!refused.text.contains(&receiver.url), "{}", refused.text);
}

#[tokio::test]
async fn a_file_that_is_wrong_keeps_nothing_from_starting_and_is_said() {
    let mut program = Program::new(Engine::Sqlite);
    program.fill();
    let file = program.dir().join("alerts.toml");
    std::fs::write(&file, "\n[[rule]]\nid = \"lcp\"\nraise = \"much\"\n[[channel]]\nname = \"ops\"\nwebhook = \"https://hooks.example.com/a\"\n")
        .unwrap();
    program.serve_with(&[("VITRINE_ALERTS_FILE", &file.display().to_string())]).await;

    let page = operator(&program).await.get(ALERTS).await.text;

    assert!(page.contains("The rules of the file are not heeded") && page.contains("alerts.toml: Line 4"), "{page}");
    // Whoever is to be told is told nevertheless.
    assert!(page.contains("value=\"ops\"") || page.contains(">ops<"), "{page}");
    assert!(program.log().contains("the built-in rules of alerts hold"), "{}", program.log());
}

#[tokio::test]
async fn a_server_that_was_stopped_has_said_goodbye_and_one_that_was_killed_has_not() {
    let mut program = Program::serving(Engine::Sqlite).await;
    program.kill();
    assert_eq!(program.sql(GOODBYES), "0");

    program.serve().await;
    program.stop();

    assert_eq!(program.sql(GOODBYES), "1");
}
