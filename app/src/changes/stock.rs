//! What is on this device, in words.

use domain::{
    clock::Timestamp,
    money::Currency,
    query::ListQuery,
    sync::pins::{OnDevice, Pin, Trouble},
};
use maud::{Markup, html};

use crate::{products::in_words, ui::format};

/// `on_the_wall` tells what a clock on the wall says at a moment. None where the browser keeps nothing.
pub(super) fn section(here: Option<&OnDevice>, currency: Currency, on_the_wall: impl Fn(Timestamp) -> Timestamp, now: Timestamp) -> String {
    html! {
        section.part #here aria-labelledby="here-h" {
            h2 #here-h tabindex="-1" { "On this device" }
            @match here {
                None => p { "This browser keeps nothing here (a private window does so). Products are shown as long as there is a connection." },
                Some(here) => {
                    p { (figures(here, &on_the_wall, now)) }
                    @if let Some(sentence) = trouble(here) { p.error role="status" { (sentence) } }
                    @if !here.pins.pins.is_empty() {
                        h3 { "Available offline" }
                        div.views { @for pin in &here.pins.pins { (view(pin, here, currency)) } }
                    }
                    (catalogue(here))
                    p.muted { "To have a part of the catalogue here, filter the list of products and choose “Make this view available offline”." }
                },
            }
        }
    }
    .into_string()
}

fn figures(here: &OnDevice, on_the_wall: &impl Fn(Timestamp) -> Timestamp, now: Timestamp) -> String {
    let figures = &here.figures;
    let Some(extent) = here.extent else {
        return "Nothing has come yet. The newest products come by themselves while there is a connection.".to_owned();
    };
    // Those in the trash are here, too, and nobody counts them.
    let rows = u32::try_from(figures.rows).unwrap_or(u32::MAX).min(extent.products);
    let count = match (rows, extent.products) {
        (0, 0) => "The store has no products yet".to_owned(),
        (rows, of) if rows >= of => format!("All {}", format::products(of.into())),
        (rows, of) => format!("{} of {}", format::number(rows.into()), format::products(of.into())),
    };
    let at = format::as_of(on_the_wall(here.at), on_the_wall(now));
    format!("{count}, as of {at}. About {} of the {} there is room for.", size(figures.bytes), size(figures.allowed))
}

fn trouble(here: &OnDevice) -> Option<&'static str> {
    let is_done = here.pins.pins.iter().all(Pin::is_done);
    match here.pins.trouble? {
        Trouble::Full => Some("This device is full: no more products could be kept. Free some space, or stop keeping a view."),
        Trouble::Away if !is_done => Some("The server cannot be reached. The rest comes when it can."),
        Trouble::Away => None,
    }
}

fn view(pin: &Pin, here: &OnDevice, currency: Currency) -> Markup {
    let query = ListQuery::from_address(&pin.view);
    let name = if query.is_unfiltered() { "The whole catalogue".to_owned() } else { in_words(&query, currency).join(", ") };
    let mark = if pin.view.is_empty() { "" } else { "?" };
    let (here_of, done) = (format::number(pin.here.into()), pin.is_done());
    html! {
        div.view {
            div.line {
                a.link.grow href={ "/products" (mark) (pin.view) } { (name) }
                span.num {
                    @match pin.told {
                        Some(told) => { (here_of) " of " (format::number(told.of.into())) },
                        None => "Counting",
                    }
                }
                @if here.pins.trouble == Some(Trouble::Full) && !pin.is_whole() { button.btn type="button" data-do="keep" data-view=(pin.view) { "Try again" } }
                button.btn type="button" data-do="stop" data-view=(pin.view) aria-label={ "Stop keeping " (name) " on this device" } { "Stop" }
            }
            @if let Some(told) = pin.told {
                @if !done { progress.progress max=(told.room) value=(pin.here) aria-label={ "Products of " (name) " that are here" } {} }
                @if told.room < told.of { p.muted { (cut(&format!("This view has {}", format::number(told.of.into())), here, told.room)) } }
            }
        }
    }
}

/// The way to have everything here; nothing where it is so or is to be so.
fn catalogue(here: &OnDevice) -> Markup {
    let everything = ListQuery::default();
    let products = here.extent.map_or(0, |extent| extent.products);
    html! {
        @if products > 0 && here.pins.find(&everything).is_none() {
            div.line {
                p.grow {
                    "The whole catalogue takes about " (size(u64::from(products) * here.figures.each)) ". "
                    @if let Some(room) = fits(here).filter(|room| *room < products) { (cut(&format!("There are {}", format::number(products.into())), here, room)) }
                }
                button.btn type="button" data-do="keep" data-view="" { "Keep the whole catalogue on this device" }
            }
        }
    }
}

fn fits(here: &OnDevice) -> Option<u32> {
    u32::try_from(here.figures.room).ok()
}

/// What does not fit is told before and afterwards in the same words.
fn cut(has: &str, here: &OnDevice, room: u32) -> String {
    let fits = fits(here).unwrap_or(room);
    format!(
        "This device has room for about {} of this store. {has}: the newest {} are kept.",
        format::products(fits.into()),
        format::number(room.into())
    )
}

/// `12 MB`, or `0.4 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..10_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{} MB", format::number(bytes / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::Seq,
        sync::{
            pins::{Figures, Pins, Told},
            wire::Extent,
        },
    };

    use super::*;

    const NOON: Timestamp = Timestamp::from_micros(1_709_209_845_000_000);

    fn pin(view: &str, here: u32, room: u32, of: u32) -> Pin {
        Pin { view: view.into(), told: Some(Told { of, room, seq: Seq(1), at: NOON }), here, changes: 1 }
    }

    fn device(pins: Vec<Pin>, trouble: Option<Trouble>) -> OnDevice {
        OnDevice {
            figures: Figures { rows: 20_000, bytes: 12_000_000, allowed: 200_000_000, each: 600, room: 120_000 },
            pins: Pins { pins, trouble, is_loose: false },
            extent: Some(Extent { rows: 400_001, products: 400_000 }),
            at: NOON,
        }
    }

    fn told(here: &OnDevice) -> String {
        section(Some(here), Currency::EUR, |at| at, NOON)
    }

    #[test]
    fn p10_how_much_is_here_is_told_and_how_much_there_is_room_for() {
        let html = told(&device(Vec::new(), None));

        assert!(html.contains("20,000 of 400,000 products, as of 12:30. About 12 MB of the 200 MB there is room for."), "{html}");
        assert!(html.contains("The whole catalogue takes about 240 MB."), "{html}");
        assert!(section(None, Currency::EUR, |at| at, NOON).contains("This browser keeps nothing here"));
    }

    #[test]
    fn p14_what_does_not_fit_is_said_before_one_agrees_and_afterwards() {
        let before = told(&device(Vec::new(), None));
        let after = told(&device(vec![pin("", 500, 118_000, 400_000)], None));

        assert!(before.contains("room for about 120,000 products of this store. There are 400,000: the newest 120,000 are kept."), "{before}");
        assert!(after.contains("This view has 400,000: the newest 118,000 are kept."), "{after}");
        assert!(after.contains("500 of 400,000") && !after.contains("Keep the whole catalogue"), "{after}");
    }

    #[test]
    fn a_view_is_named_its_progress_shown_and_it_can_be_stopped() {
        let coming = told(&device(vec![pin("q=%3Cb%3E&vendor=Acme", 804, 1_204, 1_204)], Some(Trouble::Away)));
        let done = told(&device(vec![pin("vendor=Acme", 1_204, 1_204, 1_204)], Some(Trouble::Away)));

        assert!(coming.contains("Search: &lt;b&gt;, Vendor: Acme") && coming.contains("804 of 1,204") && coming.contains("<progress"), "{coming}");
        assert!(coming.contains("The rest comes when it can"), "{coming}");
        assert!(done.contains("1,204 of 1,204") && !done.contains("<progress") && !done.contains("cannot be reached"), "{done}");
    }

    #[test]
    fn p11_a_full_device_says_so_and_it_can_be_tried_again() {
        let html = told(&device(vec![pin("", 804, 1_204, 1_204)], Some(Trouble::Full)));

        assert!(html.contains("This device is full") && html.contains("Try again"), "{html}");
    }
}
