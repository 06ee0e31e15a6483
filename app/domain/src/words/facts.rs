//! What the record says of a product beside its texts.

use super::{source::Source, text::characters};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    /// One for each value of an option; one otherwise.
    pub values: Vec<String>,
}

/// Options and those metafields that a person can read, in the record's order.
pub fn facts(source: &Source) -> Vec<Fact> {
    let mut facts: Vec<Fact> = source
        .options
        .iter()
        .filter(|(name, values)| is_name(name) && !values.is_empty() && values.iter().all(|value| is_short(value)))
        .map(|(name, values)| Fact { name: name.trim().to_owned(), values: values.clone() })
        .collect();
    for (column, value) in &source.facts {
        let Some(name) = name_of(column) else { continue };
        let is_known = facts.iter().any(|fact| fact.name.eq_ignore_ascii_case(name));
        if !is_known && is_for_people(value) {
            facts.push(Fact { name: name.to_owned(), values: vec![value.trim().to_owned()] });
        }
    }
    facts
}

/// `Material` of `Material (product.metafields.custom.material)`; none for what is meant for other shops' systems.
fn name_of(column: &str) -> Option<&str> {
    let name = column.split(" (product.metafields").next().unwrap_or(column).trim();
    (is_name(name) && !column.contains(" / ")).then_some(name)
}

fn is_name(name: &str) -> bool {
    let name = name.trim();
    characters(name) <= 40 && name.contains(char::is_alphabetic) && !name.contains(['_', '.', '[', ':', '/'])
}

fn is_short(value: &str) -> bool {
    characters(value) <= 80 && value.contains(char::is_alphanumeric) && !value.contains(['\n', '<', '{', '['])
}

fn is_for_people(value: &str) -> bool {
    let value = value.trim();
    let is_number = value.chars().all(|c| c.is_ascii_digit() || c == '.');
    let is_answer = ["true", "false", "yes", "no", "n/a", "none", "null", "-"].iter().any(|answer| value.eq_ignore_ascii_case(answer));
    is_short(value) && !value.contains("://") && !is_number && !is_answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_read_is_a_fact() {
        let facts_in = [
            ("Material (product.metafields.custom.material)", "Opal glass"),
            ("Google Shopping / Condition", "new"),
            ("Related (product.metafields.custom.related)", "gid://shopify/Product/1"),
            ("Care guide (product.metafields.custom.care)", "{\"a\": 1}"),
            ("Colour (product.metafields.shopify.color)", "Red"),
            ("rating_count", "12"),
            ("Fragile (product.metafields.custom.fragile)", "true"),
        ];
        let source = Source {
            options: vec![("Colour".into(), vec!["Red".into(), "Blue".into()])],
            facts: facts_in.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..Source::default()
        };

        let found: Vec<(String, Vec<String>)> = facts(&source).into_iter().map(|fact| (fact.name, fact.values)).collect();

        assert_eq!(found, [("Colour".into(), vec!["Red".into(), "Blue".into()]), ("Material".into(), vec!["Opal glass".to_owned()])]);
    }
}
