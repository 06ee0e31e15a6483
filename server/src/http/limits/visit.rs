//! What a request costs, how important it is, and what it is like: told by its method and address alone.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method},
};
use limits::overload::{Class, Kind};

/// Through which door somebody comes: each has limits of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Never limited.
    Health,
    /// Files of the site, which need no database.
    File,
    Page,
    Function,
    Api,
    Login,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) door: Door,
    /// What the answer is for a program: problems instead of pages.
    pub(super) by_program: bool,
    pub(super) points: u32,
    pub(super) work: Work,
}

/// What the server has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Nothing that needs the database, or something that waits for others: a writer, an upload.
    Other,
    /// A password to be hashed: these have a line of their own, where it is done.
    Password,
    Database(Class, Kind),
}

/// What an operation of the API costs.
const LIST: u32 = 1;
const SEARCH: u32 = 2;
const WRITE: u32 = 5;
pub(super) const BULK: u32 = 10;

/// Requests that take about as long.
mod kind {
    use limits::overload::Kind;

    pub(super) const API_LIST: Kind = Kind(0);
    pub(super) const API_SEARCH: Kind = Kind(1);
    pub(super) const API_ONE: Kind = Kind(2);
    pub(super) const API_WRITE: Kind = Kind(3);
    pub(super) const API_BULK: Kind = Kind(4);
    pub(super) const LIST: Kind = Kind(5);
    pub(super) const PRODUCT: Kind = Kind(6);
    pub(super) const FUNCTION: Kind = Kind(7);
    pub(super) const EDIT: Kind = Kind(8);
    pub(super) const LIST_PAGE: Kind = Kind(9);
    pub(super) const PAGE: Kind = Kind(10);
    pub(super) const FORM: Kind = Kind(11);
    pub(super) const PUSH: Kind = Kind(12);
    pub(super) const PULL: Kind = Kind(13);
}

/// Asked every second while something moves.
const POLLS: [&str; 4] = ["jobs/list", "jobs/get", "runs/list", "runs/get"];

/// They wait for a writer, which may take a minute.
const WRITERS: [&str; 2] = ["providers/try", "briefs/preview"];

impl Visit {
    pub(super) fn of(request: &Request) -> Self {
        let (method, address, headers) = (request.method(), request.uri(), request.headers());
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let visit = |door, by_program, points, work| Self { door, by_program, points, work };
        let path = address.path();
        if let Some(function) = path.strip_prefix("/api/fn/") {
            return visit(Door::Function, false, 1, function_work(function, reads, headers));
        }
        if let Some(call) = path.strip_prefix("/sync/v1/") {
            // A device asks in the background, but what it sends is somebody's work.
            let work = match call {
                "push" => Work::Database(Class::Write, kind::PUSH),
                // As long as somebody listens.
                "poke" => Work::Other,
                _ => Work::Database(Class::Read, kind::PULL),
            };
            return visit(Door::Function, true, 1, work);
        }
        if let Some(rest) = path.strip_prefix("/api").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
            if !reads && rest.ends_with("/auth/login") {
                return visit(Door::Login, true, 1, Work::Password);
            }
            let (points, work) = api_work(rest, address.query().unwrap_or_default(), reads);
            return visit(Door::Api, true, points, work);
        }
        match path {
            // Nobody waits for what comes of it.
            "/vitals" => visit(Door::File, true, 1, Work::Other),
            "/healthz" | "/readyz" => visit(Door::Health, true, 0, Work::Other),
            "/sign-in" if !reads => visit(Door::Login, false, 1, Work::Password),
            _ if path.starts_with("/pkg/") || path.starts_with("/pictures/") || is_file(path) => visit(Door::File, false, 1, Work::Other),
            _ => visit(Door::Page, false, 1, page_work(path, address.query(), reads, headers)),
        }
    }
}

/// Whether a route, such as `POST /imports`, takes as long as something else likes: a file on its way, a password that is to be slow to try, somebody
/// else's server, or as much at once as somebody sends. Nothing can be promised of how long that is.
pub(crate) fn takes_its_time(route: &str) -> bool {
    let Some((method, address)) = route.split_once(' ') else { return false };
    let request = Request::builder().method(method).uri(address).body(Body::empty());
    request.map(|request| Visit::of(&request)).is_ok_and(|visit| visit.points >= BULK || !matches!(visit.work, Work::Database(..)))
}

/// Files lie at the root and have an ending; no page has both.
fn is_file(path: &str) -> bool {
    path.rfind('/') == Some(0) && path.contains('.')
}

fn api_work(rest: &str, query: &str, reads: bool) -> (u32, Work) {
    let below_version = rest.split('/').nth(2).unwrap_or_default();
    if reads && (rest.starts_with("/problems/") || matches!(below_version, "docs" | "openapi.json")) {
        return (LIST, Work::Other);
    }
    let is_one = rest.split('/').filter(|part| !part.is_empty()).count() > 2;
    let last = rest.rsplit('/').next().unwrap_or_default();
    match (below_version, last) {
        // As long as the file is, and the line it goes through.
        ("imports", "imports") if !reads => return (BULK, Work::Other),
        ("imports", "bad-rows") | ("exports", _) => return (BULK, Work::Other),
        // Waits for somebody else's server.
        ("webhooks", "test") => return (WRITE, Work::Other),
        _ => {}
    }
    match last {
        _ if reads && query.split('&').any(|part| part.starts_with("q=")) => (SEARCH, Work::Database(Class::Read, kind::API_SEARCH)),
        _ if reads => (LIST, Work::Database(Class::Read, if is_one { kind::API_ONE } else { kind::API_LIST })),
        "batch" | "approve" | "replay" => (BULK, Work::Database(Class::Write, kind::API_BULK)),
        _ => (WRITE, Work::Database(Class::Write, kind::API_WRITE)),
    }
}

fn function_work(function: &str, reads: bool, headers: &HeaderMap) -> Work {
    if WRITERS.contains(&function) {
        return Work::Other;
    }
    let kind = match function.split('/').next() {
        _ if !reads => kind::EDIT,
        Some("products") => kind::LIST,
        Some("product") => kind::PRODUCT,
        _ => kind::FUNCTION,
    };
    let class = match reads {
        true if POLLS.contains(&function) || is_ahead(headers) => Class::Background,
        true => Class::Read,
        false => Class::Write,
    };
    Work::Database(class, kind)
}

fn page_work(path: &str, query: Option<&str>, reads: bool, headers: &HeaderMap) -> Work {
    // Waits for somebody else's server, or for time to pass: forms that do say so in their address.
    if !reads && (path.starts_with("/settings/") || matches!(path, "/performance/alerts" | "/performance/bottlenecks")) && query == Some("waits") {
        return Work::Other;
    }
    // Nobody could sign in otherwise, however few they are: its form asks the database nothing but who has a session already.
    if reads && path == "/sign-in" {
        return Work::Other;
    }
    // As long as the file is, and the line to the browser: uploads, and files that are made while they are sent.
    let is_file_made_while_sent = path == "/usage/export.csv" || (path.starts_with("/imports/") && path.ends_with("/bad-rows.csv"));
    if (path == "/imports" && !reads) || (reads && is_file_made_while_sent) {
        return Work::Other;
    }
    let kind = if path == "/products" { kind::LIST_PAGE } else { kind::PAGE };
    match reads {
        true if is_ahead(headers) => Work::Database(Class::Background, kind),
        true => Work::Database(Class::Read, kind),
        false => Work::Database(Class::Write, kind::FORM),
    }
}

/// Whether a browser fetches it ahead, before anybody has asked.
fn is_ahead(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose"].iter().any(|name| headers.get(*name).is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(method: &str, address: &str) -> Visit {
        Visit::of(&Request::builder().method(method).uri(address).body(Body::empty()).unwrap())
    }

    fn class(method: &str, address: &str) -> Option<Class> {
        match visit(method, address).work {
            Work::Database(class, _) => Some(class),
            Work::Other | Work::Password => None,
        }
    }

    #[test]
    fn what_costs_more_takes_more_points() {
        for (method, address, points) in [
            ("GET", "/api/v1/products?limit=20", 1),
            ("GET", "/api/v1/products/lamp", 1),
            ("GET", "/api/products?sort=title&q=lamp", 2),
            ("PATCH", "/api/v1/products/lamp", 5),
            ("POST", "/api/products", 5),
            ("DELETE", "/api/v1/products/lamp", 5),
            ("POST", "/api/v1/products/batch", 10),
            ("POST", "/api/v1/imports", 10),
            ("GET", "/api/v1/exports/products.csv", 10),
            ("GET", "/api/v1/imports/7/bad-rows", 10),
            ("GET", "/api/v1/jobs", 1),
        ] {
            assert_eq!((visit(method, address).door, visit(method, address).points), (Door::Api, points), "{method} {address}");
        }
    }

    #[test]
    fn everybody_comes_through_a_door_of_theirs() {
        for (method, address, door) in [
            ("GET", "/healthz", Door::Health),
            ("GET", "/readyz", Door::Health),
            ("GET", "/pkg/vitrine.abc.wasm", Door::File),
            ("GET", "/favicon.svg", Door::File),
            ("GET", "/pictures/demo/1.svg", Door::File),
            ("GET", "/sign-in", Door::Page),
            ("POST", "/sign-in", Door::Login),
            ("POST", "/api/auth/login", Door::Login),
            ("POST", "/api/v1/auth/login", Door::Login),
            ("GET", "/products/lamp", Door::Page),
            ("GET", "/usage/export.csv", Door::Page),
            ("GET", "/apiary", Door::Page),
            ("POST", "/api/fn/product/edit", Door::Function),
            ("POST", "/sync/v1/push", Door::Function),
            ("POST", "/sync/v1/pull", Door::Function),
            ("POST", "/sync/v1/rows", Door::Function),
            ("GET", "/api", Door::Api),
            ("GET", "/api/v2/whatever", Door::Api),
        ] {
            assert_eq!(visit(method, address).door, door, "{method} {address}");
        }
    }

    #[test]
    fn what_waits_for_something_else_takes_its_time_and_what_people_wait_for_does_not() {
        for long in [
            "POST /imports",
            "POST /api/v1/imports",
            "GET /imports/{id}/bad-rows.csv",
            "GET /usage/export.csv",
            "GET /api/v1/exports/products.csv",
            "GET /sync/v1/poke",
            "POST /sign-in",
            "POST /api/v1/auth/login",
            "POST /api/fn/briefs/preview",
            "POST /api/v1/webhooks/{id}/test",
            "POST /api/v1/products/batch",
        ] {
            assert!(takes_its_time(long), "{long}");
        }
        for short in [
            "GET /products/{handle}",
            "GET /api/v1/products?q",
            "DELETE /api/v1/products/{product}",
            "POST /imports/{id}/cancel",
            "POST /performance/{place}",
            "POST /sync/v1/pull",
            "POST /api/fn/review/decide",
            "others",
        ] {
            assert!(!takes_its_time(short), "{short}");
        }
    }

    #[test]
    fn what_nobody_waits_for_is_background_and_what_changes_something_a_write() {
        for (method, address, expected) in [
            ("GET", "/api/fn/jobs/get?id=1", Some(Class::Background)),
            ("GET", "/api/fn/products/list?x=1", Some(Class::Read)),
            ("POST", "/api/fn/product/edit", Some(Class::Write)),
            ("POST", "/api/fn/briefs/preview", None),
            ("GET", "/products", Some(Class::Read)),
            ("POST", "/products/lamp", Some(Class::Write)),
            ("POST", "/imports", None),
            ("GET", "/usage/export.csv", None),
            ("GET", "/imports/7/bad-rows.csv", None),
            ("GET", "/products/lamp.csv", Some(Class::Read)),
            ("POST", "/products/lamp.csv", Some(Class::Write)),
            ("POST", "/settings/webhooks", Some(Class::Write)),
            ("POST", "/settings/webhooks?waits", None),
            ("POST", "/performance/alerts?waits", None),
            ("POST", "/performance/bottlenecks?waits", None),
            ("POST", "/performance/bottlenecks", Some(Class::Write)),
            ("POST", "/performance/alerts", Some(Class::Write)),
            ("POST", "/products/lamp?waits", Some(Class::Write)),
            ("GET", "/api/v1/products", Some(Class::Read)),
            ("POST", "/api/v1/imports", None),
            ("POST", "/api/v1/imports/7/confirm", Some(Class::Write)),
            ("GET", "/api/v1/exports/products.csv", None),
            ("POST", "/api/v1/webhooks/7/test", None),
            ("PATCH", "/api/v1/products/test", Some(Class::Write)),
            ("GET", "/api/v1/openapi.json", None),
            ("GET", "/api/v1/docs/docs.js", None),
            ("GET", "/api/problems/overloaded", None),
            ("POST", "/api/v1/auth/login", None),
            ("GET", "/sign-in", None),
            ("GET", "/pkg/vitrine.abc.wasm", None),
            ("GET", "/healthz", None),
        ] {
            assert_eq!(class(method, address), expected, "{method} {address}");
        }
        let ahead = Request::builder().uri("/products/lamp").header("sec-purpose", "prefetch;prerender").body(Body::empty()).unwrap();
        assert_eq!(Visit::of(&ahead).work, Work::Database(Class::Background, kind::PAGE));
        assert_eq!(visit("POST", "/sign-in").work, Work::Password);
    }
}
