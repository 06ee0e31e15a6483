//! `/sync/v1`: what a device and the server say to each other.
//!
//! Everything is postcard. A message begins with the protocol's number. New fields come at the end of a message or of what is
//! [`Sealed`] in it; whoever does not know them leaves them unread. An op is sealed for itself, so that one that cannot be read is
//! refused alone, and its payload is sealed once more when it is saved: a later build sends the very same bytes.

mod reply;
mod sealed;
mod span;
mod view;

use serde::{Deserialize, Serialize};

pub use self::{
    reply::{Call, Head, Trouble, read},
    sealed::{Sealed, Unreadable},
    span::{Held, Span},
    view::{MOST_SPANS, MOST_VIEW, View, ViewReply, ViewRows},
};
use super::{
    end::End,
    hash::{Chain, PayloadHash, Sum},
};
use crate::{
    clock::Timestamp,
    ids::{DeviceId, OpId, ProductId, Seq, UserId},
};

/// The protocol that this build speaks.
pub const PROTO: u16 = 1;
/// The rules by which this build decides. An op of later rules waits for a server that knows them.
pub const REDUCER: u16 = 2;
/// A header that every reply has, so that the page of a captive portal is not taken for one.
pub const MARKER: (&str, &str) = ("vitrine-sync", "1");
pub const CONTENT_TYPE: &str = "application/vnd.vitrine.sync";
/// The most ops in one push, and their most bytes.
pub const MOST_OPS: usize = 100;
pub const MOST_BYTES: usize = 256 * 1024;
/// Rows in a segment, the unit of comparing.
pub const SEGMENT: u32 = 1024;
/// The most segments that one pull has checked.
pub const CHECKS: usize = 4;
/// The most rows that one pull asks for because they are not there yet.
pub const MOST_WANTED: usize = 20_000;

/// A place in a store's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cookie {
    /// Another one is another history, whatever its numbers. A store that was put back to a copy is told by `hash`.
    pub epoch: u64,
    pub seq: Seq,
    pub hash: Chain,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub proto: u16,
    pub device: DeviceId,
    /// Whose ops they are. The server refuses it when somebody else is signed in by now.
    pub user: UserId,
    /// The latest place that the device knows its ended ops to be before.
    pub witness: Option<Cookie>,
    /// [`SentOp`]s; those of one lane in their order.
    pub ops: Vec<Sealed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentOp {
    pub id: OpId,
    /// The op's number on its device: each is used once.
    pub number: u64,
    /// What has to stay in order: the product.
    pub lane: ProductId,
    /// By which rules the op was made.
    pub reducer: u16,
    /// A [`super::intent::Payload`].
    pub payload: Sealed,
}

impl SentOp {
    pub fn hash(&self) -> PayloadHash {
        PayloadHash::of(self.lane.0.as_bytes(), self.payload.bytes())
    }
}

/// What every reply says first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The oldest protocol that is understood at all.
    pub min_proto: u16,
    /// Builds below this protocol may send what they have and get nothing new.
    pub drain_only_below: u16,
    /// Of the rows' bytes: a replica with rows of another is dropped.
    pub schema: u32,
    pub build: u64,
    /// The server's clock. Whatever is kept for some time is kept by it, as a device's may be years off.
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushReply {
    pub notice: Notice,
    pub answer: PushAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PushAnswer {
    /// One [`Told`] for each op, in their order, and where the store is now.
    Results { head: Cookie, results: Vec<Sealed> },
    /// The witness is not in this store's history: nothing was done.
    Reset { head: Cookie },
}

/// What became of one op of a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    Ended(Ended),
    /// The op is of later rules than the server's. It keeps its place and is sent again.
    Later(OpId),
    /// 422: there is another op of this id. It will never be accepted.
    Reused(OpId),
    /// 409: another op has this number of this device, which therefore is two.
    Rekey(OpId),
    /// What was sent in its place is no op.
    Unreadable,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub op: OpId,
    pub end: End,
    /// The change number that the end has: also one that changed nothing has its own, so that a history without it is another.
    pub seq: Seq,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub proto: u16,
    pub device: Option<DeviceId>,
    pub user: Option<UserId>,
    /// Where the replica is; none when it is empty.
    pub cookie: Option<Cookie>,
    pub witness: Option<Cookie>,
    /// Segments to be compared with what the server has now, and sent where they differ.
    pub compare: Vec<Held>,
    /// Whether `compare` is all that is held: then changes since the cookie are not looked through.
    pub complete: bool,
    /// Segments whose sums the reply is to have.
    pub check: Vec<Held>,
    /// Rows that are not held yet.
    pub want: Vec<Span>,
}

impl Pull {
    /// Whether it asks for no more than a device may, so that answering it is bounded by it and by what the store has. Any other is
    /// refused (400).
    pub fn is_sound(&self) -> bool {
        let wanted: u64 = self.want.iter().map(|span| u64::from(span.count)).sum();
        wanted <= MOST_WANTED as u64
            && self.check.len() <= CHECKS
            && self.compare.iter().chain(&self.check).all(Held::is_sound)
            && self.compare.is_sorted_by(|one, next| one.segment < next.segment)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullReply {
    pub notice: Notice,
    pub answer: PullAnswer,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PullAnswer {
    Frames(Frames),
    /// So much has changed that comparing is cheaper: ask again with all that is held.
    Far,
    /// The cookie or the witness is not in this store's history.
    Reset {
        head: Cookie,
        /// It is the witness: ends of this device's ops were lost.
        lost: bool,
    },
}

/// What makes a replica current, as of one moment. All of it is applied, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frames {
    pub rows: Vec<Row>,
    /// What became of this device's ops since its cookie.
    pub ended: Vec<Ended>,
    /// Of the segments in `check`, after these rows.
    pub sums: Vec<Sum>,
    pub cookie: Cookie,
    /// Last, so that a reply that was cut off has none.
    pub extent: Extent,
}

/// How large a store is, so that a device knows what it could ask for, and what part of it it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Every row's number is below it.
    pub rows: u32,
    /// Products, without those in the trash.
    pub products: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub ord: u32,
    pub product: ProductId,
    /// The change that made it so.
    pub version: Seq,
    /// What a device shows of a product; its shape is the notice's `schema`.
    pub body: Sealed,
}

impl Row {
    pub fn sum(&self) -> Sum {
        Sum::of_row(self.ord, self.version, self.body.bytes())
    }
}

/// Something has changed. Losing it is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poke {
    pub seq: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::golden;

    /// A server reads what a build of eighteen months sends: none of these bytes is changed, and new fields come last.
    #[test]
    fn p12_what_earlier_builds_send_is_still_read() {
        let id = uuid::Uuid::from_u128;
        let op = SentOp { id: OpId(id(1)), number: 300, lane: ProductId(id(2)), reducer: 2, payload: Sealed::from_bytes(vec![3, 4]) };
        let witness = Some(Cookie { epoch: 5, seq: Seq(6), hash: Chain(7) });
        let push = Push { proto: 1, device: DeviceId(id(8)), user: UserId(id(9)), witness, ops: vec![Sealed::of(&op)] };
        let bytes = "011000000000000000000000000000000008100000000000000000000000000000000901050c0701281000000000000000000000000000000001ac02100000000000000000000000000000000202020304";

        let read = golden::sealed(bytes).open::<Push>().unwrap();

        assert_eq!((read.ops[0].open::<SentOp>(), &read), (Ok(op), &push));
        assert!(golden::hex(&Sealed::of(&push)).starts_with(bytes));
        let empty = Push { witness: None, ops: Vec::new(), ..push };
        assert_eq!(golden::sealed("01100000000000000000000000000000000810000000000000000000000000000000090000").open(), Ok(empty));
    }

    #[test]
    fn p14_a_pull_that_asks_for_too_much_is_found_out() {
        let held = |segment: u32| Held { segment, rows: vec![Span { from: segment * SEGMENT, count: SEGMENT }], sum: Sum(0) };
        let usual =
            Pull { compare: vec![held(1), held(7)], check: vec![held(7); CHECKS], want: vec![Span { from: 5, count: 20_000 }], ..Pull::default() };

        assert!(Pull::default().is_sound() && usual.is_sound());
        for pull in [
            Pull { want: vec![Span { from: 0, count: u32::MAX }; 3], ..Pull::default() },
            Pull { want: vec![Span { from: 5, count: 20_000 }, Span { from: 0, count: 1 }], ..Pull::default() },
            Pull { compare: vec![held(7), held(7)], ..Pull::default() },
            Pull { compare: vec![held(7), held(1)], ..Pull::default() },
            Pull { check: vec![held(7); CHECKS + 1], ..Pull::default() },
            Pull { check: vec![Held { segment: 8, ..held(7) }], ..Pull::default() },
        ] {
            assert!(!pull.is_sound(), "{pull:?}");
        }
    }

    #[test]
    fn p12_a_field_of_a_later_build_is_left_unread() {
        #[derive(Serialize)]
        struct Later {
            proto: u16,
            device: DeviceId,
            user: UserId,
            witness: Option<Cookie>,
            ops: Vec<Sealed>,
            added: String,
        }
        let device = DeviceId(uuid::Uuid::from_u128(1));
        let later = Sealed::of(&Later { proto: 2, device, user: UserId(uuid::Uuid::nil()), witness: None, ops: Vec::new(), added: "new".into() });

        assert_eq!(later.open::<Push>().map(|push| (push.proto, push.device)), Ok((2, device)));
    }
}
