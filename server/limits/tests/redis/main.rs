//! The shared counts on a real Redis, which is killed, stopped and started again while it is asked.

#![allow(clippy::unwrap_used, reason = "a story that cannot go on has failed")]

mod server;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use limits::{Ask, Key, Limiter, Policy, Quota, SharedLimiter, local::Local, redis::RedisLimiter};

use crate::server::Redis;

const PATIENCE: Duration = Duration::from_millis(20);

const fn policy(name: &'static str, quota: Quota) -> Policy {
    Policy { name, quota, weighted: true }
}

fn ask<'a>(policy: &'a Policy, who: &str, points: u32) -> Ask<'a> {
    Ask { policy, key: Key::new(policy.name, who.as_bytes()), points }
}

/// A process that shares its counts on a Redis.
fn process(redis: &Redis) -> Limiter {
    Limiter::new(Local::new(1_000)).shared(Arc::new(RedisLimiter::connect(&redis.url()).unwrap()), PATIENCE)
}

/// Counts on Redis that answer.
async fn connected(redis: &Redis) -> RedisLimiter {
    let shared = RedisLimiter::connect(&redis.url()).unwrap();
    let warm = policy("warm", Quota::new(1_000_000, 1_000_000.0));
    until(async || shared.ask(&[ask(&warm, "up", 1)]).await.is_ok()).await;
    shared
}

async fn until(condition: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !condition().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "it did not come to pass within 20 s");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_script_does_as_the_process_does() {
    let redis = Redis::start();
    let shared = connected(&redis).await;
    // So slow that the time between two questions gives nothing back.
    let (wide, narrow) = (policy("wide", Quota::new(20, 0.001)), policy("narrow", Quota::new(7, 0.001)));
    let local = Local::new(100);

    for (number, points) in [3, 1, 5, 2, 9, 1, 1, 4, 30, 2, 1].into_iter().enumerate() {
        let asks = [ask(&wide, "who", points), ask(&narrow, if number % 3 == 0 { "a" } else { "b" }, 2)];
        let (there, here) = (shared.ask(&asks).await.unwrap(), local.ask(&asks, 0));

        assert_eq!(there.refused, here.refused, "number {number}");
        let told = here.refused.map_or(asks.len(), |refused| refused + 1);
        for (there, here) in there.debts.iter().zip(here.debts).take(told) {
            assert!(there.abs_diff(here) < 30_000_000, "number {number}: {there} and {here}");
        }
    }
}

#[tokio::test]
async fn a_count_gives_its_points_back_by_the_clock_of_redis() {
    let redis = Redis::start();
    let (shared, policy) = (connected(&redis).await, policy("fast", Quota::new(5, 50.0)));

    let mut allowed = 0;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_millis(500) {
        allowed += u32::from(shared.ask(&[ask(&policy, "who", 1)]).await.unwrap().refused.is_none());
    }
    let most = 5.0 + begun.elapsed().as_secs_f64() * 50.0;

    assert!(f64::from(allowed) <= most + 1.0 && allowed >= 10, "{allowed} of {most}");
    // What has been given back takes no room.
    until(async || redis.cli(&["keys", "vitrine:limit:fast:*"]).is_empty()).await;
}

#[tokio::test]
async fn two_processes_let_through_what_one_may() {
    let redis = Redis::start();
    let (processes, policy) = ([process(&redis), process(&redis)], policy("token", Quota::new(40, 0.001)));
    for process in &processes {
        shares_again(process, &redis).await;
    }

    let mut allowed = 0;
    for turn in 0..200 {
        allowed += u32::from(processes[turn % 2].ask(&[ask(&policy, "who", 1)], 0).await.allowed);
    }

    assert_eq!(allowed, 40);
}

#[tokio::test]
async fn a_redis_that_has_forgotten_the_script_is_told_again() {
    let redis = Redis::start();
    let (shared, policy) = (connected(&redis).await, policy("token", Quota::new(1, 0.001)));

    redis.cli(&["script", "flush"]);

    assert_eq!(shared.ask(&[ask(&policy, "who", 1)]).await.unwrap().refused, None);
    assert_eq!(shared.ask(&[ask(&policy, "who", 1)]).await.unwrap().refused, Some(0));
}

#[tokio::test]
async fn what_is_no_count_is_as_good_as_none() {
    let redis = Redis::start();
    let (shared, policy) = (connected(&redis).await, policy("token", Quota::new(1, 0.001)));
    redis.cli(&["set", &format!("vitrine:limit:token:{}", Key::new("token", b"who")), "nonsense"]);

    assert_eq!(shared.ask(&[ask(&policy, "who", 1)]).await.unwrap().refused, None);
}

/// Asks for a while; the longest that somebody waited, and how many were let through.
async fn asking(process: &Limiter, policy: &Policy, time: Duration) -> (Duration, u32) {
    let (begun, mut longest, mut allowed) = (Instant::now(), Duration::ZERO, 0);
    while begun.elapsed() < time {
        let asked = Instant::now();
        allowed += u32::from(process.ask(&[ask(policy, "who", 1)], begun.elapsed().as_micros() as u64).await.allowed);
        longest = longest.max(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (longest, allowed)
}

/// Whether a process asks Redis again: what another has used up is refused here too.
async fn shares_again(process: &Limiter, redis: &Redis) {
    let other = connected(redis).await;
    let policy = policy("again", Quota::new(3, 0.001));
    let mut round = 0;
    let begun = Instant::now();
    loop {
        round += 1;
        let who = format!("round {round}");
        let _ = other.ask(&[ask(&policy, &who, 3)]).await;
        if !process.ask(&[ask(&policy, &who, 1)], 0).await.allowed {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "the process has not found Redis again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn while_redis_is_paused_nobody_waits_long_and_the_limit_holds() {
    let redis = Redis::start();
    let (process, policy) = (process(&redis), policy("token", Quota::new(10, 20.0)));
    shares_again(&process, &redis).await;

    redis.pause();
    let (longest, allowed) = asking(&process, &policy, Duration::from_secs(2)).await;
    redis.go_on();

    // A slow machine has its own pauses; a request that waits for Redis would wait for two seconds.
    assert!(longest < Duration::from_millis(500), "{longest:?}");
    assert!((10..=10 + 20 * 4).contains(&allowed), "{allowed}");
    shares_again(&process, &redis).await;
}

#[tokio::test]
async fn a_redis_that_is_slow_is_left_alone_and_the_limit_holds() {
    let redis = Redis::start();
    let slow = RedisLimiter::connect(&redis.late(Duration::from_millis(40)).await).unwrap();
    let (process, policy) = (Limiter::new(Local::new(1_000)).shared(Arc::new(slow), PATIENCE), policy("token", Quota::new(10, 20.0)));
    tokio::time::sleep(Duration::from_secs(1)).await;

    let begun = Instant::now();
    let (mut asked, mut allowed) = (0, 0);
    while begun.elapsed() < Duration::from_secs(2) {
        allowed += u32::from(process.ask(&[ask(&policy, "who", 1)], begun.elapsed().as_micros() as u64).await.allowed);
        asked += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    // One that waits for Redis each time asks some twenty-five times.
    assert!(asked > 200, "asked {asked} times");
    assert!((10..=10 + 20 * 4).contains(&allowed), "{allowed}");
}

#[tokio::test]
async fn a_redis_that_is_full_is_as_good_as_gone_until_there_is_room() {
    let redis = Redis::start_with(&["--maxmemory", "3mb", "--maxmemory-policy", "noeviction"]);
    let (process, policy) = (process(&redis), policy("token", Quota::new(10, 20.0)));
    shares_again(&process, &redis).await;
    // What its connections hold comes and goes: what is left beside large values is filled with small ones.
    for size in [50_000, 1_000] {
        let junk = "x".repeat(size);
        let full = (0..1_000).any(|number| redis.cli(&["set", &format!("junk:{size}:{number}"), &junk]).contains("OOM"));
        assert!(full, "Redis took a thousand values of {size} bytes");
    }

    let (longest, allowed) = asking(&process, &policy, Duration::from_secs(2)).await;
    redis.cli(&["flushall"]);

    assert!(longest < Duration::from_millis(500), "{longest:?}");
    assert!((10..=10 + 20 * 4).contains(&allowed), "{allowed}");
    shares_again(&process, &redis).await;
}

#[tokio::test]
async fn a_redis_that_is_killed_is_found_when_it_is_back() {
    let mut redis = Redis::start();
    let (process, policy) = (process(&redis), policy("token", Quota::new(10, 20.0)));
    shares_again(&process, &redis).await;

    redis.kill();
    let (longest, allowed) = asking(&process, &policy, Duration::from_secs(2)).await;
    redis.start_again();

    assert!(longest < Duration::from_millis(500), "{longest:?}");
    assert!((10..=10 + 20 * 4).contains(&allowed), "{allowed}");
    shares_again(&process, &redis).await;
}

#[tokio::test]
async fn without_redis_from_the_start_a_process_limits_by_itself() {
    let mut redis = Redis::start();
    redis.kill();
    let (process, policy) = (process(&redis), policy("token", Quota::new(10, 0.001)));

    let (longest, allowed) = asking(&process, &policy, Duration::from_millis(300)).await;

    assert!(longest < Duration::from_millis(200) && allowed == 10, "{longest:?} {allowed}");
}

#[test]
fn what_is_no_address_is_refused_without_being_repeated() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    let refused = RedisLimiter::connect("nonsense with a secret").unwrap_err().to_string();
    assert!(refused.contains("redis://127.0.0.1:6379") && !refused.contains("secret"), "{refused}");
}
