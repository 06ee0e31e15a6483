//! The invented companies behind the products.

use std::{collections::HashSet, sync::LazyLock};

use crate::{
    departments::DEPARTMENTS,
    random::{Purpose, Random},
};

pub(crate) struct Vendor {
    pub(crate) name: String,
    /// What stands in titles: the name without the trade behind it.
    pub(crate) brand: String,
    /// The beginning of its SKUs.
    pub(crate) code: String,
}

const PER_DEPARTMENT: usize = 34;

/// The vendors of each department, from the largest to the smallest.
static VENDORS: LazyLock<Vec<Vec<Vendor>>> = LazyLock::new(all);

/// By Zipf's law: the second is half as frequent as the first, the third a third.
static SHARES: [u16; PER_DEPARTMENT] = shares();

const STEMS: &[&str] = &[
    "Thistle", "Otter", "Quill", "Bracken", "Hearth", "Fern", "Copper", "Willow", "Larch", "Pebble", "Ember", "Sorrel", "Tarn", "Wren", "Marsh",
    "Hollow", "Saffron", "Tallow", "Juniper", "Flint", "Heron", "Clover", "Rowan", "Linnet", "Birch", "Harrow", "Plover", "Teasel", "Cobble",
    "Lantern", "Damson", "Moor", "Nettle", "Orchard", "Poppy", "Russet", "Sedge", "Timber", "Vale", "Yarrow",
];
const ENDINGS: &[&str] =
    &["wick", "mere", "holt", "side", "ford", "den", "well", "croft", "by", "stead", "gate", "combe", "worth", "field", "haven", "march"];
const SECONDS: &[&str] = &[
    "Finch",
    "Lund",
    "Daughters",
    "Pike",
    "Marrow",
    "Sons",
    "Bell",
    "Tate",
    "Vesper",
    "Oakes",
    "Crane",
    "Loom",
    "Kettle",
    "Sparrow",
    "Reed",
    "Moss",
];
const FIRSTS: &[&str] = &["Little", "House of", "Studio", "Old", "Atelier", "Blue", "North", "Casa", "Good", "Twin"];

/// A vendor of the department; seldom of another.
pub(crate) fn draw(department: usize, random: &mut Random) -> &'static Vendor {
    let department = if random.percent(5) { random.below(DEPARTMENTS.len()) } else { department };
    &VENDORS[department][random.weighted(&SHARES)]
}

fn all() -> Vec<Vec<Vendor>> {
    let mut names = HashSet::new();
    let mut codes = HashSet::new();
    let mut random = Random::new(0, Purpose::Ids);
    let mut vendor = |trades: &[&str]| loop {
        let (brand, trade) = invent(trades, &mut random);
        let name = [brand.as_str(), trade].join(" ").trim_end().to_owned();
        if names.insert(name.clone()) {
            let code = code(&name, &mut codes);
            return Vendor { name, brand, code };
        }
    };
    DEPARTMENTS.iter().map(|department| (0..PER_DEPARTMENT).map(|_| vendor(department.trades)).collect()).collect()
}

/// The brand, and the trade behind it where there is one.
fn invent<'a>(trades: &[&'a str], random: &mut Random) -> (String, &'a str) {
    let stem = random.pick(STEMS);
    match random.weighted(&[50, 16, 20, 14]) {
        0 => (format!("{stem}{}", random.pick(ENDINGS)), ""),
        1 => (format!("{stem} & {}", random.pick(SECONDS)), ""),
        2 => (format!("{stem}{}", random.pick(ENDINGS)), random.pick(trades)),
        _ => (format!("{} {stem}", random.pick(FIRSTS)), ""),
    }
}

/// Three letters of the name, the first and two later ones, that no other vendor has.
fn code(name: &str, taken: &mut HashSet<String>) -> String {
    let letters: Vec<char> = name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect();
    for second in 1..letters.len() {
        for third in second + 1..letters.len() {
            let code = String::from_iter([letters[0], letters[second], letters[third]]);
            if taken.insert(code.clone()) {
                return code;
            }
        }
    }
    letters.into_iter().take(6).collect()
}

const fn shares() -> [u16; PER_DEPARTMENT] {
    let mut shares = [0; PER_DEPARTMENT];
    let mut rank = 0;
    while rank < PER_DEPARTMENT {
        shares[rank] = (10_000 / (rank + 1)) as u16;
        rank += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_some_six_hundred_and_none_is_there_twice() {
        let names: HashSet<&str> = VENDORS.iter().flatten().map(|vendor| vendor.name.as_str()).collect();
        assert_eq!(names.len(), DEPARTMENTS.len() * PER_DEPARTMENT);
        assert!((550..=650).contains(&names.len()), "{}", names.len());
    }

    #[test]
    fn each_has_a_code_of_its_own() {
        let codes: HashSet<&str> = VENDORS.iter().flatten().map(|vendor| vendor.code.as_str()).collect();
        assert_eq!(codes.len(), DEPARTMENTS.len() * PER_DEPARTMENT);
    }
}
