//! The port of people: signing in and out, who is asking, who belongs to a store.

use async_trait::async_trait;
use domain::{
    ids::{StoreId, UserId},
    role::{Permission, Role},
};
use ports::{
    Access, People, SessionSecret,
    error::AppError,
    people::{Me, MemberView},
};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    admin::email_key,
    codec::{from_row, word},
    db::fresh,
    sql,
    throttle::{Attempt, Wait},
};

#[async_trait]
impl People for Store {
    async fn sign_in(&self, email: &str, password: &str, address: &str) -> Result<SessionSecret, AppError> {
        let user = self.whose_password(email, password, address).await?;
        self.open_session(user).await?.ok_or_else(no_store_yet)
    }

    async fn sign_out(&self, session: &SessionSecret) -> Result<(), AppError> {
        Ok(self.close_session(session).await?)
    }

    async fn me(&self, session: &SessionSecret) -> Result<Option<(Access, Me)>, AppError> {
        Ok(self.whose_session(session).await?)
    }

    async fn switch_store(&self, session: &SessionSecret, store: StoreId) -> Result<(), AppError> {
        if self.move_session(session, store).await? {
            return Ok(());
        }
        if self.whose_session(session).await?.is_some() { Err(AppError::NotFound) } else { Err(AppError::SignedOut) }
    }

    async fn in_store(&self, who: &Access, store: StoreId) -> Result<Option<Access>, AppError> {
        if store == who.store {
            return Ok(Some(who.clone()));
        }
        let role: Option<RoleRow> =
            fresh!(self.db(), |on| sqlx::query_as(sql::ROLE_IN).bind(who.user.0).bind(store.0).fetch_optional(on)).map_err(StoreError::from)?;
        Ok(role.map(|RoleRow(role)| Access { user: who.user, store, role }))
    }

    async fn members(&self, who: &Access) -> Result<Vec<MemberView>, AppError> {
        let store = self.allowed(who, Permission::Manage).await?;
        let members: Vec<Member> = fresh!(self.db(), |on| sqlx::query_as(sql::MEMBERS).bind(store.num).fetch_all(on)).map_err(StoreError::from)?;
        Ok(members.into_iter().map(|member| member.0).collect())
    }
}

impl Store {
    /// Who has this email and this password. However somebody asks who they are, their attempts are counted together, and an unknown
    /// email costs what a wrong password costs.
    pub(crate) async fn whose_password(&self, email: &str, password: &str, address: &str) -> Result<UserId, AppError> {
        // No database can hold a zero, and no email has one.
        let email = email_key(email).replace('\0', " ");
        let attempt = Attempt::new(&email, address);
        if let Err(Wait(minutes)) = self.begin_attempt(&attempt).await? {
            let minutes = if minutes == 1 { "1 minute".to_owned() } else { format!("{minutes} minutes") };
            return Err(AppError::Unavailable(format!("Too many wrong passwords. Wait {minutes} and try again.")));
        }
        let user: Option<(Uuid, String)> =
            fresh!(self.db(), |on| sqlx::query_as(sql::PASSWORD_OF).bind(&email).fetch_optional(on)).map_err(StoreError::from)?;
        let (id, hash) = user.map_or((None, None), |(id, hash)| (Some(UserId(id)), Some(hash)));
        let right = self.password_is_right(password, hash).await?;
        let (Some(user), true) = (id, right) else {
            return Err(AppError::Invalid("The email or the password is wrong. Check both and try again.".into()));
        };
        self.attempt_succeeded(&attempt).await?;
        Ok(user)
    }
}

pub(crate) fn no_store_yet() -> AppError {
    AppError::Invalid("You do not belong to any store yet. Ask an owner to add you.".into())
}

struct Member(MemberView);

struct RoleRow(Role);

from_row!(RoleRow, |row| Ok(Self(word(row.try_get(0)?, Role::from_name, "role")?)));

from_row!(Member, |row| {
    let role = word(row.try_get(3)?, Role::from_name, "role")?;
    Ok(Self(MemberView { id: UserId(row.try_get(0)?), name: row.try_get(1)?, email: row.try_get(2)?, role }))
});
