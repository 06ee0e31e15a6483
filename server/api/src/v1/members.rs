//! Who belongs to the store. Members are made and changed in the browser.

use axum::{extract::State, http::HeaderMap};
use domain::{ids::UserId, role::Role};
use ports::people::MemberView;
use serde::Serialize;
use utoipa::{ToSchema, openapi::Object};

use super::{
    common::{one_of, shown},
    parameters::IfNoneMatch,
};
use crate::{
    answer::Answer,
    bearer::{Allowed, ReadMembers},
    options::Api,
    problem::{Problem, problems},
};

problems!(WhenListed: read);

#[derive(Serialize, ToSchema)]
pub(crate) struct MemberList<'a> {
    members: Vec<MemberJson<'a>>,
}

/// Somebody who belongs to the store.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberJson<'a> {
    /// The person's: where reviewers are told, it is the same.
    #[schema(value_type = String, format = "uuid", example = "0198c0de-0000-7000-8000-000000000005")]
    id: UserId,
    #[schema(example = "Ada")]
    name: &'a str,
    #[schema(example = "ada@shop.example")]
    email: &'a str,
    #[schema(schema_with = role)]
    role: &'static str,
}

/// List members
///
/// The people of the store with their roles. An owner's token alone is told.
#[utoipa::path(
    get,
    path = "/members",
    operation_id = "listMembers",
    tag = "Members",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The members", body = MemberList<'static>, headers(("ETag" = String, description = "Strong: of the list as it is now.")), example = json!({
            "members": [{"id": "0198c0de-0000-7000-8000-000000000005", "name": "Ada", "email": "ada@shop.example", "role": "owner"}],
        })),
        (status = 304, description = "One has it already"),
        WhenListed,
    ),
    security(("bearer" = ["members:read"])),
)]
pub(crate) async fn list(State(api): State<Api>, allowed: Allowed<ReadMembers>, headers: HeaderMap) -> Result<Answer, Problem> {
    let members = api.ports.people.members(&allowed.bearer.access).await?;
    shown(&MemberList { members: members.iter().map(MemberJson::of).collect() }, &headers)
}

impl<'a> MemberJson<'a> {
    fn of(member: &'a MemberView) -> Self {
        Self { id: member.id, name: &member.name, email: &member.email, role: member.role.name() }
    }
}

fn role() -> Object {
    one_of(Role::ALL.map(Role::name), "What the person may do: each role may what the ones behind it may.")
}
