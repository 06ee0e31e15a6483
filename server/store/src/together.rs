//! One statement for all who ask the same of the database at a time. Whoever comes while two are running is in the next: what they are
//! told was read after they asked, and under load a statement, its way there and back and its connection are shared by many.
//! (Known from GraphQL servers as a data loader, and from logs as group commit.)

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ports::error::AppError;
use tokio::{sync::oneshot, time::timeout};

/// So many statements run at once: while one is on its way, those who come are not held up.
const RUNNING: usize = 2;

/// Longer than a statement and the wait for a connection may take: what has not come by then never will, as when the machine it was
/// asked of has vanished.
const LONGEST: Duration = Duration::from_secs(40);

pub(crate) struct Together<K, V>(Mutex<State<K, V>>);

/// What was found for everybody: what is not in it is not there.
pub(crate) type Found<K, V> = Result<Arc<HashMap<K, V>>, AppError>;

type Asked<K, V> = (Vec<K>, oneshot::Sender<Found<K, V>>);

struct State<K, V> {
    running: usize,
    waiting: Vec<Asked<K, V>>,
}

/// The right to run statements, until nobody waits.
struct Turn<'a, K, V> {
    of: &'a Together<K, V>,
    is_over: bool,
}

impl<K: Eq + Hash, V> Together<K, V> {
    /// Stands in line; whether whoever asks has to see to it that [`Self::answer`] runs.
    pub(crate) fn ask(&self, keys: Vec<K>) -> (oneshot::Receiver<Found<K, V>>, bool) {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        state.waiting.push((keys, sender));
        let is_first = state.running < RUNNING;
        state.running += usize::from(is_first);
        (receiver, is_first)
    }

    /// Reads for those who wait until there are none. Has to run to its end, whoever has asked.
    pub(crate) async fn answer<F: Future<Output = Result<Vec<(K, V)>, AppError>>>(&self, read: impl Fn(Vec<K>) -> F) {
        let mut turn = Turn { of: self, is_over: false };
        while let Some(waiting) = turn.take() {
            let (keys, asked): (Vec<Vec<K>>, Vec<_>) = waiting.into_iter().unzip();
            let keys: Vec<K> = keys.into_iter().flatten().collect::<HashSet<K>>().into_iter().collect();
            let found = if let Ok(found) = timeout(LONGEST, read(keys)).await {
                found.map(|found| Arc::new(found.into_iter().collect::<HashMap<K, V>>()))
            } else {
                tracing::error!(seconds = LONGEST.as_secs(), "a statement for several was given up, as it took too long");
                Err(AppError::Unavailable("The database cannot be reached at the moment. Nothing was changed. Try again in a minute.".into()))
            };
            for one in asked {
                // Whoever has gone away is told nothing.
                let _ = one.send(found.clone());
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Turn<'_, K, V> {
    fn take(&mut self) -> Option<Vec<Asked<K, V>>> {
        let mut state = self.of.state();
        state.waiting.retain(|(_, asked)| !asked.is_closed());
        if state.waiting.is_empty() {
            // In the same moment: whoever comes after it begins anew.
            state.running -= 1;
            self.is_over = true;
            return None;
        }
        Some(std::mem::take(&mut state.waiting))
    }
}

impl<K, V> Drop for Turn<'_, K, V> {
    fn drop(&mut self) {
        if !self.is_over {
            let mut state = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.running -= 1;
            if state.running == 0 {
                // Nobody would come for them.
                state.waiting.clear();
            }
        }
    }
}

impl<K, V> Default for Together<K, V> {
    fn default() -> Self {
        Self(Mutex::new(State { running: 0, waiting: Vec::new() }))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A table of one row, whose value goes up, and how often it was read.
    #[derive(Default)]
    struct Table {
        value: AtomicU32,
        reads: AtomicU32,
    }

    async fn ask(together: &Arc<Together<u8, u32>>, table: &Arc<Table>, key: u8) -> Result<Option<u32>, AppError> {
        let (answer, is_first) = together.ask(vec![key]);
        if is_first {
            let (together, table) = (together.clone(), table.clone());
            tokio::spawn(async move {
                together
                    .answer(async |keys: Vec<u8>| {
                        table.reads.fetch_add(1, Ordering::SeqCst);
                        let value = table.value.load(Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        if keys.contains(&9) {
                            Err(AppError::Internal)
                        } else {
                            Ok(keys.into_iter().filter(|key| *key < 5).map(|key| (key, value)).collect())
                        }
                    })
                    .await;
            });
        }
        answer.await.unwrap().map(|found| found.get(&key).copied())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_was_there_when_one_asked_is_seen_and_many_share_a_statement() {
        let (together, table) = (Arc::new(Together::default()), Arc::new(Table::default()));
        let people = (0..50).map(|number| {
            let (together, table) = (together.clone(), table.clone());
            tokio::spawn(async move {
                for _ in 0..40 {
                    let written = table.value.fetch_add(1, Ordering::SeqCst) + 1;
                    let read = ask(&together, &table, number % 5).await.unwrap().unwrap();
                    assert!(read >= written, "{read} was read after {written} was written");
                }
            })
        });
        for person in people.collect::<Vec<_>>() {
            person.await.unwrap();
        }

        assert!(table.reads.load(Ordering::SeqCst) < 500, "{} statements for 2,000 questions", table.reads.load(Ordering::SeqCst));
        assert_eq!(together.state().running, 0);
    }

    #[tokio::test]
    async fn what_is_not_found_is_not_there_and_a_failure_is_told_to_all_of_it() {
        let (together, table) = (Arc::new(Together::default()), Arc::new(Table::default()));

        let (found, missing) = tokio::join!(ask(&together, &table, 1), ask(&together, &table, 7));
        let failed = ask(&together, &table, 9).await;

        assert_eq!((found, missing, failed), (Ok(Some(0)), Ok(None), Err(AppError::Internal)));
        assert_eq!(ask(&together, &table, 1).await, Ok(Some(0)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_statement_that_never_comes_back_holds_up_nobody_for_ever() {
        let together = Arc::new(Together::<u8, u32>::default());
        let (answer, is_first) = together.ask(vec![1]);
        assert!(is_first);
        let reading = together.clone();
        tokio::spawn(async move { reading.answer(|_| std::future::pending()).await });

        assert!(matches!(answer.await.unwrap(), Err(AppError::Unavailable(_))));
        tokio::task::yield_now().await;
        assert_eq!(together.state().running, 0);
    }
}
