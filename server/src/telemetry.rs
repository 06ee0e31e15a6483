//! The log: one line an event on standard error. Never logged: passwords, session secrets, product texts.

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::Config;

/// Starts to log, and makes a panic a line of the log that a test can find.
pub fn start(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(&config.log_filter).map_err(|error| {
        format!("VITRINE_LOG is {:?}, which is not a filter ({error}). Write info, or for example info,sqlx=warn.", config.log_filter)
    })?;
    let log = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, as tests have it, keeps the first.
    let _ = if config.log_json { log.json().try_init() } else { log.with_ansi(false).try_init() };
    std::panic::set_hook(Box::new(|panic| tracing::error!(panic = %panic, "panicked")));
    Ok(())
}
