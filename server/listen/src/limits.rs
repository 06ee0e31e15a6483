use std::time::Duration;

/// What one connection, one address and all of them together may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once. One more is told to come back.
    pub connections: usize,
    pub per_address: PerAddress,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// The size of a request's head.
    pub head_bytes: u32,
    /// How many headers a request may have.
    pub headers: usize,
    /// From a connection to its first byte, and then to the end of the TLS handshake.
    pub hello: Duration,
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// How long a connection may do nothing between two requests.
    pub idle: Duration,
    /// The same when most connections are taken.
    pub idle_when_crowded: Duration,
    /// From the last byte of a request's body to the beginning of its answer.
    pub request: Duration,
    /// How fast a body has to come, and an answer to be taken.
    pub rate: Rate,
    /// How often somebody on HTTP/2 is asked whether they are still there.
    pub ping: Duration,
    /// How long they have to say so.
    pub pong: Duration,
}

/// Connections at once from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerAddress {
    pub connections: usize,
    /// Whether this machine is one such address too. A proxy on it speaks for everybody.
    pub this_machine_too: bool,
}

/// So many bytes within so much time of waiting for the other side; the time that this side takes does not count.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    pub bytes: u64,
    pub within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 20_000,
            per_address: PerAddress { connections: 1_000, this_machine_too: false },
            streams: 100,
            head_bytes: 32 << 10,
            headers: 100,
            hello: Duration::from_secs(20),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            idle_when_crowded: Duration::from_secs(5),
            request: Duration::from_mins(2),
            rate: Rate { bytes: 15_000, within: Duration::from_secs(30) },
            ping: Duration::from_secs(30),
            pong: Duration::from_secs(20),
        }
    }
}

impl Limits {
    /// How often a connection is looked at: often enough that each time is kept to about a quarter of itself.
    pub(crate) fn tick(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.idle_when_crowded).min(self.rate.within);
        (shortest / 4).clamp(Duration::from_millis(20), Duration::from_secs(5))
    }
}
