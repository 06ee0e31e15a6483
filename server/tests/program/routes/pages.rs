//! Pages as the server sends them: whole, before anything has been loaded.

use reqwest::Method;

use super::shops::{SUBJECT, Shops};
use crate::support::{Engine, Program, encoded, on_both_engines};

on_both_engines!(
    each_page_is_for_members_alone,
    the_list_comes_with_its_first_rows,
    the_document_of_the_list_is_no_larger_than_it_may_be,
    the_list_is_searched_and_paged_by_its_address,
    an_edit_by_a_plain_form_is_there_after_a_restart,
    a_conflict_by_a_plain_form_loses_nothing
);

async fn each_page_is_for_members_alone(engine: Engine) {
    let shops = Shops::open(engine).await;
    let viewer = shops.program.signed_in("viewer@test.test").await;
    let suggestion = &shops.suggestions[0];
    let product = format!("/products/{}", suggestion.handle);

    for (page, found) in [
        ("/products".to_owned(), "role=\"grid\""),
        (product.clone(), "<h1"),
        (format!("{product}/versions"), "Built-in rules"),
        ("/review".to_owned(), "Built-in rules"),
        (format!("/review?card={}", suggestion.review), product.as_str()),
        (format!("/review?run={}&findings=yes", shops.run), "Built-in rules"),
        ("/runs".to_owned(), SUBJECT),
        ("/runs/new".to_owned(), "An owner or an editor"),
        (format!("/runs/{}", shops.run), "/review?run="),
        ("/imports".to_owned(), "theirs.csv"),
        (format!("/imports/{}", shops.job), "theirs.csv"),
        ("/usage".to_owned(), "their-model"),
        ("/usage?days=7".to_owned(), "their-model"),
        ("/usage/export.csv".to_owned(), ",their-model,"),
        ("/performance".to_owned(), "for whoever owns every store"),
        ("/performance/database".to_owned(), "for whoever owns every store"),
        ("/performance/jobs".to_owned(), "for whoever owns every store"),
        ("/performance/sync".to_owned(), "for whoever owns every store"),
        ("/performance/regressions".to_owned(), "for whoever owns every store"),
        ("/performance/lab".to_owned(), "for whoever owns every store"),
        ("/performance/traces".to_owned(), "for whoever owns every store"),
        ("/performance/alerts".to_owned(), "for whoever owns every store"),
        ("/performance/budgets".to_owned(), "for whoever owns every store"),
        ("/settings".to_owned(), "<h1"),
        ("/settings/brief".to_owned(), "Speaks as their grandmother did."),
        ("/settings/providers".to_owned(), "Owners of the store see and change who writes"),
        ("/settings/tokens".to_owned(), "There is none yet."),
        ("/settings/tokens?new".to_owned(), "Make a token"),
        ("/settings/webhooks".to_owned(), "Owners of the store see and change which programs"),
    ] {
        let (own, nobody) = (viewer.get(&page).await, shops.program.client().get(&page).await);

        assert!(own.status == 200 && own.text.contains(found), "{page} lacks {found:?}: {} {}", own.status, own.text);
        let back = nobody.location().strip_prefix("/sign-in?next=").unwrap_or_else(|| panic!("{page}: {nobody:?}"));
        assert_eq!((nobody.status, back), (303, sent_back(&page).as_str()), "{page}");
        assert_eq!(shops.secret_in(&nobody.text), None, "{page}");
    }
}

/// The page as it stands in the address of the sign-in page.
fn sent_back(page: &str) -> String {
    encoded(page).replace("%2D", "-").replace("%2F", "/").replace("%2E", ".").replace("%5F", "_")
}

async fn the_list_comes_with_its_first_rows(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("viewer@test.test").await;

    let page = client.get("/products").await;

    assert_eq!(page.status, 200);
    assert!(page.text.contains(r#"role="grid""#) && page.text.contains(r#"aria-rowcount="61""#), "{}", page.text);
    assert_eq!(page.text.matches("href=\"/products/").count(), 50);
}

/// Of the document of the list on its way, with fifty rows in it.
const MOST_KILOBYTES: usize = 12;

async fn the_document_of_the_list_is_no_larger_than_it_may_be(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("viewer@test.test").await;

    for encoding in ["br", "zstd"] {
        let page = client.send(Method::GET, "/products", &[("accept", "text/html"), ("accept-encoding", encoding)], "").await;

        assert_eq!((page.status, page.header("content-encoding")), (200, encoding));
        assert!(page.bytes.len() < MOST_KILOBYTES * 1_000, "{encoding}: {} bytes", page.bytes.len());
    }
}

async fn the_list_is_searched_and_paged_by_its_address(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("viewer@test.test").await;

    let none = client.get("/products?q=zzzzzzzz").await;
    let rest = client.get("/products?start=50").await;

    assert!(none.text.contains(r#"aria-rowcount="1""#) && !none.text.contains(r#"aria-rowindex="2""#), "{}", none.text);
    assert_eq!((rest.status, rest.text.matches("href=\"/products/").count()), (200, 10), "{}", rest.text);
    assert!(rest.text.contains(r#"aria-rowindex="52""#), "{}", rest.text);
}

async fn an_edit_by_a_plain_form_is_there_after_a_restart(engine: Engine) {
    let mut program = Program::serving(engine).await;
    let client = program.signed_in("editor@test.test").await;
    let handle = first_handle(&client.get("/products").await.text);
    let address = format!("/products/{handle}");

    let saved = client.post(&address, &[("title", "A corrected title"), ("base:title", "1000")]).await;
    assert_eq!((saved.status, saved.location()), (303, address.as_str()), "{}", saved.text);
    program.kill();
    program.serve().await;

    assert!(client.get(&address).await.text.contains("A corrected title"));
    assert!(client.get("/products?q=corrected").await.text.contains("A corrected title"));
}

async fn a_conflict_by_a_plain_form_loses_nothing(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("editor@test.test").await;
    let address = format!("/products/{}", first_handle(&client.get("/products").await.text));
    client.post(&address, &[("title", "The first to save"), ("base:title", "1000")]).await;

    let late = client.post(&address, &[("title", "The second to save"), ("base:title", "0")]).await;

    assert_eq!(late.status, 422);
    assert!(late.text.contains("The first to save") && late.text.contains("The second to save"), "{}", late.text);
    assert!(client.get(&address).await.text.contains("The first to save"));
}

#[tokio::test]
async fn what_is_not_there_is_a_404_page() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("viewer@test.test").await;

    for path in [
        "/products/not-there",
        "/products/not-there/versions",
        "/imports/0195a000-0000-7000-8000-000000000000",
        "/imports/nonsense",
        "/runs/0195a000-0000-7000-8000-000000000000",
        "/runs/nonsense",
        "/nowhere",
    ] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
}

pub(crate) fn first_handle(page: &str) -> String {
    let at = page.find("href=\"/products/").expect("a row") + "href=\"/products/".len();
    page[at..].chars().take_while(|c| !matches!(c, '"' | '?')).collect()
}
