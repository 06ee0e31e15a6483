//! Alerts of a server that measures itself: rules about series, the state machine of each, who is told of what, and in which words.
//!
//! Pure: readings and the present are passed in, and what comes out is the next state and the letters to be sent. The server asks its store
//! of measurements what [`Condition::asks`] wants to know, hands the answers to [`Condition::reading`], steps ([`step`]), and once a round
//! compares how things are with what each channel has been told ([`tell`]). Telling goes by states and not by events: what a channel was not told,
//! as it was silenced, full or out of reach, it is told later if it is still so.

mod builtin;
mod condition;
mod instance;
mod numbers;
mod rule;
mod silence;
mod tell;
mod words;

pub use self::{
    builtin::{CHANNEL_FAILS, DELIVERY, builtin},
    condition::{Answer, Ask, BAD_SHARE_FACTORS, Burn, Condition, Figure, Levels, Selector, Worse},
    instance::{Event, Instance, State, Why, retire, step},
    numbers::{Unit, lasting, number},
    rule::{Acknowledged, Alert, AlertKey, Rule, Severity},
    silence::{Matcher, Silence, silencing},
    tell::{Kind, Letter, Limits, Line, Subscriber, Told, tell},
    words::{Site, Text, blind_text, explained, for_slack, seeing_text, test_text, title, watched, write},
};
