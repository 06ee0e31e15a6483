//! Who may do what: by server function, as a page asks that has come alive, and by plain form.

use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    field::Field,
    ids::{OpId, ProviderId, Seq, UserId},
    words::Words,
};
use ports::review::{Decision, Verdict};

use super::{
    functions::{arguments_of, call},
    shops::{Shops, Suggestion},
};
use crate::support::{Client, Engine, on_both_engines};

on_both_engines!(each_role_may_what_is_its_own);

/// What is asked, and who may: the least of the roles.
const ASKED: [(&str, Role); 17] = [
    ("POST /settings/tokens", Role::Viewer),
    ("review/assign", Role::Reviewer),
    ("review/decide", Role::Reviewer),
    ("review/activate", Role::Reviewer),
    ("review/back", Role::Reviewer),
    ("review/all", Role::Reviewer),
    ("runs/estimate", Role::Editor),
    ("briefs/preview", Role::Editor),
    ("runs/start", Role::Editor),
    ("POST /runs", Role::Editor),
    ("POST /settings/brief", Role::Editor),
    ("POST pause", Role::Editor),
    ("POST cancel", Role::Editor),
    ("providers/try", Role::Owner),
    ("POST /settings/providers", Role::Owner),
    ("POST /settings/webhooks", Role::Owner),
    ("POST /usage/budget", Role::Owner),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Viewer,
    Reviewer,
    Editor,
    Owner,
}

async fn each_role_may_what_is_its_own(engine: Engine) {
    let shops = Shops::open(engine).await;

    for (number, (role, email)) in [
        (Role::Viewer, "viewer@test.test"),
        (Role::Reviewer, "reviewer@test.test"),
        (Role::Editor, "editor@test.test"),
        (Role::Owner, "owner@demo.test"),
    ]
    .into_iter()
    .enumerate()
    {
        let client = shops.program.signed_in(email).await;
        for (asked, least) in ASKED {
            shops.at_rest().await;
            let before = shops.rows();

            let status = ask(&shops, &client, asked, number).await;

            if role >= least {
                assert!(matches!(status, 200 | 303), "{role:?} may ask {asked} and is answered {status}");
            } else {
                assert_eq!(status, 403, "{role:?} asks {asked}");
                assert_eq!(shops.rows(), before, "{role:?} asks {asked}");
            }
        }
    }
}

/// The status of the answer. `number` is that of the role, so that each has a suggestion of its own.
async fn ask(shops: &Shops, client: &Client, asked: &str, number: usize) -> u16 {
    let Suggestion { review, version, product, handle } = &shops.suggestions[number];
    let op = |of: usize| OpId::new(Timestamp::from_micros(1_760_000_000_000_000), [(number * 10 + of) as u8; 10]);
    let sampled = format!("/runs/{}", shops.sampled);
    let built_in = ProviderId::BUILT_IN.to_string();
    let provider = shops.provider.to_string();
    let none = BTreeMap::<Field, Seq>::new;
    let reply = match asked {
        "review/assign" => call(client, asked, arguments_of(&(*review, None::<UserId>))).await,
        "review/decide" => {
            let words = Words { title: Some(format!("Decided {number}")), ..Words::default() };
            let decision = Decision { op_id: op(1), review: *review, verdict: Verdict::Approve { words, seen: none() } };
            call(client, asked, arguments_of(&(decision,))).await
        }
        "review/activate" => call(client, asked, arguments_of(&(op(2), *version, none()))).await,
        "review/back" => call(client, asked, arguments_of(&(op(3), *product, none()))).await,
        "review/all" => {
            call(client, asked, arguments_of(&("type=Nothing".to_owned(), Timestamp::from_micros(0), None::<ports::review::Cursor>))).await
        }
        "runs/estimate" => client.get(&format!("/api/fn/runs/estimate?address=handles%3D{handle}")).await,
        "briefs/preview" => call(client, asked, arguments_of(&(handle.clone(), built_in))).await,
        "runs/start" => call(client, asked, arguments_of(&(format!("handles={handle}&parts=title&sample=0&provider={built_in}"),))).await,
        "POST /runs" => client.post("/runs", &[("form", "1"), ("parts", "title"), ("handles", handle), ("provider", &built_in)]).await,
        "POST /settings/brief" => client.post("/settings/brief", &[("voice", "Plain."), ("parts", "title")]).await,
        "POST pause" => client.post(&format!("{sampled}/pause"), &[]).await,
        "POST cancel" => client.post(&format!("{sampled}/cancel"), &[]).await,
        "providers/try" => call(client, asked, arguments_of(&(provider,))).await,
        "POST /settings/providers" => client.post("/settings/providers", &[("do", "remove"), ("id", &provider)]).await,
        "POST /settings/tokens" => client.post("/settings/tokens", &[("name", "Stock sync"), ("scopes", "products:write"), ("lifetime", "30")]).await,
        "POST /settings/webhooks" => client.post("/settings/webhooks", &[("url", "https://example.com/"), ("events", "run.finished")]).await,
        "POST /usage/budget" => client.post("/usage/budget", &[("limit", "none")]).await,
        other => panic!("say how {other:?} is asked"),
    };
    reply.status
}
