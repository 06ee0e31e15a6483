//! What tests begin with.

use domain::{
    clock::Timestamp,
    ids::{TokenId, UserId},
    scope::Scope,
};
use ports::tokens::TokenView;

pub(super) const NOW: Timestamp = Timestamp::from_micros(1_764_028_800_000_000);

pub(super) fn me() -> UserId {
    UserId::new(NOW, [1; 10])
}

pub(super) fn somebody() -> UserId {
    UserId::new(NOW, [2; 10])
}

/// One's own, made ten days ago and good for ten more.
pub(super) fn token() -> TokenView {
    TokenView {
        id: TokenId::new(NOW, [1; 10]),
        name: "<i>Stock sync".into(),
        scopes: [Scope::ReadProducts, Scope::WriteProducts].into_iter().collect(),
        user: me(),
        person: "Demo <b>Owner".into(),
        ends_with: "x9Qz".into(),
        created_at: NOW.plus_seconds(-864_000),
        last_used_at: Some(NOW.plus_seconds(-300)),
        expires_at: Some(NOW.plus_seconds(864_000)),
    }
}
