//! What follows from a call that came to nothing.

use std::time::Duration;

use crate::{Outcome, ProviderSettings, WriteError, call::Trouble, dialect::Problem, retry::LONGEST_WAIT};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) error: WriteError,
    /// Whether asking again may help.
    pub(crate) again: bool,
    /// Not before.
    pub(crate) wait: Option<Duration>,
    pub(crate) blame: Blame,
}

/// What it says of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// It works; this one question is the matter.
    Question,
    /// It does not work.
    Provider,
    /// It is asked too much.
    Pace,
}

/// What is shown of a provider's own message.
const MESSAGE: usize = 300;

pub(crate) fn verdict(trouble: Trouble, settings: &ProviderSettings) -> Verdict {
    let name = settings.name.clone();
    let shown = |why: String| shown(&why, settings);
    let provider = |outcome, again, error| Verdict { outcome, error, again, wait: None, blame: Blame::Provider };
    let question = |outcome, error| Verdict { outcome, error, again: false, wait: None, blame: Blame::Question };
    match trouble {
        Trouble::Status { problem, retry_after } => status(problem, retry_after, settings),
        Trouble::NotAnApi(why) => provider(Outcome::NotAnApi, false, WriteError::NotAnApi { name, why: shown(why) }),
        Trouble::Forbidden(says) => provider(Outcome::AddressRefused, false, WriteError::AddressRefused(says)),
        Trouble::Unreachable(why) => provider(Outcome::Unreachable, true, WriteError::Unreachable { name, why: shown(why) }),
        Trouble::Disconnected => provider(Outcome::Disconnected, true, WriteError::Disconnected { name }),
        Trouble::Stalled => provider(Outcome::Stalled, true, WriteError::Stalled { name }),
        // As long again would be no shorter.
        Trouble::TimedOut => provider(Outcome::TimedOut, false, WriteError::TimedOut { name, limit: settings.timeout }),
        Trouble::Malformed(why) => question(Outcome::Malformed, WriteError::Malformed { name, why: shown(why) }),
        Trouble::Empty => question(Outcome::Empty, WriteError::Empty { name }),
        Trouble::TooLarge => question(Outcome::TooLarge, WriteError::TooLarge { name }),
    }
}

fn status(problem: Problem, retry_after: Option<Duration>, settings: &ProviderSettings) -> Verdict {
    let name = settings.name.clone();
    let message = shown(&problem.message, settings);
    let lower = problem.message.to_lowercase();
    let provider = |outcome, again, error| Verdict { outcome, error, again, wait: retry_after, blame: Blame::Provider };
    let question = |outcome, error| Verdict { outcome, error, again: false, wait: None, blame: Blame::Question };
    // OpenAI says it with 429, Anthropic with 400.
    let no_credit = problem.code.contains("insufficient_quota") || problem.code.contains("billing") || lower.contains("credit balance is too low");
    match problem.status {
        _ if no_credit => provider(Outcome::NoCredit, false, WriteError::NoCredit { name, message }),
        402 => provider(Outcome::NoCredit, false, WriteError::NoCredit { name, message }),
        401 | 403 => provider(Outcome::KeyRefused, false, WriteError::KeyRefused { name, message }),
        404 => provider(Outcome::NoSuchModel, false, WriteError::NoSuchModel { name, model: settings.model.clone(), message }),
        429 => {
            let rest = retry_after.unwrap_or(Duration::from_mins(1));
            let again = rest <= LONGEST_WAIT;
            Verdict { outcome: Outcome::RateLimited, error: WriteError::RateLimited { name, rest }, again, wait: retry_after, blame: Blame::Pace }
        }
        408 | 409 | 500 | 502 | 503 | 504 | 529 => {
            let again = retry_after.is_none_or(|wait| wait <= LONGEST_WAIT);
            provider(Outcome::Failing, again, WriteError::Failing { name, status: problem.status, message })
        }
        501 | 505..=599 => provider(Outcome::Failing, false, WriteError::Failing { name, status: problem.status, message }),
        _ if problem.code.contains("content_filter") => question(Outcome::Declined, WriteError::Declined { name, message }),
        _ => question(Outcome::Refused, WriteError::Refused { name, message }),
    }
}

/// A provider's message for a person: one line, not too long, and without the key should it repeat it.
pub(crate) fn shown(message: &str, settings: &ProviderSettings) -> String {
    let blotted = settings.key.as_ref().map_or_else(|| message.to_owned(), |key| key.blotted(message));
    let line = blotted.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MESSAGE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn settings() -> ProviderSettings {
        ProviderSettings { name: "Acme".into(), model: "m-1".into(), key: Some(Secret::new("sk-secret")), ..ProviderSettings::built_in() }
    }

    fn judged(status: u16, code: &str, message: &str) -> Verdict {
        let problem = Problem { status, code: code.into(), message: message.into(), ..Problem::default() };
        verdict(Trouble::Status { problem, retry_after: None }, &settings())
    }

    #[test]
    fn every_status_has_its_consequence() {
        let table = [
            (400, "", Outcome::Refused, false, Blame::Question),
            (401, "", Outcome::KeyRefused, false, Blame::Provider),
            (402, "", Outcome::NoCredit, false, Blame::Provider),
            (403, "", Outcome::KeyRefused, false, Blame::Provider),
            (404, "", Outcome::NoSuchModel, false, Blame::Provider),
            (408, "", Outcome::Failing, true, Blame::Provider),
            (409, "", Outcome::Failing, true, Blame::Provider),
            (413, "", Outcome::Refused, false, Blame::Question),
            (422, "", Outcome::Refused, false, Blame::Question),
            (429, "", Outcome::RateLimited, true, Blame::Pace),
            (429, "insufficient_quota", Outcome::NoCredit, false, Blame::Provider),
            (400, "content_filter", Outcome::Declined, false, Blame::Question),
            (500, "", Outcome::Failing, true, Blame::Provider),
            (501, "", Outcome::Failing, false, Blame::Provider),
            (502, "", Outcome::Failing, true, Blame::Provider),
            (503, "", Outcome::Failing, true, Blame::Provider),
            (504, "", Outcome::Failing, true, Blame::Provider),
            (529, "", Outcome::Failing, true, Blame::Provider),
        ];
        for (status, code, outcome, again, blame) in table {
            let verdict = judged(status, code, "");
            assert_eq!((verdict.outcome, verdict.again, verdict.blame), (outcome, again, blame), "{status} {code}");
        }
        assert_eq!(judged(400, "invalid_request_error", "Your credit balance is too low to access the API.").outcome, Outcome::NoCredit);
    }

    #[test]
    fn what_the_provider_says_is_shown_in_one_short_line_without_the_key() {
        let error = judged(400, "", &format!("Bad\n\n request for sk-secret {}", "x".repeat(1_000))).error.to_string();

        assert!(error.starts_with("Acme did not take the request: Bad request for •••• xxx"), "{error}");
        assert!(error.chars().count() < 350, "{error}");
    }
}
