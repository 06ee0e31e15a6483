//! The counts of several processes, on Redis: one script that runs there, with its clock. Nothing else of the crate knows `fred`.

use std::{sync::OnceLock, time::Duration};

use async_trait::async_trait;
use fred::{
    clients::Client,
    interfaces::{ClientLike, LuaInterface},
    types::{
        Builder, ClientState,
        config::{Config, ConnectionConfig, PerformanceConfig, ReconnectPolicy, UnresponsiveConfig},
    },
};

use crate::shared::{Ask, MOST, Outcome, SharedError, SharedLimiter};

const SCRIPT: &str = include_str!("gcra.lua");

/// A command that takes as long is given up. Whoever asks gives up earlier; this frees what is kept of it.
const COMMAND: Duration = Duration::from_secs(1);

/// A connection on which nothing is answered for as long is made anew.
const SILENCE: Duration = Duration::from_secs(2);

/// Counts on a Redis, which need not be there: it is connected to in the background, again and again.
#[derive(Debug)]
pub struct RedisLimiter {
    client: Client,
    /// Of the script, once Redis has told it.
    hash: OnceLock<String>,
}

/// The address is none of a Redis. It is not repeated, as there may be a password in it.
#[derive(Debug, thiserror::Error)]
#[error("This is not the address of a Redis. Write it like redis://127.0.0.1:6379.")]
pub struct NoRedis;

impl RedisLimiter {
    /// Needs a runtime to run in, and waits for nothing.
    pub fn connect(url: &str) -> Result<Self, NoRedis> {
        let mut config = Config::from_url_centralized(url).map_err(|_| NoRedis)?;
        config.fail_fast = false;
        let client = Builder::from_config(config)
            .with_connection_config(|connection: &mut ConnectionConfig| {
                connection.connection_timeout = COMMAND;
                connection.internal_command_timeout = COMMAND;
                // A request that has waited has been decided here meanwhile.
                connection.max_command_attempts = 1;
                connection.max_command_buffer_len = 10_000;
                connection.auto_client_setname = true;
                connection.unresponsive = UnresponsiveConfig { max_timeout: Some(SILENCE), interval: SILENCE / 4 };
            })
            .with_performance_config(|performance: &mut PerformanceConfig| performance.default_command_timeout = COMMAND)
            .set_policy(ReconnectPolicy::new_exponential(0, 50, 2_000, 2))
            .build()
            .map_err(|_| NoRedis)?;
        // Its end is the end of the program.
        drop(client.connect());
        Ok(Self { client, hash: OnceLock::new() })
    }

    async fn run(&self, keys: Vec<String>, arguments: Vec<i64>) -> Result<Vec<i64>, fred::error::Error> {
        let hash = if let Some(hash) = self.hash.get() {
            hash.clone()
        } else {
            let hash: String = self.client.script_load(SCRIPT).await?;
            self.hash.get_or_init(|| hash).clone()
        };
        match self.client.evalsha(hash, keys.clone(), arguments.clone()).await {
            // A Redis that was started anew knows it no more; this tells it again.
            Err(error) if error.details().starts_with("NOSCRIPT") => self.client.eval(SCRIPT, keys, arguments).await,
            answer => answer,
        }
    }
}

#[async_trait]
impl SharedLimiter for RedisLimiter {
    async fn ask(&self, asks: &[Ask<'_>]) -> Result<Outcome, SharedError> {
        if self.client.state() != ClientState::Connected {
            return Err(SharedError("Redis is not connected".into()));
        }
        let asks = &asks[..asks.len().min(MOST)];
        let keys = asks.iter().map(|ask| format!("vitrine:limit:{}:{}", ask.policy.name, ask.key)).collect();
        let number = |micros: u64| i64::try_from(micros).unwrap_or(i64::MAX);
        let arguments = asks.iter().flat_map(|ask| [number(ask.policy.quota.span()), number(ask.policy.quota.price(ask.points))]).collect();
        let answer = self.run(keys, arguments).await.map_err(|error| SharedError(error.to_string()))?;
        outcome(&answer, asks.len()).ok_or_else(|| SharedError("Redis gave an answer that is none".into()))
    }
}

fn outcome(answer: &[i64], asked: usize) -> Option<Outcome> {
    let (refused, debts) = answer.split_first()?;
    if debts.len() != asked {
        return None;
    }
    let mut outcome = Outcome { refused: usize::try_from(*refused).ok()?.checked_sub(1), debts: [0; MOST] };
    for (known, debt) in outcome.debts.iter_mut().zip(debts) {
        *known = u64::try_from(*debt).ok()?;
    }
    Some(outcome).filter(|outcome| outcome.refused.is_none_or(|refused| refused < asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_none_is_told_as_one() {
        assert_eq!(outcome(&[0, 5, 7], 2), Some(Outcome { refused: None, debts: [5, 7, 0] }));
        assert_eq!(outcome(&[2, 5, 7], 2), Some(Outcome { refused: Some(1), debts: [5, 7, 0] }));
        for bad in [&[][..], &[0], &[0, 5], &[3, 5, 7], &[-1, 5, 7], &[0, -5, 7]] {
            assert_eq!(outcome(bad, 2), None, "{bad:?}");
        }
    }
}
