//! The colours of a picture: the product's, the ones that follow from it, and a background it stands out from.

use crate::random::Random;

pub(super) struct Inks {
    pub(super) main: u32,
    light: u32,
    dark: u32,
    darker: u32,
    accent: u32,
}

const PAPER: u32 = 0xfb_f8f1;
const INK: u32 = 0x35_3539;
const WOOD: u32 = 0xc5_9a6a;
const STEEL: u32 = 0xb6_bec7;

const ACCENTS: &[u32] = &[0xe0_a43c, 0xcf_6b4a, 0x4f_8a8b, 0xf1_e4c6, 0x7d_9a6a, 0xd9_8b93];

/// Wall and floor behind dark and colourful products.
const PALE: &[(u32, u32)] = &[
    (0xf3_ece1, 0xe6_dac8),
    (0xe8_eef0, 0xd5_dfe3),
    (0xf5_e6df, 0xea_d3c8),
    (0xe9_efe4, 0xd6_e1cf),
    (0xef_eaf3, 0xdf_d7e8),
    (0xf7_f0d9, 0xec_e0bd),
    (0xe4_edea, 0xce_ddd8),
    (0xf1_f0ee, 0xe0_deda),
];

/// Wall and floor behind pale products.
const DEEP: &[(u32, u32)] =
    &[(0xa9_bcc4, 0x97_adb6), (0xc9_a794, 0xb9_9480), (0xa7_b79f, 0x94_a78c), (0xb4_a9c2, 0xa2_96b3), (0xc7_b58b, 0xb6_a377), (0x8f_a9a8, 0x7d_9897)];

impl Inks {
    pub(super) fn new(main: u32, random: &mut Random) -> Self {
        let start = random.below(ACCENTS.len());
        // The first accent that is not the product's own colour over again.
        let accent = (0..ACCENTS.len()).map(|step| ACCENTS[(start + step) % ACCENTS.len()]).find(|accent| distance(*accent, main) > 120);
        Self {
            main,
            light: mix(main, 0xff_ffff, 38),
            dark: mix(main, 0x1a_1420, 20),
            darker: mix(main, 0x1a_1420, 46),
            accent: accent.unwrap_or(ACCENTS[start]),
        }
    }

    pub(super) fn named(&self, letter: char) -> u32 {
        match letter {
            'l' => self.light,
            'd' => self.dark,
            'e' => self.darker,
            'a' => self.accent,
            'w' => PAPER,
            'k' => INK,
            't' => WOOD,
            's' => STEEL,
            _ => self.main,
        }
    }
}

/// Wall and floor.
pub(super) fn background(main: u32, choice: usize) -> (u32, u32) {
    let list = if brightness(main) > 186 { DEEP } else { PALE };
    let (wall, floor) = list[choice % list.len()];
    if distance(floor, main) < 70 { list[(choice + 1) % list.len()] } else { (wall, floor) }
}

fn channels(rgb: u32) -> [u32; 3] {
    [(rgb >> 16) & 0xff, (rgb >> 8) & 0xff, rgb & 0xff]
}

/// The first colour with so many hundredths of the second.
fn mix(first: u32, second: u32, share: u32) -> u32 {
    channels(first).into_iter().zip(channels(second)).fold(0, |rgb, (a, b)| (rgb << 8) | ((a * (100 - share) + b * share) / 100))
}

fn brightness(rgb: u32) -> u32 {
    let [r, g, b] = channels(rgb);
    (r * 30 + g * 59 + b * 11) / 100
}

fn distance(a: u32, b: u32) -> u32 {
    channels(a).into_iter().zip(channels(b)).map(|(a, b)| a.abs_diff(b)).sum()
}
