//! What the catalogue lacks, and what runs have gained.

use maud::{Markup, html};
use ports::runs::{Lack, Picture};

use super::icon;
use crate::{
    runs::state::{choice::over, standing::suggestions},
    ui::{
        address::address,
        chart::bar,
        format::{number, products},
    },
};

pub(crate) fn picture(picture: &Picture, may_run: bool) -> String {
    let lacks: Vec<&Lack> = picture.lacks.iter().filter(|lack| lack.products > 0).collect();
    html! {
        @if picture.products == 0 {
            (nothing(may_run))
        } @else {
            section.part aria-labelledby="lacks-h" {
                header { h2 #lacks-h { "What the catalogue lacks" } }
                @if lacks.is_empty() {
                    p.muted { "Nothing that a run could write." }
                } @else {
                    ul.lacks { @for lack in lacks { li { (line(lack, picture.products, may_run)) } } }
                }
            }
            section.part aria-labelledby="gained-h" {
                header {
                    h2 #gained-h { "What runs have gained" }
                    @if picture.open_reviews > 0 { a.btn href="/review" { (icon("check-check")) "Review " (suggestions(picture.open_reviews)) } }
                }
                (gained(picture))
            }
        }
    }
    .into_string()
}

fn line(lack: &Lack, of: u64, may_run: bool) -> Markup {
    html! {
        a.link href=(address("/products", &lack.query.to_address())) { (lack.says) }
        (bar(lack.products, of))
        span.num { (number(lack.products)) " of " (products(of)) }
        @if may_run {
            a.btn href=(over(&lack.query, &lack.parts)) aria-label={ "Improve these: " (lack.says) } { "Improve these" }
        }
    }
}

fn gained(picture: &Picture) -> Markup {
    let Picture { improved, quality, seo, .. } = *picture;
    html! {
        @if improved == 0 {
            p.muted { "Nothing yet. Once suggestions are approved, their scores before and after stand here." }
        } @else {
            dl.tiles.num {
                div { dt { "Published" } dd { (number(improved)) } }
                div { dt { "Quality, on average" } dd { (from_to(quality)) } }
                div { dt { "SEO, on average" } dd { (from_to(seo)) } }
            }
        }
    }
}

/// `41 to 78`, read as what it is.
pub(super) fn from_to((before, after): (u8, u8)) -> Markup {
    html! { span.muted { (before) } span.vh { " before, " } " " span aria-hidden="true" { "→" } " " (after) span.vh { " after" } }
}

fn nothing(may_run: bool) -> Markup {
    html! {
        div.notice {
            (icon("sparkles"))
            h2 { "Nothing to improve yet" }
            @if may_run {
                p { "A run writes titles, descriptions and search engine text for many products at once, for you to review. Bring in a catalogue first." }
                div.line { a.btn href="/imports" { "Import a file" } }
            } @else {
                p { "There is no product in this store yet. An owner or an editor can import a catalogue." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{product::Missing, query::ListQuery, words::part::Part};

    use super::*;

    fn lack(says: &str, products: u64, missing: Missing) -> Lack {
        let query = ListQuery { missing: vec![missing], ..ListQuery::default() };
        Lack { says: says.into(), products, query, parts: vec![Part::Description] }
    }

    fn some() -> Picture {
        let lacks = vec![lack("No description", 1_250, Missing::Description), lack("No picture <b>", 0, Missing::Image)];
        Picture { products: 5_000, lacks, improved: 12, quality: (41, 78), seo: (30, 81), open_reviews: 7 }
    }

    #[test]
    fn what_lacks_is_listed_and_one_click_from_a_run() {
        let html = picture(&some(), true);

        assert!(html.contains("href=\"/products?missing=description\">No description</a>"), "{html}");
        assert!(html.contains("href=\"/runs/new?missing=description&amp;parts=description&amp;empty=1\""), "{html}");
        assert!(html.contains("1,250 of 5,000 products") && html.contains("width=\"250\""), "{html}");
        assert!(html.contains("Review 7 suggestions") && !html.contains("No picture"), "{html}");
        assert!(!picture(&some(), false).contains("Improve these"));
    }

    #[test]
    fn each_lack_leads_to_its_list_and_to_a_run_that_mends_it() {
        let line = |missing, part| Lack { parts: vec![part], ..lack("Some", 3, missing) };
        let lacks = vec![line(Missing::Alt, Part::Alt), line(Missing::Tags, Part::Tags), line(Missing::Short, Part::Description)];

        let html = picture(&Picture { lacks, ..some() }, true);

        // What is short is there, and is written anew.
        for (missing, run) in [("alt", "parts=alt&amp;empty=1"), ("tags", "parts=tags&amp;empty=1"), ("short", "parts=description")] {
            assert!(html.contains(&format!("href=\"/products?missing={missing}\"")), "{html}");
            assert!(html.contains(&format!("href=\"/runs/new?missing={missing}&amp;{run}\"")), "{html}");
        }
    }

    #[test]
    fn an_empty_store_says_what_to_do_first() {
        let empty = Picture { products: 0, lacks: Vec::new(), improved: 0, ..some() };

        assert!(picture(&empty, true).contains("Import a file"));
        assert!(picture(&empty, false).contains("An owner or an editor"));
        assert!(picture(&Picture { improved: 0, ..some() }, true).contains("Nothing yet."));
    }
}
