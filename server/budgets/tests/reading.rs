//! What the file of budgets may say, and what is said of everything else.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use budgets::{About, Budgets, Side, Unit, Wrong};
use proptest::prelude::*;

const WHOLE: &str = r#"# Why.
routes = ["/", "/list"]
compiler = "1.96.0"
[budgets]
own = { what = "Its paint", limit = 1, unit = "s", checked = "live", series = { metric = "lcp", route = "/list", statistic = "p75" } }
each = { what = "Paint", limit = 2.5, unit = "s", checked = "live", series = { metric = "lcp", route = "each", statistic = "p75" } }
page = { what = "A page", limit = 47.5, unit = "kB", checked = "build", files = ["page_list", "vitrine.js"], optional = true }
asked = { what = "Asked", limit = 0, unit = "statements", checked = "test", asserted = { file = "a.rs", text = "costs!(0" } }
up = { what = "Answered", limit = 99.9, unit = "%", least = true, checked = "live", series = { metric = "availability", route = "all", statistic = "share" } }
edit = { what = "An edit", limit = 1_200, unit = "instructions", checked = "counted", counter = "edit" }
"#;

/// What is said when a piece of it is another.
fn changed(from: &str, to: &str) -> Wrong {
    assert!(WHOLE.contains(from), "{from} is not in it");
    Budgets::read(&WHOLE.replacen(from, to, 1)).expect_err(to)
}

#[test]
fn budgets_are_read_in_the_order_of_the_file_with_their_lines() {
    let budgets = Budgets::read(WHOLE).unwrap();

    let read: Vec<(&str, usize)> = budgets.iter().map(|budget| (budget.id.as_str(), budget.line)).collect();
    assert_eq!(read, [("own", 5), ("each /", 6), ("page", 7), ("asked", 8), ("up", 9), ("edit", 10)]);
    let page = budgets.get("page").unwrap();
    assert_eq!((page.limit.value, page.limit.unit, page.limit.side), (47.5, Unit::Kilobytes, Side::AtMost));
    assert_eq!(page.about, About::Build { files: vec!["page_list".into(), "vitrine.js".into()], optional: true });
    assert_eq!(budgets.get("up").unwrap().limit.side, Side::AtLeast);
    assert_eq!(budgets.get("edit").unwrap().about, About::Counted { counter: "edit".into() });
    assert_eq!(budgets.compiler(), Some("1.96.0"));
    assert_eq!(budgets.get("asked").unwrap().asserted.as_ref().unwrap().file, "a.rs");
}

#[test]
fn what_is_asked_while_it_is_used_is_told_by_metric_route_and_statistic() {
    let budgets = Budgets::read(WHOLE).unwrap();

    let asked: Vec<(&str, String)> = budgets.questions().map(|question| (question.id, question.series.to_string())).collect();

    let expected = [("own", "p75 lcp /list"), ("each /", "p75 lcp /"), ("up", "share availability all")];
    assert_eq!(asked, expected.map(|(id, series)| (id, series.to_owned())));
}

#[test]
fn everything_that_is_wrong_is_told_with_its_line() {
    for (from, to, line, sentence) in [
        ("limit = 47.5", "limits = 47.5", 7, "This cannot be read: unknown field `limits`"),
        ("# Why.", "why = 1", 1, "This cannot be read: unknown field `why`"),
        ("route = \"all\"", "rute = \"all\"", 9, "This cannot be read: unknown field `rute`"),
        ("file = \"a.rs\", text", "file = \"a.rs\", line", 8, "This cannot be read: unknown field `line`"),
        ("limit = 47.5, ", "", 7, "This cannot be read: missing field `limit`"),
        ("limit = 47.5", "limit = \"47.5\"", 7, "This cannot be read: invalid type: string"),
        ("limit = 47.5", "limit = -1", 7, "page has the limit -1: write a number of 0 or more."),
        ("limit = 47.5", "limit = nan", 7, "page has the limit NaN"),
        ("limit = 47.5", "limit = inf", 7, "page has the limit inf"),
        ("limit = 99.9", "limit = 999", 9, "up has the limit 999: write a number from 0 to 100."),
        ("limit = 99.9", "limit = 100", 9, "up is an objective of availability: it needs unit = \"%\", least = true and a limit below 100"),
        ("least = true, ", "", 9, "up is an objective of availability"),
        ("unit = \"kB\"", "unit = \"kb\"", 7, "page is in \"kb\", which is no unit here. There are: kB, MB,"),
        ("unit = \"kB\"", "unit = \"s\"", 7, "page is about files, which have a size in kB"),
        ("checked = \"build\"", "checked = \"never\"", 7, "page is checked = \"never\", which is never. There are: build, test, counted, live."),
        ("checked = \"build\"", "checked = \"live\"", 7, "page is checked = \"live\", and so needs series"),
        ("checked = \"build\"", "checked = \"test\"", 7, "page is checked = \"test\", and so needs asserted"),
        ("checked = \"test\"", "checked = \"build\"", 8, "asked is checked = \"build\", and so needs files"),
        ("checked = \"test\"", "checked = \"test\", files = [\"x\"]", 8, "asked is checked = \"test\", and has nothing to do with files"),
        ("checked = \"test\"", "checked = \"test\", optional = true", 8, "asked is optional, which only files are"),
        ("[\"page_list\", \"vitrine.js\"]", "[]", 7, "page is about no file: name at least one."),
        ("[\"page_list\", \"vitrine.js\"]", "[\"a\", \"a\"]", 7, "page has a twice"),
        ("statistic = \"share\"", "statistic = \"median\"", 9, "up has \"median\", which is no statistic"),
        ("metric = \"availability\"", "metric = \"Up-time\"", 9, "up is about \"Up-time\", which is no metric"),
        ("route = \"all\"", "route = \"\"", 9, "up has no route"),
        ("what = \"A page\"", "what = \" \"", 7, "page does not say what it is about"),
        ("text = \"costs!(0\"", "text = \"\"", 8, "asked does not say where it is asserted"),
        ("page =", "Page =", 7, "\"Page\" is no name for a budget"),
        ("page =", "own =", 7, "This cannot be read: duplicate key"),
        ("\"/list\"]", "\"/\"]", 2, "\"/\" is listed twice"),
        ("\"/list\"]", "\"list\"]", 2, "\"list\" is no page"),
        ("routes = [\"/\", \"/list\"]", "", 6, "each is about each page, and there is none"),
        ("route = \"each\"", "route = \"/list\"", 6, "each is about the same as own in line 5: take one out."),
        ("checked = \"counted\"", "checked = \"test\"", 10, "edit is checked = \"test\", and so needs asserted"),
        ("checked = \"test\"", "checked = \"test\", counter = \"x\"", 8, "asked is checked = \"test\", and has nothing to do with a counter"),
        ("checked = \"counted\"", "checked = \"counted\", files = [\"x\"]", 10, "edit is checked = \"counted\", and has nothing to do with files"),
        (", counter = \"edit\"", "", 10, "edit is checked = \"counted\", and so needs counter"),
        ("counter = \"edit\"", "counter = \"edit()\"", 10, "edit is about \"edit()\", which is no function"),
        ("limit = 1_200", "limit = 0", 10, "edit has the limit 0: write the whole number of instructions"),
        ("limit = 1_200", "limit = 1200.5", 10, "edit has the limit 1200.5: write the whole number of instructions"),
        ("unit = \"instructions\"", "unit = \"count\"", 10, "edit is counted, which is in instructions"),
        ("unit = \"instructions\"", "unit = \"instructions\", least = true", 10, "edit is counted, which is in instructions, and no least one."),
        ("unit = \"statements\"", "unit = \"instructions\"", 8, "asked is in instructions, which are counted"),
        ("checked = \"test\"", "checked = \"test\", figure = \" \"", 8, "asked is a figure without a name: write what the bench calls it"),
        ("checked = \"test\"", "checked = \"test\", figure = \"x\"", 8, "asked is a figure of the lab, where each plan has its own: write plan"),
        ("limit = 47.5", "limit = 47.5, figure = \"x\"", 7, "page is checked = \"build\", and has nothing to do with a figure of the lab"),
        ("limit = 1_200", "limit = 1_200, figure = \"x\"", 10, "edit is checked = \"counted\", and has nothing to do with a figure of the lab"),
        ("limit = 2.5", "limit = 2.5, figure = \"x\"", 6, "each is checked = \"live\", and has nothing to do with a figure of the lab"),
        ("route = \"all\"", "route = \"others\"", 9, "up is about availability of other endpoints, which have none. They have: duration,"),
        ("compiler = \"1.96.0\"", "", 10, "edit is counted, and other compilers make other instructions"),
        ("metric = \"lcp\", route = \"/list\"", "metric = \"availability\", route = \"/list\"", 5, "own is an objective of availability"),
    ] {
        let wrong = changed(from, to);

        assert_eq!(wrong.line, Some(line), "{to}: {wrong}");
        assert!(wrong.sentence.starts_with(sentence), "{to}: {wrong}");
        assert!(
            wrong.to_string().starts_with(&format!("Line {line}: ")) && wrong.to_string().ends_with('.') && !wrong.to_string().contains('\n'),
            "{wrong}"
        );
    }
}

#[test]
fn a_budget_that_a_bench_holds_names_its_figure_of_a_plan() {
    let named = |top: &str| WHOLE.replace("compiler", top).replace("checked = \"test\"", "checked = \"test\", figure = \"asked: p95\"");

    let budgets = Budgets::read(&named("plan = \"9 products\"\ncores = 2\ncompiler")).unwrap();
    let anywhere = Budgets::read(&named("plan = \"9 products\"\ncompiler")).unwrap_err();

    let figures: Vec<_> = budgets.iter().map(|budget| (budget.id.as_str(), budget.figure())).filter(|(_, figure)| figure.is_some()).collect();
    assert_eq!((figures.as_slice(), budgets.plan()), ([("asked", Some("asked: p95"))].as_slice(), Some("9 products")));
    assert_eq!((budgets.get("asked").unwrap().checked(), Budgets::read(WHOLE).unwrap().plan()), ("test", None));
    assert_eq!((budgets.cores(), Budgets::read(WHOLE).unwrap().cores()), (Some(2), None));
    assert_eq!(anywhere.to_string(), "Line 9: asked is a figure of the lab, which is another on a larger machine: write cores = 2 at the top.");
}

#[test]
fn a_figure_has_one_budget() {
    let one = "checked = \"test\", figure = \"p95\", asserted = { file = \"a.mjs\", text = \"9\" } }\n";
    let wrong = Budgets::read(&format!(
        "plan = \"9 products\"\n[budgets]\na = {{ what = \"A\", limit = 9, unit = \"ms\", {one}b = {{ what = \"B\", limit = 9, unit = \"ms\", {one}"
    ));

    assert_eq!(wrong.unwrap_err().to_string(), "Line 4: b is about the same as a in line 3: take one out.");
}

#[test]
fn what_has_a_budget_of_its_own_is_none_of_the_others() {
    let others = "others = { what = \"Any other\", limit = 200, unit = \"ms\", checked = \"live\", series = { metric = \"duration\", route = \"others\", statistic = \"p95\" } }";
    let own = "list = { what = \"A list\", limit = 50, unit = \"ms\", checked = \"live\", series = { metric = \"duration\", route = \"GET /list\", statistic = \"p95\" } }";
    let budgets = Budgets::read(&format!("[budgets]\n{own}\n{others}\n")).unwrap();

    let own = [("duration", "GET /list"), ("duration", "GET /"), ("failures", "GET /list")].map(|(metric, route)| budgets.has_own(metric, route));
    let of_others: Vec<&str> = budgets.questions().filter(|asked| asked.series.is_of_others()).map(|asked| asked.id).collect();

    assert_eq!((own, of_others, budgets.get("others").unwrap().subject()), ([true, false, false], vec!["others"], "Any other".to_owned()));
}

#[test]
fn one_of_the_others_is_told_apart_by_its_endpoint() {
    let others = "others = { what = \"Any other\", limit = 200, unit = \"ms\", checked = \"live\", series = { metric = \"duration\", route = \"others\", statistic = \"p95\" } }";
    let budgets = Budgets::read(&format!("{WHOLE}{others}\n")).unwrap();
    let read = |key: &str| budgets.by_key(key).map(|(budget, endpoint)| (budget.id.clone(), endpoint.map(str::to_owned)));

    let key = budgets.get("others").unwrap().key_of("GET /review");

    assert_eq!((key.as_str(), read(&key)), ("others GET /review", Some(("others".to_owned(), Some("GET /review".to_owned())))));
    // That of a page has a blank in its id, and no endpoint.
    assert_eq!(["others", "each /"].map(|id| read(id).unwrap()), ["others", "each /"].map(|id| (id.to_owned(), None)));
    assert_eq!(["odd", "odd GET /", "up GET /"].map(read), [None, None, None]);
}

#[test]
fn a_second_objective_is_refused() {
    let second = WHOLE.replace("up = {", "also = { what = \"Pages\", limit = 99, unit = \"%\", least = true, checked = \"live\", series = { metric = \"availability\", route = \"/\", statistic = \"share\" } }\nup = {");

    let wrong = Budgets::read(&second).unwrap_err();

    assert_eq!((wrong.line, wrong.sentence.as_str()), (Some(10), "up is a second objective of availability: burn rates are about one."));
}

#[test]
fn a_function_has_one_budget_of_instructions() {
    let wrong =
        Budgets::read(&WHOLE.replace(
            "edit = {",
            "also = { what = \"Edits\", limit = 9, unit = \"instructions\", checked = \"counted\", counter = \"edit\" }\nedit = {",
        ));

    assert_eq!(wrong.unwrap_err().to_string(), "Line 11: edit is about the same as also in line 10: take one out.");
}

#[test]
fn a_file_without_a_budget_is_refused() {
    for text in ["[budgets]\n", "", "routes = []\n"] {
        let wrong = Budgets::read(text).expect_err(text);

        assert!(wrong.to_string().ends_with('.'), "{wrong}");
    }
}

proptest! {
    #[test]
    fn nothing_that_is_read_brings_it_down(text in "\\PC*") {
        let _ = Budgets::read(&text);
    }

    #[test]
    fn nothing_that_is_nearly_right_brings_it_down(at in 0..WHOLE.len(), length in 0_usize..40, put in "[\\[\\]{}=\",.#\n a-z0-9\u{0}é-]{0,12}") {
        let end = (at + length).min(WHOLE.len());
        let text = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);

        if let Err(wrong) = Budgets::read(&text) {
            let last = text.lines().count() + 1;
            prop_assert!(wrong.line.is_none_or(|line| (1..=last).contains(&line)), "{wrong}");
            prop_assert!(wrong.sentence.ends_with('.') && !wrong.sentence.contains('\n'), "{wrong:?}");
        }
    }

    #[test]
    fn limits_are_read_as_they_are_written(limit in 0.0..1e9_f64) {
        let budgets = Budgets::read(&WHOLE.replace("47.5", &format!("{limit:?}"))).unwrap();

        prop_assert_eq!(budgets.get("page").unwrap().limit.value.to_bits(), limit.to_bits());
    }
}
