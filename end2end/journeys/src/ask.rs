//! A request of goose's, and its answer once that is what was asked for.

use goose::goose::{GooseMethod, GooseRequest, GooseResponse, GooseUser, TransactionError};
use reqwest::RequestBuilder;

use crate::answer::{Answer, Checked};

pub type Asked<T> = Result<T, Box<TransactionError>>;

/// What stands in the report, and which status is right.
#[derive(Clone, Copy)]
pub struct Call {
    pub name: &'static str,
    pub status: u16,
}

pub fn to(user: &GooseUser, method: GooseMethod, path: &str) -> Asked<RequestBuilder> {
    user.get_request_builder(&method, path)
}

/// An answer that `check` finds nothing wrong with; anything else is counted as an error of the call.
pub async fn ask<T>(user: &mut GooseUser, call: Call, request: RequestBuilder, check: impl FnOnce(&Answer) -> Checked<T> + Send) -> Asked<T> {
    let sent = GooseRequest::builder().name(call.name).expect_status_code(call.status).set_request_builder(request).build();
    let GooseResponse { mut request, response } = user.request(sent).await?;
    if !request.success {
        return Err(Box::new(TransactionError::RequestFailed { raw_request: Box::new(request) }));
    }
    let answer = match response {
        Ok(response) => Answer::of(response).await,
        Err(_) => Err("there was no answer"),
    };
    match answer.and_then(|answer| check(&answer)) {
        Ok(told) => Ok(told),
        Err(wrong) => {
            user.set_failure(wrong, &mut request, None, None)?;
            Err(Box::new(wrong.into()))
        }
    }
}
