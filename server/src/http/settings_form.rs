//! What the forms of a settings page have in common: one address takes all of them, and what a form is for stands in its `do`.

use std::future::Future;

use app::forms::Form;
use axum::{extract::Request, response::Response};
use ports::{Access, error::AppError};

use super::{
    errors,
    forms::{self, Answer},
    state::AppState,
};

/// Receives a form, does what it is for, and answers it.
pub(crate) async fn answered<S, F>(state: AppState, request: Request, act: impl FnOnce(AppState, Access, Form) -> F) -> Response
where
    S: Clone + Send + Sync + 'static,
    F: Future<Output = Result<Answer<S>, AppError>>,
{
    let received = match forms::receive(request).await {
        Ok(received) => received,
        Err(error) => return errors::page(&state, &error),
    };
    let (access, form, parts) = received.split();
    let answer = act(state.clone(), access, form).await;
    forms::answer(&state, parts, answer).await
}

/// Whether something was saved. What the port found wrong with it goes into the form, which is shown again.
pub(crate) fn saved<T>(result: Result<T, AppError>, form: &mut Form) -> Result<bool, AppError> {
    match result {
        Ok(_) => Ok(true),
        Err(AppError::Invalid(sentence)) => {
            form.refuse("", sentence);
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_wrong_is_said_in_the_form_and_nothing_else_is() {
        let mut form = Form::default();
        assert_eq!(saved(Ok(()), &mut form), Ok(true));
        assert_eq!(saved::<()>(Err(AppError::Forbidden), &mut form), Err(AppError::Forbidden));
        assert!(form.is_right());

        assert_eq!(saved::<()>(Err(AppError::Invalid("Too long.".into())), &mut form), Ok(false));
        assert_eq!((form.is_right(), form.why("")), (false, Some("Too long.")));
    }
}
