//! Reads `performance-budgets.toml`. Whatever is wrong in it is refused with its line: a budget that is misread would hold nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Range,
};

use serde::Deserialize;
use toml::Spanned;

use crate::{
    About, Asserted, Budget, Budgets, Limit, Series, Side, Statistic, Unit,
    budget::{AVAILABILITY, OTHERS},
    burn::Objective,
};

/// What is wrong with the file, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Counted from 1; none where it is about the whole.
    pub line: Option<usize>,
    pub sentence: String,
}

/// Said instead of a route: one budget for each page that has none of its own of this series.
const EACH: &str = "each";
/// What is measured of every endpoint, so that there are others.
const OF_ENDPOINTS: [&str; 3] = ["duration", "failures", "statements"];

const OURS: &str = include_str!("../../../performance-budgets.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    routes: Vec<Spanned<String>>,
    compiler: Option<String>,
    plan: Option<String>,
    cores: Option<usize>,
    budgets: BTreeMap<String, Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    what: Spanned<String>,
    limit: Spanned<f64>,
    unit: Spanned<String>,
    #[serde(default)]
    least: bool,
    checked: Spanned<String>,
    files: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    optional: bool,
    series: Option<Spanned<Measured>>,
    asserted: Option<Spanned<Place>>,
    figure: Option<Spanned<String>>,
    counter: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Measured {
    metric: String,
    route: String,
    statistic: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    file: String,
    text: String,
}

impl Budgets {
    /// From the text of the file.
    pub fn read(text: &str) -> Result<Self, Wrong> {
        let lines = Lines(text);
        let file: File = toml::from_str(text).map_err(|error| lines.of_toml(&error))?;
        let routes = lines.routes(&file.routes)?;
        if file.budgets.is_empty() {
            return Err(Wrong { line: None, sentence: "There is no budget in it: add a line below [budgets].".into() });
        }
        let mut entries: Vec<(String, Spanned<Entry>)> = file.budgets.into_iter().collect();
        entries.sort_by_key(|(_, entry)| entry.span().start);
        let all = entries.into_iter().map(|(id, entry)| lines.budget(id, entry)).collect::<Result<Vec<_>, _>>()?;
        let all = for_each_route(all, &routes)?;
        same_twice(&all)?;
        if let (None, Some(counted)) = (&file.compiler, all.iter().find(|budget| matches!(budget.about, About::Counted { .. }))) {
            let sentence = format!("{} is counted, and other compilers make other instructions: write compiler = \"1.96.0\" at the top.", counted.id);
            return Err(Wrong { line: Some(counted.line), sentence });
        }
        if let (None, Some(found)) = (&file.plan, all.iter().find(|budget| budget.figure().is_some())) {
            let sentence = format!("{} is a figure of the lab, where each plan has its own: write plan = \"1000000 products\" at the top.", found.id);
            return Err(Wrong { line: Some(found.line), sentence });
        }
        if let (None, Some(found)) = (&file.cores, all.iter().find(|budget| budget.figure().is_some())) {
            let sentence = format!("{} is a figure of the lab, which is another on a larger machine: write cores = 2 at the top.", found.id);
            return Err(Wrong { line: Some(found.line), sentence });
        }
        Ok(Self { all, routes, compiler: file.compiler, plan: file.plan, cores: file.cores })
    }

    /// The product's own, as they were when this was compiled.
    pub fn ours() -> Self {
        Self::read(OURS).expect("a test reads it")
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "Line {line}: {}", self.sentence),
            None => f.write_str(&self.sentence),
        }
    }
}

impl std::error::Error for Wrong {}

/// Knows in which line a place of the text is.
struct Lines<'t>(&'t str);

impl Lines<'_> {
    fn at(&self, span: &Range<usize>) -> usize {
        1 + self.0.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
    }

    fn wrong(&self, span: &Range<usize>, sentence: impl Into<String>) -> Wrong {
        Wrong { line: Some(self.at(span)), sentence: sentence.into() }
    }

    fn of_toml(&self, error: &toml::de::Error) -> Wrong {
        let said = error.message().trim().replace('\n', "; ");
        Wrong { line: error.span().map(|span| self.at(&span)), sentence: format!("This cannot be read: {}.", said.trim_end_matches('.')) }
    }

    fn routes(&self, routes: &[Spanned<String>]) -> Result<Vec<String>, Wrong> {
        let mut known = BTreeSet::new();
        for route in routes {
            let address = route.get_ref();
            if !address.starts_with('/') {
                return Err(self.wrong(&route.span(), format!("{address:?} is no page: write its address as app/src/routes.rs has it.")));
            }
            if !known.insert(address) {
                return Err(self.wrong(&route.span(), format!("{address:?} is listed twice: take one out.")));
            }
        }
        Ok(routes.iter().map(|route| route.get_ref().clone()).collect())
    }

    fn budget(&self, id: String, entry: Spanned<Entry>) -> Result<Budget, Wrong> {
        let whole = entry.span();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Err(self.wrong(&whole, format!("{id:?} is no name for a budget: small letters, digits and hyphens are.")));
        }
        let entry = entry.into_inner();
        if !is_words(entry.what.get_ref()) {
            return Err(self.wrong(&entry.what.span(), format!("{id} does not say what it is about: write some words, in one line.")));
        }
        let limit = self.limit(&id, &entry)?;
        let asserted = entry.asserted.as_ref().map(|place| self.place(&id, place)).transpose()?;
        let about = self.about(&id, &whole, &entry)?;
        Ok(Budget { id, what: entry.what.into_inner(), limit, about, asserted, line: self.at(&whole) })
    }

    fn limit(&self, id: &str, entry: &Entry) -> Result<Limit, Wrong> {
        let name = entry.unit.get_ref();
        let unit = Unit::from_name(name).ok_or_else(|| {
            let known = Unit::ALL.map(Unit::name).join(", ");
            self.wrong(&entry.unit.span(), format!("{id} is in {name:?}, which is no unit here. There are: {known}."))
        })?;
        let value = *entry.limit.get_ref();
        let most = if unit == Unit::Percent { 100.0 } else { f64::MAX };
        if !(0.0..=most).contains(&value) {
            let range = if unit == Unit::Percent { "from 0 to 100" } else { "of 0 or more" };
            return Err(self.wrong(&entry.limit.span(), format!("{id} has the limit {value}: write a number {range}.")));
        }
        Ok(Limit { value, unit, side: if entry.least { Side::AtLeast } else { Side::AtMost } })
    }

    fn place(&self, id: &str, place: &Spanned<Place>) -> Result<Asserted, Wrong> {
        let Place { file, text } = place.get_ref();
        if !is_words(file) || !is_words(text) {
            return Err(self.wrong(&place.span(), format!("{id} does not say where it is asserted: write the file, and a piece of its line.")));
        }
        Ok(Asserted { file: file.clone(), text: text.clone() })
    }

    fn about(&self, id: &str, whole: &Range<usize>, entry: &Entry) -> Result<About, Wrong> {
        let checked = entry.checked.get_ref().as_str();
        let needs = |what: &str| self.wrong(whole, format!("{id} is checked = {checked:?}, and so needs {what}."));
        let about = match checked {
            "build" => {
                let files = entry.files.as_ref().ok_or_else(|| needs("files = [...]: names of built files, without their hash"))?;
                self.files(id, entry, files)?
            }
            "test" => {
                entry.asserted.as_ref().ok_or_else(|| needs("asserted = { file = \"...\", text = \"...\" }: the line that holds it"))?;
                About::Test { figure: entry.figure.as_ref().map(|figure| self.figure(id, figure)).transpose()? }
            }
            "counted" => {
                let counter = entry.counter.as_ref().ok_or_else(|| needs("counter = \"...\": a function of server/counters"))?;
                self.counter(id, entry, counter)?
            }
            "live" => {
                let series = entry.series.as_ref().ok_or_else(|| needs("series = { metric = \"...\", route = \"...\", statistic = \"...\" }"))?;
                About::Live(self.series(id, entry, series)?)
            }
            _ => {
                let sentence = format!("{id} is checked = {checked:?}, which is never. There are: build, test, counted, live.");
                return Err(self.wrong(&entry.checked.span(), sentence));
            }
        };
        let of_others = [
            ("files", entry.files.as_ref().filter(|_| checked != "build").map(Spanned::span)),
            ("a series", entry.series.as_ref().filter(|_| checked != "live").map(Spanned::span)),
            ("a figure of the lab", entry.figure.as_ref().filter(|_| checked != "test").map(Spanned::span)),
            ("a counter", entry.counter.as_ref().filter(|_| checked != "counted").map(Spanned::span)),
        ];
        if let Some((what, span)) = of_others.into_iter().find_map(|(what, span)| Some((what, span?))) {
            return Err(self.wrong(&span, format!("{id} is checked = {checked:?}, and has nothing to do with {what}: take that out.")));
        }
        if entry.unit.get_ref() == Unit::Instructions.name() && checked != "counted" {
            return Err(self.wrong(&entry.unit.span(), format!("{id} is in instructions, which are counted: write checked = \"counted\".")));
        }
        if entry.optional && checked != "build" {
            return Err(self.wrong(whole, format!("{id} is optional, which only files are: take that out.")));
        }
        Ok(about)
    }

    fn files(&self, id: &str, entry: &Entry, files: &Spanned<Vec<String>>) -> Result<About, Wrong> {
        let names = files.get_ref();
        if entry.unit.get_ref() != Unit::Kilobytes.name() || entry.least {
            return Err(self.wrong(&entry.unit.span(), format!("{id} is about files, which have a size in kB, and no least one.")));
        }
        if names.is_empty() || names.iter().any(|name| !is_words(name)) {
            return Err(self.wrong(&files.span(), format!("{id} is about no file: name at least one.")));
        }
        let mut known = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !known.insert(*name)) {
            return Err(self.wrong(&files.span(), format!("{id} has {twice} twice: take one out.")));
        }
        Ok(About::Build { files: names.clone(), optional: entry.optional })
    }

    fn figure(&self, id: &str, figure: &Spanned<String>) -> Result<String, Wrong> {
        let name = figure.get_ref();
        if !is_words(name) {
            return Err(self.wrong(&figure.span(), format!("{id} is a figure without a name: write what the bench calls it, without the engine.")));
        }
        Ok(name.clone())
    }

    fn counter(&self, id: &str, entry: &Entry, counter: &Spanned<String>) -> Result<About, Wrong> {
        let name = counter.get_ref();
        if entry.unit.get_ref() != Unit::Instructions.name() || entry.least {
            return Err(self.wrong(&entry.unit.span(), format!("{id} is counted, which is in instructions, and no least one.")));
        }
        let limit = *entry.limit.get_ref();
        // What is larger than that a number of the file has no room for.
        if limit < 1.0 || limit.fract() > 0.0 || limit > 2.0_f64.powi(53) {
            return Err(
                self.wrong(&entry.limit.span(), format!("{id} has the limit {limit}: write the whole number of instructions that was counted."))
            );
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
            return Err(self.wrong(&counter.span(), format!("{id} is about {name:?}, which is no function: small letters, digits and _ are.")));
        }
        Ok(About::Counted { counter: name.clone() })
    }

    fn series(&self, id: &str, entry: &Entry, series: &Spanned<Measured>) -> Result<Series, Wrong> {
        let Measured { metric, route, statistic } = series.get_ref();
        if metric.is_empty() || !metric.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            return Err(self.wrong(&series.span(), format!("{id} is about {metric:?}, which is no metric: small letters and hyphens are.")));
        }
        if !is_words(route) {
            return Err(self.wrong(&series.span(), format!("{id} has no route: write an address, \"each\", \"others\" or \"all\".")));
        }
        if route == OTHERS && !OF_ENDPOINTS.contains(&metric.as_str()) {
            let known = OF_ENDPOINTS.join(", ");
            return Err(self.wrong(&series.span(), format!("{id} is about {metric} of other endpoints, which have none. They have: {known}.")));
        }
        let known = Statistic::from_name(statistic).ok_or_else(|| {
            self.wrong(&series.span(), format!("{id} has {statistic:?}, which is no statistic: p75 and the like, mean and share are."))
        })?;
        if metric == AVAILABILITY
            && (!entry.least || entry.unit.get_ref() != Unit::Percent.name() || Objective::from_percent(*entry.limit.get_ref()).is_none())
        {
            let sentence = format!("{id} is an objective of availability: it needs unit = \"%\", least = true and a limit below 100, such as 99.9.");
            return Err(self.wrong(&entry.limit.span(), sentence));
        }
        Ok(Series { metric: metric.clone(), route: route.clone(), statistic: known })
    }
}

/// Puts one for every page in the place of those that are about each.
fn for_each_route(all: Vec<Budget>, routes: &[String]) -> Result<Vec<Budget>, Wrong> {
    let key = |series: &Series| (series.metric.clone(), series.statistic.to_string(), series.route.clone());
    let own: BTreeSet<_> = all.iter().filter_map(|budget| if let About::Live(series) = &budget.about { Some(key(series)) } else { None }).collect();
    let mut made = Vec::new();
    for budget in all {
        let About::Live(series) = &budget.about else {
            made.push(budget);
            continue;
        };
        if series.route != EACH {
            made.push(budget);
            continue;
        }
        if routes.is_empty() {
            let sentence = format!("{} is about each page, and there is none: list them as routes = [...] at the top.", budget.id);
            return Err(Wrong { line: Some(budget.line), sentence });
        }
        for route in routes {
            let series = Series { route: route.clone(), ..series.clone() };
            if !own.contains(&key(&series)) {
                made.push(Budget { id: format!("{} {route}", budget.id), about: About::Live(series), ..budget.clone() });
            }
        }
    }
    Ok(made)
}

/// Two limits for the same would contradict each other, or one of them is of no use.
fn same_twice(all: &[Budget]) -> Result<(), Wrong> {
    for (at, budget) in all.iter().enumerate() {
        let same = |other: &&Budget| match (&other.about, &budget.about) {
            (About::Live(one), About::Live(other)) => one == other,
            (About::Build { files: one, .. }, About::Build { files: other, .. }) => one == other,
            (About::Counted { counter: one }, About::Counted { counter: other }) => one == other,
            (About::Test { figure: Some(one) }, About::Test { figure: Some(other) }) => one == other,
            _ => false,
        };
        if let Some(first) = all[..at].iter().find(same) {
            let sentence = format!("{} is about the same as {} in line {}: take one out.", budget.id, first.id, first.line);
            return Err(Wrong { line: Some(budget.line), sentence });
        }
        let is_objective = |budget: &Budget| matches!(&budget.about, About::Live(series) if series.metric == AVAILABILITY);
        if is_objective(budget) && all[..at].iter().any(is_objective) {
            let sentence = format!("{} is a second objective of availability: burn rates are about one.", budget.id);
            return Err(Wrong { line: Some(budget.line), sentence });
        }
    }
    Ok(())
}

fn is_words(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(['\n', '\r'])
}
