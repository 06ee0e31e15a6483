//! The names of what is measured, and in which unit. Whoever shows, exports or watches something calls it so.

/// How long a request took, in microseconds, of a method with its route (`GET /products/{handle}`) and a status class (`2xx`).
pub const HTTP_DURATION: &str = "http.duration";
/// The same of all routes together, in microseconds, by status class. It is put together of it when it is written, so that a quarter of a year is
/// looked at without what every route has measured.
pub const HTTP_TOGETHER: &str = "http.together";
/// How many requests were work, of all routes together: no health checks, files, polls and beacons.
pub const HTTP_WORK: &str = "http.work";
/// Bytes of answers whose length is known, in the same way, without classes.
pub const HTTP_BYTES: &str = "http.bytes";
/// Statements that a request came to, in the same way, without classes.
pub const HTTP_STATEMENTS: &str = "http.statements";
/// Requests under way, looked at every ten seconds.
pub const HTTP_IN_FLIGHT: &str = "http.in_flight";
/// Connections of clients, in thousandths of all that there may be, looked at every ten seconds.
pub const HTTP_CONNECTIONS: &str = "http.connections";
/// Requests that were sent away: of `rate` who asked too fast, of `overload` when there was too much to do.
pub const HTTP_REFUSED: &str = "http.refused";

/// How long a statement took, in microseconds, of its name.
pub const DB_STATEMENT: &str = "db.statement";
/// Statements that failed, of their names.
pub const DB_FAILED: &str = "db.failed";
/// How long a connection was waited for, in microseconds, of those who waited; of a pool.
pub const DB_WAIT: &str = "db.wait";
/// Connections in use, in thousandths of all that a pool may have, looked at every ten seconds.
pub const DB_USED: &str = "db.used";

/// Lookups that were answered from a cache, in memory or in Redis, and those that were not; of the cache.
pub const CACHE_HIT: &str = "cache.hit";
pub const CACHE_MISS: &str = "cache.miss";
/// Of those that were answered from a cache those that Redis had, of the cache.
pub const CACHE_SHARED: &str = "cache.shared";
/// What a cache takes in memory, in bytes.
pub const CACHE_BYTES: &str = "cache.bytes";

/// How long a run of a job took, in microseconds, of its kind (`import`, `webhook delivery`) and what came of it: `done`, `failed`, `cancelled`,
/// `again` where it failed and is tried again, `paused`, `given back`, `lost`, `given up`.
pub const JOB_DURATION: &str = "job.duration";
/// How long a job could have been begun before it was, in microseconds; of its kind.
pub const JOB_WAITED: &str = "job.waited";
/// Jobs that could be begun and are not, of each kind and of all, looked at every ten seconds.
pub const JOB_WAITING: &str = "job.waiting";

/// How long a call of a program of somebody else took, in microseconds, of what it is called (`openai`, `a receiver`, `Redis`) and how it ended:
/// `answered`, `refused` where it would not, `failed` where it could not.
pub const PROVIDER_DURATION: &str = "provider.duration";

/// Calls of a provider of texts that were on their way, in thousandths of those that are let through at once, of its name; by every ten seconds in
/// which there were some.
pub const PROVIDER_USED: &str = "provider.used";
/// How long a call waited until it was let through, in microseconds, of the same.
pub const PROVIDER_WAITED: &str = "provider.waited";

/// Edits that devices have sent, of what became of them: `applied`, `no change`, `conflict`, `refused`.
pub const SYNC_PUSHED: &str = "sync.pushed";

/// Processor time of the program, in thousandths of all processors.
pub const PROCESS_CPU: &str = "process.cpu";
/// Memory of the program, in bytes.
pub const PROCESS_MEMORY: &str = "process.memory";
/// How much later than asked for a timer went off, in microseconds: what blocks workers shows there.
pub const RUNTIME_LAG: &str = "runtime.lag";
/// How long a request kept a worker without letting go of it, at the longest, in microseconds; of its route. Whatever else that worker has to do
/// waits for as long.
pub const RUNTIME_POLL: &str = "runtime.poll";
/// How much of their time workers were at work, in thousandths.
pub const RUNTIME_BUSY: &str = "runtime.busy";
/// One each time that what was measured is written, so that it is seen when a server has stopped.
pub const PROCESS_ALIVE: &str = "process.alive";
/// One when a process has stopped as it should: from then on nobody waits to hear of it.
pub const PROCESS_STOPPED: &str = "process.stopped";
/// What is measured of a process is of its name, which each start of a program has another of. Who wants to tell processes apart looks at the
/// last days; what is older is of all of them.
pub const OF_PROCESSES: [&str; 6] = [PROCESS_CPU, PROCESS_MEMORY, PROCESS_ALIVE, PROCESS_STOPPED, RUNTIME_LAG, RUNTIME_BUSY];
/// How full the disk is that the data directory is on, in thousandths, looked at every ten seconds.
pub const DISK_USED: &str = "disk.used";
/// How much of the time that disk had something to do, in thousandths. Linux tells it of a device, and not of what only looks like one.
pub const DISK_BUSY: &str = "disk.busy";

/// What is measured in browsers is called so: `vitals.lcp` and the others of the crate `vitals`.
pub const VITALS: &str = "vitals.";
/// How long the oldest edit has waited on a device, in microseconds, as its browser tells it.
pub const PENDING: &str = "vitals.pending";
/// Page views that something was heard of; of the route.
pub const VIEWS: &str = "vitals.views";
/// Beacons of browsers, of what became of them: `taken`, `refused`, `twice`, `shed`.
pub const BEACONS: &str = "vitals.beacons";

/// What is measured in microseconds, but for what browsers measure.
pub const TIMES: [&str; 10] =
    [HTTP_DURATION, HTTP_TOGETHER, DB_STATEMENT, DB_WAIT, JOB_DURATION, JOB_WAITED, PROVIDER_DURATION, PROVIDER_WAITED, RUNTIME_LAG, RUNTIME_POLL];
/// What is measured in thousandths of what there is.
pub const SHARES: [&str; 7] = [HTTP_CONNECTIONS, DB_USED, PROVIDER_USED, PROCESS_CPU, RUNTIME_BUSY, DISK_USED, DISK_BUSY];

/// What that is called which a series of a metric is of: the `route` of a request, the `pool` of a wait.
pub fn dimension(metric: &str) -> &'static str {
    match metric {
        HTTP_REFUSED => "reason",
        BEACONS | SYNC_PUSHED => "outcome",
        RUNTIME_POLL => "route",
        DB_STATEMENT | DB_FAILED => "statement",
        _ => match metric.split('.').next() {
            Some("http" | "vitals") => "route",
            Some("db") => "pool",
            Some("cache") => "cache",
            Some("process" | "runtime") => "process",
            Some("disk") => "disk",
            Some("job") => "kind",
            Some("provider") => "provider",
            _ => "of",
        },
    }
}
