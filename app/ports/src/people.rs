//! Who is signed in, and who belongs to a store, as they travel.

use domain::{
    ids::{StoreId, UserId},
    money::Currency,
    role::Role,
};
use serde::{Deserialize, Serialize};

/// The person at the screen and the store they are in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub store: StoreView,
    /// Every store the person belongs to, this one among them.
    pub stores: Vec<StoreView>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreView {
    pub id: StoreId,
    /// The short name in addresses and on the command line.
    pub slug: String,
    pub name: String,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberView {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
}
