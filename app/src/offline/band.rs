//! What part of the store one sees where a list is the device's, in words: here, and not with the list, as most lists are the server's.

use domain::clock::Timestamp;
use maud::{Markup, html};
use ports::products::Held;

use crate::ui::format;

/// Stands above rows that are the device's: what part of the store it has. Both times are by the clock on the wall.
pub(super) fn band(held: Held, total: u32, as_of: Timestamp, now: Timestamp) -> Markup {
    let count = |count: u32| format::number(count.into());
    let here = match (held.rows, held.of) {
        _ if held.has_list && !held.is_whole() => match total {
            0 => "Nothing was in this view".to_owned(),
            1 => "The only product of this view is on this device".to_owned(),
            total => format!("All {} products of this view are on this device", count(total)),
        },
        (0, Some(0)) => "The store had no products".to_owned(),
        (1, Some(0..=1)) => "Its only product is on this device".to_owned(),
        (rows, Some(of)) if rows >= of => format!("All {} products are on this device", count(rows)),
        (1, Some(of)) => format!("1 of {} products is on this device", count(of)),
        (rows, Some(of)) => format!("{} of {} products are on this device", count(rows), count(of)),
        (1, None) => "1 product is on this device".to_owned(),
        (rows, None) => format!("{} products are on this device", count(rows)),
    };
    let at = format::as_of(as_of, now);
    html! {
        div.band.offline role="status" {
            svg.icon aria-hidden="true" { use href="/icons.svg#cloud-off" {} }
            span { "Offline. " (here) ", as of " (at) "." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

    fn held(rows: u32, of: Option<u32>) -> Held {
        Held { rows, of, has_list: false, as_of: NOON }
    }

    #[test]
    fn p10_what_part_of_the_store_one_sees_is_told() {
        let told =
            |rows, of, now| band(held(rows, of), 7, NOON, now).into_string().split("<span>").nth(1).map(|text| text.replace("</span></div>", ""));

        let today = |rows, of| told(rows, of, NOON.plus_seconds(60)).unwrap_or_default();
        assert_eq!(today(12_400, Some(100_000)), "Offline. 12,400 of 100,000 products are on this device, as of 12:30.");
        assert_eq!(today(1, Some(2)), "Offline. 1 of 2 products is on this device, as of 12:30.");
        assert_eq!(today(300, Some(300)), "Offline. All 300 products are on this device, as of 12:30.");
        assert_eq!(today(300, None), "Offline. 300 products are on this device, as of 12:30.");
        let view = |total| band(Held { has_list: true, ..held(12_400, Some(100_000)) }, total, NOON, NOON).into_string();
        assert!(view(1_204).contains("Offline. All 1,204 products of this view are on this device, as of 12:30."), "{}", view(1_204));
        assert!(view(0).contains("Offline. Nothing was in this view, as of 12:30."), "{}", view(0));
        let next_day = told(300, None, NOON.plus_seconds(86_400)).unwrap_or_default();
        assert_eq!(next_day, "Offline. 300 products are on this device, as of 29 Feb 2024, 12:30.");
    }
}
