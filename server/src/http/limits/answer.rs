//! What somebody is told who asks too fast, or at a bad moment: a program gets problem details (RFC 9457), a page's function an error
//! that the page understands, a person a page.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use leptos::server_fn::error::FromServerFnError;
use limits::overload::Shed;
use ports::error::AppError;
use serde::Serialize;

use super::{
    rates::Refused,
    visit::{Door, Visit},
};
use crate::http::{errors, state::AppState};

/// As the API has them, where they are explained.
#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    /// As the draft of the `RateLimit` headers has it.
    #[serde(rename = "violated-policies", skip_serializing_if = "Option::is_none")]
    violated_policies: Option<[&'a str; 1]>,
}

const RATE_LIMITED: (&str, &str, StatusCode) = ("/api/problems/rate-limited", "Too many requests in a short time", StatusCode::TOO_MANY_REQUESTS);
const OVERLOADED: (&str, &str, StatusCode) =
    ("/api/problems/overloaded", "The server has too much to do at the moment", StatusCode::SERVICE_UNAVAILABLE);

pub(super) fn too_fast(state: &AppState, visit: Visit, refused: Refused) -> Response {
    let seconds = seconds(refused.wait);
    let sentence = match visit.door {
        Door::Login => format!("There were too many attempts to log in. Nothing was looked at. Try again in {seconds}."),
        _ => format!("You ask faster than this server allows. Nothing was done. Try again in {seconds}."),
    };
    answer(state, visit, RATE_LIMITED, &sentence, Some(refused.policy), refused.wait)
}

pub(super) fn too_much(state: &AppState, visit: Visit, shed: Shed) -> Response {
    let sentence = format!("The server has more to do than it can at the moment. Nothing was done. Try again in {}.", seconds(shed.retry_after));
    answer(state, visit, OVERLOADED, &sentence, None, shed.retry_after)
}

fn seconds(wait: u64) -> String {
    if wait == 1 { "a second".into() } else { format!("{wait} seconds") }
}

fn answer(
    state: &AppState,
    visit: Visit,
    (kind, title, status): (&'static str, &'static str, StatusCode),
    sentence: &str,
    policy: Option<&str>,
    wait: u64,
) -> Response {
    let mut response = match visit.door {
        _ if visit.by_program => {
            let problem = Problem { kind, title, status: status.as_u16(), detail: sentence, violated_policies: policy.map(|policy| [policy]) };
            let body = serde_json::to_vec(&problem).unwrap_or_default();
            ([(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
        }
        Door::Function => AppError::Unavailable(sentence.to_owned()).ser().into_response(),
        Door::File => sentence.to_owned().into_response(),
        _ => errors::page(state, &AppError::Unavailable(sentence.to_owned())),
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `GET /api/problems/rate-limited`
pub(crate) async fn rate_limited_explained() -> String {
    explained(
        RATE_LIMITED,
        "The header Retry-After says in how many seconds to try again. RateLimit-Policy says how much may be asked by a token and from an address, \
         and RateLimit how much of it is left: a list costs 1 point, a search 2, a write 5, a batch 10. Logging in is limited by email and address.",
    )
}

/// `GET /api/problems/overloaded`
pub(crate) async fn overloaded_explained() -> String {
    explained(
        OVERLOADED,
        "Nothing is wrong with the request, and nothing was done. The header Retry-After says in how many seconds to try again; whoever is refused \
         then, too, waits twice as long each time.",
    )
}

fn explained((_, title, status): (&str, &str, StatusCode), explanation: &str) -> String {
    format!("{title} ({})\n\n{explanation}\n", status.as_u16())
}
