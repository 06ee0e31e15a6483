//! What the service worker is made of: its script, with the files of the build, and the shell that it keeps.

use reqwest::Method;

use crate::support::{Engine, Program};

/// The list of files in the script.
fn listed(script: &str) -> String {
    let list = script.strip_prefix("const FILES=").and_then(|text| text.split_once(';')).expect("the list stands first").0;
    serde_json::from_str(list).unwrap()
}

#[tokio::test]
async fn the_script_lists_files_that_are_there() {
    let program = Program::serving(Engine::Sqlite).await;
    let anybody = program.client();

    let script = anybody.get("/sw.js").await;

    assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    let list = listed(&script.text);
    let files: Vec<&str> = list.lines().skip(2).filter(|line| !line.is_empty()).collect();
    for needed in ["/icons.svg", "/favicon.svg", "/manifest.webmanifest"] {
        assert!(files.contains(&needed), "{files:?}");
    }
    assert!(files.iter().any(|file| file.starts_with("/pkg/page_products.")), "{files:?}");
    for file in files {
        let reply = anybody.get(file).await;
        // Or the worker keeps none of it.
        assert_eq!((reply.status, reply.header("vitrine")), (200, "1"), "{file}");
    }
    let page = program.signed_in("viewer@test.test").await.get("/products").await.text;
    assert!(page.contains(list.lines().nth(2).unwrap()), "pages begin with the first of the list");
}

#[tokio::test]
async fn p02_what_sends_changes_without_a_tab_is_there_too() {
    let program = Program::serving(Engine::Sqlite).await;
    let anybody = program.client();
    let script = anybody.get("/sw.js").await.text;

    let imported = script.split_once("DRAINER=\"").and_then(|(_, rest)| rest.split_once('"')).expect("its address").0;
    let drainer = anybody.get(imported).await;
    let list = listed(&script);
    let module = list
        .lines()
        .find(|file| file.starts_with("/pkg/drainer.") && file.rsplit_once('.').is_some_and(|(_, kind)| kind == "wasm"))
        .expect("its module");
    let fetched = anybody.get(module).await;

    // A worker imports nothing else than JavaScript.
    assert!(drainer.status == 200 && drainer.header("content-type").starts_with("text/javascript"), "{imported}: {}", drainer.header("content-type"));
    assert!(drainer.text.contains(module), "the script knows the module of its build");
    assert_eq!((fetched.status, fetched.header("content-type")), (200, "application/wasm"), "{module}");
}

#[tokio::test]
async fn the_script_is_asked_for_each_time_and_sent_when_it_has_changed() {
    let program = Program::serving(Engine::Sqlite).await;
    let anybody = program.client();
    let script = anybody.get("/sw.js").await;
    let tag = script.header("etag").to_owned();

    let again = anybody.send(Method::GET, "/sw.js", &[("if-none-match", &tag)], "").await;
    let other = anybody.send(Method::GET, "/sw.js", &[("if-none-match", "\"other\"")], "").await;

    assert_eq!(script.header("cache-control"), "private, no-cache");
    assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", tag.as_str()));
    assert_eq!((other.status, other.text == script.text), (200, true));
}

#[tokio::test]
async fn a_worker_compiles_its_module_and_asks_us_alone() {
    let program = Program::serving(Engine::Sqlite).await;

    let script = program.client().get("/sw.js").await;

    assert_eq!(script.header("content-security-policy"), "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
}

#[tokio::test]
async fn the_shell_is_the_frame_of_whoever_is_signed_in_with_nothing_in_it() {
    let program = Program::serving(Engine::Sqlite).await;
    let viewer = program.signed_in("viewer@test.test").await;

    let (shell, page) = (viewer.get("/offline").await, viewer.get("/products").await);

    assert_eq!((shell.status, shell.header("cache-control"), shell.header("x-robots-tag")), (200, "no-store", "noindex"), "{}", shell.text);
    let (before, main) = shell.text.split_once("<main id=\"main\"").expect("room for a page");
    let (told, rest) = main.split_once('>').unwrap();
    assert!(before.contains("aria-label=\"Main\"") && before.contains("action=\"/sign-out\""), "{before}");
    assert!(told.contains("data-shell") && told.contains("data-role=") && rest.starts_with("<div class=\"page\"></div>"), "{told}>{rest}");
    assert!(!page.text.contains("data-shell"));
    let nobody = program.client().get("/offline").await;
    assert_eq!((nobody.status, nobody.location()), (303, "/sign-in?next=/offline"));
}

#[tokio::test]
async fn every_answer_is_told_from_a_portals() {
    let program = Program::serving(Engine::Sqlite).await;

    for path in ["/sign-in", "/not-there", "/healthz", "/icons.svg", "/pictures/demo/1-1.svg", "/api/v1/openapi.json", "/pkg/none.wasm"] {
        assert_eq!(program.client().get(path).await.header("vitrine"), "1", "{path}");
    }
}

#[tokio::test]
async fn p13_what_a_function_answers_says_for_whom() {
    let program = Program::serving(Engine::Sqlite).await;
    let nobody = program.client();

    let asked = nobody.get("/api/fn/review/queue?filter=&behind=&count=2").await;

    assert_eq!((asked.status, asked.header("vitrine-for")), (401, ""));
    let owner = program.signed_in("viewer@test.test").await;
    let page = owner.get("/products").await;
    let id = |name: &str| {
        let (_, rest) = page.text.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().replace('-', "")
    };
    for function in ["review/queue?filter=&behind=&count=2", "review/reviewers?", "usage/get?address="] {
        let reply = owner.get(&format!("/api/fn/{function}")).await;
        assert_eq!((reply.status, reply.header("vitrine-for")), (200, format!("{}-{}", id("data-store"), id("data-user")).as_str()), "{function}");
    }
}
