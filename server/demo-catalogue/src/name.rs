//! The names by which a vendor's products are told apart: collections, model numbers, titles of books.

use crate::{random::Random, shelf::Naming, words::push_number};

const WORDS: &[&str] = &[
    "Harbour", "Juniper", "Atlas", "Meadow", "Solstice", "Cinder", "Wander", "Drift", "Haven", "Lumen", "Tidal", "Prairie", "Summit", "Velvet",
    "Arbor", "Canyon", "Dune", "Echo", "Fable", "Grove", "Halo", "Isle", "Jetty", "Kite", "Lagoon", "Mesa", "Nook", "Opal", "Petal", "Quarry",
    "Ridge", "Saga", "Terra", "Umber", "Vista", "Willow", "Zephyr", "Acorn", "Bramble", "Cove", "Dapple", "Estate", "Foundry", "Garland", "Hazel",
    "Ivy", "Jasper", "Keel", "Loft", "Mill", "Nomad", "Orbit", "Pillar", "Quartz", "Ripple", "Slate", "Thicket", "Union", "Vine", "Weaver", "Alpine",
    "Basalt", "Cottage", "Delta", "Everyday", "Fjord", "Gable", "Heritage", "Inlet", "Jubilee", "Kindling", "Ledger", "Mariner", "Nest", "Outpost",
    "Pioneer", "Quiet", "Raven", "Signal", "Trail", "Upland", "Verse", "Wharf", "Yonder", "Amble", "Beacon", "Cloud", "Dawn", "Epoch", "Field",
    "Glade", "Hollow",
];
const STARTS: &[&str] = &[
    "Al", "Ar", "Bel", "Bran", "Cal", "Cam", "Dal", "Dor", "El", "Em", "Fal", "Fen", "Gal", "Gren", "Hal", "Har", "Il", "Jor", "Kel", "Kir", "Lan",
    "Lin", "Lor", "Mal", "Mar", "Mer", "Nel", "Nor", "Ol", "Pel", "Por", "Quin", "Ran", "Ros", "Sal", "Sel", "Tal", "Tam", "Tor", "Ul", "Val", "Ver",
    "Wil", "Yar", "Zan",
];
const ENDS: &[&str] = &[
    "low", "den", "by", "ley", "ora", "ine", "wick", "ston", "mont", "ander", "esse", "ette", "is", "on", "a", "o", "una", "vale", "dine", "ick",
    "era", "ova", "ett", "more",
];
const BOOK_FIRSTS: &[&str] = &[
    "Quiet",
    "Salt",
    "Copper",
    "Winter",
    "Paper",
    "Hidden",
    "Slow",
    "Northern",
    "Borrowed",
    "Last",
    "Glass",
    "Small",
    "Lost",
    "Painted",
    "Honest",
    "Hungry",
    "Green",
    "Wandering",
    "Midnight",
    "Open",
    "Crooked",
    "Golden",
    "Second",
    "Silent",
    "Wild",
    "Autumn",
    "Burning",
    "Distant",
    "Empty",
    "Seventh",
];
const BOOK_SECONDS: &[&str] = &[
    "Orchard",
    "Harbour",
    "Kitchen",
    "Letters",
    "Mountain",
    "Clockmaker",
    "Garden",
    "Tide",
    "House",
    "Road",
    "Almanac",
    "Bridge",
    "River",
    "Lighthouse",
    "Table",
    "Season",
    "Map",
    "Daughter",
    "Market",
    "Island",
    "Forest",
    "Cartographer",
    "Window",
    "Feast",
    "Valley",
    "Station",
    "Choir",
    "Beekeeper",
    "Museum",
    "Coast",
    "Tailor",
    "Winter",
    "Archive",
    "Ferry",
    "Path",
    "Stranger",
    "Notebook",
    "Sky",
    "Fox",
    "Field",
];
const BOOK_PLACES: &[&str] = &[
    "Sorrel Lane",
    "the Fens",
    "Tarnby",
    "Three Rivers",
    "the Far Shore",
    "Larch Hill",
    "October",
    "the Old Town",
    "Mistral Bay",
    "Plover Street",
    "the Upper Valley",
    "Low Water",
];

pub(crate) fn draw(naming: Naming, random: &mut Random) -> String {
    match naming {
        Naming::Collection => collection(random),
        Naming::Model if random.percent(65) => model(random),
        Naming::Model => collection(random),
        Naming::Book => book(random),
    }
}

fn collection(random: &mut Random) -> String {
    if random.percent(30) {
        return random.pick(WORDS).to_owned();
    }
    let mut name = String::with_capacity(12);
    name.push_str(random.pick(STARTS));
    name.push_str(random.pick(ENDS));
    name
}

fn model(random: &mut Random) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHKLMNPRSTVX";
    let mut name = String::with_capacity(8);
    name.push(char::from(random.pick(LETTERS)));
    if random.percent(60) {
        name.push(char::from(random.pick(LETTERS)));
    }
    if random.percent(50) {
        name.push('-');
    }
    push_number(&mut name, if random.percent(60) { 10 * random.between(10, 99) } else { random.between(1, 60) * 5 } as u64);
    name
}

fn book(random: &mut Random) -> String {
    let (first, second) = (random.pick(BOOK_FIRSTS), random.pick(BOOK_SECONDS));
    match random.weighted(&[46, 22, 20, 12]) {
        0 => ["The ", first, " ", second].concat(),
        1 => ["A ", second, " in ", random.pick(BOOK_PLACES)].concat().replace("A A", "An A").replace("A I", "An I").replace("A Letters", "Letters"),
        2 => ["The ", second, " of ", random.pick(BOOK_PLACES)].concat(),
        _ => [first, " ", second].concat(),
    }
}
