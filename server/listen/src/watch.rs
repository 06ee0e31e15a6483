//! What a connection is doing, and whether it has done nothing for too long.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{connection::LAST_CALL, limits::Limits, pace::Pace};

/// What both sides of HTTP/2 tell each other of the connection itself is shorter: pings, settings, windows, a goodbye.
const NO_TALK: usize = 256;

/// Told by the requests, answers and bytes of one connection.
#[derive(Debug)]
pub(crate) struct Watch {
    limits: Arc<Limits>,
    /// HTTP/2 has frames of its own between requests, so that bytes alone do not say that a request has begun.
    http2: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests that are not answered to the end.
    running: usize,
    /// Since when there are none.
    idle_since: Instant,
    /// Since when the head of a request is on its way.
    head_since: Option<Instant>,
    /// Bodies of answers on their way, by their numbers.
    answers: Vec<(u64, Pace)>,
    next_answer: u64,
    /// Since when no further request is wanted.
    closing_since: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fine,
    /// To be closed in good manners.
    Unused,
    /// To be dropped: why, for the log.
    Cut(&'static str),
}

/// A request, from its head to the end of its answer.
pub(crate) struct Running(Arc<Watch>);

/// The body of an answer on its way.
pub(crate) struct OnItsWay {
    watch: Arc<Watch>,
    number: u64,
}

impl Watch {
    /// With a head that has begun, or with nothing yet.
    pub(crate) fn new(limits: Arc<Limits>, http2: bool, begun: bool) -> Self {
        let now = Instant::now();
        let head_since = (begun && !http2).then_some(now);
        let state = State { running: 0, idle_since: now, head_since, answers: Vec::new(), next_answer: 0, closing_since: None };
        Self { limits, http2, state: Mutex::new(state) }
    }

    /// Bytes have come.
    pub(crate) fn read(&self) {
        let mut state = self.state();
        if !self.http2 && state.running == 0 {
            state.head_since.get_or_insert_with(Instant::now);
        }
    }

    /// Bytes have gone: whoever takes the end of an answer slowly is not idle. HTTP/2 has frames of its own here too, which are short.
    pub(crate) fn wrote(&self, bytes: usize) {
        let (mut state, now) = (self.state(), Instant::now());
        if state.running == 0 && (!self.http2 || bytes >= NO_TALK) {
            state.idle_since = now;
        }
        if !self.http2 {
            // There is one at a time, and hyper asks for more of it when half a megabyte has gone out and not before.
            for (_, pace) in &mut state.answers {
                pace.goes_on(bytes, self.limits.rate, now);
            }
        }
    }

    /// Whether nothing is running, and nothing has gone out for as long.
    pub(crate) fn is_quiet_for(&self, time: Duration, now: Instant) -> bool {
        let state = self.state();
        state.running == 0 && now.saturating_duration_since(state.idle_since) >= time
    }

    pub(crate) fn begin(self: &Arc<Self>) -> Running {
        let mut state = self.state();
        state.running += 1;
        state.head_since = None;
        Running(Arc::clone(self))
    }

    pub(crate) fn answer(self: &Arc<Self>) -> OnItsWay {
        let mut state = self.state();
        let number = state.next_answer;
        state.next_answer += 1;
        let mut pace = Pace::default();
        pace.wait(Instant::now());
        state.answers.push((number, pace));
        OnItsWay { watch: Arc::clone(self), number }
    }

    /// From now on no further request is waited for.
    pub(crate) fn close(&self) {
        self.state().closing_since.get_or_insert_with(Instant::now);
    }

    pub(crate) fn verdict(&self, now: Instant, crowded: bool) -> Verdict {
        let state = self.state();
        if state.answers.iter().any(|(_, pace)| pace.is_too_slow(now, self.limits.rate)) {
            return Verdict::Cut("an answer was not taken");
        }
        if state.running > 0 {
            return Verdict::Fine;
        }
        if state.head_since.is_some_and(|since| now.saturating_duration_since(since) >= self.limits.head) {
            return Verdict::Cut("the head of a request did not come to its end");
        }
        let idle = now.saturating_duration_since(state.idle_since);
        let patience = if crowded { self.limits.idle_when_crowded } else { self.limits.idle };
        let last_call = state.closing_since.is_some_and(|since| now.saturating_duration_since(since).min(idle) >= LAST_CALL);
        // A head that is on its way is waited for, within its own time.
        if state.head_since.is_none() && (idle >= patience || last_call) { Verdict::Unused } else { Verdict::Fine }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        if state.running == 0 {
            state.idle_since = Instant::now();
        }
    }
}

impl OnItsWay {
    /// Some of the body was taken, or, with none, was asked for before it is there.
    pub(crate) fn taken(&self, bytes: Option<usize>) {
        let now = Instant::now();
        let rate = self.watch.limits.rate;
        let mut state = self.watch.state();
        if let Some((_, pace)) = state.answers.iter_mut().find(|(number, _)| *number == self.number) {
            pace.rest(now);
            if let Some(bytes) = bytes {
                pace.passed(bytes, rate);
                pace.wait(now);
            }
        }
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        self.watch.state().answers.retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(http2: bool) -> Arc<Watch> {
        Arc::new(Watch::new(Arc::new(Limits::default()), http2, true))
    }

    fn after(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[test]
    fn a_head_has_its_time_and_a_pause_another() {
        let watch = watch(false);
        assert_eq!(watch.verdict(after(9), false), Verdict::Fine);
        assert!(matches!(watch.verdict(after(11), false), Verdict::Cut(_)));

        drop(watch.begin());
        assert_eq!(watch.verdict(after(70), false), Verdict::Fine);
        assert_eq!(watch.verdict(after(76), false), Verdict::Unused);
        assert_eq!(watch.verdict(after(6), true), Verdict::Unused);

        watch.read();
        assert!(matches!(watch.verdict(after(11), false), Verdict::Cut(_)));
    }

    #[test]
    fn frames_between_requests_are_no_head() {
        let watch = watch(true);
        watch.read();

        assert_eq!(watch.verdict(after(70), false), Verdict::Fine);
        assert_eq!(watch.verdict(after(76), false), Verdict::Unused);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_the_end_of_an_answer_slowly_is_not_idle() {
        let second = Duration::from_secs(1);
        for (http2, bytes, quiet) in [(false, 1, false), (true, 1_000, false), (true, 17, true)] {
            let watch = watch(http2);
            drop(watch.begin());
            for _ in 0..100 {
                tokio::time::advance(second).await;
                watch.wrote(bytes);
            }

            let now = Instant::now();

            assert_eq!((watch.verdict(now, false) == Verdict::Unused, watch.is_quiet_for(second * 5, now)), (quiet, quiet), "{http2} {bytes}");
            assert!(watch.is_quiet_for(second * 5, now + second * 5));
        }
    }

    #[test]
    fn what_is_running_is_left_alone_while_its_answer_is_taken() {
        let watch = watch(true);
        let (running, answer) = (watch.begin(), watch.answer());
        answer.taken(None);
        assert_eq!(watch.verdict(after(10_000), false), Verdict::Fine, "it is this side that is slow");

        answer.taken(Some(1));
        assert!(matches!(watch.verdict(after(31), false), Verdict::Cut(_)));

        drop(answer);
        assert_eq!(watch.verdict(after(10_000), false), Verdict::Fine);
        drop(running);
        assert_eq!(watch.verdict(after(76), false), Verdict::Unused);
    }

    #[tokio::test(start_paused = true)]
    async fn what_goes_out_of_a_buffer_is_taken() {
        for (bytes, fine) in [(1_000, true), (10, false)] {
            let watch = watch(false);
            let (_running, answer) = (watch.begin(), watch.answer());
            answer.taken(Some(400_000));
            for _ in 0..100 {
                tokio::time::advance(Duration::from_secs(1)).await;
                watch.wrote(bytes);
            }
            assert_eq!(watch.verdict(Instant::now(), false) == Verdict::Fine, fine, "{bytes} bytes a second");
        }
    }

    #[test]
    fn nobody_is_waited_for_at_the_end_but_a_head_on_its_way() {
        let watch = watch(false);
        watch.close();
        assert_eq!(watch.verdict(after(2), false), Verdict::Fine);

        let running = watch.begin();
        assert_eq!(watch.verdict(after(2), false), Verdict::Fine);
        drop(running);
        assert_eq!(watch.verdict(Instant::now(), false), Verdict::Fine);
        assert_eq!(watch.verdict(after(1), false), Verdict::Unused);
    }
}
