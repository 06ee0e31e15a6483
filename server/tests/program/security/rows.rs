//! Who may ask what: each address once, with something to ask there that its least role is let do.
//!
//! They are asked in this order: what takes something away comes last. `<name>` is a thing of the store ([`Place`]), `<n>` another number
//! each time.

use std::collections::BTreeMap;

use app::runs::Steering;
use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{OpId, ProviderId, Seq, UserId},
    op::{Base, Edit},
    role::Role,
    words::Words,
};
use ports::{
    product::EditRequest,
    review::{Cursor, Decision, Verdict},
};
use reqwest::Method;
use serde::Serialize;

use super::place::Place;
use crate::routes::functions::arguments_of;

pub(super) struct Row {
    /// As it is written in the router, with its method.
    pub(super) route: &'static str,
    /// Who may at least; none: everybody.
    pub(super) least: Option<Role>,
    /// Where it is asked: behind the route's path when it begins with `?`, the path itself when it is empty.
    at: &'static str,
    pub(super) sent: Sent,
    /// What the first who may is answered.
    pub(super) good: u16,
    /// What the owner of another store is answered; none where it is about their own store then.
    pub(super) stranger: Option<u16>,
}

pub(super) enum Sent {
    Nothing,
    Form(&'static str),
    Json(&'static str),
    Csv(&'static str),
    /// Of a form with files, between boundaries that are `x`.
    Parts(&'static str),
    Arguments(fn(&Place, u32) -> Vec<u8>),
}

const ALL: Option<Role> = None;
const VIEWER: Option<Role> = Some(Role::Viewer);
const REVIEWER: Option<Role> = Some(Role::Reviewer);
const EDITOR: Option<Role> = Some(Role::Editor);
const OWNER: Option<Role> = Some(Role::Owner);

const OWN: Option<u16> = None;
const MISSING: Option<u16> = Some(404);
const REFUSED: Option<u16> = Some(422);
/// Owners of one store of several may not either.
const FORBIDDEN: Option<u16> = Some(403);

const FILE: &str = "Handle,Title\nown-lamp,Lamp\n";
const DRY_RUN: &str = "--x\r\ncontent-disposition: form-data; name=\"dry_run\"\r\n\r\non\r\n--x\r\n\
    content-disposition: form-data; name=\"file\"; filename=\"own.csv\"\r\n\r\nHandle,Title\nown-lamp,Lamp\n\r\n--x--\r\n";

impl Row {
    pub(super) fn method(&self) -> Method {
        let method = self.route.split(' ').next().unwrap_or_default();
        if method == "*" { Method::GET } else { method.parse().unwrap() }
    }

    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        self.method() == Method::GET
    }

    /// With the names of things in it.
    pub(super) fn address(&self) -> String {
        let path = self.route.split(' ').nth(1).unwrap_or_default();
        if self.at.is_empty() || self.at.starts_with('?') { format!("{path}{}", self.at) } else { self.at.to_owned() }
    }

    /// The same with things that are nowhere, for what is refused before anything is looked up.
    pub(super) fn nowhere(&self) -> String {
        let address = self.address();
        let mut parts = address.split('<');
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |before, part| {
            let behind = part.split_once('>').map_or("", |(_, behind)| behind);
            format!("{before}0195a000-0000-7000-8000-000000000000{behind}")
        })
    }

    /// Asked with a token, never with a cookie.
    pub(super) fn is_of_api(&self) -> bool {
        self.route.contains(" /api/") && !self.is_function()
    }

    pub(super) fn is_function(&self) -> bool {
        self.route.contains(" /api/fn/")
    }
}

/// The address, who may at least, where and with what it is asked, what the first who may is answered, and the owner of another store.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for part in [open(), pages(), reads(), forms(), functions(), api_reads(), api_writes(), last()] {
        rows.extend(part.into_iter().map(|(route, least, at, sent, good, stranger)| Row { route, least, at, sent, good, stranger }));
    }
    rows
}

type Part = Vec<(&'static str, Option<Role>, &'static str, Sent, u16, Option<u16>)>;

/// For everybody: nothing of a store is in it.
fn open() -> Part {
    vec![
        ("GET /", ALL, "", Sent::Nothing, 303, OWN),
        ("GET /sign-in", ALL, "?next=/products", Sent::Nothing, 200, OWN),
        ("POST /sign-in", ALL, "", Sent::Form("email=nobody<n>%40test.test&password=wrong"), 422, OWN),
        // Whatever it is, it is taken; who reads it finds out.
        ("POST /vitals", ALL, "", Sent::Nothing, 204, OWN),
        ("POST /theme", ALL, "", Sent::Form("theme=dark"), 303, OWN),
        // What is no message is told so. Of messages, who is signed in has to be who they are about: see routes/devices.rs.
        ("POST /sync/v1/push", ALL, "", Sent::Nothing, 400, OWN),
        ("POST /sync/v1/pull", ALL, "", Sent::Nothing, 400, OWN),
        ("POST /sync/v1/rows", ALL, "", Sent::Nothing, 400, OWN),
        // Nobody who is not signed in hears anything.
        ("GET /sync/v1/poke", ALL, "", Sent::Nothing, 401, OWN),
        ("GET /healthz", ALL, "", Sent::Nothing, 200, OWN),
        // On an address of its own; where pages are there is nothing.
        ("GET /metrics", ALL, "", Sent::Nothing, 404, OWN),
        ("GET /readyz", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /sw.js", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /pictures/demo/{file}", ALL, "/pictures/demo/1-1.svg", Sent::Nothing, 200, OWN),
        ("* /pkg", ALL, "/pkg/none.wasm", Sent::Nothing, 404, OWN),
        ("GET /api/v1/openapi.json", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/docs", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/docs/docs.js", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/docs/docs.css", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /api/problems/{slug}", ALL, "/api/problems/not-found", Sent::Nothing, 200, OWN),
        ("GET /api/problems/rate-limited", ALL, "", Sent::Nothing, 200, OWN),
        ("GET /api/problems/overloaded", ALL, "", Sent::Nothing, 200, OWN),
        ("POST /api/v1/auth/login", ALL, "", Sent::Json(r#"{"email":"nobody<n>@test.test","password":"wrong"}"#), 401, OWN),
        ("POST /api/auth/login", ALL, "", Sent::Json(r#"{"email":"nobody<n>@test.test","password":"wrong"}"#), 401, OWN),
    ]
}

fn pages() -> Part {
    vec![
        ("GET /offline", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /products", VIEWER, "?sort=title", Sent::Nothing, 200, OWN),
        ("GET /products/{handle}", VIEWER, "/products/<handle>", Sent::Nothing, 200, MISSING),
        ("GET /products/{handle}/versions", VIEWER, "/products/<suggested0>/versions", Sent::Nothing, 200, MISSING),
        ("GET /review", VIEWER, "?run=<run>&card=<review0>", Sent::Nothing, 200, OWN),
        ("GET /runs", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /runs/new", VIEWER, "?provider=<provider>", Sent::Nothing, 200, OWN),
        ("GET /runs/{id}", VIEWER, "/runs/<run>", Sent::Nothing, 200, MISSING),
        ("GET /imports", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /imports/{id}", VIEWER, "/imports/<job>", Sent::Nothing, 200, MISSING),
        ("GET /imports/{id}/bad-rows.csv", VIEWER, "/imports/<job>/bad-rows.csv", Sent::Nothing, 200, MISSING),
        ("GET /changes", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /usage", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /usage/export.csv", VIEWER, "", Sent::Nothing, 200, OWN),
        // To others than whoever owns every store it says that it is for them.
        ("GET /performance", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /performance/{place}", VIEWER, "/performance/database", Sent::Nothing, 200, OWN),
        ("GET /performance/report.md", OWNER, "", Sent::Nothing, 403, FORBIDDEN),
        ("GET /performance/report.csv", OWNER, "", Sent::Nothing, 403, FORBIDDEN),
        // Where nobody has looked there is none; others than whoever owns every store are not told that.
        ("GET /performance/profile.pb", OWNER, "", Sent::Nothing, 403, FORBIDDEN),
        ("GET /performance/profile.txt", OWNER, "", Sent::Nothing, 403, FORBIDDEN),
        ("GET /settings", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /settings/brief", VIEWER, "?template=Lamps", Sent::Nothing, 200, OWN),
        // To others than owners it says that it is for owners.
        ("GET /settings/providers", VIEWER, "?edit=<provider>", Sent::Nothing, 200, MISSING),
        ("GET /settings/tokens", VIEWER, "?all", Sent::Nothing, 200, OWN),
        ("GET /settings/webhooks", VIEWER, "?log=<hook>", Sent::Nothing, 200, MISSING),
    ]
}

/// Server functions that read.
fn reads() -> Part {
    vec![
        ("GET /api/fn/products/list", VIEWER, "?address=&start=0&count=200", Sent::Nothing, 200, OWN),
        ("GET /api/fn/products/facets", VIEWER, "?address=", Sent::Nothing, 200, OWN),
        ("GET /api/fn/products/facet", VIEWER, "?address=&facet=vendor&containing=", Sent::Nothing, 200, OWN),
        ("GET /api/fn/products/names", VIEWER, "?products=<product>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/product/get", VIEWER, "?handle=<handle>&list=", Sent::Nothing, 200, OWN),
        ("GET /api/fn/product/history", VIEWER, "?product=<product>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/jobs/list", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/fn/jobs/get", VIEWER, "?id=<job>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/settings/members", OWNER, "", Sent::Nothing, 200, OWN),
        ("GET /api/fn/review/queue", VIEWER, "?filter=run%3D<run>&behind=&count=50", Sent::Nothing, 200, OWN),
        ("GET /api/fn/review/card", VIEWER, "?review=<review0>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/review/reviewers", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/fn/review/versions", VIEWER, "?handle=<suggested0>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/runs/overview", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/fn/runs/list", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/fn/runs/get", VIEWER, "?id=<run>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/runs/prepare", VIEWER, "?address=handles%3D<suggested0>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/runs/estimate", EDITOR, "?address=handles%3D<suggested0>%26provider%3D<built-in>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/usage/get", VIEWER, "?address=", Sent::Nothing, 200, OWN),
        ("GET /api/fn/performance/open", VIEWER, "?address=%2Fperformance", Sent::Nothing, 200, OWN),
        ("GET /api/fn/briefs/page", VIEWER, "?search=template%3DLamps", Sent::Nothing, 200, OWN),
        ("GET /api/fn/providers/page", VIEWER, "?search=edit%3D<provider>", Sent::Nothing, 200, OWN),
        ("GET /api/fn/tokens/page", VIEWER, "?search=all", Sent::Nothing, 200, OWN),
        ("GET /api/fn/webhooks/page", VIEWER, "?search=log%3D<hook>", Sent::Nothing, 200, OWN),
    ]
}

fn forms() -> Part {
    vec![
        ("POST /switch-store", VIEWER, "", Sent::Form("store=<store>"), 303, MISSING),
        ("POST /products/{handle}", EDITOR, "/products/<handle>", Sent::Form("title=Saved+<n>&base%3Atitle=100000"), 303, MISSING),
        ("POST /imports", EDITOR, "", Sent::Parts(DRY_RUN), 303, OWN),
        ("POST /imports/{id}/cancel", EDITOR, "/imports/<job>/cancel", Sent::Nothing, 303, MISSING),
        ("POST /imports/{id}/confirm", EDITOR, "/imports/<job1>/confirm", Sent::Nothing, 303, MISSING),
        ("POST /settings/brief", EDITOR, "", Sent::Form("voice=Plain.&parts=title&parts=description"), 303, OWN),
        ("POST /settings/providers", OWNER, "", Sent::Form("do=try&id=<provider>"), 200, MISSING),
        ("POST /settings/tokens", VIEWER, "", Sent::Form("name=Token+<n>&scopes=products%3Aread&lifetime=30"), 200, OWN),
        ("POST /settings/webhooks", OWNER, "", Sent::Form("do=pause&id=<hook>"), 303, MISSING),
        ("POST /performance/{place}", OWNER, "/performance/alerts", Sent::Form("do=end&id=none"), 403, FORBIDDEN),
        ("POST /usage/budget", OWNER, "", Sent::Form("limit=amount&amount=77"), 303, OWN),
        ("POST /runs", EDITOR, "", Sent::Form("form=1&parts=title&handles=<suggested7>&provider=<built-in>"), 303, REFUSED),
        ("POST /runs/{id}/{what}", EDITOR, "/runs/<sampled>/pause", Sent::Nothing, 303, MISSING),
    ]
}

/// Server functions that write.
fn functions() -> Part {
    vec![
        ("POST /api/fn/product/edit", EDITOR, "", Sent::Arguments(edit), 200, OWN),
        ("POST /api/fn/review/judge", VIEWER, "", Sent::Arguments(judge), 200, OWN),
        ("POST /api/fn/review/assign", REVIEWER, "", Sent::Arguments(assign), 200, MISSING),
        ("POST /api/fn/review/decide", REVIEWER, "", Sent::Arguments(decide), 200, MISSING),
        ("POST /api/fn/review/activate", REVIEWER, "", Sent::Arguments(activate), 200, MISSING),
        ("POST /api/fn/review/back", REVIEWER, "", Sent::Arguments(back), 200, MISSING),
        ("POST /api/fn/review/all", REVIEWER, "", Sent::Arguments(approve_all), 200, OWN),
        ("POST /api/fn/briefs/preview", EDITOR, "", Sent::Arguments(preview), 200, MISSING),
        ("POST /api/fn/providers/try", OWNER, "", Sent::Arguments(try_provider), 200, MISSING),
        ("POST /api/fn/runs/start", EDITOR, "", Sent::Arguments(start), 200, REFUSED),
        ("POST /api/fn/runs/steer", EDITOR, "", Sent::Arguments(steer), 200, MISSING),
        ("POST /api/fn/jobs/cancel", EDITOR, "", Sent::Arguments(|place, _| arguments_of(&(place.shops.job,))), 200, MISSING),
        ("POST /api/fn/jobs/import", EDITOR, "", Sent::Arguments(|place, _| arguments_of(&(place.shops.job,))), 200, MISSING),
    ]
}

fn api_reads() -> Part {
    vec![
        ("GET /api/products", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/products", VIEWER, "?sort=title&limit=50", Sent::Nothing, 200, OWN),
        ("GET /api/v1/products/{product}", VIEWER, "/api/v1/products/<tried>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/products/{product}/variants", VIEWER, "/api/v1/products/<tried>/variants", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/products/{product}/variants/{id}", VIEWER, "/api/v1/products/<tried>/variants/<variant1>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/products/{product}/images", VIEWER, "/api/v1/products/<product>/images", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/products/{product}/images/{id}", VIEWER, "/api/v1/products/<tried>/images/<image1>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/products/{product}/versions", VIEWER, "/api/v1/products/<suggested0>/versions", Sent::Nothing, 200, MISSING),
        (
            "GET /api/v1/products/{product}/versions/{version}",
            VIEWER,
            "/api/v1/products/<suggested0>/versions/<version0>",
            Sent::Nothing,
            200,
            MISSING,
        ),
        ("GET /api/v1/changes", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/exports/products.csv", EDITOR, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/imports/{id}/bad-rows", VIEWER, "/api/v1/imports/<job>/bad-rows", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/jobs", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/jobs/{id}", VIEWER, "/api/v1/jobs/<job>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/runs", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/runs/{run}", VIEWER, "/api/v1/runs/<run>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/runs/{run}/results", VIEWER, "/api/v1/runs/<run>/results", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/runs/{run}/failures", VIEWER, "/api/v1/runs/<run>/failures", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/providers", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/reviews", VIEWER, "?run=<run>", Sent::Nothing, 200, OWN),
        ("GET /api/v1/reviews/{review}", VIEWER, "/api/v1/reviews/<review0>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/reviewers", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/usage", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/usage/calls", VIEWER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/members", OWNER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/webhooks", OWNER, "", Sent::Nothing, 200, OWN),
        ("GET /api/v1/webhooks/{id}", OWNER, "/api/v1/webhooks/<hook>", Sent::Nothing, 200, MISSING),
        ("GET /api/v1/webhooks/{id}/deliveries", OWNER, "/api/v1/webhooks/<hook>/deliveries", Sent::Nothing, 200, MISSING),
    ]
}

fn api_writes() -> Part {
    vec![
        ("POST /api/products", EDITOR, "", Sent::Json(r#"{"title":"Made <n>"}"#), 201, OWN),
        ("POST /api/v1/products", EDITOR, "", Sent::Json(r#"{"title":"Made <n>"}"#), 201, OWN),
        (
            "POST /api/v1/products/batch",
            EDITOR,
            "",
            Sent::Json(r#"{"operations":[{"update":{"product":"<tried>","changes":{"vendor":"Of <n>"}}},{"delete":{"product":"nowhere"}}]}"#),
            200,
            OWN,
        ),
        ("PATCH /api/v1/products/{product}", EDITOR, "/api/v1/products/<product>", Sent::Json(r#"{"vendor":"By <n>"}"#), 200, MISSING),
        ("POST /api/v1/products/{product}/variants", EDITOR, "/api/v1/products/<tried>/variants", Sent::Json(r#"{"sku":"<n>"}"#), 201, MISSING),
        (
            "PATCH /api/v1/products/{product}/variants/{id}",
            EDITOR,
            "/api/v1/products/<tried>/variants/<variant1>",
            Sent::Json(r#"{"sku":"of <n>"}"#),
            200,
            MISSING,
        ),
        (
            "POST /api/v1/products/{product}/images",
            EDITOR,
            "/api/v1/products/<tried>/images",
            Sent::Json(r#"{"url":"https://shop.test/of-<n>.jpg"}"#),
            201,
            MISSING,
        ),
        (
            "PATCH /api/v1/products/{product}/images/{id}",
            EDITOR,
            "/api/v1/products/<tried>/images/<image1>",
            Sent::Json(r#"{"alt":"Seen <n>"}"#),
            200,
            MISSING,
        ),
        ("POST /api/v1/imports", EDITOR, "?dry_run=true", Sent::Csv(FILE), 202, OWN),
        ("POST /api/v1/imports/{id}/confirm", EDITOR, "/api/v1/imports/<job2>/confirm", Sent::Nothing, 202, MISSING),
        ("POST /api/v1/jobs/{id}/cancel", EDITOR, "/api/v1/jobs/<job3>/cancel", Sent::Nothing, 200, MISSING),
        ("POST /api/v1/reviews/{review}/judgement", VIEWER, "/api/v1/reviews/<review0>/judgement", Sent::Json(r#"{"title":"Lamp"}"#), 200, MISSING),
        ("POST /api/v1/reviews/{review}/assignee", REVIEWER, "/api/v1/reviews/<review0>/assignee", Sent::Json(r#"{"assignee":null}"#), 200, MISSING),
        (
            "POST /api/v1/reviews/{review}/decision",
            REVIEWER,
            "/api/v1/reviews/<review1>/decision",
            Sent::Json(r#"{"decision":"reject","reason":"No."}"#),
            200,
            MISSING,
        ),
        ("POST /api/v1/reviews/approve", REVIEWER, "", Sent::Json(r#"{"type":"Nothing"}"#), 200, OWN),
        ("POST /api/v1/versions/{version}/activate", REVIEWER, "/api/v1/versions/<version5>/activate", Sent::Json("{}"), 204, MISSING),
        ("POST /api/v1/products/{product}/roll-back", REVIEWER, "/api/v1/products/<suggested6>/roll-back", Sent::Json("{}"), 204, MISSING),
        ("POST /api/v1/runs/estimate", EDITOR, "", Sent::Json(r#"{"products":["<tried>"],"parts":["title"]}"#), 200, OWN),
        ("POST /api/v1/runs", EDITOR, "", Sent::Json(r#"{"products":["<tried>"],"parts":["title"]}"#), 201, REFUSED),
        ("POST /api/v1/runs/{run}/retry", EDITOR, "/api/v1/runs/<run>/retry", Sent::Nothing, 201, MISSING),
        ("POST /api/v1/runs/{run}/pause", EDITOR, "/api/v1/runs/<sampled>/pause", Sent::Nothing, 200, MISSING),
        ("POST /api/v1/runs/{run}/resume", EDITOR, "/api/v1/runs/<sampled>/resume", Sent::Json(r#"{"cap":"5.00"}"#), 200, MISSING),
        ("POST /api/v1/runs/{run}/cancel", EDITOR, "/api/v1/runs/<sampled>/cancel", Sent::Nothing, 200, MISSING),
        ("POST /api/v1/webhooks", OWNER, "", Sent::Json(r#"{"url":"https://example.com/<n>","events":["run.finished"]}"#), 201, OWN),
        ("PATCH /api/v1/webhooks/{id}", OWNER, "/api/v1/webhooks/<hook>", Sent::Json(r#"{"paused":true}"#), 200, MISSING),
        ("POST /api/v1/webhooks/{id}/secret", OWNER, "/api/v1/webhooks/<hook>/secret", Sent::Nothing, 200, MISSING),
        ("POST /api/v1/webhooks/{id}/test", OWNER, "/api/v1/webhooks/<hook>/test", Sent::Nothing, 200, MISSING),
        (
            "POST /api/v1/webhooks/{id}/deliveries/{delivery}/replay",
            OWNER,
            "/api/v1/webhooks/<hook>/deliveries/<delivery>/replay",
            Sent::Nothing,
            202,
            MISSING,
        ),
        ("POST /api/v1/webhooks/{id}/replay", OWNER, "/api/v1/webhooks/<hook>/replay", Sent::Json(r#"{"after":0}"#), 202, MISSING),
    ]
}

/// What takes something away.
fn last() -> Part {
    vec![
        ("DELETE /api/v1/products/{product}/variants/{id}", EDITOR, "/api/v1/products/<tried>/variants/<variant2>", Sent::Nothing, 204, MISSING),
        ("DELETE /api/v1/products/{product}/images/{id}", EDITOR, "/api/v1/products/<tried>/images/<image2>", Sent::Nothing, 204, MISSING),
        ("DELETE /api/v1/products/{product}", EDITOR, "/api/v1/products/<doomed>", Sent::Nothing, 204, MISSING),
        ("DELETE /api/v1/webhooks/{id}", OWNER, "/api/v1/webhooks/<hook>", Sent::Nothing, 204, MISSING),
        ("POST /api/fn/product/trash", EDITOR, "", Sent::Arguments(|place, n| arguments_of(&(op(n), place.shops.product, true))), 200, OWN),
        ("POST /sign-out", ALL, "", Sent::Nothing, 303, OWN),
    ]
}

fn edit(place: &Place, number: u32) -> Vec<u8> {
    let edits = vec![Edit { field: Field::Title, base: Base::Any, value: Value::text(format!("Edited {number}")) }];
    arguments_of(&(EditRequest { op_id: op(number), product: place.shops.product, edits },))
}

fn judge(place: &Place, _: u32) -> Vec<u8> {
    arguments_of(&(place.shops.suggestions[0].review, Words { title: Some("Judged".to_owned()), ..Words::default() }))
}

fn assign(place: &Place, _: u32) -> Vec<u8> {
    arguments_of(&(place.shops.suggestions[0].review, None::<UserId>))
}

fn decide(place: &Place, number: u32) -> Vec<u8> {
    let verdict = Verdict::Reject { reason: "No.".into() };
    arguments_of(&(Decision { op_id: op(number), review: place.shops.suggestions[2].review, verdict },))
}

fn activate(place: &Place, number: u32) -> Vec<u8> {
    arguments_of(&(op(number), place.shops.suggestions[3].version, BTreeMap::<Field, Seq>::new()))
}

fn back(place: &Place, number: u32) -> Vec<u8> {
    arguments_of(&(op(number), place.shops.suggestions[4].product, BTreeMap::<Field, Seq>::new()))
}

fn approve_all(_: &Place, _: u32) -> Vec<u8> {
    arguments_of(&("type=Nothing".to_owned(), Timestamp::from_micros(4_000_000_000_000_000), None::<Cursor>))
}

fn preview(place: &Place, _: u32) -> Vec<u8> {
    arguments_of(&(place.shops.suggestions[0].handle.clone(), ProviderId::BUILT_IN.to_string()))
}

fn try_provider(place: &Place, _: u32) -> Vec<u8> {
    arguments_of(&(place.shops.provider.to_string(),))
}

fn start(place: &Place, _: u32) -> Vec<u8> {
    text(format!("handles={}&parts=title&sample=0&provider={}", place.shops.handle, ProviderId::BUILT_IN))
}

fn steer(place: &Place, _: u32) -> Vec<u8> {
    arguments_of(&(place.shops.sampled, Steering::Pause, ""))
}

fn text(text: impl Serialize) -> Vec<u8> {
    arguments_of(&(text,))
}

fn op(number: u32) -> OpId {
    let mut chance = [7; 10];
    chance[..4].copy_from_slice(&number.to_be_bytes());
    OpId::new(Timestamp::from_micros(1_760_000_000_000_000), chance)
}
