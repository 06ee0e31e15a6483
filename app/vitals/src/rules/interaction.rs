//! Interaction to Next Paint.

use super::entry::{Entry, Event};

/// Milliseconds below which an event is not told of, but for the first of a page.
const BRIEFEST: f64 = 40.0;
/// Of so many interactions the worst one is left out, of twice as many the two worst, and so on: about the 98th percentile.
const FORGIVEN_PER: u64 = 50;
/// Of longer visits no more are remembered.
const REMEMBERED: usize = 10;
/// Events whose paints are this near to each other, in milliseconds, were of one frame.
const SAME_FRAME: f64 = 8.0;

/// One of the slowest interactions, in milliseconds. The parts add up to the whole, which is rounded to 8 ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Inp {
    pub duration: f64,
    pub input_delay: f64,
    pub processing: f64,
    pub presentation: f64,
}

/// None before anybody has done anything that takes long enough. `interactions` is how many there were, told of or not.
pub fn inp(entries: &[Entry], interactions: u64) -> Option<Inp> {
    let (mut slowest, mut frames): (Vec<Slow>, Vec<Frame>) = (Vec::new(), Vec::new());
    for event in told(entries) {
        let frame = enter(&mut frames, event);
        if event.interaction_id != 0 {
            consider(&mut slowest, Slow { id: event.interaction_id, duration: event.duration, start: event.start_time, frame });
        }
    }
    slowest.truncate(REMEMBERED);
    let forgiven = usize::try_from(interactions / FORGIVEN_PER).unwrap_or(REMEMBERED);
    let slow = slowest.get(forgiven.min(slowest.len().checked_sub(1)?))?;
    let frame = frames.get(slow.frame)?;
    // Listeners of another event of this frame may have run before.
    let begun = frame.begun.max(slow.start);
    let painted = (slow.start + slow.duration).max(begun);
    let done = frame.done.min(painted);
    Some(Inp { duration: slow.duration, input_delay: begun - slow.start, processing: done - begun, presentation: painted - done })
}

fn told(entries: &[Entry]) -> impl Iterator<Item = &Event> {
    entries.iter().filter_map(|entry| match entry {
        Entry::FirstInput(event) => Some(event),
        Entry::Event(event) if event.duration >= BRIEFEST => Some(event),
        _ => None,
    })
}

/// An interaction, with its slowest event.
struct Slow {
    id: u64,
    duration: f64,
    start: f64,
    frame: usize,
}

/// Puts one where it belongs: the slowest first, and of equals the one that was known first.
fn consider(slowest: &mut Vec<Slow>, event: Slow) {
    match slowest.iter_mut().find(|known| known.id == event.id) {
        Some(known) if event.duration > known.duration => *known = event,
        Some(_) => {}
        None => slowest.push(event),
    }
    slowest.sort_by(|a, b| b.duration.total_cmp(&a.duration));
}

/// What ran for events that were painted together.
struct Frame {
    painted: f64,
    begun: f64,
    done: f64,
}

/// Puts an event into its frame, and says which that is.
fn enter(frames: &mut Vec<Frame>, event: &Event) -> usize {
    let painted = event.start_time + event.duration;
    if let Some(at) = frames.iter().rposition(|frame| (painted - frame.painted).abs() <= SAME_FRAME) {
        let frame = &mut frames[at];
        frame.begun = frame.begun.min(event.processing_start);
        frame.done = frame.done.max(event.processing_end);
        return at;
    }
    frames.push(Frame { painted, begun: event.processing_start, done: event.processing_end });
    frames.len() - 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn event(interaction_id: u64, start_time: f64, duration: f64) -> Entry {
        Entry::Event(Event { start_time, duration, processing_start: start_time + 2.0, processing_end: start_time + duration - 3.0, interaction_id })
    }

    fn duration(entries: &[Entry], interactions: u64) -> Option<f64> {
        inp(entries, interactions).map(|inp| inp.duration)
    }

    #[test]
    fn events_of_one_interaction_count_once_as_long_as_the_slowest() {
        assert_eq!(duration(&[event(7, 0.0, 48.0), event(7, 10.0, 104.0), event(7, 20.0, 56.0), event(8, 900.0, 64.0)], 2), Some(104.0));
    }

    #[test]
    fn one_worst_is_left_out_per_fifty() {
        let entries = [event(1, 0.0, 400.0), event(2, 1_000.0, 300.0), event(3, 2_000.0, 200.0)];

        assert_eq!(
            [1, 49, 50, 99, 100, 5_000].map(|interactions| duration(&entries, interactions)),
            [400.0, 400.0, 300.0, 300.0, 200.0, 200.0].map(Some)
        );
    }

    #[test]
    fn what_belongs_to_no_interaction_and_what_is_brief_do_not_count() {
        assert_eq!(inp(&[event(0, 0.0, 400.0), event(1, 500.0, 32.0)], 1), None);
    }

    #[test]
    fn the_first_counts_however_brief() {
        let first = Event { start_time: 10.0, duration: 8.0, processing_start: 11.0, processing_end: 12.0, interaction_id: 1 };

        let inp = inp(&[Entry::FirstInput(first)], 1);

        assert_eq!(inp, Some(Inp { duration: 8.0, input_delay: 1.0, processing: 1.0, presentation: 6.0 }));
    }

    #[test]
    fn parts_are_those_of_the_frame() {
        let one = |start_time, duration, processing_start, processing_end, interaction_id| {
            Entry::Event(Event { start_time, duration, processing_start, processing_end, interaction_id })
        };
        // The listener of the first, which is of no interaction, kept the second waiting; both were painted at 200.
        let entries = [one(100.0, 100.0, 105.0, 140.0, 0), one(110.0, 88.0, 140.0, 180.0, 5)];

        assert_eq!(inp(&entries, 1), Some(Inp { duration: 88.0, input_delay: 0.0, processing: 70.0, presentation: 18.0 }));
    }

    proptest! {
        #[test]
        fn it_is_the_interaction_at_its_rank(events in prop::collection::vec((1_u64..30, 5_u32..60), 1..120), unseen in 0_u64..300) {
            let entries: Vec<Entry> = events.iter().enumerate().map(|(number, (id, steps))| event(*id, number as f64 * 1_000.0, f64::from(*steps) * 8.0)).collect();
            let mut longest: BTreeMap<u64, u32> = BTreeMap::new();
            for (id, steps) in &events {
                let known = longest.entry(*id).or_default();
                *known = (*known).max(*steps);
            }
            let mut ranks: Vec<u32> = longest.into_values().collect();
            ranks.sort_unstable_by(|a, b| b.cmp(a));
            let interactions = ranks.len() as u64 + unseen;

            let inp = inp(&entries, interactions).unwrap();

            let rank = (interactions as usize / 50).min(ranks.len() - 1).min(9);
            prop_assert_eq!(inp.duration as u64, u64::from(ranks[rank]) * 8);
            prop_assert!((inp.input_delay + inp.processing + inp.presentation - inp.duration).abs() < 1e-6);
        }
    }
}
