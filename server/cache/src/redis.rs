//! The shared tier on Redis, or on anything that speaks its protocol. All that is known of the client library stands in this file.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use fred::{
    clients::{Client, SubscriberClient},
    error::{Error, ErrorKind},
    interfaces::{ClientLike, EventInterface, KeysInterface, PubsubInterface},
    types::{
        Builder, ClientState, Expiration, Key, SetOptions,
        config::{Config, ConnectionConfig, ReconnectPolicy, TcpConfig, UnresponsiveConfig},
    },
};
use tokio::sync::broadcast;

use crate::{Shared, SharedError};

/// Connections to a Redis: one for questions, which are sent without waiting for each other, and one for messages. It connects in the
/// background, again and again, so that a program starts and runs without.
pub struct Redis {
    client: Client,
    told: broadcast::Sender<Bytes>,
}

/// The address is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This is no address of a Redis. Write it like redis://127.0.0.1:6379, or redis://:PASSWORD@HOST:PORT/NUMBER.")]
pub struct NoRedis;

/// All that is Vitrine's in there begins with this.
const PREFIX: &[u8] = b"vitrine:";

const CHANNEL: &str = "vitrine:changes";

/// After a subscription that was refused.
const AGAIN: Duration = Duration::from_millis(500);

/// Whoever falls behind by that many messages loses some: what they concern is made anew.
const MESSAGES: usize = 1_024;

impl Redis {
    /// Must be called where tokio runs.
    pub fn connect(url: &str) -> Result<Self, NoRedis> {
        if !(url.starts_with("redis://") || url.starts_with("rediss://")) {
            return Err(NoRedis);
        }
        let config = Config { fail_fast: false, ..Config::from_url_centralized(url).map_err(|_| NoRedis)? };
        let mut builder = Builder::from_config(config);
        builder
            .set_connection_config(ConnectionConfig {
                connection_timeout: Duration::from_secs(1),
                internal_command_timeout: Duration::from_secs(1),
                // What was on its way when a connection broke is not sent again: nobody waits for it any more.
                max_command_attempts: 1,
                unresponsive: UnresponsiveConfig { max_timeout: Some(Duration::from_secs(1)), interval: Duration::from_millis(250) },
                tcp: TcpConfig { nodelay: Some(true), ..TcpConfig::default() },
                ..ConnectionConfig::default()
            })
            .set_policy(ReconnectPolicy::new_exponential(0, 50, 2_000, 2))
            .with_performance_config(|performance| {
                performance.default_command_timeout = Duration::from_millis(100);
                performance.broadcast_channel_capacity = MESSAGES;
            });
        let client = builder.build().map_err(|_| NoRedis)?;
        let listener =
            builder.with_performance_config(|performance| performance.default_command_timeout = Duration::from_secs(1)).build_subscriber_client();
        let listener = listener.map_err(|_| NoRedis)?;
        let told = broadcast::channel(MESSAGES).0;
        tokio::spawn(subscribe(listener.clone()));
        tokio::spawn(listen(listener, told.clone()));
        // Its end is the end of the program.
        drop(client.connect());
        Ok(Self { client, told })
    }

    /// While there is no connection nothing is sent: it would wait for one.
    fn connected(&self) -> Result<&Client, SharedError> {
        if self.client.state() == ClientState::Connected { Ok(&self.client) } else { Err(SharedError::Unreachable("it is not connected".into())) }
    }
}

/// Subscribes each time there is a connection.
async fn subscribe(listener: SubscriberClient) {
    let mut connected = listener.reconnect_rx();
    drop(listener.connect());
    loop {
        if let Err(broadcast::error::RecvError::Closed) = connected.recv().await {
            return;
        }
        // A connection that is well may be busy in the first moment; one that breaks ends the tries, and the next begins them anew.
        let mut told = false;
        while let Err(error) = listener.subscribe(CHANNEL).await {
            if !std::mem::replace(&mut told, true) {
                tracing::warn!(%error, "other processes' changes are not heard of; trying again");
            }
            tokio::time::sleep(AGAIN).await;
            if listener.state() != ClientState::Connected {
                break;
            }
        }
    }
}

async fn listen(listener: SubscriberClient, told: broadcast::Sender<Bytes>) {
    let mut messages = listener.message_rx();
    loop {
        match messages.recv().await {
            Ok(message) => {
                if let Some(bytes) = message.value.into_bytes() {
                    // Nobody listening is no failure.
                    let _ = told.send(bytes);
                }
            }
            Err(broadcast::error::RecvError::Lagged(lost)) => tracing::debug!(lost, "messages of other processes were lost"),
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

#[async_trait]
impl Shared for Redis {
    async fn get(&self, key: &[u8]) -> Result<Option<Bytes>, SharedError> {
        self.connected()?.get(named(key)).await.map_err(read_error)
    }

    async fn put(&self, key: &[u8], value: Bytes, lifetime: Duration) -> Result<(), SharedError> {
        let kept: Option<String> = self.connected()?.set(named(key), value, Some(expires(lifetime)), None, false).await.map_err(read_error)?;
        kept.map(|_| ()).ok_or_else(|| SharedError::Refused("it was not kept".into()))
    }

    async fn put_new(&self, key: &[u8], value: Bytes, lifetime: Duration) -> Result<bool, SharedError> {
        let kept: Option<String> =
            self.connected()?.set(named(key), value, Some(expires(lifetime)), Some(SetOptions::NX), false).await.map_err(read_error)?;
        Ok(kept.is_some())
    }

    async fn remove(&self, key: &[u8]) -> Result<(), SharedError> {
        let _: i64 = self.connected()?.del(named(key)).await.map_err(read_error)?;
        Ok(())
    }

    async fn tell(&self, message: Bytes) -> Result<(), SharedError> {
        let _: i64 = self.connected()?.publish(CHANNEL, message).await.map_err(read_error)?;
        Ok(())
    }

    fn told(&self) -> broadcast::Receiver<Bytes> {
        self.told.subscribe()
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its address has a password.
        f.write_str("Redis(..)")
    }
}

fn named(key: &[u8]) -> Key {
    Key::from(Bytes::from([PREFIX, key].concat()))
}

fn expires(lifetime: Duration) -> Expiration {
    Expiration::PX(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX).max(1))
}

fn read_error(error: Error) -> SharedError {
    match error.kind() {
        ErrorKind::IO
        | ErrorKind::Timeout
        | ErrorKind::Canceled
        | ErrorKind::Routing
        | ErrorKind::Backpressure
        | ErrorKind::Protocol
        | ErrorKind::Auth => SharedError::Unreachable(error.details().to_owned()),
        _ => SharedError::Refused(error.details().to_owned()),
    }
}
