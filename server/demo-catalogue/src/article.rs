//! What product `n` is, before anything is said about it. Words, variants and pictures all follow from it,
//! so that they agree.

use crate::{
    departments::{self, DEPARTMENTS},
    name,
    palette::Colour,
    random::{Purpose, Random},
    shelf::{Department, Kind, Plan},
    vendor::{self, Vendor},
};

pub(crate) struct Article {
    pub(crate) n: u64,
    pub(crate) department: &'static Department,
    pub(crate) kind: &'static Kind,
    pub(crate) vendor: &'static Vendor,
    pub(crate) name: String,
    pub(crate) noun: &'static str,
    pub(crate) material: &'static str,
    pub(crate) attribute: &'static str,
    pub(crate) measure: &'static str,
    /// In how many colours it comes; at least one.
    pub(crate) colours: usize,
    /// In how many sizes it comes; at least one.
    pub(crate) sizes: usize,
    first_colour: usize,
    /// Where its sizes begin in the list they are drawn from.
    pub(crate) first_size: usize,
}

/// Bounds the variants of one product.
pub(crate) const MOST_VARIANTS: usize = 12;

impl Article {
    pub(crate) fn new(n: u64) -> Self {
        let mut random = Random::new(n, Purpose::Article);
        let at = departments::draw(&mut random);
        let department = &DEPARTMENTS[at];
        let kind = draw_kind(department.kinds, &mut random);
        let (colours, sizes) = range(kind, &mut random);
        let measure = random.below(kind.measures.len());
        let noun = random.pick(kind.nouns);
        Self {
            n,
            department,
            kind,
            vendor: vendor::draw(at, &mut random),
            name: name::draw(department.naming, &mut random),
            noun,
            material: draw_material(kind.materials, noun, &mut random),
            attribute: random.pick(kind.attributes),
            measure: kind.measures[measure],
            colours,
            sizes,
            first_colour: random.below(kind.palette.colours.len()),
            first_size: random.below(8),
        }
    }

    pub(crate) fn colour(&self) -> &'static Colour {
        self.nth_colour(0)
    }

    pub(crate) fn nth_colour(&self, index: usize) -> &'static Colour {
        let colours = self.kind.palette.colours;
        &colours[(self.first_colour + index) % colours.len()]
    }

    /// Whether the product has one colour, and one that is worth a word.
    pub(crate) fn has_one_colour(&self) -> bool {
        self.colours == 1 && self.kind.palette.named
    }

    /// Whether the product comes in one measure only.
    pub(crate) fn has_one_measure(&self) -> bool {
        !matches!(self.kind.plan, Plan::GiftCard) && (self.sizes == 1 || !matches!(self.kind.plan, Plan::Measures(_)))
    }

    /// The number in its SKUs and trailing codes.
    pub(crate) fn number(&self) -> u64 {
        self.n.saturating_add(10_407)
    }
}

/// The first kinds of a department are the most frequent, up to three times as frequent as the last.
fn draw_kind(kinds: &'static [Kind], random: &mut Random) -> &'static Kind {
    let one = random.below(kinds.len());
    let at = if random.percent(50) { one.min(random.below(kinds.len())) } else { one };
    &kinds[at]
}

/// A material that the noun does not name already: no linen linen curtain.
fn draw_material(materials: &'static [&'static str], noun: &str, random: &mut Random) -> &'static str {
    let start = random.below(materials.len());
    let is_new = |material: &&'static str| !material.split(' ').any(|word| noun.contains(word));
    (0..materials.len()).map(|step| materials[(start + step) % materials.len()]).find(is_new).unwrap_or(materials[start])
}

/// In how many colours and sizes.
fn range(kind: &Kind, random: &mut Random) -> (usize, usize) {
    let few = |random: &mut Random| 1 + random.weighted(&[76, 15, 9]);
    match kind.plan {
        Plan::Single => (1, 1),
        Plan::Clothes => {
            let sizes = if random.percent(42) { 1 } else { 2 + random.weighted(&[8, 24, 32, 22, 14]) };
            let colours = 1 + random.weighted(&[64, 24, 12]);
            (colours.min(MOST_VARIANTS / sizes), sizes)
        }
        Plan::Shoes => (1, if random.percent(45) { 1 } else { 4 + random.weighted(&[20, 25, 25, 18, 12]) }),
        Plan::Colours => (few(random), 1),
        Plan::Measures(_) => (1, few(random).min(kind.measures.len())),
        Plan::GiftCard => (1, 4),
    }
}
