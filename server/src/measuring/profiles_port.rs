//! The port of profiles: this process looks at its own threads, and keeps in memory what it has seen last.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use domain::clock::{Clock, Timestamp};
use ports::{
    Access,
    error::AppError,
    profiles::{Profile, Profiled, Profiles, SECONDS},
};
use profile::{
    Samples,
    sampling::{self, IS_ABLE, Refused},
};
use store::Store;
use tokio::{task::spawn_blocking, time::sleep};

use crate::SystemClock;

/// What this process has seen, for operators.
pub(crate) struct KeptProfiles {
    store: Store,
    desk: Arc<Desk>,
}

/// Who looks, and what was seen.
struct Desk {
    build: String,
    now: Mutex<Now>,
}

#[derive(Default)]
struct Now {
    until: Option<Timestamp>,
    latest: Option<Arc<Profile>>,
}

/// The right to look; given back however that ends.
struct Turn(Arc<Desk>);

impl KeptProfiles {
    pub(crate) fn new(store: Store, build: String) -> Self {
        Self { store, desk: Arc::new(Desk { build, now: Mutex::default() }) }
    }
}

#[async_trait]
impl Profiles for KeptProfiles {
    async fn take(&self, who: &Access, seconds: u32) -> Result<(), AppError> {
        self.store.allowed_as_operator(who).await?;
        if !SECONDS.contains(&seconds) {
            return Err(AppError::Invalid(format!("Look for {} to {} seconds.", SECONDS.start(), SECONDS.end())));
        }
        if !IS_ABLE {
            return Err(unable());
        }
        let turn = Desk::turn(&self.desk, seconds, SystemClock.now())?;
        // It goes on without whoever has asked: they find it when they come back.
        let looking = tokio::spawn(async move { turn.look(seconds).await });
        looking.await.map_err(std::io::Error::other).unwrap_or_else(|error| Err(Refused::Failed(error.to_string()))).map_err(told)
    }

    async fn latest(&self, who: &Access) -> Result<Profiled, AppError> {
        self.store.allowed_as_operator(who).await?;
        Ok(self.desk.profiled())
    }
}

impl Desk {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn profiled(&self) -> Profiled {
        let now = self.now();
        Profiled { is_able: IS_ABLE, until: now.until, latest: now.latest.clone() }
    }

    /// Lets one look at a time.
    fn turn(desk: &Arc<Self>, seconds: u32, at: Timestamp) -> Result<Turn, AppError> {
        let mut now = desk.now();
        if let Some(until) = now.until {
            let left = (until.micros() - at.micros()).max(0) / 1_000_000 + 1;
            let is_over = if left == 1 { "in a moment".to_owned() } else { format!("in {left} seconds") };
            return Err(AppError::Invalid(format!(
                "Somebody looks already, and is done {is_over}. Reload the page then: it shows what they have seen."
            )));
        }
        now.until = Some(Timestamp::from_micros(at.micros() + i64::from(seconds) * 1_000_000));
        drop(now);
        Ok(Turn(desk.clone()))
    }
}

impl Turn {
    /// No thread of the runtime waits for it: beginning and ending read files.
    async fn look(self, seconds: u32) -> Result<(), Refused> {
        let began_at = SystemClock.now();
        let looking = apart(sampling::begin).await?;
        sleep(Duration::from_secs(seconds.into())).await;
        let samples = apart(move || looking.end()).await?;
        tracing::info!(seconds, seen = samples.total(), stacks = samples.stacks.len(), "profile.taken");
        self.keep(began_at, samples);
        Ok(())
    }

    fn keep(&self, began_at: Timestamp, samples: Samples) {
        let profile = Profile { began_at, build: self.0.build.clone(), samples };
        self.0.now().latest = Some(Arc::new(profile));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.now().until = None;
    }
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refused> + Send + 'static) -> Result<T, Refused> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(Refused::Failed(error.to_string())))
}

fn told(refused: Refused) -> AppError {
    match refused {
        Refused::Unable => unable(),
        // Another part of the program than this one.
        Refused::Running => AppError::Unavailable("Something else in the server looks already. Try again in a minute.".into()),
        Refused::Failed(cause) => {
            tracing::error!(%cause, "a profile could not be taken");
            let sentence = "It could not be looked. The server needs a folder that it may write temporary files to (TMPDIR); its log says more.";
            AppError::Unavailable(sentence.into())
        }
    }
}

fn unable() -> AppError {
    AppError::Invalid("This system does not let a program look where its own time goes. On Linux and macOS it does.".into())
}

#[cfg(test)]
mod tests {
    use std::{
        hint::black_box,
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use profile::collapsed;

    use super::*;

    fn desk() -> Arc<Desk> {
        Arc::new(Desk { build: "abc".into(), now: Mutex::default() })
    }

    #[test]
    fn one_looks_at_a_time_and_the_second_is_told_when_it_is_over() {
        let (desk, at) = (desk(), Timestamp::from_micros(1_000_000));
        let turn = Desk::turn(&desk, 10, at).unwrap();
        let later = Timestamp::from_micros(4_500_000);

        let refused = Desk::turn(&desk, 10, later).err();

        let sentence = "Somebody looks already, and is done in 7 seconds. Reload the page then: it shows what they have seen.";
        assert_eq!(refused, Some(AppError::Invalid(sentence.into())));
        assert_eq!(desk.profiled().until, Some(Timestamp::from_micros(11_000_000)));
        drop(turn);
        assert!(desk.profiled().until.is_none() && Desk::turn(&desk, 10, later).is_ok());
    }

    /// Its name is looked for.
    #[inline(never)]
    fn burns_time_to_be_seen(is_over: &AtomicBool) {
        let mut sum = 0_u64;
        while !is_over.load(Ordering::Relaxed) {
            for at in 0..1_000_u64 {
                sum = black_box(sum.wrapping_mul(31).wrapping_add(at));
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_function_that_is_at_work_is_found_in_what_is_kept() {
        let (desk, is_over) = (desk(), Arc::new(AtomicBool::new(false)));
        let burner = thread::spawn({
            let is_over = is_over.clone();
            move || burns_time_to_be_seen(&is_over)
        });

        let looked = Desk::turn(&desk, 2, SystemClock.now()).unwrap().look(2).await;
        is_over.store(true, Ordering::Relaxed);
        burner.join().unwrap();

        assert_eq!(looked, Ok(()));
        let profiled = desk.profiled();
        let latest = profiled.latest.unwrap();
        let text = collapsed::write(&latest.samples);
        assert!(text.contains("profiles_port::tests::burns_time_to_be_seen"), "{text}");
        assert_eq!((profiled.until, latest.build.as_str()), (None, "abc"));
    }
}
