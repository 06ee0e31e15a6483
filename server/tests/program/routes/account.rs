//! Signing in and out.

use reqwest::Method;

use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(
    a_person_signs_in_and_out,
    a_wrong_password_is_told_beside_the_field,
    many_wrong_passwords_slow_down,
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
    let right = client.sign_in("editor@test.test", crate::support::PASSWORD).await;

    assert_ne!(right.status, 303);
    assert!(right.text.contains("Too many wrong passwords"), "{}", right.text);
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
