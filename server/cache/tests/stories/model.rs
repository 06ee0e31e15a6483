//! Any sequence of changes, looks and waits against what may be answered.

use std::time::Duration;

use proptest::prelude::*;

use crate::support::{FRESH, GRACE, Process, TOLERANCE};

const MEMBERS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    /// Somebody changes a member; not known in detail when it is an import.
    Write {
        member: usize,
        by: u128,
        detailed: bool,
    },
    /// The details of the last change that had none come late.
    Details,
    Wait {
        milliseconds: u64,
    },
    List {
        by: u128,
    },
    One {
        member: usize,
        by: u128,
    },
    /// Moka loses everything.
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let (member, by) = (0..MEMBERS, 1..4_u128);
    prop_oneof![
        4 => (member.clone(), by.clone(), prop::bool::weighted(0.8)).prop_map(|(member, by, detailed)| Step::Write { member, by, detailed }),
        1 => Just(Step::Details),
        2 => prop_oneof![Just(1_u64), Just(149), Just(151), Just(299), Just(301), Just(29_000), Just(91_000)]
            .prop_map(|milliseconds| Step::Wait { milliseconds }),
        4 => by.clone().prop_map(|by| Step::List { by }),
        4 => (member, by).prop_map(|(member, by)| Step::One { member, by }),
        1 => Just(Step::Clear),
    ]
}

/// A change, and since when it is known in detail, if it was when it was made.
struct Known {
    member: usize,
    version: u64,
    by: u128,
    at: Option<u64>,
}

/// The least that somebody may be shown of a member: all they have changed themselves, all that is older than is tolerated, all that is not
/// known in detail.
fn least(changes: &[Known], member: usize, by: u128, now: u64) -> u64 {
    let tolerated = |change: &Known| change.by != by && change.at.is_some_and(|at| now - at < TOLERANCE.as_millis() as u64);
    changes.iter().filter(|change| change.member == member && !tolerated(change)).map(|change| change.version).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_answered_that_may_not_be(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let process = Process::alone();
            let (mut changes, mut now, mut without) = (Vec::new(), 0_u64, None);
            for step in steps {
                match step {
                    Step::Write { member, by, detailed } => {
                        let change = process.shop.write(member, by);
                        changes.push(Known { member, version: change.version, by, at: detailed.then_some(now) });
                        if detailed { process.cache.changed(change) } else { without = Some(change) }
                    }
                    // They say which member it was, and are no excuse for showing what was before to anybody who knows better: the moment
                    // counts from now, as this process has made it. That is at most as lenient as a change made now.
                    Step::Details => if let Some(change) = without.take() {
                        process.cache.changed(change);
                        if let Some(known) = changes.iter_mut().find(|known: &&mut Known| known.version == change.version) { known.at = Some(now) }
                    },
                    Step::Wait { milliseconds } => {
                        now += milliseconds;
                        process.clock.advance(Duration::from_millis(milliseconds));
                    }
                    Step::List { by } => {
                        let answer = process.list(by).await;
                        let seen = answer.value.unwrap().0;
                        for (member, seen) in seen.iter().take(MEMBERS).enumerate() {
                            let least = least(&changes, member, by, now);
                            prop_assert!(*seen >= least, "{by} is shown {seen} of member {member}, and may expect {least}");
                        }
                        prop_assert!(answer.outcome.age < FRESH + GRACE);
                    }
                    Step::One { member, by } => {
                        let answer = process.one(member, by).await;
                        let (seen, least) = (answer.value.unwrap().0[0], least(&changes, member, by, now));
                        prop_assert!(seen >= least, "{by} is shown {seen} of member {member}, and may expect {least}");
                        prop_assert!(answer.outcome.age < FRESH + GRACE);
                    }
                    Step::Clear => process.cache.clear(),
                }
                tokio::task::yield_now().await;
            }
            Ok(())
        })?;
    }
}
