//! Between a value and the text that stands in an input.

use domain::{
    field::Value,
    money::{Currency, Money},
};

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::product) enum Kind {
    Text,
    /// A text that is also an address: lower case, no outer spaces.
    Handle,
    Money(Currency),
    Number,
    /// One item of a list.
    Item(usize),
}

impl Kind {
    pub fn show(self, value: &Value) -> String {
        match (self, value) {
            (Self::Money(currency), Value::Number(amount)) => Money(*amount).plain(currency),
            (Self::Item(at), Value::List(items)) => items.get(at).cloned().unwrap_or_default(),
            (_, value) => value.to_string(),
        }
    }

    /// The value a text stands for, given the one that is there now; or why it stands for none.
    pub fn read(self, text: &str, now: &Value) -> Result<Value, String> {
        match self {
            Self::Text => Ok(Value::text(text)),
            Self::Handle => Ok(Value::Text(text.trim().to_lowercase())),
            Self::Money(_) | Self::Number if text.trim().is_empty() => Ok(Value::None),
            Self::Money(currency) => Money::parse(text, currency).map(|money| Value::Number(money.0)).map_err(|error| error.to_string()),
            Self::Number => {
                let plain: String = text.chars().filter(|c| !matches!(c, ' ' | ',' | '\u{a0}')).collect();
                plain.parse().map(Value::Number).map_err(|_| "This is not a whole number. Write it like 12.".to_owned())
            }
            Self::Item(at) => {
                let mut items = if let Value::List(items) = now { items.clone() } else { Vec::new() };
                if items.len() <= at {
                    items.resize(at + 1, String::new());
                }
                text.trim().clone_into(&mut items[at]);
                while items.last().is_some_and(String::is_empty) && items.len() > at {
                    items.pop();
                }
                Ok(Value::List(items))
            }
        }
    }
}

/// A text as an input shows it: browsers know one kind of line end, and a single line none.
pub(in crate::product) fn as_shown(text: &str, lines: bool) -> String {
    if !text.contains(['\r', '\n']) {
        return text.to_owned();
    }
    if lines { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.replace(['\r', '\n'], "") }
}

/// Tags as typed, behind those that are there already.
pub(in crate::product) fn with_tags(tags: &[String], typed: &str) -> Vec<String> {
    let mut all = tags.to_vec();
    for tag in typed.split(',').map(str::trim) {
        if !tag.is_empty() && !all.iter().any(|known| known == tag) {
            all.push(tag.to_owned());
        }
    }
    all
}
