//! Sessions: nobody can give somebody else theirs, and none outlives its end.

use reqwest::{Method, header::HeaderValue};
use url::Url;

use crate::support::{Client, Engine, PASSWORD, Program, Reply, on_both_engines};

on_both_engines!(
    a_planted_session_is_not_taken_over,
    a_session_ends_on_the_server,
    sessions_of_one_person_are_apart,
    what_a_person_may_changes_at_once,
    one_is_led_to_no_other_site,
);

const SIGN_IN: &str = "/sign-in";

async fn a_planted_session_is_not_taken_over(engine: Engine) {
    let program = Program::serving(engine).await;
    let secret = "vitrine_session=0000000000000000000000000000000000000000000000000000000000000000";
    let evil = program.signed_in("owner@second.test").await;
    let of_another = evil.sign_in("owner@second.test", PASSWORD).await.cookie().to_owned();

    for planted in [secret, of_another.as_str(), "vitrine_session=", "vitrine_session=; vitrine_session=0"] {
        let reply = sign_in_with(&program, planted).await;

        assert_eq!(reply.status, 303, "{planted}: {}", reply.text);
        assert!(reply.cookie().len() >= "vitrine_session=".len() + 64 && reply.cookie() != planted, "{planted}: {}", reply.cookie());
        assert_eq!(status_with(&program, reply.cookie()).await, 200, "{planted}");
        // What was planted is nobody's session afterwards.
        assert_eq!(status_with(&program, planted).await, 303, "{planted}");
    }
    let first = sign_in_with(&program, "").await.cookie().to_owned();
    assert_ne!(sign_in_with(&program, "").await.cookie(), first);
    let secret = first.trim_start_matches("vitrine_session=");
    let kept = program.sql(&format!("SELECT {} FROM sessions", program.id_column("secret_hash")));
    assert!(!kept.is_empty() && !kept.contains(secret) && !program.log().contains(secret), "{kept}");
}

async fn a_session_ends_on_the_server(engine: Engine) {
    let program = Program::serving(engine).await;
    let cookie = sign_in_with(&program, "").await.cookie().to_owned();

    let out = program.client().send(Method::POST, "/sign-out", &[("cookie", &cookie)], "").await;

    assert!(out.header("set-cookie").starts_with("vitrine_session=; ") && out.header("set-cookie").contains("Max-Age=0"), "{:?}", out.headers);
    // Pages that the browser has would be shown to whoever presses Back. The outbox is in its storage, and stays.
    assert_eq!(out.header("clear-site-data"), "\"cache\"");
    assert_eq!((status_with(&program, &cookie).await, program.sql("SELECT count(*) FROM sessions").as_str()), (303, "0"));
    // So does one that has run out, whatever the browser thinks.
    let cookie = sign_in_with(&program, "").await.cookie().to_owned();
    assert_eq!(status_with(&program, &cookie).await, 200);
    program.sql("UPDATE sessions SET expires_at = 1");
    assert_eq!(status_with(&program, &cookie).await, 303);
}

async fn sessions_of_one_person_are_apart(engine: Engine) {
    let program = Program::serving(engine).await;
    let (one, other) = (sign_in_with(&program, "").await, sign_in_with(&program, "").await);

    program.client().send(Method::POST, "/sign-out", &[("cookie", one.cookie())], "").await;

    assert_eq!((status_with(&program, one.cookie()).await, status_with(&program, other.cookie()).await), (303, 200));
    // A page's answer to one is not given to another by anything in between.
    let page = program.client().send(Method::GET, "/products", &[("cookie", other.cookie())], "").await;
    assert!(page.header("cache-control").starts_with("private") || page.header("cache-control") == "no-store", "{:?}", page.headers);
}

async fn what_a_person_may_changes_at_once(engine: Engine) {
    let program = Program::serving(engine).await;
    let editor = program.signed_in("editor@test.test").await;
    let save = async |who: &Client| who.post("/settings/brief", &[("voice", "Plain."), ("parts", "title")]).await.status;
    let membership = "user_id = (SELECT id FROM users WHERE email = 'editor@test.test')";
    assert_eq!(save(&editor).await, 303);

    program.sql(&format!("UPDATE memberships SET role = 'viewer' WHERE {membership}"));
    assert_eq!(save(&editor).await, 403);
    program.sql(&format!("DELETE FROM memberships WHERE {membership}"));
    let left = editor.get("/products").await;
    assert_eq!((left.status, left.location()), (303, "/sign-in?next=/products"));
}

async fn one_is_led_to_no_other_site(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.client();
    let here = Url::parse(&program.address()).unwrap();
    let leads_here = |reply: &Reply| {
        let location = String::from_utf8_lossy(reply.headers.get("location").map(HeaderValue::as_bytes).unwrap_or_default()).into_owned();
        assert_eq!(reply.status, 303, "{}", reply.text);
        // As a browser reads it, which takes tabs and line ends out of an address.
        let there = here.join(&location).unwrap();
        assert_eq!((there.host_str(), there.port()), (here.host_str(), here.port()), "{location:?}");
    };

    for next in [
        "https://evil.test/",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "/\r\n/evil.test",
        "\t//evil.test",
        " //evil.test",
        "/\0/evil.test",
        "/%09/evil.test",
        "javascript:alert(1)",
        "http:evil.test",
        "/products\r\nset-cookie: a=b",
        "/produits/\u{e9}t\u{e9}",
    ] {
        leads_here(&client.post(SIGN_IN, &[("email", "viewer@test.test"), ("password", PASSWORD), ("next", next)]).await);
        // Whoever is signed in already is led on at once.
        leads_here(&client.get(&format!("{SIGN_IN}?next={}", crate::support::encoded(next))).await);
    }
    // Nor by the list that a product was come to from.
    let editor = program.signed_in("editor@test.test").await;
    let handle = crate::routes::pages::first_handle(&editor.get("/products").await.text);
    for list in ["q=lamp", "//evil.test", "\t", "a\nset-cookie: a=b", "\0", "#\u{e9}"] {
        leads_here(&editor.post(&format!("/products/{handle}"), &[("list", list), ("title", "Led on"), ("base:title", "100000")]).await);
    }
}

/// Signs in while the browser has some cookie already.
async fn sign_in_with(program: &Program, cookie: &str) -> Reply {
    let form = format!("email=viewer%40test.test&password={PASSWORD}");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin"), ("cookie", cookie)];
    program.client().send(Method::POST, SIGN_IN, &headers, form).await
}

async fn status_with(program: &Program, cookie: &str) -> u16 {
    program.client().send(Method::GET, "/products", &[("cookie", cookie)], "").await.status
}
