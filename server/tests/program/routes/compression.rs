//! What is sent compressed, in which form, and what is not.

use std::{fs, path::PathBuf};

use reqwest::Method;

use crate::support::{Client, Engine, Program, Reply};

const STYLE: &str = "/pkg/vitrine.today.css";

/// A site of a few files, whose forms can be told apart.
fn site(program: &Program) -> PathBuf {
    let site = program.dir().join("site");
    fs::create_dir_all(site.join("pkg")).unwrap();
    let write = |name: &str, content: &str| fs::write(site.join(name), content).unwrap();
    write("hash.txt", "js: today\nwasm: today\ncss: today\n");
    write("pkg/vitrine.today.css", &"body { color: black } ".repeat(100));
    write("pkg/vitrine.today.css.br", "the style as brotli");
    write("pkg/vitrine.today.css.zst", "the style as zstandard");
    write("pkg/vitrine.today.css.gz", "the style as gzip");
    write("notes.txt", &"as it is ".repeat(100));
    write("notes.txt.gz", "notes as gzip");
    write("icon.png", &"picture".repeat(1_000));
    site
}

async fn serving() -> (Program, Client) {
    let mut program = Program::new(Engine::Sqlite);
    program.fill();
    let site = site(&program);
    program.serve_with(&[("VITRINE_SITE_DIR", site.to_str().unwrap())]).await;
    let client = program.signed_in("owner@demo.test").await;
    (program, client)
}

async fn get(client: &Client, path: &str, accepts: &str, also: &[(&str, &str)]) -> Reply {
    client.send(Method::GET, path, &[&[("accept-encoding", accepts)][..], also].concat(), "").await
}

#[tokio::test]
async fn a_file_is_sent_in_the_form_that_is_liked_best() {
    let (_program, client) = serving().await;

    for (accepts, coding, text) in [
        ("gzip, deflate, br, zstd", "br", "the style as brotli"),
        ("zstd, gzip", "zstd", "the style as zstandard"),
        ("gzip", "gzip", "the style as gzip"),
        ("br;q=0.1, gzip;q=0.2", "gzip", "the style as gzip"),
        ("br;q=0, *", "zstd", "the style as zstandard"),
        ("identity", "", "body { color: black }"),
        ("", "", "body { color: black }"),
    ] {
        let reply = get(&client, STYLE, accepts, &[]).await;
        assert_eq!((reply.status, reply.header("content-encoding")), (200, coding), "{accepts:?}");
        assert!(reply.text.starts_with(text), "{accepts:?}: {}", reply.text);
        assert_eq!((reply.header("vary"), reply.header("content-type")), ("accept-encoding", "text/css"), "{accepts:?}");
    }
    // A form that was not worth it is not there.
    for accepts in ["br, gzip", "br, zstd"] {
        let reply = get(&client, "/notes.txt", accepts, &[]).await;
        assert_eq!(reply.header("content-encoding"), if accepts.contains("gzip") { "gzip" } else { "" });
        assert_eq!(reply.header("content-length"), reply.bytes.len().to_string());
    }
}

#[tokio::test]
async fn each_form_has_a_tag_of_its_own() {
    let (_program, client) = serving().await;
    let mut tags = Vec::new();
    for accepts in ["br", "zstd", "gzip", "identity"] {
        let tag = get(&client, STYLE, accepts, &[]).await.header("etag").to_owned();
        assert!(tag.starts_with('"') && !tags.contains(&tag), "{accepts}: {tag} after {tags:?}");
        tags.push(tag);
    }

    let known = get(&client, STYLE, "br", &[("if-none-match", &tags[0])]).await;
    let other = get(&client, STYLE, "gzip", &[("if-none-match", &tags[0])]).await;

    assert_eq!((known.status, known.header("etag"), known.header("vary")), (304, tags[0].as_str(), "accept-encoding"));
    assert_eq!((other.status, other.header("etag")), (200, tags[2].as_str()));
}

#[tokio::test]
async fn a_part_is_a_part_of_the_form_that_was_begun() {
    let (_program, client) = serving().await;
    let tag = get(&client, STYLE, "br", &[]).await.header("etag").to_owned();

    let part = get(&client, STYLE, "br", &[("range", "bytes=4-8"), ("if-range", &tag)]).await;
    let other_form = get(&client, STYLE, "gzip", &[("range", "bytes=4-8"), ("if-range", &tag)]).await;
    let beyond = get(&client, STYLE, "br", &[("range", "bytes=4000-")]).await;

    assert_eq!((part.status, part.text.as_str(), part.header("content-range")), (206, "style", "bytes 4-8/19"));
    assert_eq!(part.header("content-encoding"), "br");
    assert_eq!((other_form.status, other_form.text.as_str()), (200, "the style as gzip"));
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */19"));
}

#[tokio::test]
async fn a_head_is_the_answer_without_its_body() {
    let (_program, client) = serving().await;

    for path in [STYLE, "/notes.txt", "/products"] {
        let whole = get(&client, path, "br", &[]).await;
        let head = client.send(Method::HEAD, path, &[("accept-encoding", "br")], "").await;

        assert!(head.bytes.is_empty() && !whole.bytes.is_empty(), "{path}");
        for name in ["content-encoding", "content-type", "vary", "etag", "cache-control"] {
            assert_eq!(head.header(name), whole.header(name), "{path}: {name}");
        }
        if path != "/products" {
            assert_eq!(head.header("content-length"), whole.bytes.len().to_string(), "{path}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_compressed_when_it_is_worth_it() {
    let (_program, client) = serving().await;
    let plain = get(&client, "/products", "identity", &[]).await;
    assert_eq!(plain.header("content-encoding"), "");

    for (accepts, coding) in [("br", "br"), ("zstd", "zstd"), ("gzip", "gzip"), ("br;q=0.2, gzip;q=0.9", "gzip")] {
        let page = get(&client, "/products", accepts, &[]).await;
        assert_eq!((page.header("content-encoding"), page.header("vary")), (coding, "accept-encoding"), "{accepts}");
        assert!(page.bytes.len() * 3 < plain.bytes.len(), "{accepts}: {} of {}", page.bytes.len(), plain.bytes.len());
    }
    let small = get(&client, "/pictures/demo/1-1.svg", "br", &[]).await;
    assert_eq!((small.header("content-encoding"), small.bytes.len() < 1_024), ("", true));
}

#[tokio::test]
async fn whoever_takes_no_form_at_all_is_sent_the_plain_one() {
    let (_program, client) = serving().await;

    for accepts in ["identity;q=0", "*;q=0", "br;q=0, identity; q=0.0"] {
        let page = get(&client, "/products", accepts, &[]).await;
        assert_eq!((page.status, page.header("content-encoding")), (200, ""), "{accepts}");
    }
    // Done, and told so.
    let headers = [("accept-encoding", "identity;q=0"), ("content-type", "application/x-www-form-urlencoded")];
    let theme = client.send(Method::POST, "/theme", &headers, "theme=dark").await;
    assert_eq!(theme.status, 303, "{}", theme.text);
}

#[tokio::test]
async fn what_is_small_or_a_picture_is_left_as_it_is() {
    let (_program, client) = serving().await;

    for path in ["/healthz", "/icon.png", "/api/v1/products/none"] {
        let reply = get(&client, path, "br, zstd, gzip", &[]).await;
        assert_eq!(reply.header("content-encoding"), "", "{path}");
    }
}
