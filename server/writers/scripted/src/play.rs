//! What the scripted provider can do with a request.

use std::time::Duration;

#[derive(Clone, Debug)]
pub enum Play {
    /// Believable words, streamed where that was asked for.
    Good,
    /// The same in one piece, whatever was asked for.
    Whole,
    /// This as its answer.
    Says(String),
    /// A good answer with a pause before each piece.
    Drips(Duration),
    /// This, and then it has reached its limit.
    CutOff(String),
    /// It will not, and says why.
    Declines(String),
    /// An error of the provider's own.
    Fails {
        status: u16,
        retry_after: Option<String>,
    },
    /// An error about the request.
    Refuses {
        status: u16,
        code: &'static str,
        param: &'static str,
        message: &'static str,
    },
    /// A web page.
    Page {
        status: u16,
        body: String,
    },
    /// Anything, with status 200.
    Raw {
        content_type: &'static str,
        body: String,
    },
    Redirects(String),
    /// It stops in the middle of its answer, and keeps the line.
    Stalls,
    /// The connection breaks in the middle of its answer.
    Disconnects,
    /// An error object in the middle of a stream.
    BreaksWith(&'static str),
    /// The connection ends without an answer.
    HangsUp,
    /// There is no connection at all; without a network only.
    Unreachable,
    /// It takes the request and says nothing.
    NeverAnswers,
}

impl Play {
    pub fn fails(status: u16) -> Self {
        Self::Fails { status, retry_after: None }
    }

    pub fn fails_for(status: u16, retry_after: &str) -> Self {
        Self::Fails { status, retry_after: Some(retry_after.to_owned()) }
    }
}

/// A number in 0 to 1 that is the same each time: `SplitMix64`.
pub(super) fn dice(count: u64, salt: u64) -> f64 {
    let mut mixed = count.wrapping_add(salt.rotate_left(32)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
