//! The drawings, each a few shapes on a sheet of 400 by 400.
//!
//! Colours are written as `$` and a letter: `$m` the product's own, `$l` lighter, `$d` darker, `$e` much
//! darker, `$a` one that goes with it, `$w` paper, `$k` ink, `$t` wood, `$s` steel.

mod device;
mod home;
mod kitchen;
mod packet;
mod play;
mod tool;
mod wear;

pub(crate) use self::{device::*, home::*, kitchen::*, packet::*, play::*, tool::*, wear::*};

pub(crate) struct Drawing {
    pub(super) stage: Stage,
    pub(super) shapes: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// On the floor, its foot at 320.
    Standing,
    /// In the air, its middle at 200.
    Floating,
    /// From the ceiling.
    Hanging,
}

const fn standing(shapes: &'static str) -> Drawing {
    Drawing { stage: Stage::Standing, shapes }
}

const fn floating(shapes: &'static str) -> Drawing {
    Drawing { stage: Stage::Floating, shapes }
}

const fn hanging(shapes: &'static str) -> Drawing {
    Drawing { stage: Stage::Hanging, shapes }
}
