//! Uploading a file and what comes of it.

use std::time::Duration;

use reqwest::{
    Body, Method,
    multipart::{Form, Part},
};

use crate::support::{Client, Engine, Program, on_both_engines};

const FILE: &str = "Handle,Title,Vendor,Variant Price\nlamp,Lamp,Acme,19.90\nmug,Mug,Acme,-5\nvase,Vase,Acme,7\n";

on_both_engines!(an_upload_becomes_a_job, a_dry_run_writes_nothing_until_it_is_confirmed, an_upload_needs_the_right_role);

async fn an_upload_becomes_a_job(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@second.test").await;

    let reply = client.upload("shop.csv", FILE.into(), &[]).await;
    assert_eq!(reply.status, 303, "{}", reply.text);
    let page = finished(&client, reply.location()).await;

    assert!(page.contains("data-state=\"done\"") && page.contains("shop.csv") && page.contains("negative"), "{page}");
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
    let page = finished(&client, dry.location()).await;
    assert!(page.contains("data-state=\"done\"") && page.contains("negative"), "{page}");
    assert_eq!(client.get("/products/lamp").await.status, 404);

    let real = client.post(&format!("{}/confirm", dry.location()), &[]).await;
    finished(&client, real.location()).await;
    assert_eq!(client.get("/products/lamp").await.status, 200);
}

#[tokio::test]
async fn a_file_that_is_shared_with_the_app_is_looked_at_first() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@second.test").await;
    // As a system sends it, which knows of no option.
    let body =
        format!("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"shop.csv\"\r\ncontent-type: text/csv\r\n\r\n{FILE}\r\n--x--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "none")];

    let shared = client.send(Method::POST, "/imports?shared", &headers, body).await;

    assert_eq!(shared.status, 303, "{}", shared.text);
    let page = finished(&client, shared.location()).await;
    assert!(page.contains("data-state=\"done\"") && page.contains("Dry run"), "{page}");
    assert_eq!(client.get("/products/lamp").await.status, 404);
}

async fn an_upload_needs_the_right_role(engine: Engine) {
    let program = Program::serving(engine).await;

    for email in ["viewer@test.test", "reviewer@test.test"] {
        let reply = program.signed_in(email).await.upload("shop.csv", FILE.into(), &[]).await;
        assert_eq!(reply.status, 403, "{email}");
    }
}

#[tokio::test]
async fn an_upload_goes_to_no_other_store_than_its_page_was_about() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@second.test").await;

    let reply = client.upload("shop.csv", FILE.into(), &[("store", "0195a000-0000-7000-8000-000000000000")]).await;

    assert_eq!(reply.status, 422, "{}", reply.text);
    assert!(reply.text.contains("another tab"), "{}", reply.text);
    assert!(!client.get("/imports").await.text.contains("shop.csv"));
}

#[tokio::test]
async fn an_upload_that_is_refused_leaves_nothing_behind() {
    let mut program = Program::serving(Engine::Sqlite).await;
    program.kill();
    program.serve_with(&[("VITRINE_MAX_UPLOAD_MB", "1")]).await;
    let client = program.signed_in("owner@second.test").await;
    let file = |content: &'static str| Part::bytes(content.as_bytes()).file_name("shop.csv");
    let large = || vec![b'x'; 3 << 20];
    // Of a length that is known at once, and of one that shows only as it arrives.
    let told = Form::new().part("file", Part::bytes(large()).file_name("large.csv"));
    let untold = Form::new().part("file", Part::stream(Body::from(large())).file_name("large.csv"));
    let two = Form::new().part("file", file("Title\nLamp\n")).part("file", file("Title\nMug\n"));
    let wordy = Form::new().part("file", file("Title\nLamp\n")).text("dry_run", "on".repeat(100_000));
    let strange = Form::new().part("file", file("Title\nLamp\n")).text("notes", "on".repeat(100_000));
    let crowded = (0..40).fold(Form::new(), |form, _| form.text("overwrite", "on")).part("file", file("Title\nLamp\n"));

    for (form, status, sentence) in [
        (told, 413, "The file is larger than 1 MB and was not kept."),
        (untold, 413, "The file is larger than 1 MB and was not kept."),
        (two, 422, "There is more than one file. Nothing was imported; send one file at a time."),
        (wordy, 422, "The upload broke off or was not understood. Nothing was imported."),
        (strange, 422, "The upload broke off or was not understood. Nothing was imported."),
        (crowded, 422, "The upload broke off or was not understood. Nothing was imported."),
        (Form::new().text("dry_run", "on"), 422, "No file was chosen. Choose a CSV file and try again."),
        (Form::new().part("file", Part::bytes(Vec::new()).file_name("")), 422, "No file was chosen. Choose a CSV file and try again."),
    ] {
        let reply = client.upload_form(form).await;
        assert_eq!((reply.status, reply.header("content-type")), (status, "text/html; charset=utf-8"), "{}", reply.text);
        assert!(reply.text.contains(sentence), "{} lacks {sentence:?}", reply.text);
        assert_eq!(program.uploads(), 0, "{sentence}");
    }
    assert!(!client.get("/imports").await.text.contains("shop.csv"));
    let kept = client.upload("shop.csv", FILE.into(), &[]).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
}

#[tokio::test]
async fn an_upload_that_breaks_off_behind_its_file_leaves_nothing_behind() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@second.test").await;
    let whole = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"shop.csv\"\r\n\r\nTitle\nLamp\n\r\n--x";

    let broken =
        client.send(Method::POST, "/imports", &[("content-type", "multipart/form-data; boundary=x")], format!("{whole}\r\ncontent-dis")).await;
    assert_eq!(broken.status, 422, "{}", broken.text);
    assert_eq!(program.uploads(), 0);

    let complete = client.send(Method::POST, "/imports", &[("content-type", "multipart/form-data; boundary=x")], format!("{whole}--\r\n")).await;
    assert_eq!(complete.status, 303, "{}", complete.text);
}

/// The page of a job once it is over.
pub(super) async fn finished(client: &Client, address: &str) -> String {
    for _ in 0..1_200 {
        let page = client.get(address).await;
        assert_eq!(page.status, 200, "{}", page.text);
        if ["done", "failed", "cancelled"].iter().any(|state| page.text.contains(&format!("data-state=\"{state}\""))) {
            return page.text;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{address} did not finish");
}
