//! Other sites' pages: what they have a browser send is refused before anything is done, with the cookies that come along.

use reqwest::Method;

use super::rows::rows;
use crate::support::{Engine, Program};

#[tokio::test]
async fn no_write_of_another_sites_page_is_taken() {
    let program = Program::serving(Engine::Sqlite).await;
    let owner = program.signed_in("owner@demo.test").await;
    let own = program.address();
    let mut tried = 0;

    for row in rows().iter().filter(|row| !row.is_of_api() && !row.reads()) {
        for headers in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
            vec![("sec-fetch-site", "")],
            vec![("origin", "https://evil.test")],
            vec![("origin", "null")],
            vec![("origin", "https://evil.test"), ("x-forwarded-host", "evil.test")],
        ] {
            let headers = [&headers[..], &[("content-type", "application/x-www-form-urlencoded")]].concat();
            let reply = owner.send(row.method(), &row.nowhere(), &headers, "title=Taken").await;
            assert_eq!((reply.status, reply.header("set-cookie")), (403, ""), "{} with {headers:?}: {}", row.route, reply.text);
            assert!(reply.text.contains("came from another site"), "{} is refused for another reason: {}", row.route, reply.text);
            tried += 1;
        }
    }
    assert!(tried > 7 * 25, "{tried}");
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let reply = owner.send(method.clone(), "/products/lamp", &[("sec-fetch-site", "cross-site")], "").await;
        assert_eq!(reply.status, 403, "{method}");
    }
    assert_eq!(owner.get("/products").await.status, 200, "nobody was signed out");
}

#[tokio::test]
async fn nobody_else_may_ask_first_whether_they_may() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@demo.test").await;

    for address in ["/products/lamp", "/settings/tokens", "/api/fn/product/edit", "/api/v1/products", "/api/v1/auth/login", "/sign-in"] {
        let headers = [("origin", "https://evil.test"), ("access-control-request-method", "POST")];
        let reply = client.send(Method::OPTIONS, address, &headers, "").await;
        assert_eq!(reply.header("access-control-allow-origin"), "", "{address}");
        assert!(reply.status < 500, "{address}: {}", reply.status);
    }
}

#[tokio::test]
async fn our_own_pages_and_programs_are_let_through() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("viewer@test.test").await;
    let own = program.address();

    for headers in [
        vec![("sec-fetch-site", "same-origin")],
        // Typed by the person, or sent again by reloading.
        vec![("sec-fetch-site", "none")],
        vec![("origin", own.as_str())],
        // No browser: every one that sends cookies by itself says where a write comes from.
        vec![],
    ] {
        let headers = [&headers[..], &[("content-type", "application/x-www-form-urlencoded")]].concat();
        let reply = client.send(Method::POST, "/theme", &headers, "theme=dark").await;
        assert_eq!((reply.status, reply.cookie()), (303, "theme=dark"), "{headers:?}");
    }
}
