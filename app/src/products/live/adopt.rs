//! Takes over the rows that the server has written: what they show is read back from them, so that the page need not
//! carry it twice.

use domain::{
    clock::Timestamp,
    ids::Seq,
    product::{OptimisationStatus, Status},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::rows::Slot;
use crate::{
    products::state::line::{Line, Totals},
    ui::badge,
};

/// The rows of the page, which one they begin with, and how many there are; none when the page came without.
pub(super) fn served(grid: &HtmlElement, slots: &mut [Slot]) -> Option<(Vec<Line>, u32, Totals)> {
    fn number<T: std::str::FromStr>(grid: &HtmlElement, name: &str) -> Option<T> {
        grid.get_attribute(name)?.parse().ok()
    }
    let start = number(grid, "data-start")?;
    let totals = Totals { total: number(grid, "data-total")?, of: number(grid, "data-of")?, as_of: Seq(number(grid, "data-as-of")?), held: None };
    let lines = slots.iter().map_while(|slot| line(&slot.element)).collect();
    Some((lines, start, totals))
}

fn line(row: &Element) -> Option<Line> {
    let cells = row.children();
    let text = |at: u32| cells.item(at).and_then(|cell| cell.text_content()).unwrap_or_default();
    let title = cells.item(1)?;
    let (status, optimisation) = (text(2), text(3));
    Some(Line {
        title: title.first_element_child()?.text_content()?,
        handle: title.last_element_child()?.text_content()?,
        status: Status::ALL.iter().copied().find(|known| badge::status(*known).word == status)?,
        optimisation: OptimisationStatus::ALL.iter().copied().find(|known| badge::optimisation(*known).word == optimisation)?,
        vendor: text(4),
        product_type: text(5),
        price: text(6),
        thumbnail: thumbnail(&cells.item(0)?),
        updated_at: moment(&cells.item(7)?.first_element_child()?)?,
    })
}

/// Of a picture that is there, or of one that is to come.
fn thumbnail(cell: &Element) -> String {
    let picture = cell.first_element_child();
    picture.and_then(|picture| picture.get_attribute("src").or_else(|| picture.get_attribute("data-src"))).unwrap_or_default()
}

fn moment(time: &Element) -> Option<Timestamp> {
    let milliseconds = js_sys::Date::parse(&time.get_attribute("datetime")?);
    (!milliseconds.is_nan()).then(|| Timestamp::from_micros(milliseconds as i64 * 1_000))
}

/// Rows of the page as elements that can be moved.
pub(super) fn rows(body: &HtmlElement) -> Vec<HtmlElement> {
    let rows = body.children();
    (0..rows.length()).filter_map(|at| rows.item(at)?.dyn_into().ok()).collect()
}
