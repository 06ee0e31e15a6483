//! The page as HTML.

use domain::{clock::Timestamp, ids::UserId};
use maud::{Markup, html};
use ports::tokens::{TokenSecret, TokenView};

use super::{
    PATH,
    form::{LIFETIMES, has_run_out},
    words::{GROUPS, Group, in_words},
};
use crate::{
    forms::{Field, Fields, Form, Kind, elsewhere},
    settings::secret::made,
    ui::{format, values::capital},
};

/// How many are listed until all are asked for: logging in makes one each time.
const LATEST: usize = 100;

/// Within this many seconds of its end a token's end is called out.
const SOON: i64 = 7 * 86_400;

pub(super) struct Page<'a> {
    pub(super) store: &'a str,
    pub(super) me: UserId,
    /// Whether the tokens of everybody are listed.
    pub(super) sees_all: bool,
    pub(super) now: Timestamp,
    /// Where programs reach this server.
    pub(super) address: &'a str,
    pub(super) done: Markup,
}

impl Page<'_> {
    /// The tokens, below one that was just made.
    pub(super) fn list(&self, tokens: &[TokenView], all: bool, made: Option<(&TokenView, &TokenSecret)>) -> Markup {
        let shown = if all { tokens } else { &tokens[..tokens.len().min(LATEST)] };
        html! {
            header.page-head {
                h1 tabindex="-1" { "API tokens" }
                (self.done)
                a.btn.ghost href="/settings" { "All settings" }
                a.btn.primary href={ (PATH) "?new" } { "Make a token" }
            }
            @if let Some((token, secret)) = made { (just_made(token, secret)) }
            section.part aria-labelledby="tokens-h" {
                div {
                    h2 #tokens-h { "Tokens" }
                    p.muted { "A program that has one asks in the name of whoever has made it" @if self.sees_all { ". As an owner you see those of everybody." } @else { ". You see your own." } }
                }
                @if tokens.is_empty() { p.muted { "There is none yet. Give each program one of its own, so that each can be stopped alone." } }
                @else {
                    div.stack {
                        ul { @for token in shown { (self.row(token)) } }
                        @if shown.len() < tokens.len() {
                            p { a.link href={ (PATH) "?all" } { "Show all " (format::number(tokens.len() as u64)) } }
                        }
                    }
                }
            }
            section.part aria-labelledby="how-h" {
                div {
                    h2 #how-h { "How to ask with one" }
                    p.muted { "Here with the token in " code { "TOKEN" } "." }
                }
                div.stack {
                    pre.ask { code { "curl -H \"Authorization: Bearer $TOKEN\" \"" (self.address) "/api/v1/products?limit=5\"" } }
                    p { "What can be asked, with a page to try it: " a.link href="/api/v1/docs" rel="external" { "documentation of the API" } "." }
                }
            }
        }
    }

    fn row(&self, token: &TokenView) -> Markup {
        let TokenView { id, name, scopes, user, person, ends_with, created_at, last_used_at, expires_at } = token;
        let has_run_out = has_run_out(token, self.now);
        let (tone, state) = match expires_at {
            Some(_) if has_run_out => ("off", "Has run out"),
            Some(at) if *at <= self.now.plus_seconds(SOON) => ("warn", "Runs out soon"),
            _ => ("ok", "Good"),
        };
        html! {
            li.token id={ "t-" (id) } {
                div {
                    p { b { (name) } " " span.badge data-tone=(tone) { (state) } }
                    p { (in_words(*scopes)) }
                    p.line.muted.small {
                        @if self.sees_all { span { (person) @if *user == self.me { " (you)" } } }
                        span { "Ends with " code { (ends_with) } }
                        span { "Made " (day(*created_at)) }
                        span { @match last_used_at { Some(at) => { "Last used " (self.ago(*at)) } None => "Never used" } }
                        span { @match expires_at { Some(at) => { @if has_run_out { "Ran out " } @else { "Runs out " } (day(*at)) } None => "Without end" } }
                    }
                }
                (self.revoke(token))
            }
        }
    }

    /// A button that asks first, in a dialog that works without scripts, and says what comes of it.
    fn revoke(&self, token: &TokenView) -> Markup {
        let TokenView { id, name, scopes, user, person, last_used_at, .. } = token;
        let dialog = format!("revoke-{id}");
        let asks = if *user == self.me { format!("Revoke “{name}”?") } else { format!("Revoke “{name}” of {person}?") };
        html! {
            button.btn.ghost.danger type="button" popovertarget=(dialog) { "Revoke" span.vh { " " (name) } }
            div.dialog id=(dialog) popover="auto" role="dialog" aria-label=(asks) {
                form method="post" action=(PATH) {
                    (elsewhere(self.store))
                    input type="hidden" name="do" value="revoke";
                    input type="hidden" name="id" value=(id);
                    h2 { (asks) }
                    p {
                        "Whatever asks with it stops working at once: every request is refused from then on. " (in_words(*scopes)) "; "
                        @match last_used_at { Some(at) => { "last used " (self.ago(*at)) } None => "never used" }
                        "."
                    }
                    p { "It cannot be brought back. What was done with it stays." }
                    footer {
                        button.btn type="button" popovertarget=(dialog) popovertargetaction="hide" { "Keep" }
                        button.btn.danger { "Revoke" }
                    }
                }
            }
        }
    }

    /// The form for a new one.
    pub(super) fn form(&self, form: &Form) -> Markup {
        let fields = Fields { form, locked: false, prefix: "" };
        let lifetimes: Vec<(String, String)> = LIFETIMES.iter().map(|(value, words, _)| ((*value).to_owned(), (*words).to_owned())).collect();
        let why = form.why("scopes");
        // A form that was refused stands at the address of the list, to which a link within the app would lead nowhere.
        let leaves = (!form.is_right()).then_some("external");
        html! {
            header.page-head {
                h1 tabindex="-1" { "Make a token" }
                a.btn.ghost href=(PATH) rel=[leaves] { "Back to the tokens" }
            }
            section.part aria-labelledby="token-h" {
                div {
                    h2 #token-h { "What it is for" }
                    p.muted { "Whoever has it asks in your name, so give it what its program needs and no more. What your role does not allow, no token of yours does." }
                }
                form.stack method="post" action=(PATH) autocomplete="off" novalidate {
                    (elsewhere(self.store))
                    (fields.trouble())
                    (fields.line("name", "Name", "What asks with it, such as “Stock sync”."))
                    fieldset.field aria-describedby=[why.map(|_| "scopes-h")] {
                        legend.field-top { span { "What it may do" } }
                        div { @for group in &GROUPS { (boxes(&fields, group)) } }
                        @if let Some(why) = why { p.error #scopes-h role="alert" { (why) } }
                    }
                    (fields.field(Field { name: "lifetime", label: "Lifetime", hint: "", kind: Kind::Choice(&lifetimes) }))
                    div.line { button.btn.primary { "Make token" } }
                }
            }
        }
    }

    fn ago(&self, at: Timestamp) -> Markup {
        html! { time datetime=(at) title=(format::moment(at)) { (format::ago(at, self.now)) } }
    }
}

fn just_made(token: &TokenView, secret: &TokenSecret) -> Markup {
    let explains = html! { p.muted { "Copy the token now, to where passwords are kept. It is not shown again." } };
    made(&format!("“{}” is made", token.name), &explains, "Token", &secret.0)
}

/// What may be done with one kind of thing.
fn boxes(fields: &Fields<'_>, group: &Group) -> Markup {
    let Group { name, hint, read, write } = group;
    let label = format!("may-{name}");
    html! {
        div.may role="group" aria-labelledby=(label) {
            p { span id=(label) { (capital(name)) } br; span.muted.small { (hint) } }
            (fields.check("scopes", read.name(), "Read"))
            @if let Some(write) = write { (fields.check("scopes", write.name(), "Write")) }
        }
    }
}

fn day(at: Timestamp) -> Markup {
    html! { time datetime=(at) title=(format::moment(at)) { (format::date(at)) } }
}

#[cfg(test)]
mod tests {
    use domain::scope::Scope;

    use super::*;
    use crate::tokens::{
        Sent, form,
        sample::{NOW, me, somebody, token},
    };

    fn page(sees_all: bool) -> Page<'static> {
        Page { store: "s", me: me(), sees_all, now: NOW, address: "https://shop.example", done: html! {} }
    }

    fn listed(tokens: &[TokenView]) -> String {
        page(false).list(tokens, false, None).into_string()
    }

    /// Without tags, as one reads it.
    fn read(html: &str) -> String {
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect()
    }

    #[test]
    fn a_token_is_listed_with_what_one_knows_it_by_and_no_name_becomes_markup() {
        let html = listed(&[token()]);
        let text = read(&html);

        for part in ["Good", "Reads and writes products", "Ends with x9Qz", "Made 15 Nov 2025", "Last used 5 min ago", "Runs out 5 Dec 2025"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(html.contains("&lt;i&gt;Stock sync") && !html.contains("<i>") && !html.contains("Demo"), "{html}");
    }

    #[test]
    fn the_end_of_a_token_is_told_before_and_after() {
        let ends = |seconds| read(&listed(&[TokenView { expires_at: Some(NOW.plus_seconds(seconds)), last_used_at: None, ..token() }]));

        assert!(ends(SOON).contains("Runs out soon") && ends(SOON + 1).contains("Good"));
        assert!(ends(0).contains("Has run out") && ends(-1).contains("Ran out 24 Nov 2025") && ends(0).contains("Never used"));
        assert!(read(&listed(&[TokenView { expires_at: None, ..token() }])).contains("Without end"));
    }

    #[test]
    fn owners_are_told_whose_a_token_is() {
        let html = page(true).list(&[token(), TokenView { user: somebody(), person: "Ann".into(), ..token() }], false, None).into_string();
        let text = read(&html);

        assert!(html.contains("Demo &lt;b&gt;Owner") && text.contains("(you)") && text.contains("those of everybody"), "{html}");
        assert!(text.contains("Revoke “&lt;i&gt;Stock sync”?") && text.contains("Revoke “&lt;i&gt;Stock sync” of Ann?"), "{text}");
    }

    #[test]
    fn revoking_asks_first_and_says_what_stops() {
        let html = listed(&[token()]);

        for part in ["popover=\"auto\"", "name=\"do\" value=\"revoke\"", "stops working at once", "cannot be brought back"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(read(&html).contains("Reads and writes products; last used 5 min ago."));
    }

    #[test]
    fn a_secret_is_in_the_page_of_its_making_alone() {
        let secret = TokenSecret("vitrine_secret".into());
        let made = page(false).list(&[token()], false, Some((&token(), &secret))).into_string();

        assert_eq!(made.matches("vitrine_secret").count(), 1, "{made}");
        assert!(made.contains("It is not shown again.") && made.contains("data-copy"), "{made}");
        assert!(!listed(&[token()]).contains("It is not shown again."));
        assert!(!format!("{:?}", Sent::Made(token(), secret)).contains("vitrine_secret"));
    }

    #[test]
    fn a_long_list_is_cut_until_all_is_asked_for() {
        let many = vec![token(); 1_234];

        let (cut, all) = (listed(&many), page(false).list(&many, true, None).into_string());
        assert_eq!((cut.matches("<li").count(), all.matches("<li").count()), (LATEST, 1_234));
        assert!(cut.contains("Show all 1,234") && !all.contains("Show all"));
    }

    #[test]
    fn the_example_names_this_server() {
        let text = read(&listed(&[]));

        assert!(text.contains("&quot;https://shop.example/api/v1/products?limit=5&quot;"), "{text}");
        assert!(text.contains("There is none yet."));
    }

    #[test]
    fn the_form_ticks_what_was_ticked_and_says_what_is_wrong_beside_it() {
        let mut sent = Form::default().with("name", "\"><script>").with("lifetime", "365").with("scopes", Scope::WriteRuns.name());
        sent.refuse("scopes", "Tick at least one.");
        let (new, refused) = (page(false).form(&form::empty()).into_string(), page(false).form(&sent).into_string());

        assert!(new.contains("value=\"products:read\" checked") && !new.contains("value=\"products:write\" checked"), "{new}");
        assert!(refused.contains("value=\"runs:write\" checked") && refused.contains("value=\"365\" selected"), "{refused}");
        assert!(refused.contains("aria-describedby=\"scopes-h\"") && refused.contains("rel=\"external\""), "{refused}");
        assert!(!refused.contains("<script>") && !new.contains("role=\"alert\"") && !new.contains("rel=\"external\""), "{refused}");
        assert!(Scope::ALL.iter().all(|scope| new.contains(&format!("value=\"{}\"", scope.name()))), "{new}");
        assert!(LIFETIMES.iter().all(|(value, words, _)| new.contains(&format!("<option value=\"{value}\"")) && new.contains(words)), "{new}");
    }
}
