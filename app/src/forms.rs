//! Plain forms: what was sent, what is wrong with it, and how both are shown. What was typed stays in its field, and what
//! is wrong with it stands beside it.

use domain::money::Currency;
use leptos::prelude::use_context;
use maud::{Markup, html};

use crate::context::Visitor;

/// A form as it was sent or is to be filled in, with what is wrong with it. What is wrong with the whole has no name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    pairs: Vec<(String, String)>,
    wrong: Vec<(&'static str, String)>,
}

impl Form {
    pub fn sent(pairs: Vec<(String, String)>) -> Self {
        // Forms send line ends as CR LF.
        let pairs = pairs.into_iter().map(|(name, text)| (name, text.replace("\r\n", "\n"))).collect();
        Self { pairs, wrong: Vec::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.pairs.push((name.to_owned(), text.into()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }

    /// Without surrounding spaces; nothing where there is no such field.
    pub fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim()).unwrap_or_default()
    }

    /// Whether a box is ticked.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(known, text)| known == name && text == value)
    }

    /// The lines of a text that have something in them, each once.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for line in self.text(name).lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !lines.iter().any(|known| known == line) {
                lines.push(line.to_owned());
            }
        }
        lines
    }

    pub fn refuse(&mut self, name: &'static str, sentence: impl Into<String>) {
        self.wrong.push((name, sentence.into()));
    }

    pub fn is_right(&self) -> bool {
        self.wrong.is_empty()
    }

    /// What is wrong with a field.
    pub fn why(&self, name: &str) -> Option<&str> {
        self.wrong.iter().find(|(known, _)| *known == name).map(|(_, sentence)| sentence.as_str())
    }
}

/// A field: its name, what a person calls it, and what helps to fill it in.
#[derive(Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) label: &'a str,
    pub(crate) hint: &'a str,
    pub(crate) kind: Kind<'a>,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Line {
        list: Option<&'a str>,
    },
    Lines,
    Number,
    /// An amount of money.
    Amount,
    Date,
    /// Never filled in.
    Secret,
    /// Values with their words.
    Choice(&'a [(String, String)]),
}

/// A form's fields, as one sees them.
pub(crate) struct Fields<'a> {
    pub(crate) form: &'a Form,
    /// Whether one may only look.
    pub(crate) locked: bool,
    /// In front of the ids, for pages with several forms.
    pub(crate) prefix: &'static str,
}

impl Fields<'_> {
    pub(crate) fn line(&self, name: &str, label: &str, hint: &str) -> Markup {
        self.field(Field { name, label, hint, kind: Kind::Line { list: None } })
    }

    pub(crate) fn lines(&self, name: &str, label: &str, hint: &str) -> Markup {
        self.field(Field { name, label, hint, kind: Kind::Lines })
    }

    pub(crate) fn field(&self, field: Field<'_>) -> Markup {
        let Field { name, label, hint, kind } = field;
        let id = format!("{}{name}", self.prefix);
        let why = self.form.why(name);
        let about = (why.is_some() || !hint.is_empty()).then(|| format!("{id}-h"));
        let text = if matches!(kind, Kind::Secret) { "" } else { self.form.text(name) };
        let invalid = why.map(|_| "true");
        let locked = self.locked;
        let input = |kind: &str, mode: Option<&str>, list: Option<&str>, numbers: bool| {
            html! {
                input.input.num[numbers] id=(id) name=(name) type=(kind) value=(text) inputmode=[mode] list=[list] autocomplete="off" spellcheck=[(kind == "password").then_some("false")]
                    readonly[locked] aria-invalid=[invalid] aria-describedby=[about.as_deref()];
            }
        };
        html! {
            div.field {
                div.field-top { label for=(id) { (label) } }
                @match kind {
                    Kind::Line { list } => (input("text", None, list, false)),
                    // Not a number to the browser, which would throw away what it does not understand.
                    Kind::Number => (input("text", Some("numeric"), None, true)),
                    Kind::Amount => (input("text", Some("decimal"), None, true)),
                    Kind::Date => (input("date", None, None, false)),
                    Kind::Secret => (input("password", None, None, false)),
                    Kind::Lines => {
                        textarea.input id=(id) name=(name) rows="3" readonly[locked] aria-invalid=[invalid] aria-describedby=[about.as_deref()] { "\n" (text) }
                    }
                    Kind::Choice(values) => {
                        select.input id=(id) name=(name) disabled[locked] aria-invalid=[invalid] aria-describedby=[about.as_deref()] {
                            @for (value, words) in values { option value=(value) selected[text == value] { (words) } }
                        }
                    }
                }
                @if let Some(why) = why { p.error id=[about.as_deref()] role="alert" { (why) } }
                @else if !hint.is_empty() { p.hint id=[about.as_deref()] { (hint) } }
            }
        }
    }

    pub(crate) fn check(&self, name: &str, value: &str, label: &str) -> Markup {
        html! {
            label.check {
                input type="checkbox" name=(name) value=(value) checked[self.form.has(name, value)] disabled[self.locked] autocomplete="off";
                (label)
            }
        }
    }

    /// What is wrong with the whole.
    pub(crate) fn trouble(&self) -> Markup {
        html! { @if let Some(why) = self.form.why("") { p.error role="alert" { (why) } } }
    }
}

/// A number between two others.
pub(crate) fn number(form: &mut Form, name: &'static str, usual: u32, (min, max): (u32, u32)) -> u32 {
    let text = form.text(name);
    if text.is_empty() {
        return usual;
    }
    match text.replace([',', ' '], "").parse() {
        Ok(number) if (min..=max).contains(&number) => number,
        _ => {
            form.refuse(name, format!("Write a number from {min} to {max}."));
            usual
        }
    }
}

/// What a form that was sent has come to, as the address says it: `?done=saved`.
pub(crate) fn done(search: &str) -> Markup {
    let done = domain::query::pairs(search).find(|(name, _)| name == "done").map(|(_, done)| done);
    let words = match done.as_deref() {
        Some("saved") => "Saved.",
        Some("removed") => "Removed.",
        _ => "",
    };
    html! { p.done role="status" { (words) } }
}

/// A button that asks first, in a dialog that works without scripts, and sends a form to an address.
pub(crate) struct Removal<'a> {
    /// Of the dialog.
    pub(crate) id: &'a str,
    pub(crate) action: &'a str,
    pub(crate) fields: &'a [(&'a str, &'a str)],
    /// `Remove “Mistral”?`
    pub(crate) asks: &'a str,
    pub(crate) explains: &'a str,
}

pub(crate) fn remove(removal: &Removal<'_>, store: &str) -> Markup {
    let Removal { id, action, fields, asks, explains } = removal;
    html! {
        button.btn.ghost.danger type="button" popovertarget=(id) { "Remove" }
        div.dialog id=(id) popover="auto" role="dialog" aria-label=(asks) {
            form method="post" action=(action) {
                (elsewhere(store))
                @for (name, value) in *fields { input type="hidden" name=(name) value=(value); }
                h2 { (asks) }
                p { (explains) }
                footer {
                    button.btn type="button" popovertarget=(id) popovertargetaction="hide" { "Keep" }
                    button.btn.danger { "Remove" }
                }
            }
        }
    }
}

/// The id of the store one is in, and its currency.
pub(crate) fn store() -> (String, Currency) {
    let me = use_context::<Visitor>().and_then(|visitor| visitor.me);
    me.map_or((String::new(), Currency::EUR), |me| (me.store.id.to_string(), me.store.currency))
}

/// The store a form was written for: meanwhile the session may have gone on to another one, in another tab.
pub(crate) fn elsewhere(store: &str) -> Markup {
    html! { input type="hidden" name="store" value=(store); }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form::sent(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_text_is_read_line_by_line_and_each_line_once() {
        let form = form(&[("banned", " cheap \r\n\r\nbest ever\r\ncheap")]);

        assert_eq!(form.lines("banned"), ["cheap", "best ever"]);
        assert_eq!(form.lines("nothing"), Vec::<String>::new());
    }

    #[test]
    fn a_number_is_within_its_bounds_or_refused_beside_its_field() {
        let mut sent = form(&[("least", "1,200"), ("most", "many"), ("most_of_all", "0")]);

        assert_eq!(number(&mut sent, "least", 5, (1, 2_000)), 1_200);
        assert_eq!(number(&mut sent, "absent", 5, (1, 2_000)), 5);
        assert!(sent.is_right());
        number(&mut sent, "most", 5, (1, 9));
        assert_eq!(sent.why("most"), Some("Write a number from 1 to 9."));
        number(&mut sent, "most_of_all", 5, (1, 9));
        assert!(sent.why("most_of_all").is_some());
    }

    #[test]
    fn what_was_typed_stays_with_what_is_wrong_beside_it_and_a_secret_does_not() {
        let mut form = form(&[("name", "<b>\"Mistral\""), ("key", "sk-secret")]);
        form.refuse("name", "Too long.");
        let fields = Fields { form: &form, locked: false, prefix: "p-" };

        let name = fields.line("name", "Name", "").into_string();
        assert!(name.contains("value=\"&lt;b&gt;&quot;Mistral&quot;\"") && name.contains("aria-describedby=\"p-name-h\""), "{name}");
        assert!(name.contains("<p class=\"error\" id=\"p-name-h\" role=\"alert\">Too long.</p>"), "{name}");
        let key = fields.field(Field { name: "key", label: "Key", hint: "", kind: Kind::Secret }).into_string();
        assert!(!key.contains("sk-secret") && key.contains("type=\"password\""), "{key}");
    }

    #[test]
    fn whoever_may_only_look_gets_no_field_to_fill_in() {
        let form = form(&[("voice", "Plain"), ("parts", "title")]);
        let fields = Fields { form: &form, locked: true, prefix: "" };

        assert!(fields.lines("voice", "Voice", "").into_string().contains("readonly"));
        assert!(fields.check("parts", "title", "Title").into_string().contains("checked disabled"));
    }
}
