//! Values that are one of some words, as schemas.

use domain::product::{InventoryPolicy, OptimisationStatus, Status};
use utoipa::openapi::Object;

use super::common::one_of;

pub(super) fn status() -> Object {
    one_of(Status::ALL.iter().map(|status| status.name()), "Whether it is offered.")
}

pub(super) fn inventory_policy() -> Object {
    one_of(InventoryPolicy::ALL.iter().map(|policy| policy.name()), "What may happen when it is out of stock.")
}

pub(super) fn optimisation() -> Object {
    one_of(OptimisationStatus::ALL.iter().map(|status| status.name()), "How far the improvement of its words has come.")
}
