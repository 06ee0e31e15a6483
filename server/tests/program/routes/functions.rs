//! Server functions are addresses like any other: each is asked from another store's session, and nothing comes of it.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{
    clock::Timestamp,
    field::{Field, Value},
    ids::{JobId, OpId, ProductId},
    op::{Base, Edit},
};
use leptos::server_fn::{Decodes, Encodes, codec::PostcardEncoding};
use ports::product::{EditRequest, Receipt};
use reqwest::Method;
use serde::Serialize;

use super::{imports::finished, pages::first_handle};
use crate::support::{Client, Engine, Program, Reply, encoded, on_both_engines};

/// Every server function there is; [`each_is_asked`] compares it with the sources.
const READ: [&str; 8] =
    ["products/list", "products/facets", "products/facet", "product/get", "product/history", "jobs/list", "jobs/get", "settings/members"];
const WRITE: [&str; 4] = ["product/edit", "product/trash", "jobs/cancel", "jobs/import"];

on_both_engines!(reads_show_nothing_of_another_store, writes_reach_nothing_of_another_store);

async fn reads_show_nothing_of_another_store(engine: Engine) {
    let shops = Shops::open(engine).await;
    let Shops { handle, vendor, product, job, .. } = &shops;

    for read in READ {
        // What to ask, and what the store's own people find in the answer.
        let (query, found) = match read {
            "products/list" => ("address=&start=0&count=200".to_owned(), handle.as_str()),
            "products/facets" => ("address=".to_owned(), "active"),
            "products/facet" => (format!("address=&facet=vendor&containing={}", encoded(vendor)), vendor.as_str()),
            "product/get" => (format!("handle={handle}&list="), handle.as_str()),
            "product/history" => (format!("product={product}"), "Demo Owner"),
            "jobs/get" => (format!("id={job}"), "theirs.csv"),
            "jobs/list" => (String::new(), "theirs.csv"),
            "settings/members" => (String::new(), "editor@test.test"),
            other => panic!("say what {other:?} must not show"),
        };
        let address = format!("/api/fn/{read}?{query}");

        let (own, others) = (shops.owner.get(&address).await, shops.stranger.get(&address).await);
        let nobody = shops.program.client().get(&address).await;

        assert!(own.status == 200 && own.text.contains(found), "{read}: {own:?}");
        assert_eq!(others.status, 200, "{read}: {others:?}");
        for secret in [handle, vendor, "theirs.csv", "owner@demo.test", "Demo Owner", "editor@test.test"] {
            assert!(!others.text.contains(secret), "{read} shows {secret:?}: {others:?}");
        }
        assert_eq!((nobody.status, nobody.text.contains(found)), (401, false), "{read}: {nobody:?}");
    }
    let facets = shops.stranger.get("/api/fn/products/facets?address=").await;
    assert!(facets.bytes.len() < shops.owner.get("/api/fn/products/facets?address=").await.bytes.len());
}

async fn writes_reach_nothing_of_another_store(engine: Engine) {
    let shops = Shops::open(engine).await;
    let Shops { product, job, .. } = &shops;

    for (number, write) in WRITE.into_iter().enumerate() {
        let op = |random: u8| OpId::new(Timestamp::from_micros(1_760_000_000_000_000), [random; 10]);
        let ask = async |who: &Client, id: u8| match write {
            "product/edit" => {
                let edits = vec![Edit { field: Field::Title, base: Base::Any, value: Value::text("Taken") }];
                call(who, write, &(EditRequest { op_id: op(id), product: *product, edits },)).await
            }
            "product/trash" => call(who, write, &(op(id), *product, true)).await,
            "jobs/cancel" | "jobs/import" => call(who, write, &(*job,)).await,
            other => panic!("say how {other:?} is asked"),
        };
        let (number, before) = (number as u8, shops.rows());

        let others = ask(&shops.stranger, number).await;
        let nobody = ask(&shops.program.client(), number + 100).await;

        if write.starts_with("product/") {
            assert!(others.status == 200 && matches!(receipt(&others), Receipt::Rejected { .. }), "{write}: {others:?}");
        } else {
            assert_eq!(others.status, 404, "{write}: {others:?}");
        }
        assert_eq!(nobody.status, 401, "{write}: {nobody:?}");
        assert_eq!(shops.rows(), before, "{write}");

        // The same from the store's own people does something, so it is not for its form that it was refused.
        let own = ask(&shops.owner, number + 200).await;
        match write {
            "product/edit" | "product/trash" => assert!(matches!(receipt(&own), Receipt::Applied { .. }), "{write}: {own:?}"),
            _ => assert_eq!(own.status, 200, "{write}: {own:?}"),
        }
    }
}

#[test]
fn each_is_asked() {
    let mut known = BTreeSet::new();
    named_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src"), &mut known);

    let asked: BTreeSet<String> = READ.into_iter().chain(WRITE).map(str::to_owned).collect();
    assert_eq!(known, asked);
}

/// The demo store with a finished dry run, and who looks at it: its owner, and the owner of another store.
struct Shops {
    program: Program,
    owner: Client,
    stranger: Client,
    handle: String,
    vendor: String,
    product: ProductId,
    job: JobId,
}

impl Shops {
    async fn open(engine: Engine) -> Self {
        let program = Program::serving(engine).await;
        let (owner, stranger) = (program.signed_in("owner@demo.test").await, program.signed_in("owner@second.test").await);
        let handle = first_handle(&owner.get("/products").await.text);
        let vendor = program.sql("SELECT vendor FROM products WHERE vendor <> '' ORDER BY key LIMIT 1");
        let product = program.id("products", &format!("handle = '{handle}'")).parse().unwrap();
        let uploaded = owner.upload("theirs.csv", "Handle,Title\nlamp,Lamp\n".into(), &[("dry_run", "on")]).await;
        finished(&owner, uploaded.location()).await;
        let job = uploaded.location().rsplit('/').next().unwrap().parse().unwrap();
        Self { program, owner, stranger, handle, vendor, product, job }
    }

    /// What a write could have changed: the product, the changes of its store, and its jobs.
    fn rows(&self) -> String {
        let Self { program, handle, .. } = self;
        let product = format!("SELECT title, deleted, updated_seq FROM products WHERE handle = '{handle}'");
        [
            product.as_str(),
            "SELECT count(*) FROM change_log WHERE source = 'page'",
            "SELECT subject, state, cancel_requested FROM jobs ORDER BY created_at",
        ]
        .map(|sql| program.sql(sql))
        .join("\n")
    }
}

/// Sends the arguments of a server function as the browser does: one after the other, as the struct of them is written.
async fn call(who: &Client, function: &str, arguments: &impl Serialize) -> Reply {
    let body = PostcardEncoding::encode(arguments).unwrap().to_vec();
    let headers = [("content-type", "application/x-postcard"), ("sec-fetch-site", "same-origin")];
    who.send(Method::POST, &format!("/api/fn/{function}"), &headers, body).await
}

fn receipt(reply: &Reply) -> Receipt {
    PostcardEncoding::decode(reply.bytes.clone().into()).unwrap_or_else(|error| panic!("{error}: {reply:?}"))
}

/// The server functions that sources name.
fn named_in(dir: &Path, known: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            named_in(&entry, known);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&entry).unwrap();
            known.extend(text.split("endpoint = \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
}
