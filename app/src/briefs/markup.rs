//! The page as HTML.

use domain::words::{brief::Brief, part::Part};
use maud::{Markup, html};

use super::{PATH, answer::Choices, form::LANGUAGES};
use crate::{
    forms::{Field, Fields, Form, Kind, Removal, elsewhere, remove},
    ui::format::in_address,
};

pub(super) struct Page<'a> {
    pub(super) store: &'a str,
    pub(super) may_edit: bool,
    pub(super) done: Markup,
}

impl Page<'_> {
    /// The store's brief, its templates, and a preview.
    pub(super) fn brief(&self, form: &Form, templates: &[(String, Brief)], types: &[String], choices: Option<&Choices>) -> Markup {
        html! {
            header.page-head { h1 tabindex="-1" { "Brief" } (self.done) a.btn.ghost href="/settings" { "All settings" } }
            @if !self.may_edit { p.muted { "Your role can look at the brief. An owner or an editor of the store can change it." } }
            section.part aria-labelledby="brief-h" {
                div {
                    h2 #brief-h { "What every text is to be like" }
                    p.muted { "Every provider is told this along with what is known of a product. What stands in a product's texts is never taken as an instruction." }
                }
                (self.form(form, None))
            }
            section.part aria-labelledby="templates-h" {
                div {
                    h2 #templates-h { "Templates" }
                    p.muted { "For a product type. What a template says goes before the brief; banned phrases of both are banned." }
                }
                div.stack { (self.templates(templates, types)) }
            }
            @if let Some(choices) = choices {
                section.part #preview aria-labelledby="preview-h" {
                    div {
                        h2 #preview-h { "Preview" }
                        p.muted { "What a provider makes of one product with the brief as it is saved. Nothing is kept but what it costs." }
                    }
                    (self.preview(choices))
                }
            }
        }
    }

    /// The template of one product type, there or not yet.
    pub(super) fn template(&self, name: &str, is_known: bool, form: &Form, store: &Brief) -> Markup {
        html! {
            header.page-head {
                h1 tabindex="-1" { "Brief for " (name) }
                (self.done)
                @if is_known && self.may_edit {
                    (remove(&Removal {
                        id: "remove-template",
                        action: PATH,
                        fields: &[("do", "remove"), ("template", name)],
                        asks: &format!("Remove the template for {name}?"),
                        explains: "Its products are then written by the store's brief. Texts that were written stay.",
                    }, self.store))
                }
                a.btn.ghost href=(PATH) { "Back to the brief" }
            }
            section.part aria-labelledby="brief-h" {
                div {
                    h2 #brief-h { "What differs for this type" }
                    p.muted { "What is empty here is as in the store's brief." }
                }
                (self.form(form, Some((name, store))))
            }
        }
    }

    /// `template` is the product type it is for, with the store's brief that it is laid over.
    fn form(&self, form: &Form, template: Option<(&str, &Brief)>) -> Markup {
        let fields = Fields { form, locked: !self.may_edit, prefix: "" };
        let usual = Usual(template.map(|(_, store)| store));
        let languages: Vec<(String, String)> =
            std::iter::once((String::new(), usual.language())).chain(LANGUAGES.map(|(code, name)| (code.to_owned(), name.to_owned()))).collect();
        let number = |name, label, value: fn(&Brief) -> u32| fields.field(Field { name, label, hint: &usual.number(value), kind: Kind::Number });
        html! {
            form.stack method="post" action=(PATH) novalidate {
                (elsewhere(self.store))
                @if let Some((name, _)) = template { input type="hidden" name="template" value=(name); }
                (fields.trouble())
                (fields.lines("voice", "Brand voice", &usual.text("The brand in its own words.", |brief| &brief.voice)))
                (fields.line("tone", "Tone", &usual.text("Warm, sober, playful.", |brief| &brief.tone)))
                (fields.line("audience", "Audience", &usual.text("Who reads it.", |brief| &brief.audience)))
                div.brief-row {
                    (fields.field(Field { name: "language", label: "Language", hint: "", kind: Kind::Choice(&languages) }))
                    (number("title_characters", "Title, characters at most", |brief| brief.title_characters))
                    (number("least_words", "Description, words from", |brief| brief.description_words.0))
                    (number("most_words", "Description, words up to", |brief| brief.description_words.1))
                }
                (fields.lines("keywords", "Keywords", &usual.list("One a line. Used where they are true of the product.", |brief| &brief.keywords)))
                (fields.lines("required", "Required phrases", &usual.list("One a line. A text without them is marked.", |brief| &brief.required)))
                (fields.lines("banned", "Banned phrases", &usual.list("One a line. A text with one of them is marked, in any case and spelling of letters.", |brief| &brief.banned)))
                (fields.lines("instructions", "Other instructions", &usual.text("", |brief| &brief.instructions)))
                fieldset.field {
                    legend.field-top { span { "Parts to write" } }
                    div.brief-parts { @for part in Part::ALL { (fields.check("parts", part.name(), part.label())) } }
                    @if let Some(why) = form.why("parts") { p.error role="alert" { (why) } }
                    @else if let Some(parts) = usual.parts() { p.hint { "None ticked: as in the store's brief, " (parts) "." } }
                }
                @if self.may_edit { div.line { button.btn.primary { @if template.is_some() { "Save template" } @else { "Save brief" } } } }
            }
        }
    }

    fn templates(&self, templates: &[(String, Brief)], types: &[String]) -> Markup {
        html! {
            @if templates.is_empty() { p.muted { "There is none yet." } }
            @else {
                ul.templates {
                    @for (name, brief) in templates {
                        li { a.link href={ (PATH) "?template=" (in_address(name)) } { (name) } span.muted.small.cut { (says(brief)) } }
                    }
                }
            }
            @if self.may_edit {
                form action=(PATH) {
                    div.field {
                        div.field-top { label for="new-template" { "Product type" } }
                        div.with-button {
                            input.input #new-template name="template" list="types" required maxlength="255" autocomplete="off";
                            button.btn { "Add a template" }
                        }
                        datalist #types { @for name in types { option value=(name) {} } }
                    }
                }
            }
        }
    }

    fn preview(&self, choices: &Choices) -> Markup {
        html! {
            form.stack method="post" action={ (PATH) "?waits#preview" } data-act="preview" novalidate {
                (elsewhere(self.store))
                input type="hidden" name="do" value="preview";
                div.brief-row {
                    div.field {
                        div.field-top { label for="preview-handle" { "Product" } }
                        input.input #preview-handle name="handle" value=(choices.handle) autocomplete="off" aria-describedby="preview-handle-h";
                        p.hint #preview-handle-h { "Its handle, or its address." }
                    }
                    div.field {
                        div.field-top { label for="preview-provider" { "Provider" } }
                        select.input #preview-provider name="provider" {
                            @for provider in &choices.providers {
                                @let id = provider.id.to_string();
                                option value=(id) selected[id == choices.provider] { (provider.name) @if !provider.model.is_empty() { " · " (provider.model) } }
                            }
                        }
                    }
                }
                div.line { button.btn { "Preview" } }
                div data-answer role="status" { (maud::PreEscaped(&choices.answer)) }
            }
        }
    }
}

/// What a template's field is when it is left empty: as in the store's brief. Without one it is the store's brief itself.
struct Usual<'a>(Option<&'a Brief>);

/// Characters of a text that are enough to know it by.
const SHOWN: usize = 80;

impl Usual<'_> {
    fn text(&self, hint: &str, value: fn(&Brief) -> &String) -> String {
        match self.0.map(value).filter(|text| !text.trim().is_empty()) {
            Some(text) => format!("Empty: as in the store's brief, “{}”.", short(text)),
            None => hint.to_owned(),
        }
    }

    fn number(&self, value: fn(&Brief) -> u32) -> String {
        self.0.map(|brief| format!("Empty: as usual, {}.", value(brief))).unwrap_or_default()
    }

    /// Those of the store's brief go along with a template's.
    fn list(&self, hint: &str, value: fn(&Brief) -> &Vec<String>) -> String {
        match self.0.map(value).filter(|list| !list.is_empty()) {
            Some(list) => format!("{hint} Along with those of the store's brief: {}.", short(&list.join(", "))),
            None => hint.to_owned(),
        }
    }

    fn language(&self) -> String {
        let Some(brief) = self.0 else { return "As the source".to_owned() };
        let name = LANGUAGES.iter().find(|(code, _)| *code == brief.language).map_or("as the source", |(_, name)| name);
        format!("As in the store's brief: {name}")
    }

    fn parts(&self) -> Option<String> {
        let labels = |brief: &Brief| brief.parts.iter().map(|part| part.label()).collect::<Vec<_>>().join(", ");
        self.0.map(labels)
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(SHOWN).collect();
    if cut.len() < line.len() { format!("{}…", cut.trim_end()) } else { cut }
}

/// What a template changes, in a line.
fn says(brief: &Brief) -> String {
    let gives = brief.gives();
    let mut says: Vec<String> = [&brief.voice, &brief.tone, &brief.instructions].into_iter().filter(|text| !text.is_empty()).cloned().collect();
    if gives.title {
        says.push(format!("titles of {} characters", brief.title_characters));
    }
    let (least, most) = brief.description_words;
    match (gives.least_words, gives.most_words) {
        (true, true) => says.push(format!("{least} to {most} words")),
        (true, false) => says.push(format!("{least} words at least")),
        (false, true) => says.push(format!("{most} words at most")),
        (false, false) => {}
    }
    let listed = [("keyword", brief.keywords.len()), ("required phrase", brief.required.len()), ("banned phrase", brief.banned.len())];
    says.extend(listed.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{count} {name}{}", if *count == 1 { "" } else { "s" })));
    says.join(" · ")
}

#[cfg(test)]
mod tests {
    use domain::ids::ProviderId;

    use super::*;
    use crate::briefs::form;

    fn page(may_edit: bool) -> Page<'static> {
        Page { store: "s", may_edit, done: html! {} }
    }

    fn choices() -> Choices {
        Choices { providers: Vec::new(), handle: "lamp".into(), provider: ProviderId::BUILT_IN.to_string(), answer: String::new() }
    }

    #[test]
    fn whoever_may_only_look_finds_nothing_to_send() {
        let brief = Brief { voice: "Calm".into(), ..Brief::default() };
        let html = page(false).brief(&form::of(&brief, false), &[("Lamps".into(), form::empty_template())], &[], None).into_string();

        assert!(
            html.contains("Calm") && html.contains("href=\"/settings/brief?template=Lamps\"") && html.contains("An owner or an editor"),
            "{html}"
        );
        assert!(!html.contains("<button"), "{html}");
    }

    #[test]
    fn an_editor_saves_adds_a_template_and_asks_for_a_preview() {
        let html = page(true).brief(&form::of(&Brief::default(), false), &[], &["Lamps".into()], Some(&choices())).into_string();

        for part in ["Save brief", "Add a template", "<option value=\"Lamps\">", "data-act=\"preview\"", "value=\"lamp\"", "value=\"title\" checked"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn the_name_of_a_type_is_text_wherever_it_stands() {
        let name = "<i>&\"#";
        let template = page(true).template(name, true, &form::of(&form::empty_template(), true), &Brief::default()).into_string();
        let list = page(true).brief(&Form::default(), &[(name.into(), form::empty_template())], &[name.into()], None).into_string();

        assert!(!template.contains("<i>") && !list.contains("<i>"));
        assert!(list.contains("?template=&lt;i&gt;%26&quot;%23"), "{list}");
        assert!(template.contains("name=\"template\" value=\"&lt;i&gt;&amp;&quot;#\"") && template.contains("Remove the template"), "{template}");
    }

    #[test]
    fn a_template_shows_what_is_usual_where_it_says_nothing() {
        let store = Brief {
            voice: "Calm <and> plain".into(),
            language: "de".into(),
            title_characters: 60,
            banned: vec!["cheap".into()],
            instructions: "x ".repeat(200),
            ..Brief::default()
        };

        let html = page(true).template("Lamps", true, &form::of(&form::empty_template(), true), &store).into_string();

        for part in [
            "Empty: as in the store's brief, “Calm &lt;and&gt; plain”.",
            "As in the store's brief: German",
            "Empty: as usual, 60.",
            "Along with those of the store's brief: cheap.",
            "None ticked: as in the store's brief, Title, Description",
            "x…”.",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("name=\"title_characters\" type=\"text\" value=\"\""), "{html}");
    }

    #[test]
    fn a_template_is_told_in_a_line() {
        let brief = Brief { tone: "Warm".into(), title_characters: 50, banned: vec!["cheap".into()], ..Brief::default() };

        assert_eq!(says(&brief), "Warm · titles of 50 characters · 1 banned phrase");
    }
}
