//! The list, and one product.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Api, problem};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(
    a_list_is_read_part_by_part,
    a_list_that_changes_shows_every_product_once,
    a_list_is_filtered_searched_and_sorted,
    an_answer_has_the_fields_that_are_chosen,
    what_is_not_understood_is_named,
    whoever_has_the_list_is_not_sent_it_again,
    a_product_is_read_by_its_id_and_by_its_handle,
);

fn ids(page: &Value) -> Vec<String> {
    page["products"].as_array().unwrap().iter().map(|product| product["id"].as_str().unwrap().to_owned()).collect()
}

async fn a_list_is_read_part_by_part(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "viewer@test.test").await;
    for sort in ["title", "-title", "vendor", "price", "-price", "updated", "-updated"] {
        let mut seen = Vec::new();
        let mut address = format!("/api/v1/products?limit=25&sort={sort}");
        loop {
            let reply = api.get(&address).await;
            let page = reply.json();
            assert_eq!((reply.status, &page["total"]), (200, &json!(60)), "{address}: {page}");
            seen.extend(ids(&page));
            let Some(next) = page["next"].as_str() else {
                assert_eq!(reply.header("link"), "");
                break;
            };
            address = format!("/api/v1/products?limit=25&sort={sort}&cursor={next}");
            assert_eq!(reply.header("link"), format!("<{address}>; rel=\"next\""));
        }
        assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (60, 60), "{sort}");
    }
}

async fn a_list_that_changes_shows_every_product_once(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let first = api.get("/api/v1/products?limit=30&sort=title").await.json();
    let all = ids(&api.get("/api/v1/products?limit=250&sort=title").await.json());
    let (bookmarked, early) = (&all[29], &all[3]);

    // The product that the cursor stands behind goes away, another one too, and one comes before it.
    for gone in [bookmarked, early] {
        assert_eq!(api.send(Method::DELETE, &format!("/api/v1/products/{gone}"), &[], "").await.status, 204);
    }
    api.made(&json!({"title": "!"  , "handle": "first-of-all"})).await;
    let rest = api.get(&format!("/api/v1/products?limit=250&sort=title&cursor={}", first["next"].as_str().unwrap())).await.json();

    assert_eq!(ids(&rest), all[30..]);
    assert_eq!(rest["total"], 59);
}

async fn a_list_is_filtered_searched_and_sorted(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    for (number, price) in [(1, "5.00"), (2, "19.90"), (3, "250.00")] {
        let product = json!({"title": format!("Zeppelin {number}"), "vendor": "Acme, & Sons", "status": "draft", "variants": [{"price": price}, {"price": "400.00"}]});
        api.made(&product).await;
    }
    let titles = async |query: &str| -> Vec<String> {
        let page = api.get(&format!("/api/v1/products?fields=title&{query}")).await.json();
        page["products"].as_array().unwrap().iter().map(|product| product["title"].as_str().unwrap().to_owned()).collect()
    };

    assert_eq!(titles("q=zeppelin&sort=price").await, ["Zeppelin 1", "Zeppelin 2", "Zeppelin 3"]);
    assert_eq!(titles("q=zeppelin&sort=-title&limit=2").await, ["Zeppelin 3", "Zeppelin 2"]);
    assert_eq!(titles("vendor=Acme%2C+%26+Sons&status=draft,archived&sort=title").await.len(), 3);
    assert_eq!(titles("q=zeppelin&status=active").await.len(), 0);
    assert_eq!(titles("q=zeppelin&price_min=19.90&price_max=100").await, ["Zeppelin 2"]);
    let draft = program.sql("SELECT count(*) FROM products p JOIN stores s ON s.num = p.store_num WHERE s.slug = 'demo' AND p.status = 'draft'");
    assert_eq!(api.get("/api/v1/products?status=draft&limit=1").await.json()["total"].to_string(), draft);
}

async fn an_answer_has_the_fields_that_are_chosen(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "viewer@test.test").await;
    let first = async |query: &str| api.get(&format!("/api/v1/products?limit=1&{query}")).await.json()["products"][0].clone();

    let (listed, chosen, whole) =
        (first("").await, first("fields=title,price,currency").await, first("fields=id,description,variants,created_at").await);

    assert!(listed["created_at"].as_str().unwrap().ends_with('Z') && listed.get("description").is_none(), "{listed}");
    assert_eq!(chosen.as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(["title", "price", "currency"]));
    assert_eq!((&chosen["price"], &chosen["currency"]), (&listed["price"], &json!("EUR")));
    let one = api.get(&format!("/api/v1/products/{}", listed["id"].as_str().unwrap())).await.json();
    assert_eq!((&whole["description"], &whole["variants"], &whole["created_at"]), (&one["description"], &one["variants"], &listed["created_at"]));
    // What a list tells is what the product itself tells.
    for (name, value) in listed.as_object().unwrap().iter().filter(|(name, _)| *name != "created_at") {
        assert_eq!(*value, one[name], "{name}");
    }
}

async fn what_is_not_understood_is_named(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "viewer@test.test").await;
    let cursor = api.get("/api/v1/products?limit=1&sort=title").await.json()["next"].as_str().unwrap().to_owned();

    for (query, parameter) in [
        ("limit=0".to_owned(), "limit"),
        ("limit=251".to_owned(), "limit"),
        ("sort=colour".to_owned(), "sort"),
        ("status=sold".to_owned(), "status"),
        ("fields=title,colour".to_owned(), "fields"),
        ("price_min=cheap".to_owned(), "price_min"),
        ("price_max=-1".to_owned(), "price_max"),
        ("page=2".to_owned(), "page"),
        ("q=a%00b".to_owned(), "q"),
        ("cursor=nonsense".to_owned(), "cursor"),
        (format!("sort=vendor&cursor={cursor}"), "cursor"),
        (format!("sort=title&status=active&cursor={cursor}"), "cursor"),
    ] {
        problem(&api.get(&format!("/api/v1/products?{query}")).await, 400, "invalid-request", parameter);
    }
    assert_eq!(api.get(&format!("/api/v1/products?sort=title&limit=9&fields=id&cursor={cursor}")).await.status, 200);
}

async fn whoever_has_the_list_is_not_sent_it_again(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let address = "/api/v1/products?limit=5";
    let first = api.get(address).await;
    let etag = first.header("etag").to_owned();
    let again = async |etag: &str| api.send(Method::GET, address, &[("if-none-match", etag)], "").await;

    let known = again(&etag).await;

    assert_eq!((known.status, known.text.as_str(), known.header("etag")), (304, "", etag.as_str()));
    assert_eq!(again(&format!("\"x\", W/{etag}")).await.status, 304);
    let product = first.json()["products"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(api.patch(&product, "*", &json!({"vendor": "Another"})).await.status, 200);
    let changed = again(&etag).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), etag);
}

async fn a_product_is_read_by_its_id_and_by_its_handle(engine: Engine) {
    let program = Program::serving(engine).await;
    let api = Api::of(&program, "owner@demo.test").await;
    let made =
        api.made(&json!({"title": "Lämpchen", "handle": "lämpchen", "variants": [{"price": "19.9", "sku": "L-1"}], "extras": {"Fit": "Wide"}})).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();

    let (by_id, by_handle) = (api.get(&format!("/api/v1/products/{id}")).await, api.get("/api/v1/products/l%C3%A4mpchen").await);

    assert_eq!((by_id.status, &by_id.text), (200, &by_handle.text));
    let product = by_id.json();
    assert_eq!(by_id.header("etag"), format!("\"{}\"", product["version"]));
    assert_eq!(
        (&product["variants"][0]["price"], &product["variants"][0]["sku"], &product["price"]),
        (&json!("19.90"), &json!("L-1"), &json!("19.90"))
    );
    assert_eq!((&product["extras"]["Fit"], &product["status"], &product["thumbnail"]), (&json!("Wide"), &json!("active"), &Value::Null));
    let known = api.send(Method::GET, &format!("/api/v1/products/{id}"), &[("if-none-match", by_id.header("etag"))], "").await;
    assert_eq!((known.status, known.text.as_str()), (304, ""));
    for nowhere in ["nowhere", "0195a000-0000-7000-8000-000000000000", "A%20B", "%ff", "a%00b"] {
        problem(&api.get(&format!("/api/v1/products/{nowhere}")).await, 404, "not-found", "");
    }
}
