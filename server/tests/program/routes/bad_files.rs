//! Files that are not what they should be, uploaded: each becomes a job that says what is wrong with it, and what is good of it
//! is there.

use super::imports::finished;
use crate::support::{
    Engine, Program,
    files::{SCRIPTS, odd_files},
    on_both_engines,
};

on_both_engines!(each_file_that_is_not_what_it_should_be_says_so, a_script_in_a_description_is_shown_without_it);

async fn each_file_that_is_not_what_it_should_be_says_so(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@second.test").await;

    for odd in odd_files() {
        let uploaded = client.upload(odd.name, odd.content, &[]).await;
        assert_eq!(uploaded.status, 303, "{}: {}", odd.name, uploaded.text);
        let page = finished(&client, uploaded.location()).await;

        let state = if odd.code == 1 { "failed" } else { "done" };
        assert!(page.contains(&format!("data-state=\"{state}\"")) && page.contains(odd.says), "{}: {page}", odd.name);
        for (handle, text) in odd.there {
            let product = client.get(&format!("/products/{handle}")).await;
            assert!(product.status == 200 && product.text.contains(text), "{}: {handle}: {}", odd.name, product.text);
        }
        for handle in odd.missing {
            assert_eq!(client.get(&format!("/products/{handle}")).await.status, 404, "{}: {handle}", odd.name);
        }
        assert_eq!(program.uploads(), 0, "{}", odd.name);
    }
}

async fn a_script_in_a_description_is_shown_without_it(engine: Engine) {
    let program = Program::serving(engine).await;
    let client = program.signed_in("owner@second.test").await;
    let uploaded = client.upload("scripts.csv", SCRIPTS.into(), &[]).await;
    finished(&client, uploaded.location()).await;

    let page = client.get("/products/scripted").await;

    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("<p>Words that stay</p>"), "{}", page.text);
    for attack in ["<script>alert(1)", "<p onclick", "<a href=\"javascript:"] {
        assert!(!page.text.contains(attack), "{attack}: {}", page.text);
    }
    // Kept as it came, for whoever exports it.
    assert!(program.exported("second").contains("<script>alert(1)</script>"));
}

/// A title and the name of a file stand in the page's `<title>` too.
#[tokio::test]
async fn a_title_is_text_and_never_markup() {
    let program = Program::serving(Engine::Sqlite).await;
    let client = program.signed_in("owner@second.test").await;
    let file = "Handle,Title\nmarked,</title><script>alert(2)</script>\n";

    let uploaded = client.upload("</title><script>alert(2)</script>.csv", file.into(), &[]).await;
    let job = finished(&client, uploaded.location()).await;
    let product = client.get("/products/marked").await;
    let list = client.get("/products").await;

    assert_eq!((product.status, list.status), (200, 200));
    for page in [&job, &product.text, &list.text] {
        assert!(page.contains("alert(2)") && !page.contains("<script>alert(2)"), "{page}");
    }
}
