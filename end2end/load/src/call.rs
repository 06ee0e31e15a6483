//! The calls of the journey, and how often each comes where they come by themselves.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// `POST /api/v1/auth/login`
    Login,
    /// `GET /api/v1/products`: twenty, of one status, newest first.
    List,
    /// The same with other fields each time, so that no answer is there already.
    FreshList,
    /// `GET /api/v1/products/{id}`
    Look,
    /// `GET /api/v1/products?q=`
    Search,
    /// `GET /products/{handle}`: the page, as HTML.
    Open,
    /// `PATCH /api/v1/products/{id}` with `If-Match`.
    Edit,
    /// `POST /vitals`: what a browser says of a page view.
    Beacon,
}

impl Call {
    pub const ALL: [Self; 8] = [Self::Login, Self::List, Self::FreshList, Self::Look, Self::Search, Self::Open, Self::Edit, Self::Beacon];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::List => "list",
            Self::FreshList => "fresh_list",
            Self::Look => "look",
            Self::Search => "search",
            Self::Open => "open",
            Self::Edit => "edit",
            Self::Beacon => "beacon",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.name() == name)
    }
}

/// How often each call comes, in proportion.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Mix(pub BTreeMap<Call, u32>);

impl Default for Mix {
    /// As on the journey, where the list and its search are looked at more often than one product is corrected.
    fn default() -> Self {
        Self(BTreeMap::from([(Call::List, 35), (Call::Look, 20), (Call::Search, 20), (Call::Open, 15), (Call::Edit, 10)]))
    }
}

impl Mix {
    /// The call of a number from 0 to 1.
    pub fn pick(&self, chance: f64) -> Call {
        let mut left = chance * f64::from(self.0.values().sum::<u32>());
        for (call, weight) in &self.0 {
            left -= f64::from(*weight);
            if left < 0.0 {
                return *call;
            }
        }
        self.0.keys().last().copied().unwrap_or(Call::List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_come_as_often_as_the_mix_says() {
        let mix = Mix(BTreeMap::from([(Call::List, 3), (Call::Edit, 1)]));
        let edits = (0..1_000).filter(|n| mix.pick(f64::from(*n) / 1_000.0) == Call::Edit).count();
        assert_eq!(edits, 250);
    }

    #[test]
    fn a_call_is_named_as_it_is_written() {
        for call in Call::ALL {
            assert_eq!(Call::from_name(call.name()), Some(call));
            assert_eq!(serde_json::to_value(call).unwrap(), call.name());
        }
        assert_eq!(Call::from_name("buy"), None);
    }
}
