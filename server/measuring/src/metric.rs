//! The names of what is measured, and in which unit. Whoever shows, exports or watches something calls it so.

use crate::Sketch;

/// How long a request took, without waiting for its body, in microseconds, of a method with its route (`GET /products/{handle}`) and a status class (`2xx`).
pub const HTTP_DURATION: &str = "http.duration";
/// The class of requests whose asker went away before they were answered.
pub const GIVEN_UP: &str = "given up";
/// Whoever waits for longer, in microseconds, and goes away then was failed: few people wait for a page for three seconds. Whoever goes away sooner has
/// changed their mind, and nobody is to blame.
pub const PATIENCE: u64 = 3_000_000;
/// The same of all routes together that are work ([`is_work`]), in microseconds, by status class. It is put together of it when it is written, so that
/// a quarter of a year is looked at without what every route has measured.
pub const HTTP_TOGETHER: &str = "http.together";
/// How many requests were work ([`is_work`]), of all routes together.
pub const HTTP_WORK: &str = "http.work";
/// Bytes of answers as they were sent, compressed where they were, in the same way, without classes.
pub const HTTP_BYTES: &str = "http.bytes";
/// Statements that a request came to, in the same way, without classes.
pub const HTTP_STATEMENTS: &str = "http.statements";
/// Requests that ran one statement again and again, where what they read could be read at once; in the same way.
pub const HTTP_REPEATED: &str = "http.repeated";
/// Requests under way, looked at every ten seconds.
pub const HTTP_IN_FLIGHT: &str = "http.in_flight";
/// Connections of clients, in thousandths of all that there may be, looked at every ten seconds.
pub const HTTP_CONNECTIONS: &str = "http.connections";
/// Requests that were sent away: of `rate` who asked too fast, of `overload` when there was too much to do.
pub const HTTP_REFUSED: &str = "http.refused";

/// How long a statement took, in microseconds, of its name. It is counted where it runs in buckets of its own, so that a quantile may be off by 1.6 %
/// more than a sketch's.
pub const DB_STATEMENT: &str = "db.statement";
/// The same of all statements together, as [`HTTP_TOGETHER`] is of all routes.
pub const DB_TOGETHER: &str = "db.together";
/// Statements that failed, of their names.
pub const DB_FAILED: &str = "db.failed";
/// How long a connection was waited for, in microseconds, of those who waited, as exactly as statements; of a pool.
pub const DB_WAIT: &str = "db.wait";
/// Connections in use, in thousandths of all that a pool may have, looked at every ten seconds.
pub const DB_USED: &str = "db.used";
/// Statements of PostgreSQL that waited for a lock of another, looked at every ten seconds; of all together. On SQLite whoever writes waits for
/// the connection that writes.
pub const DB_LOCKED: &str = "db.locked";

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
/// Processor time of whatever runs on the machine, in the same way: the database beside it and other servers are in it. Linux tells it.
pub const MACHINE_CPU: &str = "machine.cpu";
/// How far the clock of a process is from that of PostgreSQL, ahead of it or behind, in microseconds, looked at every ten seconds.
pub const MACHINE_CLOCK: &str = "machine.clock";
/// Memory of the program, in bytes.
pub const PROCESS_MEMORY: &str = "process.memory";
/// How much later than asked for a timer went off, in microseconds: what blocks workers shows there.
pub const RUNTIME_LAG: &str = "runtime.lag";
/// How long a request kept a worker without letting go of it, at the longest, in microseconds, of its route; and a run of a job, of its kind, in the
/// class [`JOB`]. Whatever else that worker has to do waits for as long.
pub const RUNTIME_POLL: &str = "runtime.poll";
/// The class of what jobs did where it stands beside what requests did, which have none.
pub const JOB: &str = "job";
/// How much of their time workers were at work, in thousandths.
pub const RUNTIME_BUSY: &str = "runtime.busy";
/// One each time that what was measured is written, so that it is seen when a server has stopped.
pub const PROCESS_ALIVE: &str = "process.alive";
/// One when a process has stopped as it should: from then on nobody waits to hear of it.
pub const PROCESS_STOPPED: &str = "process.stopped";
/// What is measured of a process is of its name, which each start of a program has another of. Who wants to tell processes apart looks at the
/// last days; what is older is of all of them.
pub const OF_PROCESSES: [&str; 8] =
    [PROCESS_CPU, MACHINE_CPU, MACHINE_CLOCK, PROCESS_MEMORY, PROCESS_ALIVE, PROCESS_STOPPED, RUNTIME_LAG, RUNTIME_BUSY];
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
/// Which share of page views browsers measure, in thousandths and one at least, looked at every ten seconds: where it is not all, what is counted of page views
/// is less than there were.
pub const VITALS_SHARE: &str = "vitals.share";
/// Beacons of browsers, of what became of them: `taken`, `refused`, `twice`, `shed`.
pub const BEACONS: &str = "vitals.beacons";

/// What was measured and is not told, of what: `rows` that the database did not take in time, values that were counted among others as there were too
/// many `names`, `traces` that were worth keeping and too many at once, and `traces in memory` that had to make room.
pub const MEASURING_LOST: &str = "measuring.lost";

/// All of them, but for what browsers measure by the names of the crate `vitals`.
pub const OURS: [&str; 42] = [
    HTTP_DURATION,
    HTTP_TOGETHER,
    HTTP_WORK,
    HTTP_BYTES,
    HTTP_STATEMENTS,
    HTTP_REPEATED,
    HTTP_IN_FLIGHT,
    HTTP_CONNECTIONS,
    HTTP_REFUSED,
    DB_STATEMENT,
    DB_TOGETHER,
    DB_FAILED,
    DB_WAIT,
    DB_USED,
    DB_LOCKED,
    CACHE_HIT,
    CACHE_MISS,
    CACHE_SHARED,
    CACHE_BYTES,
    JOB_DURATION,
    JOB_WAITED,
    JOB_WAITING,
    PROVIDER_DURATION,
    PROVIDER_USED,
    PROVIDER_WAITED,
    SYNC_PUSHED,
    PROCESS_CPU,
    MACHINE_CPU,
    MACHINE_CLOCK,
    PROCESS_MEMORY,
    RUNTIME_LAG,
    RUNTIME_POLL,
    RUNTIME_BUSY,
    PROCESS_ALIVE,
    PROCESS_STOPPED,
    DISK_USED,
    DISK_BUSY,
    PENDING,
    VIEWS,
    VITALS_SHARE,
    BEACONS,
    MEASURING_LOST,
];

/// What is measured in microseconds, but for what browsers measure.
pub const TIMES: [&str; 12] = [
    HTTP_DURATION,
    HTTP_TOGETHER,
    DB_STATEMENT,
    DB_TOGETHER,
    DB_WAIT,
    JOB_DURATION,
    JOB_WAITED,
    PROVIDER_DURATION,
    PROVIDER_WAITED,
    MACHINE_CLOCK,
    RUNTIME_LAG,
    RUNTIME_POLL,
];
/// What is measured in thousandths of what there is.
pub const SHARES: [&str; 9] = [HTTP_CONNECTIONS, DB_USED, PROVIDER_USED, PROCESS_CPU, MACHINE_CPU, RUNTIME_BUSY, DISK_USED, DISK_BUSY, VITALS_SHARE];

/// Routes that nobody waits for: health checks, files, and what pages and browsers do by themselves.
pub const NO_WORK: [&str; 15] = [
    "GET /healthz",
    "GET /readyz",
    "GET /sw.js",
    "GET /pkg/{*file}",
    "GET /pictures/demo/{file}",
    "GET /screenshots/{file}",
    "GET /icons.svg",
    "GET /favicon.svg",
    "GET /icon-192.png",
    "GET /icon-512.png",
    "GET /icon-maskable.png",
    "GET /manifest.webmanifest",
    "GET /robots.txt",
    "POST /vitals",
    "GET /sync/v1/poke",
];

/// Whether a route is work of the people and programs that use the product. How fast and how surely they are answered is told of work alone: a file
/// takes a tenth of a millisecond and hides the page that took a second, and a beacon that is sent away is no fault.
pub fn is_work(route: &str) -> bool {
    !NO_WORK.contains(&route)
}

/// How many requests of a class the server is to blame for, by how long they took.
pub fn failed(class: &str, took: &Sketch) -> u64 {
    match class {
        "5xx" => took.count(),
        GIVEN_UP => took.count() - took.within(PATIENCE),
        _ => 0,
    }
}

/// Whether there is a series of all together beside those of each.
pub fn has_parts(metric: &str) -> bool {
    metric == JOB_WAITING || (metric.starts_with(VITALS) && ![BEACONS, VITALS_SHARE].contains(&metric))
}

/// What that is called which a series of a metric is of: the `route` of a request, the `pool` of a wait.
pub fn dimension(metric: &str) -> &'static str {
    match metric {
        HTTP_REFUSED => "reason",
        MEASURING_LOST => "what",
        BEACONS | SYNC_PUSHED => "outcome",
        RUNTIME_POLL => "route",
        DB_STATEMENT | DB_TOGETHER | DB_FAILED | DB_LOCKED => "statement",
        _ => match metric.split('.').next() {
            Some("http" | "vitals") => "route",
            Some("db") => "pool",
            Some("cache") => "cache",
            Some("process" | "runtime" | "machine") => "process",
            Some("disk") => "disk",
            Some("job") => "kind",
            Some("provider") => "provider",
            _ => "of",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waited_long_and_went_away_was_failed_and_whoever_was_quick_was_not() {
        let took: Sketch = [1_000, 2_000_000, 5_000_000, 60_000_000].into_iter().collect();

        assert_eq!(["2xx", "4xx", "5xx", GIVEN_UP].map(|class| failed(class, &took)), [0, 0, 4, 2]);
        assert_eq!(took.above(PATIENCE).count(), 2);
    }

    #[test]
    fn each_name_that_is_written_here_is_among_all_of_them() {
        let written =
            include_str!("metric.rs").lines().filter_map(|line| line.strip_prefix("pub const ")?.split_once(": &str = \"")?.1.strip_suffix("\";"));
        let names: Vec<&str> = written.filter(|name| name.contains('.') && *name != VITALS).collect();

        assert_eq!(names, OURS);
    }

    #[test]
    fn a_page_is_work_and_a_beacon_is_not() {
        assert_eq!(["GET /products", "POST /sync/v1/push", "POST /vitals", "GET /readyz"].map(is_work), [true, true, false, false]);
    }
}
