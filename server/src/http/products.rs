//! Saving a product by a plain form, for as long as the page has not come alive.
//!
//! Such a form sends every text it has. Only those the person has changed are edits: the others may be as somebody
//! else has changed them since, and browsers change the line ends of all.

use app::context::Appearance;
use axum::{
    Form,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{
    change::FieldConflict,
    clock::Clock,
    field::{Field, Value},
    handle::Handle,
    ids::{OpId, Seq},
    op::{Action, Base, Edit, Op},
};
use ports::{
    Access,
    error::AppError,
    product::{HistoryEntry, ProductView, Receipt},
};

use super::{errors, session, state::AppState};
use crate::SystemClock;

/// A page of a product's history.
const PAGE: usize = 50;

/// So far back it is looked what a text was when the person saw it.
const FURTHEST: usize = 20 * PAGE;

/// `POST /products/{handle}`: texts by the names of their fields, `base:` and the name for the version that was on the
/// screen, and `theirs` for each field that is to stay as somebody else has made it.
pub(crate) async fn save(State(state): State<AppState>, Path(handle): Path<String>, request: Request) -> Response {
    let appearance = session::appearance(request.headers());
    match try_save(&state, &handle, request).await {
        Ok(Saved::All(address)) => Redirect::to(&address).into_response(),
        Ok(Saved::Nothing(choice)) => {
            let page = choice.page(&state.site.stylesheet, &appearance);
            (StatusCode::UNPROCESSABLE_ENTITY, [(header::CACHE_CONTROL, "no-store")], Html(page)).into_response()
        }
        Err(error) => errors::page(&state, &error),
    }
}

enum Saved {
    /// Where to go on.
    All(String),
    /// The person has to choose first.
    Nothing(Choice),
}

async fn try_save(state: &AppState, handle: &str, request: Request) -> Result<Saved, AppError> {
    let access = session::access(&request)?;
    let Form(pairs) = axum::RequestExt::extract::<Form<Vec<(String, String)>>, _>(request)
        .await
        .map_err(|_| AppError::Invalid("The form was not understood. Reload the page and try again.".into()))?;
    let handle: Handle = handle.parse().map_err(|_| AppError::NotFound)?;
    let product = state.ports.catalogue.product(&access, &handle).await?.ok_or(AppError::NotFound)?;
    let list = pairs.iter().find(|(name, _)| name == "list").map(|(_, list)| list.clone()).unwrap_or_default();
    let edits = edits(state, &access, &product, typed(&pairs, &product)).await?;
    let address = address(&handle, &list);
    if edits.is_empty() {
        return Ok(Saved::All(address));
    }
    let op = Op { id: new_op(), product: product.id, action: Action::Edit(edits.clone()) };
    match state.ports.catalogue.submit(&access, op).await? {
        Receipt::Applied { .. } | Receipt::NoOp { .. } => Ok(Saved::All(address)),
        Receipt::Rejected { field, reason } => {
            let about = field.map(|field| format!("{}: ", field.label())).unwrap_or_default();
            Err(AppError::Invalid(format!("{about}{reason} Nothing was saved. Go back, where what you typed still is, and correct it.")))
        }
        Receipt::Conflict(conflicts) => {
            let latest = state.ports.catalogue.history(&access, product.id, None).await?;
            let conflicts = conflicts.into_iter().map(|conflict| (who(&latest, conflict.current), conflict)).collect();
            Ok(Saved::Nothing(Choice { address, action: format!("/products/{handle}"), list, edits, conflicts }))
        }
    }
}

/// A text of the form.
#[derive(Clone, Debug, PartialEq)]
struct Typed {
    field: Field,
    text: String,
    /// The version that was on the screen.
    seen: Seq,
}

/// The texts that can be saved so, without those that are to stay as they are.
fn typed(pairs: &[(String, String)], product: &ProductView) -> Vec<Typed> {
    let sent = |name: &str, value: &str| pairs.iter().any(|(other, text)| other == name && text == value);
    // The button that keeps one's own text sends a newer version along with the old one.
    let seen = |name: &str| {
        let seen = pairs.iter().filter(|(other, _)| other.strip_prefix("base:") == Some(name)).filter_map(|(_, seq)| seq.parse().ok());
        Seq(seen.max().unwrap_or(0))
    };
    let one = |(name, text): &(String, String)| {
        let field = name.parse::<Field>().ok()?;
        let wanted = text_now(product, &field).is_some() && !sent("theirs", name);
        // Forms send line ends as CR LF.
        wanted.then(|| Typed { seen: seen(name), field, text: text.replace("\r\n", "\n") })
    };
    pairs.iter().filter_map(one).collect()
}

/// What is there now, of the fields that a plain form can save.
fn text_now<'a>(product: &'a ProductView, field: &Field) -> Option<&'a str> {
    Some(match field {
        Field::Title => &product.title,
        Field::Description => &product.description,
        Field::Vendor => &product.vendor,
        Field::ProductType => &product.product_type,
        Field::Category => &product.category,
        Field::Status => product.status.name(),
        Field::SeoTitle => &product.seo_title,
        Field::SeoDescription => &product.seo_description,
        Field::Extra(column) => product.extras.get(column)?,
        _ => return None,
    })
}

async fn edits(state: &AppState, access: &Access, product: &ProductView, typed: Vec<Typed>) -> Result<Vec<Edit>, AppError> {
    let is_new = |typed: &Typed| text_now(product, &typed.field).is_none_or(|now| !reads_the_same(&typed.field, now, &typed.text));
    let is_old = |typed: &Typed| typed.seen < product.versions.current(&typed.field);
    let mut changed: Vec<Typed> = typed.into_iter().filter(is_new).collect();
    if let Some(oldest) = changed.iter().filter(|typed| is_old(typed)).map(|typed| typed.seen).min()
        && let Some(changes) = changes_since(state, access, product, oldest).await?
    {
        changed.retain(|typed| !(is_old(typed) && was_left_alone(typed, &changes)));
    }
    let edit = |Typed { field, text, seen }| Edit { field, base: Base::Seen(seen), value: Value::Text(text) };
    Ok(changed.into_iter().map(edit).collect())
}

/// All changes of a product since a version, latest first; none when there are too many.
async fn changes_since(state: &AppState, access: &Access, product: &ProductView, since: Seq) -> Result<Option<Vec<HistoryEntry>>, AppError> {
    let mut changes: Vec<HistoryEntry> = Vec::new();
    while changes.len() < FURTHEST {
        let before = changes.last().map(|entry| entry.seq);
        let page = state.ports.catalogue.history(access, product.id, before).await?;
        let is_last = page.len() < PAGE || page.last().is_none_or(|entry| entry.seq <= since);
        changes.extend(page);
        if is_last {
            return Ok(Some(changes));
        }
    }
    Ok(None)
}

/// Whether a text is still as it was on the screen, though somebody else has changed it since.
fn was_left_alone(typed: &Typed, changes: &[HistoryEntry]) -> bool {
    let mut since = changes.iter().filter(|entry| entry.seq > typed.seen).flat_map(|entry| &entry.fields);
    // Latest first: the last one found is the first that was made.
    let earliest = since.rfind(|change| change.field == typed.field);
    earliest.is_some_and(|change| reads_the_same(&typed.field, &change.before.to_string(), &typed.text))
}

/// Whether a browser sends the one when it was given the other: it takes line ends out of a line, gives those of
/// several lines as CR LF, and swallows the one that a text area begins with.
fn reads_the_same(field: &Field, one: &str, other: &str) -> bool {
    let lines = matches!(field, Field::Description | Field::SeoDescription | Field::Extra(_));
    let plain = |text: &str| {
        if lines { text.replace("\r\n", "\n").replace('\r', "\n").trim_start_matches('\n').to_owned() } else { text.replace(['\r', '\n'], "") }
    };
    one == other || plain(one) == plain(other)
}

fn who(latest: &[HistoryEntry], seq: Seq) -> String {
    let who = latest.iter().find(|entry| entry.seq == seq).map(|entry| entry.who.as_str()).unwrap_or_default();
    if who.is_empty() { "Someone".to_owned() } else { who.to_owned() }
}

/// Texts that two people have changed, and all that the one had typed.
struct Choice {
    /// Where the product is.
    address: String,
    /// Where the form goes.
    action: String,
    list: String,
    edits: Vec<Edit>,
    /// With who was there before.
    conflicts: Vec<(String, FieldConflict)>,
}

impl Choice {
    /// A page that shows both texts of each field. Its form has everything that was typed, so that nothing is lost on
    /// the way; each choice is a button, and the last one saves.
    fn page(&self, stylesheet: &str, appearance: &Appearance) -> String {
        let theme = appearance.theme.map(|theme| format!(" data-theme=\"{theme}\"")).unwrap_or_default();
        let hidden = |name: &str, value: &str| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
        let typed = |edit: &Edit| {
            let name = edit.field.to_string();
            let seen = if let Base::Seen(seen) = edit.base { seen } else { Seq(0) };
            hidden(&name, &edit.value.to_string()) + &hidden(&format!("base:{name}"), &seen.to_string())
        };
        let inputs = hidden("list", &self.list) + &self.edits.iter().map(typed).collect::<String>();
        let choices = self.conflicts.iter().map(|(who, conflict)| choice(who, conflict)).collect::<String>();
        let address = escaped(&self.address);
        let action = escaped(&self.action);
        format!(
            "<!DOCTYPE html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><title>Changed by two people · Vitrine</title><link rel=\"icon\" href=\"/favicon.svg\"><link rel=\"stylesheet\" href=\"{stylesheet}\"></head>\
             <body><main class=\"page\"><header class=\"page-head\"><h1>Changed by two people</h1></header>\
             <form class=\"stack\" method=\"post\" action=\"{action}\">{inputs}\
             <p>Nothing of yours is saved yet, and nothing is lost. Choose which text stays.</p>{choices}\
             <p><a class=\"link\" href=\"{address}\">Give up what you typed and go to the product</a></p></form></main></body></html>"
        )
    }
}

fn choice(who: &str, conflict: &FieldConflict) -> String {
    let name = escaped(&conflict.field.to_string());
    let label = escaped(conflict.field.label());
    let side = |heading: &str, value: &Value, button: String| {
        let text = value.to_string();
        let text = if text.is_empty() { "<p class=\"muted\">(empty)</p>".to_owned() } else { format!("<p class=\"diff\">{}</p>", escaped(&text)) };
        format!("<div><h3>{heading}</h3>{text}{button}</div>")
    };
    let about = format!("<span class=\"vh\">: {label}</span>");
    let theirs = format!("<button class=\"btn\" name=\"theirs\" value=\"{name}\">Keep theirs{about}</button>");
    let mine = format!("<button class=\"btn\" name=\"base:{name}\" value=\"{}\">Keep mine{about}</button>", conflict.current);
    format!(
        "<section class=\"conflict\"><h2>{label}</h2><p>{} changed this while you were away.</p><div class=\"conflict-sides\">{}{}</div></section>",
        escaped(who),
        side("Theirs", &conflict.theirs, theirs),
        side("Mine", &conflict.mine, mine)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Back to the page, with the list one came from. What no address holds is no list.
fn address(handle: &Handle, list: &str) -> String {
    if list.is_empty() || list.contains(char::is_control) { format!("/products/{handle}") } else { format!("/products/{handle}?{list}") }
}

fn new_op() -> OpId {
    let mut random = [0; 10];
    // Without random bytes two saves in one microsecond could share an id, and the second would be refused.
    let _ = getrandom::fill(&mut random);
    OpId::new(SystemClock.now(), random)
}

#[cfg(test)]
mod tests {
    use domain::{
        change::{ChangeKind, FieldChange},
        clock::Timestamp,
        ids::ProductId,
        money::Currency,
        product::{Content, OptimisationStatus, Product, Versions},
    };
    use ports::product::Source;

    use super::*;

    fn product() -> ProductView {
        let mut content = Content::new("lamp".parse().unwrap(), "Lamp");
        content.extras.insert("Fit".to_owned(), "Slim".to_owned());
        let at = Timestamp::from_micros(1);
        let id = ProductId::new(at, [0; 10]);
        let product = Product { id, ord: 0, content, optimisation: OptimisationStatus::None, deleted: false, versions: Versions::new(Seq(1)) };
        ProductView::new(product, Currency::EUR, at, true)
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    fn changed(seq: i64, before: &str, after: &str) -> HistoryEntry {
        let fields = vec![FieldChange { field: Field::Title, before: Value::text(before), after: Value::text(after) }];
        HistoryEntry { seq: Seq(seq), at: Timestamp::from_micros(seq), who: "Ada".into(), source: Source::Page, kind: ChangeKind::Edited, fields }
    }

    #[test]
    fn a_form_is_read_by_the_names_of_its_fields() {
        let form = pairs(&[
            ("list", "q=oak"),
            ("title", "Oak\r\nlamp"),
            ("base:title", "3"),
            ("base:title", "7"),
            ("vendor", "Acme"),
            ("theirs", "vendor"),
            ("extra:Fit", "Wide"),
            ("extra:Unknown", "x"),
            ("tags", "x"),
            ("deleted", "yes"),
        ]);

        let typed = typed(&form, &product());

        let title = Typed { field: Field::Title, text: "Oak\nlamp".into(), seen: Seq(7) };
        let fit = Typed { field: Field::Extra("Fit".into()), text: "Wide".into(), seen: Seq(0) };
        assert_eq!(typed, [title, fit]);
    }

    #[test]
    fn a_text_reads_the_same_whatever_a_browser_does_to_its_line_ends() {
        assert!(reads_the_same(&Field::Description, "\r\n<p>a</p>\r<p>b</p>", "<p>a</p>\n<p>b</p>"));
        assert!(reads_the_same(&Field::Title, "a\r\nb", "ab"));
        assert!(!reads_the_same(&Field::Description, "a\nb", "ab"));
        assert!(!reads_the_same(&Field::Title, "a", "b"));
    }

    #[test]
    fn what_somebody_else_changed_and_the_person_did_not_is_left_alone() {
        let typed = |text: &str| Typed { field: Field::Title, text: text.to_owned(), seen: Seq(2) };
        let changes = [changed(9, "C", "D"), changed(5, "B", "C"), changed(2, "A", "B")];

        assert!(was_left_alone(&typed("B"), &changes));
        assert!(!was_left_alone(&typed("C"), &changes) && !was_left_alone(&typed("A"), &changes));
        assert!(!was_left_alone(&typed("B"), &changes[2..]));
    }

    #[test]
    fn a_choice_shows_both_texts_and_runs_neither() {
        let conflict =
            FieldConflict { field: Field::SeoTitle, seen: Seq(1), current: Seq(9), theirs: Value::text("\"<b>T"), mine: Value::text("M & m") };
        let edit = |field, text: &str| Edit { field, base: Base::Seen(Seq(1)), value: Value::text(text) };
        let choice = Choice {
            address: "/products/lamp?q=a&b".into(),
            action: "/products/lamp".into(),
            list: "q=a&b".into(),
            edits: vec![edit(Field::SeoTitle, "M & m"), edit(Field::Vendor, "V")],
            conflicts: vec![("Ada".into(), conflict)],
        };

        let page = choice.page("/pkg/x.css", &Appearance { theme: Some("dark") });

        for part in [
            "data-theme=\"dark\"",
            "<h2>SEO title</h2><p>Ada changed",
            "&quot;&lt;b&gt;T",
            "<p class=\"diff\">M &amp; m</p>",
            "name=\"vendor\" value=\"V\"",
            "name=\"base:seo_title\" value=\"1\"",
            "name=\"base:seo_title\" value=\"9\">Keep mine",
            "name=\"theirs\" value=\"seo_title\">Keep theirs",
            "name=\"list\" value=\"q=a&amp;b\"",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<b>T"));
    }
}
