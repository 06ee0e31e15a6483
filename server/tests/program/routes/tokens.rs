//! Tokens of the API, by their forms.

use reqwest::Method;

use crate::support::{Client, Engine, Program, Reply, on_both_engines};

const TOKENS: &str = "/settings/tokens";

on_both_engines!(
    a_secret_is_shown_once_and_kept_nowhere,
    what_cannot_be_made_is_said_beside_its_field,
    a_form_sent_twice_makes_one_token,
    a_token_asks_until_it_is_revoked,
    each_sees_and_revokes_ones_own_and_an_owner_everybodys,
    the_page_says_where_the_server_is,
);

async fn a_secret_is_shown_once_and_kept_nowhere(engine: Engine) {
    let program = Program::serving(engine).await;
    let viewer = program.signed_in("viewer@test.test").await;

    let made = make(&viewer, "Stock sync").await;

    let secret = secret_in(&made).expect("a secret");
    assert_eq!((made.status, made.header("cache-control"), made.location()), (200, "no-store", ""), "{}", made.text);
    assert!(secret.len() > 32 && made.text.matches(secret).count() == 1 && made.text.contains("It is not shown again."), "{}", made.text);
    let page = viewer.get(TOKENS).await;
    assert!(page.text.contains("Stock sync") && page.text.contains(&secret[secret.len() - 4..]), "{}", page.text);
    assert_eq!(secret_in(&page), None);
    let kept = program.sql(&format!("SELECT name, ends_with, {} FROM api_tokens", program.id_column("secret_hash")));
    let random: Vec<String> = secret.trim_start_matches("vitrine_").bytes().map(|byte| format!("{byte:02x}")).collect();
    assert!(kept.contains("Stock sync") && !kept.contains(secret) && !kept.contains(&random.concat()) && !program.log().contains(secret), "{kept}");
}

async fn what_cannot_be_made_is_said_beside_its_field(engine: Engine) {
    let program = Program::serving(engine).await;
    let viewer = program.signed_in("viewer@test.test").await;
    let long = "n".repeat(81);

    for (form, says) in [
        (vec![], "Give it a name."),
        (vec![("name", long.as_str()), ("scopes", "products:read"), ("lifetime", "30")], "It may have 80 characters and has 81."),
        (vec![("name", "Kept <b>"), ("scopes", "all"), ("lifetime", "30")], "Tick at least one"),
        (vec![("name", "Kept <b>"), ("scopes", "products:read"), ("lifetime", "-1")], "Choose how long"),
        (vec![("name", "Kept <b>"), ("scopes", "products:read"), ("lifetime", "3650000")], "Choose how long"),
    ] {
        let refused = viewer.post(TOKENS, &form).await;

        assert!(refused.status == 422 && refused.text.contains(says), "{form:?}: {} {}", refused.status, refused.text);
        assert!(!refused.text.contains("Kept <b>") && secret_in(&refused).is_none(), "{form:?}: {}", refused.text);
        assert_eq!(refused.text.contains("Kept &lt;b&gt;"), form.contains(&("name", "Kept <b>")), "{form:?}: {}", refused.text);
    }
    for form in [[("do", "revoke"), ("id", "nonsense")], [("do", "revoke"), ("id", "0195a000-0000-7000-8000-000000000000")]] {
        assert_eq!(viewer.post(TOKENS, &form).await.status, 404, "{form:?}");
    }
    assert_eq!(program.sql("SELECT count(*) FROM api_tokens"), "0");
}

async fn a_form_sent_twice_makes_one_token(engine: Engine) {
    let program = Program::serving(engine).await;
    let (viewer, editor) = (program.signed_in("viewer@test.test").await, program.signed_in("editor@test.test").await);

    let (first, again, anothers) = (make(&viewer, "Stock sync").await, make(&viewer, "Stock sync").await, make(&editor, "Stock sync").await);

    assert!(secret_in(&first).is_some() && again.status == 422 && secret_in(&again).is_none(), "{}", again.text);
    assert!(again.text.contains("You have a token of this name."), "{}", again.text);
    assert_eq!((anothers.status, program.sql("SELECT count(*) FROM api_tokens").as_str()), (200, "2"));
}

async fn a_token_asks_until_it_is_revoked(engine: Engine) {
    let program = Program::serving(engine).await;
    let viewer = program.signed_in("viewer@test.test").await;
    let made = make(&viewer, "Stock sync").await;
    let bearer = format!("Bearer {}", secret_in(&made).expect("a secret"));
    let asked = async || program.client().send(Method::GET, "/api/v1/products?limit=1", &[("authorization", &bearer)], "").await;

    let before = asked().await;
    let id = program.id("api_tokens", "name = 'Stock sync'");
    let revoked = viewer.post(TOKENS, &[("do", "revoke"), ("id", &id)]).await;

    assert_eq!((before.status, revoked.status, asked().await.status), (200, 303, 401), "{}", before.text);
}

async fn each_sees_and_revokes_ones_own_and_an_owner_everybodys(engine: Engine) {
    let program = Program::serving(engine).await;
    let (owner, editor) = (program.signed_in("owner@demo.test").await, program.signed_in("editor@test.test").await);
    make(&owner, "Nightly export").await;
    make(&editor, "Stock sync").await;
    make(&editor, "Old script").await;
    let revoke = async |who: &Client, name: &str| {
        let id = program.id("api_tokens", &format!("name = '{name}'"));
        who.post(TOKENS, &[("do", "revoke"), ("id", &id)]).await
    };

    let (all, own) = (owner.get(TOKENS).await.text, editor.get(TOKENS).await.text);
    for name in ["Nightly export", "Stock sync", "Old script"] {
        assert!(all.contains(name), "{all}");
    }
    assert!(all.contains("(you)") && !own.contains("Nightly export") && !own.contains("(you)") && own.contains("Stock sync"), "{own}");

    let refused = revoke(&editor, "Nightly export").await;
    assert!(matches!(refused.status, 403 | 404), "{refused:?}");
    for (who, name) in [(&editor, "Old script"), (&owner, "Stock sync")] {
        let revoked = revoke(who, name).await;
        assert_eq!((revoked.status, revoked.location()), (303, "/settings/tokens?done=revoked"), "{}", revoked.text);
    }
    let left = owner.get("/settings/tokens?done=revoked").await.text;
    assert!(left.contains("Revoked.") && left.contains("Nightly export") && !left.contains("Stock sync") && !left.contains("Old script"), "{left}");
}

async fn the_page_says_where_the_server_is(engine: Engine) {
    let mut program = Program::serving(engine).await;
    let page = async |program: &Program| program.signed_in("viewer@test.test").await.get(TOKENS).await.text;

    let asked = page(&program).await;
    let here = format!("{}/api/v1/products", program.address());
    assert!(asked.contains(&here), "{asked}");

    program.kill();
    program.serve_with(&[("VITRINE_PUBLIC_URL", "http://vitrine.example/")]).await;
    let set = page(&program).await;
    assert!(set.contains("http://vitrine.example/api/v1/products") && !set.contains(&here), "{set}");
}

async fn make(who: &Client, name: &str) -> Reply {
    who.post(TOKENS, &[("name", name), ("scopes", "products:read"), ("scopes", "products:write"), ("lifetime", "30")]).await
}

fn secret_in(reply: &Reply) -> Option<&str> {
    let at = reply.text.find("\"vitrine_")? + 1;
    reply.text[at..].split('"').next()
}
