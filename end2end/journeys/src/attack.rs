//! A run of goose, and what came of its thresholds.

use std::{path::PathBuf, sync::Arc};

use anyhow::anyhow;
use goose::{
    GooseAttack, GooseError,
    client::GooseClientBuilder,
    config::GooseConfiguration,
    metrics::GooseMetrics,
    threshold::{Threshold, ThresholdResult},
};

use crate::{cli::Journey, crowd::Crowd, scenarios};

pub struct Attack {
    pub journey: Journey,
    pub url: String,
    pub users: usize,
    /// People who come a second.
    pub rate: f64,
    /// How long they go on once all are there, as goose reads it.
    pub time: String,
    pub thresholds: Vec<Threshold>,
    /// Goose tells by their endings what they shall be.
    pub reports: [PathBuf; 2],
}

/// What came of each threshold, in their order.
pub async fn run(attack: &Attack, crowd: Crowd) -> anyhow::Result<Vec<ThresholdResult>> {
    match execute(attack, Arc::new(crowd)).await {
        Ok(metrics) => Ok(metrics.thresholds),
        Err(GooseError::ThresholdsFailed { metrics, .. }) => Ok(metrics.thresholds.clone()),
        // Goose shows neither of them with its error.
        Err(GooseError::InvalidOption { option, value, detail }) => Err(anyhow!("Goose does not take {value:?} for {option}: {detail}")),
        Err(error) => Err(anyhow!("Goose could not make the run: {error}")),
    }
}

async fn execute(attack: &Attack, crowd: Arc<Crowd>) -> Result<GooseMetrics, GooseError> {
    // A client that nobody uses: everybody makes one of their own when they come. Goose would make it for each, with this machine's
    // certificates, which takes longer than the run.
    let nobodys = GooseClientBuilder::new().without_cookies();
    let scenario = scenarios::scenario(attack.journey, &crowd)?;
    let attack = GooseAttack::initialize_with_config(configuration(attack))?.set_client_builder_without_cookies(nobodys)?;
    Box::pin(attack.register_scenario(scenario).execute()).await
}

fn configuration(attack: &Attack) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(attack.url.clone());
    configuration.users = Some(attack.users);
    configuration.increase_rate = Some(attack.rate.to_string());
    configuration.run_time = Some(attack.time.clone());
    configuration.threshold = attack.thresholds.iter().map(ToString::to_string).collect();
    configuration.report_file = attack.reports.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    // Whoever comes logs in, and that counts too.
    configuration.no_reset_metrics = true;
    // They are judged in the end: what follows a bad second is to be seen as well.
    configuration.no_threshold_abort = true;
    // Nobody steers it, so it listens for nobody.
    configuration.no_telnet = true;
    configuration.quiet = 1;
    configuration
}

/// A threshold and what became of it, for a person to read.
pub fn sentence(result: &ThresholdResult) -> String {
    format!("{} {}: {}", if result.passed { "holds " } else { "MISSED" }, result.rule, result.observed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attack() -> Attack {
        Attack {
            journey: Journey::Journey,
            url: "http://h".into(),
            users: 7,
            rate: 0.5,
            time: "20s".into(),
            thresholds: vec!["p95<200ms".parse().unwrap()],
            reports: ["a.html".into(), "a.json".into()],
        }
    }

    #[test]
    fn goose_is_told_what_was_asked_for() {
        let configuration = configuration(&attack());
        assert_eq!(
            (configuration.users, configuration.increase_rate.as_deref(), configuration.run_time.as_deref()),
            (Some(7), Some("0.5"), Some("20s"))
        );
        assert_eq!(
            (configuration.threshold, configuration.report_file),
            (vec!["p95<200ms".to_owned()], vec!["a.html".to_owned(), "a.json".to_owned()])
        );
        assert!(configuration.no_threshold_abort && configuration.no_reset_metrics);
    }

    #[test]
    fn a_threshold_is_told_with_what_was_seen() {
        let result = |passed| ThresholdResult { rule: "p95<200ms".into(), observed: "212ms".into(), value: Some(212.0), passed, aborted: false };
        assert_eq!([sentence(&result(true)), sentence(&result(false))], ["holds  p95<200ms: 212ms", "MISSED p95<200ms: 212ms"]);
    }

    #[tokio::test]
    async fn a_run_that_goose_refuses_is_none() {
        let refused = run(&Attack { time: "soon".into(), ..attack() }, Crowd::default()).await.unwrap_err().to_string();
        assert!(refused.contains("\"soon\"") && refused.contains("run_time"), "{refused}");
    }
}
