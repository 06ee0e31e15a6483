//! Where the processors' time goes: a form that looks for some seconds, and what was seen the last time.

use ::profile::{
    Samples,
    flame::flame,
    svg,
    tree::{Whose, shares, tree, whose},
};
use domain::clock::Timestamp;
use maud::{Markup, PreEscaped, html};
use ports::profiles::{Profile, Profiled, SECONDS, USUAL_SECONDS};

use super::{
    changes::Forms,
    shown::{heads_with_bar, icon, scrolled_as},
    units::{percent, share},
};
use crate::{
    forms::elsewhere,
    ui::{
        chart::bar,
        format::{self, number},
    },
};

/// Functions of the table.
const FUNCTIONS: usize = 25;

pub(super) fn section(profiled: &Profiled, now: Timestamp, forms: &Forms) -> Markup {
    html! {
        section.part aria-labelledby="profile-h" {
            h2 #profile-h { "Where the processors' time goes" }
            @if profiled.is_able {
                p.muted {
                    "Of the server that answers; of several each looks for itself. Functions that are at work are seen 99 times in each second of a processor that is busy, and what waits "
                    "is not seen at all. For names the server reads its own symbols: the first time it takes 100 to 200 MB of memory for that, and keeps them."
                }
                (form(profiled, now, forms))
            } @else { p { "This system does not let a program look where its own time goes. On Linux and macOS it does." } }
            @if let Some(latest) = &profiled.latest { (shown(latest, now)) }
        }
    }
}

fn form(profiled: &Profiled, now: Timestamp, forms: &Forms) -> Markup {
    html! {
        @if let Some(until) = profiled.until {
            @let left = (until.micros() - now.micros()).max(0) / 1_000_000 + 1;
            p role="status" { span.badge { "Somebody looks" } " It is over in " (left) " s. Reload the page then." }
        }
        @if let Some(why) = forms.sent.as_ref().and_then(|sent| sent.why("")) { p.error role="alert" { (why) } }
        // It waits as long as it looks, and says so to whoever counts what is asked at once.
        form.line method="post" action="/performance/bottlenecks?waits#profile-h" {
            (elsewhere(&forms.store))
            button.btn name="seconds" value=(USUAL_SECONDS) { "Look for " (USUAL_SECONDS) " seconds" }
            button.btn.ghost name="seconds" value=(SECONDS.end()) { "For " (SECONDS.end()) " seconds" }
        }
    }
}

fn shown(profile: &Profile, now: Timestamp) -> Markup {
    let samples = &profile.samples;
    let seconds = samples.duration_us as f64 / 1e6;
    html! {
        p {
            "Looked for " (format!("{seconds:.0}")) " seconds, " time datetime=(profile.began_at) title=(format::moment(profile.began_at)) { (format::ago(profile.began_at, now)) }
            ", at build " code { (profile.build) } ". Functions at work were seen " (number(samples.total())) " times: " (format!("{:.2}", samples.busy()))
            " processors were busy on the mean."
        }
        @if samples.total() == 0 { p { "The server was at rest. Look while something is asked of it." } } @else {
            @if samples.is_nameless() {
                p { span.badge data-tone="warn" { "Names are missing" } " The program was stripped of its symbols. What is built with " code { "strip = \"debuginfo\"" } ", or with none, keeps them." }
            }
            (picture(samples))
            (table(samples))
        }
        div.line {
            a.btn href="/performance/profile.pb" download rel="external" { (icon("download")) "For pprof" }
            a.btn href="/performance/profile.txt" download rel="external" { (icon("download")) "As text" }
        }
    }
}

fn picture(samples: &Samples) -> Markup {
    let tree = tree(samples);
    let flame = flame(&tree);
    html! {
        p.muted {
            "Each box is a function, as wide as it was seen, below what called it; the second row are threads. What is blue is ours. Pointed at, a box tells its whole name and its shares."
            @if flame.left_out > 0 { " " (number(flame.left_out as u64)) " are too small to be drawn." }
            @if samples.left_out > 0 { " " (percent(share(samples.left_out, samples.total()).unwrap_or(0))) " of the time was in too many different places to be kept." }
        }
        div.scroll tabindex="0" role="group" aria-labelledby="profile-h" { (PreEscaped(svg(&flame, "Functions by how often they were seen; the table below has those that took the most."))) }
    }
}

fn table(samples: &Samples) -> Markup {
    let (all, shares) = (samples.total(), shares(samples, FUNCTIONS));
    let most = shares.first().map_or(0, |first| first.own);
    let of_all = |part: u64| percent(share(part, all).unwrap_or(0));
    html! {
        h3 #own-h { "What took the most itself" }
        (scrolled_as("table statements", "own-h", &heads_with_bar("Function", "Share of the time", &["Itself", "With what it called", "Whose"]), &html! {
            @for one in &shares {
                tr {
                    th scope="row" { code { (one.name) } }
                    td { (bar(one.own, most)) }
                    td.num { (of_all(one.own)) }
                    td.num { (of_all(one.total)) }
                    td.num { (of(one.name)) }
                }
            }
        }))
    }
}

fn of(name: &str) -> &'static str {
    match whose(name) {
        Whose::Ours => "ours",
        Whose::Library => "Rust",
        Whose::Others => "others",
        Whose::System => "C, system",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::profile::{Builder, Function, short};

    use super::*;
    use crate::{forms::Form, performance::changes::tests::forms};

    const NOW: Timestamp = Timestamp::from_micros(1_760_000_100_000_000);

    fn profiled(stacks: &[(&str, u64)]) -> Profiled {
        let mut builder = Builder::default();
        for (names, count) in stacks {
            let functions = names.split(';').map(|name| (Function { name: short(name), whole_name: name.to_owned(), file: String::new() }, 1));
            builder.add("<worker>", functions, *count);
        }
        let samples = builder.finish(100, 10_000_000);
        let profile = Profile { began_at: Timestamp::from_micros(1_760_000_000_000_000), build: "<abc>".into(), samples };
        Profiled { is_able: true, until: None, latest: Some(Arc::new(profile)) }
    }

    #[test]
    fn what_was_seen_is_drawn_and_told_and_can_be_taken_along() {
        let html = section(&profiled(&[("api::list;sqlite3Step", 300), ("api::list", 100)]), NOW, &forms(None)).into_string();

        for part in [
            "Looked for 10 seconds",
            "seen 400 times: 0.40 processors",
            "<svg class=\"flame\"",
            "<code>sqlite3Step</code>",
            "75 %",
            "href=\"/performance/profile.pb\"",
            "href=\"/performance/profile.txt\"",
            "name=\"store\" value=\"shop\"",
            "name=\"seconds\" value=\"10\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("&lt;worker&gt;") && html.contains("&lt;abc&gt;"), "{html}");
        for never in ["<worker>", "<abc>", "style=", "<script"] {
            assert!(!html.contains(never), "{never}: {html}");
        }
    }

    #[test]
    fn a_server_at_rest_and_a_program_without_names_say_what_to_do() {
        let rests = section(&profiled(&[]), NOW, &forms(None)).into_string();
        let nameless = section(&profiled(&[("unknown", 9)]), NOW, &forms(None)).into_string();

        assert!(rests.contains("The server was at rest.") && !rests.contains("<svg class=\"flame\""), "{rests}");
        assert!(nameless.contains("stripped of its symbols"), "{nameless}");
    }

    #[test]
    fn while_somebody_looks_it_says_until_when_and_why_a_second_one_was_refused() {
        let mut form = Form::sent(vec![("seconds".into(), "10".into())]);
        form.refuse("", "Somebody looks already.");
        let looking = Profiled { is_able: true, until: Some(Timestamp::from_micros(NOW.micros() + 6_500_000)), latest: None };

        let html = section(&looking, NOW, &forms(Some(form))).into_string();

        assert!(html.contains("It is over in 7 s.") && html.contains("role=\"alert\">Somebody looks already.<"), "{html}");
    }

    #[test]
    fn where_it_cannot_be_looked_there_is_no_form() {
        let html = section(&Profiled::default(), NOW, &forms(None)).into_string();

        assert!(html.contains("does not let a program look") && !html.contains("<form"), "{html}");
    }
}
