//! How much at once the server takes on: as many requests as make it fast, found from how long they take ([`gradient`]), and a short
//! line before the door ([`line`]). What does not fit is told so at once, the least important first: answered a second later it would
//! help nobody, and cost the same.

mod gradient;
mod line;
#[cfg(test)]
mod simulation;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use self::{gradient::Gradient, line::Line};

/// Who is shed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nobody waits for it: polls, what is fetched ahead. It never stands in line, and leaves some room for others.
    Background,
    Read,
    /// Somebody's work: the first to be let in.
    Write,
}

/// Requests that take about as long, by a number below [`KINDS`]: each kind is compared with itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub u8);

pub const KINDS: usize = 16;

/// The request is not taken on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shed {
    /// Seconds after which to try again, not the same for everybody, so that they do not come back together.
    pub retry_after: u64,
}

/// The door. A copy is the same door.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Mutex<State>>);

/// The right to be inside. Dropped without a word, as when a client goes away, it only leaves.
#[derive(Debug)]
pub struct Permit {
    gate: Option<Gate>,
    kind: Kind,
    since: Instant,
    /// Whether few were inside when it came in.
    calm: bool,
}

#[derive(Debug)]
struct State {
    inside: usize,
    limit: Gradient,
    line: Line,
    shed: u64,
}

/// Figures of the door, to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub inside: usize,
    pub limit: usize,
    pub waiting: usize,
    pub shed: u64,
}

impl Gate {
    /// For a machine with so many processors.
    pub fn new(processors: usize) -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(State { inside: 0, limit: Gradient::new(processors, now), line: Line::new(now), shed: 0 })))
    }

    /// Waits for a moment, if at all. Whoever stops waiting leaves the line.
    pub async fn enter(&self, class: Class, kind: Kind) -> Result<Permit, Shed> {
        let now = Instant::now();
        // Those inside may all be slow: whoever comes ends the moment in which few are let in, too.
        let opens = self.state().limit.end_calm(now);
        if opens {
            self.call();
        }
        let (mut place, until, opens_at) = {
            let mut state = self.state();
            if state.has_room(class) {
                return Ok(self.admit(&mut state, kind, now));
            }
            if class == Class::Background {
                return Err(state.shed());
            }
            let (ticket, called, patience) = state.line.join(class, kind, now);
            (Place { gate: self, class, ticket, called }, now + patience, state.limit.calm_until())
        };
        if let Some(opens_at) = opens_at.filter(|moment| *moment < until) {
            if let Ok(called) = timeout_at(opens_at, &mut place.called).await {
                return called.map_err(|_| self.state().shed());
            }
            // Nobody may come or go meanwhile.
            let opens = self.state().limit.end_calm(Instant::now());
            if opens {
                self.call();
            }
        }
        match timeout_at(until, &mut place.called).await {
            Ok(Ok(permit)) => Ok(permit),
            // Too long, or driven out by somebody who came later.
            _ => Err(self.state().shed()),
        }
    }

    pub fn figures(&self) -> Figures {
        let state = self.state();
        Figures { inside: state.inside, limit: state.limit.now(), waiting: state.line.len(), shed: state.shed }
    }

    fn admit(&self, state: &mut State, kind: Kind, now: Instant) -> Permit {
        state.inside += 1;
        let calm = state.limit.comes_in(state.inside);
        Permit { gate: Some(self.clone()), kind, since: now, calm }
    }

    /// Lets in as many of those who wait as there is room for.
    fn call(&self) {
        loop {
            let (caller, permit) = {
                let mut state = self.state();
                if state.inside >= state.limit.now() {
                    return;
                }
                let now = Instant::now();
                let Some((kind, caller)) = state.line.next(now) else { return };
                (caller, self.admit(&mut state, kind, now))
            };
            if let Err(mut unused) = caller.send(permit) {
                // They have gone in this very moment.
                unused.gate = None;
                self.state().inside -= 1;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_room(&self, class: Class) -> bool {
        let limit = self.limit.now();
        match class {
            Class::Background => self.inside < (limit * 3 / 4).max(1) && self.line.is_empty(),
            Class::Read => self.inside < limit && self.line.is_empty(),
            Class::Write => self.inside < limit && !self.line.has_writes(),
        }
    }

    fn shed(&mut self) -> Shed {
        self.shed += 1;
        Shed { retry_after: 1 + self.shed % 3 }
    }
}

impl Permit {
    /// The work is done, well or not, and tells how fast the server is.
    pub fn done(mut self, well: bool) {
        let now = Instant::now();
        if let Some(gate) = self.gate.take() {
            let mut state = gate.state();
            state.inside -= 1;
            state.limit.took(self.kind, now - self.since, self.calm, well, now);
            drop(state);
            gate.call();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(gate) = self.gate.take() {
            gate.state().inside -= 1;
            gate.call();
        }
    }
}

/// Somebody's place in the line, which is free again when they have gone.
struct Place<'a> {
    gate: &'a Gate,
    class: Class,
    ticket: u64,
    called: oneshot::Receiver<Permit>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        // A permit that has come in this very moment goes with the receiver, which is dropped after this.
        self.gate.state().line.leave(self.class, self.ticket, Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{advance, sleep};

    use super::*;

    const KIND: Kind = Kind(0);

    async fn full(gate: &Gate) -> Vec<Permit> {
        let mut permits = Vec::new();
        while gate.figures().inside < gate.figures().limit {
            permits.push(gate.enter(Class::Write, KIND).await.unwrap());
        }
        permits
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_fit_waits_a_moment_and_is_then_told() {
        let gate = Gate::new(2);
        let permits = full(&gate).await;
        let begun = Instant::now();

        assert!(gate.enter(Class::Read, KIND).await.is_err());
        assert_eq!(begun.elapsed().as_millis(), 1_000);

        drop(permits);
        assert!(gate.enter(Class::Read, KIND).await.is_ok());
        assert_eq!(gate.figures().waiting, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_ones_do_not_close_the_door_behind_them_while_few_are_let_in() {
        let gate = Gate::new(2);
        let slow = (gate.enter(Class::Read, KIND).await.unwrap(), gate.enter(Class::Read, KIND).await.unwrap());
        // Always more than few, and nothing measured when few are inside: the moment begins in which few are let in.
        for _ in 0..20 {
            if gate.figures().limit == 2 {
                break;
            }
            let permit = gate.enter(Class::Read, KIND).await.unwrap();
            advance(Duration::from_secs(1)).await;
            permit.done(true);
        }
        assert_eq!(gate.figures().limit, 2);

        let begun = Instant::now();
        let entered = gate.enter(Class::Read, KIND).await;

        assert!(entered.is_ok(), "nobody is let in while two are slow");
        assert!(begun.elapsed() <= Duration::from_millis(150), "{:?}", begun.elapsed());
        drop(slow);
    }

    #[tokio::test(start_paused = true)]
    async fn background_work_leaves_room_for_others_and_never_waits() {
        let gate = Gate::new(2);
        let mut permits = Vec::new();
        while let Ok(permit) = gate.enter(Class::Background, KIND).await {
            permits.push(permit);
        }

        let figures = gate.figures();
        assert_eq!((figures.inside, figures.shed), (figures.limit * 3 / 4, 1));
        assert!(gate.enter(Class::Read, KIND).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_is_let_in_before_reads_that_came_first() {
        let gate = Gate::new(2);
        let mut permits = full(&gate).await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting: Vec<_> = [Class::Read, Class::Read, Class::Write]
            .map(|class| {
                let (gate, order) = (gate.clone(), order.clone());
                tokio::spawn(async move {
                    let permit = gate.enter(class, KIND).await;
                    order.lock().unwrap().push(class);
                    sleep(Duration::from_millis(1)).await;
                    drop(permit);
                })
            })
            .into();
        sleep(Duration::from_millis(1)).await;

        permits.pop();
        for one in waiting {
            one.await.unwrap();
        }

        assert_eq!(*order.lock().unwrap(), [Class::Write, Class::Read, Class::Read]);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_goes_away_leaves_the_line_and_the_room() {
        let gate = Gate::new(2);
        let mut permits = full(&gate).await;
        let waiting = [(); 3].map(|()| {
            let gate = gate.clone();
            tokio::spawn(async move { gate.enter(Class::Write, KIND).await.map(drop) })
        });
        sleep(Duration::from_millis(1)).await;
        assert_eq!(gate.figures().waiting, 3);

        for one in &waiting {
            one.abort();
        }
        sleep(Duration::from_millis(1)).await;
        assert_eq!(gate.figures().waiting, 0);

        permits.clear();
        assert_eq!(gate.figures().inside, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn somebody_called_in_the_moment_they_go_leaves_nothing_behind() {
        let gate = Gate::new(2);
        let mut permits = full(&gate).await;
        let mut waiting = Box::pin(gate.enter(Class::Read, KIND));
        assert!(futures_poll(&mut waiting).await.is_none());

        permits.pop();
        drop(waiting);

        assert_eq!(gate.figures().inside, permits.len());
    }

    /// Polls once.
    async fn futures_poll<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }

    #[tokio::test(start_paused = true)]
    async fn the_line_has_an_end_and_the_oldest_goes() {
        let gate = Gate::new(2);
        let _permits = full(&gate).await;
        let first = tokio::spawn({
            let gate = gate.clone();
            async move { (gate.enter(Class::Read, KIND).await.is_err(), Instant::now()) }
        });
        advance(Duration::from_millis(1)).await;
        let begun = Instant::now();

        for _ in 0..line::LONGEST {
            let gate = gate.clone();
            tokio::spawn(async move { gate.enter(Class::Read, KIND).await.map(drop) });
        }
        let (shed, at) = first.await.unwrap();

        assert!(shed && at - begun < Duration::from_millis(10), "{:?}", at - begun);
        assert_eq!(gate.figures().waiting, line::LONGEST);
    }
}
