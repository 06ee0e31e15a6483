//! An op: one intended change of one product. Every change there is, whoever makes it, is one of these.

use serde::{Deserialize, Serialize};

use crate::{
    field::{Field, Value},
    ids::{OpId, ProductId, Seq},
    product::Content,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    pub id: OpId,
    pub product: ProductId,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes a product. Its handle must be free.
    Create(Box<Content>),
    /// Sets fields, all or none.
    Edit(Vec<Edit>),
    /// Puts the product into the trash, where its history and its fields stay.
    Delete,
    /// Takes it out again.
    Restore,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub field: Field,
    pub base: Base,
    pub value: Value,
}

/// Which version of the field the change was decided upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Base {
    /// The version that was on the screen: a later one is a conflict.
    Seen(Seq),
    /// Whatever is there, because the intent is to replace it: an import with overwrite, a resolved conflict.
    Any,
}
