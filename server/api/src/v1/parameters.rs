//! The parameters of an address, and headers that many operations take.

use std::{fmt::Display, ops::RangeInclusive, str::FromStr};

use domain::query::pairs;
use serde::de::DeserializeOwned;
use utoipa::{
    IntoParams,
    openapi::{
        Object, ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::SchemaType,
    },
};

use crate::{
    cursor::{List, NO_CURSOR},
    problem::Problem,
};

pub(super) struct Parameters(Vec<(String, String)>);

/// The header of a write, for its document.
pub(super) struct IdempotencyKey;

/// The header of what is read, for its document.
pub(super) struct IfNoneMatch;

impl Parameters {
    /// One that is not understood, or is sent twice, would answer what nobody asked for.
    pub(super) fn read(address: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs(address) {
            if !known.contains(&name.as_str()) {
                return Err(Problem::parameter(&name, format!("This is not a parameter here. There are: {}.", known.join(", "))));
            }
            if parameters.iter().any(|(before, _)| *before == name) {
                return Err(Problem::parameter(&name, "Send this once."));
            }
            if value.contains('\0') {
                return Err(Problem::parameter(&name, "A value has no NUL character."));
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    /// Those of a list of which nothing but a part can be chosen, and how many the part has at most.
    pub(super) fn of_part(address: &str, most: u32, left_out: u32) -> Result<(Self, u32), Problem> {
        let parameters = Self::read(address, &["limit", "cursor"])?;
        let limit = parameters.number("limit", 1..=most, left_out)?;
        Ok((parameters, limit))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// False when it is left out.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::parameter(name, "This is true or false.")),
        }
    }

    /// A whole number.
    pub(super) fn number<T: FromStr + PartialOrd + Display>(&self, name: &str, within: RangeInclusive<T>, left_out: T) -> Result<T, Problem> {
        let Some(text) = self.text(name) else { return Ok(left_out) };
        let number = text.parse().ok().filter(|number| within.contains(number));
        number.ok_or_else(|| Problem::parameter(name, format!("This is a whole number from {} to {}.", within.start(), within.end())))
    }

    /// Where a part of a list begins.
    pub(super) fn cursor<T: DeserializeOwned>(&self, list: List) -> Result<Option<T>, Problem> {
        let read = |text| list.read(text).map_err(|_| Problem::parameter("cursor", NO_CURSOR));
        self.text("cursor").map(read).transpose()
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let says = "1 to 255 visible characters: the same request with the same key is done once and is answered the same for a day.";
        vec![header("Idempotency-Key", says, ObjectBuilder::from(text()).max_length(Some(255)).build())]
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![header("If-None-Match", "The entity tag of what one has already.", text())]
    }
}

/// As the document has headers that may be left out.
fn text() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Array(vec![Type::String, Type::Null])).build()
}

fn header(name: &str, says: &str, schema: Object) -> Parameter {
    let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    parameter.description(Some(says)).schema(Some(schema)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str) -> Result<(i64, bool, Option<String>), String> {
        let read = || {
            let parameters = Parameters::read(address, &["after", "dry_run", "name"])?;
            let name = parameters.text("name").map(str::to_owned);
            Ok((parameters.number("after", 0..=10, 0)?, parameters.flag("dry_run")?, name))
        };
        let parameter = |problem: Problem| {
            let problem = serde_json::to_value(problem).unwrap();
            assert_eq!(problem["status"], 400);
            problem["errors"][0]["parameter"].as_str().unwrap().to_owned()
        };
        read().map_err(parameter)
    }

    #[test]
    fn what_is_left_out_is_what_it_is_without() {
        assert_eq!(read(""), Ok((0, false, None)));
        assert_eq!(read("dry_run=true&after=10&name=a%26b"), Ok((10, true, Some("a&b".into()))));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (address, name) in [
            ("colour=red", "colour"),
            ("after=11", "after"),
            ("after=-1", "after"),
            ("after=one", "after"),
            ("after=", "after"),
            ("dry_run=yes", "dry_run"),
            ("dry_run", "dry_run"),
        ] {
            assert_eq!(read(address), Err(name.to_owned()), "{address}");
        }
    }
}
