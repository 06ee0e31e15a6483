//! What the store sells.

mod accessories;
mod apparel;
mod bags;
mod beauty;
mod bed_and_bath;
mod books;
mod decor;
mod electronics;
mod footwear;
mod furniture;
mod groceries;
mod kitchen;
mod lighting;
mod outdoor;
mod pets;
mod stationery;
mod tools;
mod toys;

use crate::{random::Random, shelf::Department};

/// The order is part of the catalogue: add at the end.
pub(crate) static DEPARTMENTS: [&Department; 18] = [
    &apparel::APPAREL,
    &footwear::FOOTWEAR,
    &bags::BAGS,
    &furniture::FURNITURE,
    &lighting::LIGHTING,
    &kitchen::KITCHEN,
    &bed_and_bath::BED_AND_BATH,
    &tools::TOOLS,
    &outdoor::OUTDOOR,
    &beauty::BEAUTY,
    &groceries::GROCERIES,
    &electronics::ELECTRONICS,
    &toys::TOYS,
    &books::BOOKS,
    &stationery::STATIONERY,
    &pets::PETS,
    &accessories::ACCESSORIES,
    &decor::DECOR,
];

/// The index of a department, the larger ones more often.
pub(crate) fn draw(random: &mut Random) -> usize {
    let mut left = random.below(DEPARTMENTS.iter().map(|department| usize::from(department.share)).sum());
    for (index, department) in DEPARTMENTS.iter().enumerate() {
        match left.checked_sub(usize::from(department.share)) {
            Some(rest) => left = rest,
            None => return index,
        }
    }
    0
}
