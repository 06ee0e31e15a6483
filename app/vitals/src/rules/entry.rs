//! What a browser notes down, with the names that it has there: <https://w3c.github.io/timing-entrytypes-registry/>.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entryType", rename_all = "kebab-case")]
pub enum Entry {
    Navigation(Navigation),
    Paint(Paint),
    LargestContentfulPaint(Painted),
    LayoutShift(Shift),
    Event(Event),
    FirstInput(Event),
    VisibilityState(Visibility),
    Resource(Resource),
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Navigation {
    pub response_start: f64,
    /// When a page that was made ahead was looked at; zero for every other.
    #[serde(default)]
    pub activation_start: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Paint {
    pub name: String,
    pub start_time: f64,
}

/// A candidate for the largest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Painted {
    pub start_time: f64,
    /// Square pixels.
    pub size: f64,
    /// Of its picture; empty when it is text.
    #[serde(default)]
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shift {
    pub start_time: f64,
    pub value: f64,
    /// Somebody did something up to half a second before, and expects that something moves.
    pub had_recent_input: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    pub start_time: f64,
    /// Until the next paint, in steps of 8 ms.
    pub duration: f64,
    pub processing_start: f64,
    pub processing_end: f64,
    /// What events of one click, tap or key have in common; zero for those of none.
    #[serde(default)]
    pub interaction_id: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visibility {
    pub name: String,
    pub start_time: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    pub name: String,
    pub start_time: f64,
    /// Zero where another site does not tell.
    #[serde(default)]
    pub request_start: f64,
    pub response_end: f64,
}
