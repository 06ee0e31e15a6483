//! A moment as RFC 3339 to the second, in UTC: as people and other programs read it.

use domain::clock::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

use crate::day::Day;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text)
        .ok_or_else(|| D::Error::custom(format!("{:?} is no moment: write it as 2026-11-27T04:00:31Z", text.chars().take(40).collect::<String>())))
}

pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let day: Day = day.parse().ok()?;
    let mut parts =
        time.split(':').map(|part| part.parse::<i64>().ok().filter(|_| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())));
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    let is_time = parts.next().is_none() && hour < 24 && minute < 60 && second < 60;
    is_time.then(|| day.midnight().plus_seconds(hour * 3_600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_to_the_second() {
        let at = "2026-11-27T04:00:31Z";
        assert_eq!(parse(at).unwrap().to_string(), at);

        for wrong in [
            "",
            "2026-11-27",
            "2026-11-27T04:00Z",
            "2026-11-27T24:00:00Z",
            "2026-11-27T4:00:31Z",
            "2026-11-27T04:00:31+01:00",
            "2026-11-27T04:00:31:00Z",
            "2026-02-30T00:00:00Z",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
