//! Why nothing was written, as a sentence that says what to do.

use std::time::Duration;

use crate::Halt;

/// `name` is what the store calls the provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    #[error(transparent)]
    Halted(#[from] Halt),
    #[error("No provider is switched on. Switch one on in the settings, or use the built-in rules.")]
    NoProvider,
    #[error("{name} is left alone for {}, as its last calls failed. {last}", span(*rest))]
    Down { name: String, rest: Duration, last: String },
    #[error("{name} cannot be reached: {why}. Check the address, and whether it is running.")]
    Unreachable { name: String, why: String },
    #[error("{0}")]
    AddressRefused(String),
    #[error("{name} does not accept the key{}. Enter a valid one in the settings.", said(message))]
    KeyRefused { name: String, message: String },
    #[error("{name} has no credit left{}. Add some there, or use another provider.", said(message))]
    NoCredit { name: String, message: String },
    #[error("{name} has no model \"{model}\"{}. Correct the model or the address in the settings.", said(message))]
    NoSuchModel { name: String, model: String, message: String },
    #[error("{name} allows no more calls for {}. Try again later.", span(*rest))]
    RateLimited { name: String, rest: Duration },
    #[error("{name} is failing (status {status}){}. Try again later.", said(message))]
    Failing { name: String, status: u16, message: String },
    #[error("{name} broke off in the middle of its answer. Try again later.")]
    Disconnected { name: String },
    #[error("{name} stopped in the middle of its answer. Try again later.")]
    Stalled { name: String },
    #[error("{name} did not answer within {}. Allow it more time in the settings, or use a faster model.", span(*limit))]
    TimedOut { name: String, limit: Duration },
    #[error("{name} did not take the request{}.", said(message))]
    Refused { name: String, message: String },
    #[error("{name} will not write about this product{}.", said(message))]
    Declined { name: String, message: String },
    #[error("{name} reached its limit in the middle of the text. Ask for fewer parts or a shorter description.")]
    CutOff { name: String },
    #[error("{name} answered nothing. Try again, or use another model.")]
    Empty { name: String },
    #[error("{name} did not answer as it was asked to: {why}. Try again, or use another model.")]
    Malformed { name: String, why: String },
    #[error("{name} answered with more than 2 MB. Use another model.")]
    TooLarge { name: String },
    #[error("The address of {name} does not lead to such a provider: {why}. Correct it in the settings.")]
    NotAnApi { name: String, why: String },
}

impl WriteError {
    /// Whether another provider may do better: it is not the product, nor whoever pays, that stands in the way.
    pub const fn moves_on(&self) -> bool {
        !matches!(self, Self::Halted(_) | Self::Refused { .. } | Self::Declined { .. } | Self::CutOff { .. })
    }
}

/// `: what it said`, where it said something.
fn said(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

fn span(time: Duration) -> String {
    match time.as_secs_f64().ceil() as u64 {
        0 | 1 => "1 second".to_owned(),
        seconds @ 2..120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_the_provider_said_and_what_to_do() {
        let error = |message: &str| WriteError::KeyRefused { name: "Mistral".into(), message: message.into() }.to_string();

        assert_eq!(error(""), "Mistral does not accept the key. Enter a valid one in the settings.");
        assert_eq!(error("Unauthorized."), "Mistral does not accept the key: Unauthorized. Enter a valid one in the settings.");
    }

    #[test]
    fn times_read_as_a_person_says_them() {
        let shown = [0, 1, 2, 119, 120, 600].map(|seconds| span(Duration::from_secs(seconds)));

        assert_eq!(shown, ["1 second", "1 second", "2 seconds", "119 seconds", "2 minutes", "10 minutes"]);
    }
}
