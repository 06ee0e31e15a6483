//! The JSON object in an answer that may be anything.
//!
//! First what is valid, wherever it begins. Then what can be understood: without quotes or with the wrong ones, with commas too many
//! or too few, cut off. A text that is cut off is left out: half a description is worse than none.

use std::{iter::Peekable, str::Chars};

use serde_json::{Map, Value};

/// Where an object may begin: as many places are tried.
const TRIES: usize = 24;
const DEEPEST: u32 = 32;

/// The first object that has one of the fields; a longer one with more of them goes first.
pub(super) fn object(answer: &str, fields: &[&str]) -> Option<Map<String, Value>> {
    let starts = || answer.match_indices('{').map(|(at, _)| &answer[at..]).take(TRIES);
    best(starts().filter_map(valid), fields).or_else(|| best(starts().filter_map(tolerant), fields))
}

fn best(objects: impl Iterator<Item = Map<String, Value>>, fields: &[&str]) -> Option<Map<String, Value>> {
    let known = |object: &Map<String, Value>| fields.iter().filter(|field| object.contains_key(**field)).count();
    let mut best = None;
    for object in objects {
        let count = known(&object);
        if count > best.as_ref().map_or(0, known) {
            best = Some(object);
        }
        if count == fields.len() {
            break;
        }
    }
    best
}

fn valid(text: &str) -> Option<Map<String, Value>> {
    match serde_json::Deserializer::from_str(text).into_iter().next() {
        Some(Ok(Value::Object(object))) => Some(object),
        _ => None,
    }
}

fn tolerant(text: &str) -> Option<Map<String, Value>> {
    match (Parser { rest: text.chars().peekable() }).value(0) {
        Some(Value::Object(object)) => Some(object),
        _ => None,
    }
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Parser<'_> {
    /// None when it is cut off, or too deep.
    fn value(&mut self, depth: u32) -> Option<Value> {
        self.skip(char::is_whitespace);
        match self.rest.peek()? {
            _ if depth > DEEPEST => None,
            '{' => Some(Value::Object(self.object(depth))),
            '[' => Some(Value::Array(self.array(depth))),
            '"' | '\'' => self.text().map(Value::String),
            _ => self.bare(),
        }
    }

    fn object(&mut self, depth: u32) -> Map<String, Value> {
        let mut object = Map::new();
        self.rest.next();
        loop {
            self.skip(|c| c.is_whitespace() || c == ',');
            let name = match self.rest.peek() {
                None => return object,
                Some('}') => {
                    self.rest.next();
                    return object;
                }
                Some('"' | '\'') => self.text(),
                Some(_) => self.name(),
            };
            self.skip(char::is_whitespace);
            let Some(name) = name else { return object };
            if self.rest.peek() != Some(&':') {
                // Not a name: what follows is looked at as the next one.
                if name.is_empty() {
                    self.rest.next();
                }
                continue;
            }
            self.rest.next();
            match self.value(depth + 1) {
                Some(value) => object.insert(name, value),
                None => return object,
            };
        }
    }

    fn array(&mut self, depth: u32) -> Vec<Value> {
        let mut array = Vec::new();
        self.rest.next();
        loop {
            self.skip(|c| c.is_whitespace() || c == ',');
            match self.rest.peek() {
                None | Some('}') => return array,
                Some(']') => {
                    self.rest.next();
                    return array;
                }
                Some(_) => match self.value(depth + 1) {
                    Some(value) => array.push(value),
                    None => return array,
                },
            }
        }
    }

    /// None when the closing quote is missing.
    fn text(&mut self) -> Option<String> {
        let quote = self.rest.next()?;
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                c if c == quote => return Some(text),
                '\\' => match self.rest.next()? {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'b' | 'f' => {}
                    'u' => text.push(self.escaped()?),
                    c => text.push(c),
                },
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let first = self.unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        // The first of a pair.
        let mut ahead = self.rest.clone();
        if (ahead.next(), ahead.next()) != (Some('\\'), Some('u')) {
            return Some(char::REPLACEMENT_CHARACTER);
        }
        self.rest = ahead;
        let second = self.unit()?;
        let joined = 0x1_0000 + ((first - 0xd800) << 10) + second.wrapping_sub(0xdc00) % 0x400;
        Some(char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn unit(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |unit, _| Some(unit << 4 | self.rest.next()?.to_digit(16)?))
    }

    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
            name.push(c);
        }
        self.rest.peek().map(|_| name)
    }

    /// A number or a word; none when nothing comes after it, as it may go on.
    fn bare(&mut self) -> Option<Value> {
        let mut word = String::new();
        while let Some(c) = self.rest.next_if(|c| !matches!(c, ',' | '}' | ']' | '\n' | ':')) {
            word.push(c);
        }
        if self.rest.peek() == Some(&':') {
            self.rest.next();
        }
        self.rest.peek()?;
        match word.trim() {
            "true" | "True" => Some(Value::Bool(true)),
            "false" | "False" => Some(Value::Bool(false)),
            "null" | "None" | "" => Some(Value::Null),
            word => Some(serde_json::from_str(word).unwrap_or_else(|_| Value::String(word.to_owned()))),
        }
    }

    fn skip(&mut self, what: impl Fn(char) -> bool) {
        while self.rest.next_if(|c| what(*c)).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_valid_is_understood_the_same_by_both() {
        let text = r#"{"a":"x\n\"é\" \u00e9 \ud83d\ude00","b":[1,-2.5,true,null,{"c":[]}],"d":{}}"#;

        assert_eq!(tolerant(text), valid(text));
    }

    #[test]
    fn an_object_with_more_of_the_fields_goes_first() {
        let found = object(r#"{"a":0} {"a":1,"b":2} {"a":3}"#, &["a", "b"]).unwrap();

        assert_eq!(Value::Object(found), serde_json::json!({ "a": 1, "b": 2 }));
    }

    #[test]
    fn depth_has_an_end() {
        assert_eq!(object(&"{\"a\":[".repeat(100_000), &["b"]), None);
    }

    proptest! {
        #[test]
        fn it_always_comes_to_an_end(text in "([{}\\[\\]\",:\\\\'u0d8]|[a-z \n])*") {
            let _ = tolerant(&format!("{{{text}"));
        }

        #[test]
        fn any_valid_object_is_understood(keys in prop::collection::vec("[a-z]{1,4}", 1..5), texts in prop::collection::vec("[^\u{8}\u{c}\n]{0,12}", 5)) {
            let object: Map<String, Value> = keys.into_iter().zip(texts.into_iter().map(Value::String)).collect();
            let text = Value::Object(object.clone()).to_string();
            prop_assert_eq!(valid(&text), Some(object.clone()));
            prop_assert_eq!(tolerant(&text), Some(object));
        }
    }
}
