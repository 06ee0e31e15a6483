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
    pub(super) fn template(&self, name: &str, is_known: bool, form: &Form) -> Markup {
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
                (self.form(form, Some(name)))
            }
        }
    }

    fn form(&self, form: &Form, template: Option<&str>) -> Markup {
        let fields = Fields { form, locked: !self.may_edit, prefix: "" };
        let as_source = if template.is_some() { "As in the store's brief" } else { "As the source" };
        let languages: Vec<(String, String)> =
            std::iter::once(("", as_source)).chain(LANGUAGES).map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
        let number = |name, label| fields.field(Field { name, label, hint: "", kind: Kind::Number });
        html! {
            form.stack method="post" action=(PATH) novalidate {
                (elsewhere(self.store))
                @if let Some(name) = template { input type="hidden" name="template" value=(name); }
                (fields.trouble())
                (fields.lines("voice", "Brand voice", "The brand in its own words."))
                (fields.line("tone", "Tone", "Warm, sober, playful."))
                (fields.line("audience", "Audience", "Who reads it."))
                div.brief-row {
                    (fields.field(Field { name: "language", label: "Language", hint: "", kind: Kind::Choice(&languages) }))
                    (number("title_characters", "Title, characters at most"))
                    (number("least_words", "Description, words from"))
                    (number("most_words", "Description, words up to"))
                }
                (fields.lines("keywords", "Keywords", "One a line. Used where they are true of the product."))
                (fields.lines("required", "Required phrases", "One a line. A text without them is marked."))
                (fields.lines("banned", "Banned phrases", "One a line. A text with one of them is marked, in any case and spelling of letters."))
                (fields.lines("instructions", "Other instructions", ""))
                fieldset.field {
                    legend.field-top { span { "Parts to write" } }
                    div.brief-parts { @for part in Part::ALL { (fields.check("parts", part.name(), part.label())) } }
                    @if let Some(why) = form.why("parts") { p.error role="alert" { (why) } }
                    @else if template.is_some() { p.hint { "None ticked: those of the store's brief." } }
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
            form.stack method="post" action={ (PATH) "#preview" } data-act="preview" novalidate {
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

/// What a template changes, in a line.
fn says(brief: &Brief) -> String {
    let usual = Brief::default();
    let mut says: Vec<String> = [&brief.voice, &brief.tone, &brief.instructions].into_iter().filter(|text| !text.is_empty()).cloned().collect();
    if brief.title_characters != usual.title_characters {
        says.push(format!("titles of {} characters", brief.title_characters));
    }
    if brief.description_words != usual.description_words {
        says.push(format!("{} to {} words", brief.description_words.0, brief.description_words.1));
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
        let template = page(true).template(name, true, &form::of(&form::empty_template(), true)).into_string();
        let list = page(true).brief(&Form::default(), &[(name.into(), form::empty_template())], &[name.into()], None).into_string();

        assert!(!template.contains("<i>") && !list.contains("<i>"));
        assert!(list.contains("?template=&lt;i&gt;%26&quot;%23"), "{list}");
        assert!(template.contains("name=\"template\" value=\"&lt;i&gt;&amp;&quot;#\"") && template.contains("Remove the template"), "{template}");
    }

    #[test]
    fn a_template_is_told_in_a_line() {
        let brief = Brief { tone: "Warm".into(), title_characters: 50, banned: vec!["cheap".into()], ..Brief::default() };

        assert_eq!(says(&brief), "Warm · titles of 50 characters · 1 banned phrase");
    }
}
