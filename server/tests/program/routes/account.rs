//! Signing in and out.

use reqwest::Method;

use crate::support::{Engine, PASSWORD, Program, Reply, on_both_engines};

on_both_engines!(
    a_person_signs_in_and_out,
    a_wrong_password_is_told_beside_the_field,
    many_wrong_passwords_slow_down,
    signing_in_again_ends_the_session_before,
    a_session_outlives_a_restart,
    the_second_store_is_entered_by_its_members_alone,
);

async fn a_person_signs_in_and_out(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.client();

    let away = client.get("/products?q=lamp").await;
    assert_eq!((away.status, away.location()), (303, "/sign-in?next=/products%3Fq%3Dlamp"));

    let signed_in = client.post("/sign-in", &[("email", "Owner@Demo.test"), ("password", "vitrine-demo"), ("next", "/products?q=lamp")]).await;
    assert_eq!((signed_in.status, signed_in.location()), (303, "/products?q=lamp"));
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(client.get("/products").await.status, 200);

    assert_eq!(client.post("/sign-out", &[]).await.location(), "/sign-in");
    assert_eq!(client.get("/products").await.status, 303);
}

async fn a_wrong_password_is_told_beside_the_field(engine: Engine) {
    let program = Program::serving(engine).await;

    let known = program.client().sign_in("editor@test.test", "wrong").await;
    let unknown = program.client().sign_in("nobody@test.test", "wrong").await;

    assert_eq!((known.status, unknown.status), (422, 422));
    assert!(known.text.contains(r#"aria-describedby="error""#) && known.text.contains(r#"value="editor@test.test""#), "{}", known.text);
    // Whether an account exists is nobody's business.
    assert_eq!(known.text.replace("editor@", "nobody@"), unknown.text);
}

async fn many_wrong_passwords_slow_down(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.client();

    for _ in 0..6 {
        client.sign_in("editor@test.test", "wrong").await;
    }
    let right = client.sign_in("editor@test.test", PASSWORD).await;
    let another = client.sign_in("viewer@test.test", PASSWORD).await;

    assert_eq!((right.status, another.status), (429, 303), "{}", right.text);
    assert!(right.text.contains("Too many wrong passwords. Wait 1 minute and try again."), "{}", right.text);
    let seconds: u64 = right.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

async fn signing_in_again_ends_the_session_before(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.client();
    let first = client.sign_in("editor@test.test", PASSWORD).await;
    let before = async || program.client().send(Method::GET, "/products", &[("cookie", first.cookie())], "").await.status;

    client.sign_in("editor@test.test", "wrong").await;
    assert_eq!(before().await, 200, "a wrong password ends nothing");
    let second = client.sign_in("viewer@test.test", PASSWORD).await;

    assert_eq!(second.status, 303, "{}", second.text);
    assert_ne!(second.cookie(), first.cookie());
    assert_eq!(before().await, 303);
    assert_eq!(client.get("/products").await.status, 200);
}

async fn a_session_outlives_a_restart(engine: Engine) {
    let mut program = Program::serving(engine).await;
    let client = program.signed_in("owner@demo.test").await;

    program.kill();
    program.serve().await;

    assert_eq!(client.get("/products").await.status, 200);
}

async fn the_second_store_is_entered_by_its_members_alone(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@second.test").await;

    let page = client.get("/products").await;

    assert!(page.text.contains("Second store") && !page.text.contains("Demo store"), "{}", page.text);
    assert_eq!(client.post("/switch-store", &[("store", "0195a000-0000-7000-8000-000000000000")]).await.status, 404);
}

#[tokio::test]
async fn a_write_from_another_site_is_refused() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@demo.test").await;

    for headers in [[("sec-fetch-site", "cross-site")], [("origin", "https://evil.test")]] {
        let reply = client.send(Method::POST, "/sign-out", &headers, "").await;
        assert_eq!(reply.status, 403, "{headers:?}");
    }
    assert_eq!(client.get("/products").await.status, 200);
}

#[tokio::test]
async fn the_demo_account_works_on_this_machine_alone() {
    let mut program = Program::serving(Engine::Sqlite).await;
    let demo = [("email", "owner@demo.test"), ("password", "vitrine-demo")];
    let refused = |reply: &Reply| {
        assert_eq!((reply.status, reply.cookie()), (422, ""), "{}", reply.text);
        assert!(reply.text.contains("The demo account works on this machine alone."), "{}", reply.text);
    };

    assert_eq!(program.client().post("/sign-in", &demo).await.status, 303);
    for header in [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7"), ("x-real-ip", "192.0.2.7")] {
        refused(&program.client().post_with("/sign-in", &demo, &[header]).await);
        // However its email is written, as the store would find it.
        let written = [("email", " \u{d6}wner@DEMO.test"), demo[1]];
        refused(&program.client().post_with("/sign-in", &written, &[header]).await);
    }
    let everywhere = format!("0.0.0.0:{}", program.port());
    for setting in [("VITRINE_PUBLIC_URL", "https://vitrine.example"), ("VITRINE_ADDR", everywhere.as_str())] {
        program.kill();
        program.serve_with(&[setting]).await;
        refused(&program.client().post("/sign-in", &demo).await);
        assert_eq!(program.client().sign_in("editor@test.test", PASSWORD).await.status, 303);
    }
}
