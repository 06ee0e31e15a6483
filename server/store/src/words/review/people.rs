//! Who is to decide about a suggestion.

use domain::{
    fold::fold,
    ids::{ReviewId, UserId},
    role::{Permission, Role},
};
use ports::error::AppError;

use super::sql;
use crate::{
    Store, StoreError, StoreRef,
    codec::{from_row, word},
    db::{fresh, written},
};

impl Store {
    /// By name.
    pub(super) async fn reviewers_of(&self, store: &StoreRef) -> Result<Vec<(UserId, String)>, StoreError> {
        let members: Vec<Member> = fresh!(self.db(), |on| sqlx::query_as(sql::REVIEWERS).bind(store.num).fetch_all(on))?;
        let mut reviewers: Vec<(UserId, String)> =
            members.into_iter().filter(|member| member.role.may(Permission::Review)).map(|member| (member.id, member.name)).collect();
        reviewers.sort_by_cached_key(|(id, name)| (fold(name), *id));
        Ok(reviewers)
    }

    pub(super) async fn assign_in(&self, store: &StoreRef, review: ReviewId, to: Option<UserId>) -> Result<(), AppError> {
        if let Some(to) = to
            && !self.reviewers_of(store).await?.iter().any(|(reviewer, _)| *reviewer == to)
        {
            return Err(AppError::Invalid("This person does not review in this store. Choose another one.".into()));
        }
        let assigned = written!(self.db(), |on| async {
            let query = sqlx::query(sql::ASSIGN).bind(store.num).bind(review.0).bind(to.map(|to| to.0));
            query.execute(on).await.map(|done| done.rows_affected())
        })
        .map_err(StoreError::from)?;
        if assigned == 1 {
            return Ok(());
        }
        match self.review_of(store, review).await? {
            Some(_) => Err(AppError::Invalid("This suggestion has been decided already. Reload the page.".into())),
            None => Err(AppError::NotFound),
        }
    }
}

struct Member {
    id: UserId,
    name: String,
    role: Role,
}

from_row!(Member, |row| Ok(Self { id: UserId(row.try_get(0)?), name: row.try_get(1)?, role: word(row.try_get(2)?, Role::from_name, "role")? }));
