//! The secret as HTML, with what `watch` looks for: its field, the button that copies it, and where it says what came of that.

use maud::{Markup, html};

/// What was made, what to do with its secret now, and the secret in a field with a label.
pub(crate) fn made(heading: &str, explains: &Markup, label: &str, secret: &str) -> Markup {
    html! {
        section.part aria-labelledby="made-h" {
            div {
                h2 #made-h { (heading) }
                (explains)
            }
            div.field {
                div.field-top { label for="secret" { (label) } }
                div.with-button {
                    input.input #secret type="text" value=(secret) readonly autocomplete="off" spellcheck="false";
                    button.btn.script type="button" data-copy { "Copy" }
                }
                p.hint #copied role="status" {}
            }
        }
    }
}
