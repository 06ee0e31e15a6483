//! The colours products come in.

pub(crate) struct Palette {
    /// Whether the colour is the product's own and belongs into its words, or only the packet's.
    pub(crate) named: bool,
    pub(crate) colours: &'static [Colour],
}

pub(crate) struct Colour {
    pub(crate) name: &'static str,
    pub(crate) rgb: u32,
}

const fn c(name: &'static str, rgb: u32) -> Colour {
    Colour { name, rgb }
}

pub(crate) static WEAR: Palette = Palette {
    named: true,
    colours: &[
        c("Black", 0x2b_2b2e),
        c("White", 0xf4_f2ee),
        c("Navy", 0x2a_3a5c),
        c("Charcoal", 0x4a_4d52),
        c("Grey Marl", 0xa9_acb0),
        c("Sand", 0xd8_c4a0),
        c("Olive", 0x6f_7343),
        c("Rust", 0xb3_552f),
        c("Burgundy", 0x74_2b3a),
        c("Forest", 0x2f_5b47),
        c("Sky", 0x8f_b8d6),
        c("Blush", 0xe3_b3ab),
        c("Mustard", 0xd3_a038),
        c("Ecru", 0xe9_dfc8),
        c("Teal", 0x2f_7f83),
        c("Lilac", 0xb5_a4cf),
    ],
};

pub(crate) static LEATHER: Palette = Palette {
    named: true,
    colours: &[
        c("Tan", 0xb9_8354),
        c("Cognac", 0x9c_5a2e),
        c("Black", 0x2e_2c2b),
        c("Chestnut", 0x6f_4231),
        c("Olive", 0x6a_6a45),
        c("Stone", 0xbf_b5a4),
        c("Oxblood", 0x6b_2a2b),
    ],
};

pub(crate) static TIMBER: Palette = Palette {
    named: true,
    colours: &[
        c("Natural", 0xd2_a878),
        c("Honey", 0xc0_8a4e),
        c("Espresso", 0x5a_4031),
        c("Smoked", 0x7b_6552),
        c("Chalk", 0xec_e7dd),
        c("Black", 0x34_3230),
        c("Sage", 0x9a_ab94),
        c("Dusk Blue", 0x6d_85a0),
    ],
};

pub(crate) static METAL: Palette = Palette {
    named: true,
    colours: &[
        c("Brass", 0xc9_a24e),
        c("Matt Black", 0x33_3436),
        c("Chrome", 0xb8_bec6),
        c("Copper", 0xbc_714d),
        c("White", 0xf0_eee9),
        c("Sage", 0x93_a88f),
        c("Terracotta", 0xc0_6d4f),
    ],
};

pub(crate) static HOME: Palette = Palette {
    named: true,
    colours: &[
        c("Oatmeal", 0xdf_d3bd),
        c("Slate", 0x6a_7683),
        c("Clay", 0xc1_8a70),
        c("Sage", 0x9d_b098),
        c("Indigo", 0x3e_4a7a),
        c("Chalk", 0xf0_ece4),
        c("Terracotta", 0xc0_6a4a),
        c("Moss", 0x6c_7a4b),
        c("Plum", 0x75_4763),
        c("Ochre", 0xcf_9a3d),
        c("Rose", 0xd7_9a9a),
    ],
};

pub(crate) static BRIGHT: Palette = Palette {
    named: true,
    colours: &[
        c("Red", 0xd8_4a43),
        c("Yellow", 0xf0_c043),
        c("Blue", 0x3f_7fc4),
        c("Green", 0x4c_a566),
        c("Orange", 0xec_8a3c),
        c("Purple", 0x86_5fb0),
        c("Pink", 0xe8_8fae),
        c("Turquoise", 0x3f_b3b0),
    ],
};

pub(crate) static TECH: Palette = Palette {
    named: true,
    colours: &[
        c("Black", 0x2a_2c30),
        c("White", 0xf2_f3f4),
        c("Graphite", 0x55_5b63),
        c("Silver", 0xb9_bfc7),
        c("Midnight Blue", 0x2b_3d63),
        c("Mint", 0x9f_d2bd),
        c("Coral", 0xe8_7f6b),
    ],
};

pub(crate) static SHADES: Palette = Palette {
    named: true,
    colours: &[
        c("Rosewood", 0xa3_4e52),
        c("Cherry", 0xb8_2740),
        c("Bare", 0xd2_a08a),
        c("Berry", 0x8a_2f5a),
        c("Coral", 0xe7_7361),
        c("Fig", 0x6a_3a4c),
    ],
};

/// Colours of packets, labels and covers.
pub(crate) static PACKET: Palette = Palette {
    named: false,
    colours: &[
        c("Red", 0xc8_5446),
        c("Amber", 0xd9_9a3f),
        c("Green", 0x6b_9560),
        c("Blue", 0x55_86b2),
        c("Cream", 0xe9_dcbf),
        c("Brown", 0x8d_6243),
        c("Pink", 0xdc_96a0),
        c("Violet", 0x85_72a8),
        c("Teal", 0x44_8c8a),
        c("Graphite", 0x53_575e),
    ],
};
