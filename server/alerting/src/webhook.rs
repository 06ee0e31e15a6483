//! One attempt over a webhook: JSON that Slack understands, and those that understand the same.

use std::time::{Duration, UNIX_EPOCH};

use alerts::{Text, for_slack};
use domain::clock::Timestamp;
use serde_json::json;

use crate::{
    Outgoing, Post, Secret, Unsent,
    schedule::{Came, Failure},
};

/// Of an answer that people are shown.
const SHOWN: usize = 300;

pub(crate) async fn send(post: &dyn Post, url: &Secret, id: &str, text: &Text, now: Timestamp) -> Came {
    let body = json!({ "text": format!("{}\n{}", for_slack(&text.subject), for_slack(&text.body)) }).to_string();
    let headers = [("content-type", "application/json"), ("user-agent", "Vitrine-Alerts/1"), ("webhook-id", id)];
    match post.post(Outgoing { url: url.expose(), headers: &headers, body: &body }).await {
        Ok(answer) => {
            let beginning = shown(&answer.beginning);
            let said = if beginning.is_empty() { String::new() } else { format!(": {beginning}") };
            let wait = answer.retry_after.as_deref().and_then(|text| retry_after(text, now));
            match answer.status {
                200..=299 => Ok(format!("It answered {}{said}", answer.status)),
                300..=399 => {
                    Err(Failure::passing(format!("It redirects ({}), which is not followed. Enter the address that it leads to.", answer.status)))
                }
                // What is in the message, and not the receiver, is at fault.
                400 | 413 | 422 => {
                    Err(Failure { is_lasting: true, ..Failure::passing(format!("It does not take this message ({}){said}", answer.status)) })
                }
                status => Err(Failure { retry_after: wait, ..Failure::passing(format!("It answered {status}{said}")) }),
            }
        }
        Err(Unsent::Forbidden(sentence)) => Err(Failure::passing(sentence)),
        Err(Unsent::Failed(why)) => Err(Failure::passing(format!("It could not be reached: {why}."))),
    }
}

/// RFC 9110, section 10.2.3: seconds, or a date. Some send fractions.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(86_400.0)));
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let now = Duration::from_micros(u64::try_from(now.micros()).ok()?);
    Some(date.saturating_sub(now).min(Duration::from_hours(24)))
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_a_day_at_most() {
        // 2015-10-21T07:28:00Z
        let after = |text| retry_after(text, Timestamp::from_micros(1_445_412_480_000_000)).map(|wait| wait.as_secs());

        assert_eq!([after("7"), after(" 0.9 "), after("1e300")], [Some(7), Some(0), Some(86_400)]);
        assert_eq!([after("-1"), after("soon"), after("NaN"), after("")], [None; 4]);
        assert_eq!(after("Wed, 21 Oct 2015 07:28:30 GMT"), Some(30));
        assert_eq!(after("Wed, 21 Oct 2015 07:27:00 GMT"), Some(0));
        assert_eq!(after("Wed, 21 Oct 2099 07:27:00 GMT"), Some(86_400));
    }
}
