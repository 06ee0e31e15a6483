//! The brief and its templates, by their forms.

use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(a_template_follows_the_brief_in_what_it_leaves_out);

async fn a_template_follows_the_brief_in_what_it_leaves_out(engine: Engine) {
    let program = Program::serving(engine).await;
    let editor = program.signed_in("editor@test.test").await;
    let saved = async |form: &[(&str, &str)]| assert_eq!(editor.post("/settings/brief", form).await.status, 303, "{form:?}");
    let template = async || editor.get("/settings/brief?template=Lamps").await.text;

    // What is usual in a new brief is no more than another number to a template.
    saved(&[("voice", "Calm."), ("title_characters", "60"), ("parts", "title")]).await;
    saved(&[("template", "Lamps"), ("title_characters", "70")]).await;
    let page = template().await;
    assert!(page.contains("value=\"70\"") && page.contains("as in the store's brief, “Calm.”"), "{page}");

    saved(&[("voice", "Bold."), ("title_characters", "50"), ("most_words", "90"), ("parts", "title")]).await;
    let page = template().await;
    assert!(page.contains("value=\"70\"") && page.contains("as in the store's brief, “Bold.”") && page.contains("Empty: as usual, 90."), "{page}");
}
