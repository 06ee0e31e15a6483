//! What is seen first, and what of it is largest: TTFB, FCP and LCP.

use super::entry::{Entry, Navigation, Painted, Resource};

/// The largest thing that was seen, and what it waited for. All in milliseconds; the parts add up to the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lcp {
    pub time: f64,
    pub ttfb: f64,
    pub load_delay: f64,
    pub load_time: f64,
    pub render_delay: f64,
}

/// Time to First Byte, from activation on.
pub fn ttfb(entries: &[Entry]) -> Option<f64> {
    navigation(entries).map(first_byte)
}

/// First Contentful Paint; none on a page that was hidden before.
pub fn fcp(entries: &[Entry]) -> Option<f64> {
    let painted = entries.iter().find_map(|entry| match entry {
        Entry::Paint(paint) if paint.name == "first-contentful-paint" => Some(paint.start_time),
        _ => None,
    })?;
    (painted < hidden(entries)).then(|| (painted - activation(entries)).max(0.0))
}

/// Largest Contentful Paint: of all that was painted until somebody did something or the page was hidden.
pub fn lcp(entries: &[Entry]) -> Option<Lcp> {
    let until = hidden(entries).min(first_input(entries));
    let candidates = entries.iter().filter_map(|entry| match entry {
        Entry::LargestContentfulPaint(painted) if painted.start_time < until => Some(painted),
        _ => None,
    });
    let largest = candidates.reduce(|largest, painted| if painted.size > largest.size { painted } else { largest })?;
    let time = (largest.start_time - activation(entries)).max(0.0);
    Some(navigation(entries).map_or(Lcp { time, ttfb: 0.0, load_delay: 0.0, load_time: 0.0, render_delay: time }, |navigation| {
        parts(time, navigation, picture(entries, largest))
    }))
}

fn parts(time: f64, navigation: &Navigation, picture: Option<&Resource>) -> Lcp {
    let since = |moment: f64| moment - navigation.activation_start;
    let ttfb = first_byte(navigation);
    let asked = picture.map_or(0.0, |picture| since(if picture.request_start > 0.0 { picture.request_start } else { picture.start_time })).max(ttfb);
    // A film goes on loading when its first picture is seen.
    let there = picture.map_or(0.0, |picture| since(picture.response_end)).max(asked).min(time);
    Lcp { time, ttfb, load_delay: asked - ttfb, load_time: there - asked, render_delay: time - there }
}

/// The last that was asked for under its address before it was seen.
fn picture<'a>(entries: &'a [Entry], largest: &Painted) -> Option<&'a Resource> {
    entries.iter().rev().find_map(|entry| match entry {
        Entry::Resource(resource) if !largest.url.is_empty() && resource.name == largest.url => {
            let asked = if resource.request_start > 0.0 { resource.request_start } else { resource.start_time };
            (asked <= largest.start_time).then_some(resource)
        }
        _ => None,
    })
}

/// Browsers that tell nothing of it say zero.
fn navigation(entries: &[Entry]) -> Option<&Navigation> {
    entries.iter().find_map(|entry| match entry {
        Entry::Navigation(navigation) if navigation.response_start > 0.0 => Some(navigation),
        _ => None,
    })
}

fn first_byte(navigation: &Navigation) -> f64 {
    (navigation.response_start - navigation.activation_start).max(0.0)
}

fn activation(entries: &[Entry]) -> f64 {
    navigation(entries).map_or(0.0, |navigation| navigation.activation_start)
}

/// When the page was hidden for the first time; a page that is made ahead is hidden until it is activated, which does not count.
fn hidden(entries: &[Entry]) -> f64 {
    let from = activation(entries);
    let times = entries.iter().filter_map(|entry| match entry {
        Entry::VisibilityState(state) if state.name == "hidden" && state.start_time >= from => Some(state.start_time),
        _ => None,
    });
    times.fold(f64::INFINITY, f64::min)
}

fn first_input(entries: &[Entry]) -> f64 {
    let times = entries.iter().filter_map(|entry| match entry {
        Entry::FirstInput(event) => Some(event.start_time),
        _ => None,
    });
    times.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Event, Paint, Visibility};

    fn opened(response_start: f64, activation_start: f64) -> Entry {
        Entry::Navigation(Navigation { response_start, activation_start })
    }

    fn first(start_time: f64) -> Entry {
        Entry::Paint(Paint { name: "first-contentful-paint".to_owned(), start_time })
    }

    fn painted(start_time: f64, size: f64, url: &str) -> Entry {
        Entry::LargestContentfulPaint(Painted { start_time, size, url: url.to_owned() })
    }

    fn turned(name: &str, start_time: f64) -> Entry {
        Entry::VisibilityState(Visibility { name: name.to_owned(), start_time })
    }

    fn pressed(start_time: f64) -> Entry {
        Entry::FirstInput(Event { start_time, duration: 16.0, processing_start: start_time, processing_end: start_time, interaction_id: 1 })
    }

    fn time(entries: &[Entry]) -> Option<f64> {
        lcp(entries).map(|lcp| lcp.time)
    }

    #[test]
    fn the_largest_counts_and_not_the_last() {
        assert_eq!(time(&[painted(100.0, 40.0, ""), painted(200.0, 90.0, ""), painted(300.0, 50.0, "")]), Some(200.0));
    }

    #[test]
    fn what_is_painted_once_somebody_has_done_something_does_not_count() {
        assert_eq!(time(&[painted(100.0, 40.0, ""), pressed(150.0), painted(200.0, 90.0, "")]), Some(100.0));
    }

    #[test]
    fn what_is_painted_once_the_page_was_hidden_does_not_count() {
        let entries = [opened(10.0, 0.0), turned("visible", 0.0), painted(100.0, 40.0, ""), turned("hidden", 150.0), painted(200.0, 90.0, "")];
        assert_eq!(time(&entries), Some(100.0));
        assert_eq!(time(&[turned("hidden", 0.0), painted(200.0, 90.0, "")]), None);
        assert_eq!(fcp(&[turned("hidden", 0.0), first(200.0)]), None);
    }

    #[test]
    fn a_page_that_was_made_ahead_counts_from_when_it_was_activated() {
        let entries = [
            turned("hidden", 0.0),
            opened(10.0, 1_000.0),
            turned("visible", 1_000.0),
            first(400.0),
            painted(400.0, 40.0, ""),
            painted(1_030.0, 90.0, ""),
        ];

        assert_eq!((ttfb(&entries), fcp(&entries), time(&entries)), (Some(0.0), Some(0.0), Some(30.0)));
    }

    #[test]
    fn a_picture_has_four_parts_that_are_the_whole() {
        let picture =
            Entry::Resource(Resource { name: "https://shop.test/a.jpg".to_owned(), start_time: 300.0, request_start: 320.0, response_end: 700.0 });
        let entries = [opened(200.0, 0.0), picture, painted(900.0, 90.0, "https://shop.test/a.jpg")];

        assert_eq!(lcp(&entries), Some(Lcp { time: 900.0, ttfb: 200.0, load_delay: 120.0, load_time: 380.0, render_delay: 200.0 }));
    }
}
