//! Uploading a file and what comes of it.

use std::time::Duration;

use crate::support::{Client, Engine, Program, on_both_engines};

const FILE: &str = "Handle,Title,Vendor,Variant Price\nlamp,Lamp,Acme,19.90\nmug,Mug,Acme,-5\nvase,Vase,Acme,7\n";

on_both_engines!(an_upload_becomes_a_job, a_dry_run_writes_nothing_until_it_is_confirmed, an_upload_needs_the_right_role);

async fn an_upload_becomes_a_job(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@second.test").await;

    let reply = client.upload("shop.csv", FILE.into(), &[]).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    let page = finished(&client, reply.location()).await;

    assert!(page.contains("shop.csv") && page.contains("negative"), "{page}");
    assert_eq!(client.get("/products/lamp").await.status, 200);
    assert_eq!(client.get("/products/mug").await.status, 404);
    let bad = client.get(&format!("{}/bad-rows.csv", reply.location())).await;
    assert_eq!(bad.header("content-type"), "text/csv; charset=utf-8");
    assert!(bad.text.contains("Line,Column,Value,Reason\n3,Variant Price,'-5,"), "{}", bad.text);
}

async fn a_dry_run_writes_nothing_until_it_is_confirmed(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@second.test").await;

    let dry = client.upload("shop.csv", FILE.into(), &[("dry_run", "on")]).await;
    finished(&client, dry.location()).await;
    assert_eq!(client.get("/products/lamp").await.status, 404);

    let real = client.post(&format!("{}/confirm", dry.location()), &[]).await;
    finished(&client, real.location()).await;
    assert_eq!(client.get("/products/lamp").await.status, 200);
}

async fn an_upload_needs_the_right_role(engine: Engine) {
    let program = Program::serving(engine).await;

    for email in ["viewer@test.test", "reviewer@test.test"] {
        let reply = program.signed_in(email).await.upload("shop.csv", FILE.into(), &[]).await;
        assert_eq!(reply.status, 403, "{email}");
    }
}

#[tokio::test]
async fn an_upload_that_is_no_csv_says_what_it_is() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@second.test").await;

    let reply = client.upload("bomb.csv", b"PK\x03\x04 and so on".to_vec(), &[]).await;
    let page = finished(&client, reply.location()).await;

    assert!(page.contains("ZIP"), "{page}");
    assert_eq!(client.upload("", Vec::new(), &[]).await.status, 422);
}

async fn finished(client: &Client, address: &str) -> String {
    for _ in 0..200 {
        let page = client.get(address).await;
        assert_eq!(page.status, 200, "{}", page.text);
        if page.text.contains(">Done<") || page.text.contains(">Failed<") || page.text.contains(">Cancelled<") {
            return page.text;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{address} did not finish");
}
