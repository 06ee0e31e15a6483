//! How alerts and changes for the worse stand: of all servers, as the database has it.

use std::{collections::BTreeMap, time::Duration};

use ::alerting::Outbox;
use alerts::{Alert, Severity, State};
use domain::clock::Timestamp;
use ports::lab::{MOST_CHANGES, Source};
use store::Store;
use tokio::time::timeout;

use super::text::Text;

/// What is told of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// By rule and severity, how many are pending and how many fire.
    alerts: BTreeMap<(String, &'static str), (u64, u64)>,
    /// When the last round ended.
    looked_at: Option<Timestamp>,
    /// By source, how many changes for the worse nobody has said anything of.
    open: Vec<(&'static str, usize)>,
}

/// Whoever asks for figures does not wait longer for this.
const PATIENCE: Duration = Duration::from_secs(1);

/// None where it cannot be read: what is not known is not told.
pub(super) async fn read(store: &Store) -> Option<Found> {
    let found = timeout(PATIENCE, asked(store)).await.unwrap_or_else(|_| Err("It takes longer than a second.".to_owned()));
    found.inspect_err(|error| tracing::warn!(%error, "how alerts stand could not be read for Prometheus")).ok()
}

async fn asked(store: &Store) -> Result<Found, String> {
    let book = store.book().await.map_err(|error| error.to_string())?;
    let mut found = Found { alerts: counted(&book.alerts), looked_at: book.ended_at, open: Vec::new() };
    for source in [Source::Live, Source::Lab] {
        let known = store.known_change_points(source, MOST_CHANGES).await.map_err(|error| error.to_string())?;
        let open = known.iter().filter(|point| point.is_worse && point.is_open()).count();
        found.open.push((source.name(), open));
    }
    Ok(found)
}

/// A rule that finds all well is there as well, with nothing.
fn counted(alerts: &[Alert]) -> BTreeMap<(String, &'static str), (u64, u64)> {
    let mut counted: BTreeMap<(String, &'static str), (u64, u64)> = BTreeMap::new();
    for alert in alerts {
        let (pending, firing) = counted.entry((alert.key.rule.clone(), name(alert.rule.severity))).or_default();
        *pending += u64::from(matches!(alert.instance.state, State::Pending { .. }));
        *firing += u64::from(alert.instance.is_firing());
    }
    counted
}

const fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

pub(super) fn write(text: &mut Text, found: &Found) {
    let mut alerts =
        text.gauge("vitrine_alerts", "Alerts that fire, or will if it goes on, by rule, as the last round found them; silenced ones too.");
    for ((rule, severity), (pending, firing)) in &found.alerts {
        for (state, count) in [("pending", pending), ("firing", firing)] {
            alerts.sample(&[("rule", rule.as_str()), ("severity", *severity), ("state", state)], count);
        }
    }
    if let Some(at) = found.looked_at {
        text.gauge("vitrine_alerts_looked_at_seconds", "When the last round ended, in seconds since 1970.").sample(&[], at.micros() as f64 / 1e6);
    }
    let mut open = text.gauge("vitrine_change_points_open", "Changes for the worse that nobody has accepted or filed, by where they were measured.");
    for (source, count) in &found.open {
        open.sample(&[("source", *source)], count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerting::tests::alert;

    #[test]
    fn alerts_are_counted_by_rule_and_by_how_they_stand() {
        let since = Timestamp::from_micros(0);
        let all = [
            alert("budget", "hits-list", State::Firing { since }),
            alert("budget", "lcp-list", State::Firing { since }),
            alert("budget", "inp-list", State::Pending { since }),
            alert("lcp", "", State::Ok),
        ];
        let severity = |at: usize| name(all[at].rule.severity);
        let found = Found { alerts: counted(&all), looked_at: Some(Timestamp::from_micros(2_500_000)), open: vec![("live", 3), ("lab", 0)] };
        let mut text = Text::default();

        write(&mut text, &found);

        let text = text.finished();
        for line in [
            format!("vitrine_alerts{{rule=\"budget\",severity=\"{}\",state=\"firing\"}} 2\n", severity(0)),
            format!("vitrine_alerts{{rule=\"budget\",severity=\"{}\",state=\"pending\"}} 1\n", severity(0)),
            format!("vitrine_alerts{{rule=\"lcp\",severity=\"{}\",state=\"firing\"}} 0\n", severity(3)),
            "vitrine_alerts_looked_at_seconds 2.5\n".to_owned(),
            "vitrine_change_points_open{source=\"live\"} 3\n".to_owned(),
        ] {
            assert!(text.contains(&line), "{line}: {text}");
        }
    }
}
