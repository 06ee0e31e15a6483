//! Tokens: an operation needs the scope that its document names, and nothing but a token lets anybody in.

use domain::scope::{Scope, Scopes};
use reqwest::Method;

use super::{
    addresses::operations,
    place::{Place, token_of},
    rows::{Row, rows},
};
use crate::support::{Engine, Program, Reply};

#[tokio::test]
async fn an_operation_needs_its_scope_and_no_other() {
    let place = Place::open(Engine::Sqlite).await;
    let owner = place.owner().await;
    let operations = operations();
    let of_scope: Vec<(Row, Scope)> = rows()
        .into_iter()
        .filter_map(|row| {
            let scope = operations.iter().find(|(route, _)| *route == row.route)?.1.as_deref()?;
            Some((row, Scope::from_name(scope).unwrap_or_else(|| panic!("{scope} is no scope"))))
        })
        .collect();
    assert!(of_scope.len() > 50, "{} operations", of_scope.len());

    for scope in Scope::ALL {
        assert!(of_scope.iter().any(|(_, needed)| *needed == scope), "{} is good for nothing", scope.name());
        let before = place.theirs();
        narrow(&place, Scope::ALL.into_iter().filter(|other| *other != scope).collect());
        for (row, _) in of_scope.iter().filter(|(_, needed)| *needed == scope) {
            lacks(&place.ask(&owner, row).await.reply, row, scope);
        }
        narrow(&place, [scope].into_iter().collect());
        for (row, needed) in of_scope.iter().filter(|(_, needed)| *needed != scope) {
            lacks(&place.ask(&owner, row).await.reply, row, *needed);
        }
        assert_eq!(place.theirs(), before, "{}", scope.name());
    }
    // Each is enough by itself.
    for (row, scope) in &of_scope {
        narrow(&place, [*scope].into_iter().collect());
        let reply = place.ask(&owner, row).await.reply;
        assert!(reply.status < 500 && !matches!(reply.status, 401 | 403), "{} with {}: {} {}", row.route, scope.name(), reply.status, reply.text);
    }
}

#[tokio::test]
async fn nothing_but_a_token_lets_anybody_in() {
    let program = Program::serving(Engine::Sqlite).await;
    let browser = program.signed_in("viewer@test.test").await;
    let token = token_of(&program.client(), "viewer@test.test").await;
    let secret = token.trim_start_matches("Bearer ");

    for row in rows().into_iter().filter(|row| row.is_of_api() && row.least.is_some()) {
        let address = row.nowhere();
        let json = ("content-type", "application/json");
        // A cookie comes along with each.
        for (how, headers) in [
            ("nothing", vec![]),
            ("a page of ours", vec![json, ("sec-fetch-site", "same-origin")]),
            ("a form of another site", vec![("content-type", "text/plain"), ("sec-fetch-site", "cross-site"), ("origin", "https://evil.test")]),
            ("another form of another site", vec![("content-type", "multipart/form-data; boundary=x"), ("origin", "https://evil.test")]),
            ("no scheme", vec![json, ("authorization", secret)]),
            ("another scheme", vec![json, ("authorization", "Basic dmlld2VyQHRlc3QudGVzdDpjb3JyZWN0LWhvcnNlLWJhdHRlcnk=")]),
            ("another header", vec![json, ("x-api-key", secret)]),
            ("half a token", vec![json, ("authorization", &token[..token.len() - 1])]),
            ("two tokens", vec![json, ("authorization", token.as_str()), ("authorization", token.as_str())]),
        ] {
            let reply = browser.send(row.method(), &address, &headers, r#"{"title":"Lamp"}"#).await;
            let told = (reply.status, reply.header("content-type"), reply.header("access-control-allow-origin"));
            assert_eq!(told, (401, "application/problem+json", ""), "{} with {how}: {}", row.route, reply.text);
        }
        // Nor one in the address, where it would be written into logs.
        let mark = if address.contains('?') { '&' } else { '?' };
        let in_address = browser.send(row.method(), &format!("{address}{mark}access_token={secret}"), &[], "").await;
        assert_eq!(in_address.status, 401, "{}", row.route);
    }
    assert!(!program.log().contains(secret));
}

#[tokio::test]
async fn a_token_that_is_ended_is_of_no_use_at_once() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.client();
    let status = async |token: &str| client.send(Method::GET, "/api/v1/products", &[("authorization", token)], "").await.status;

    for ended in ["UPDATE api_tokens SET expires_at = 1", "DELETE FROM api_tokens", "DELETE FROM memberships"] {
        let token = token_of(&client, "viewer@test.test").await;
        assert_eq!(status(&token).await, 200);
        program.sql(ended);
        assert_eq!(status(&token).await, 401, "{ended}");
    }
}

/// Leaves the tokens of whoever has logged in these scopes.
fn narrow(place: &Place, scopes: Scopes) {
    place.shops.program.sql(&format!("UPDATE api_tokens SET scopes = {} WHERE log_in", scopes.bits()));
}

#[track_caller]
fn lacks(reply: &Reply, row: &Row, scope: Scope) {
    let challenge = format!("error=\"insufficient_scope\", scope=\"{}\"", scope.name());
    assert_eq!(
        (reply.status, reply.header("www-authenticate").ends_with(&challenge)),
        (403, true),
        "{} without {}: {}",
        row.route,
        scope.name(),
        reply.text
    );
}
