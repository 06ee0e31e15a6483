//! What people do, one request a step, with a second of thought behind each.

use std::{sync::Arc, time::Duration};

use goose::{
    GooseError,
    goose::{GooseMethod, GooseUser, Scenario, Transaction, TransactionError, TransactionFunction, TransactionResult},
    transaction,
};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, COOKIE, IF_MATCH};
use serde_json::json;

use crate::{
    answer::{self, active, edited, found, one, page},
    ask::{Asked, Call, ask, to},
    cli::Journey,
    crowd::Crowd,
    person::{self, Person},
};

const THINK: Duration = Duration::from_secs(1);
const LISTED: usize = 20;
const PRODUCTS: &str = "/api/v1/products";

const LOG_IN: Call = Call { name: "log in", status: 200 };
const SIGN_IN: Call = Call { name: "sign in", status: 303 };
const LIST: Call = Call { name: "list", status: 200 };
const LOOK: Call = Call { name: "look", status: 200 };
const SEARCH: Call = Call { name: "search", status: 200 };
const OPEN: Call = Call { name: "open", status: 200 };
const EDIT: Call = Call { name: "edit", status: 200 };

/// Whoever comes gets a number, and the account and the product of that number.
pub fn scenario(journey: Journey, crowd: &Arc<Crowd>) -> Result<Scenario, GooseError> {
    let scenario = Scenario::new(journey.name()).set_wait_time(THINK, THINK)?.register_transaction(arrive(crowd).set_name("arrive").set_on_start());
    Ok(match journey {
        Journey::Journey => scenario
            .register_transaction(transaction!(log_in).set_name("log in").set_on_start())
            .register_transaction(transaction!(sign_in).set_name("sign in").set_on_start())
            .register_transaction(transaction!(list).set_name("list"))
            .register_transaction(transaction!(look).set_name("look"))
            .register_transaction(transaction!(search).set_name("search"))
            .register_transaction(transaction!(open).set_name("open"))
            .register_transaction(transaction!(edit).set_name("edit")),
        Journey::Unversioned => scenario
            .register_transaction(transaction!(log_in_unversioned).set_name("log in").set_on_start())
            .register_transaction(transaction!(list_unversioned).set_name("list")),
    })
}

fn arrive(crowd: &Arc<Crowd>) -> Transaction {
    let crowd = crowd.clone();
    let arrive: TransactionFunction = Arc::new(move |user| {
        let crowd = crowd.clone();
        Box::pin(async move {
            let number = user.weighted_users_index;
            let client = person::client(number).map_err(|error| TransactionError::Custom(error.to_string()))?;
            user.set_client_builder(client).await?;
            let person = Person::new(&crowd, number).ok_or_else(nobody)?;
            user.set_session_data(person);
            Ok(())
        })
    });
    Transaction::new(arrive)
}

fn person(user: &mut GooseUser) -> Asked<&mut Person> {
    Ok(user.get_session_data_mut::<Person>().ok_or_else(nobody)?)
}

fn nobody() -> TransactionError {
    TransactionError::Custom("there is no account for this user".to_owned())
}

async fn log_in(user: &mut GooseUser) -> TransactionResult {
    log_in_at(user, "/api/v1/auth/login").await
}

async fn log_in_unversioned(user: &mut GooseUser) -> TransactionResult {
    log_in_at(user, "/api/auth/login").await
}

async fn log_in_at(user: &mut GooseUser, path: &str) -> TransactionResult {
    let account = person(user)?.account.clone();
    let body = json!({"email": account.email, "password": account.password}).to_string();
    let request = to(user, GooseMethod::Post, path)?.header(CONTENT_TYPE, "application/json").body(body);
    let token = ask(user, LOG_IN, request, answer::token).await?;
    person(user)?.authorization = Some(format!("Bearer {token}"));
    Ok(())
}

/// By the form, as a browser does it.
async fn sign_in(user: &mut GooseUser) -> TransactionResult {
    let account = person(user)?.account.clone();
    let request = to(user, GooseMethod::Post, "/sign-in")?.form(&[("email", account.email), ("password", account.password)]);
    let cookie = ask(user, SIGN_IN, request, answer::session).await?;
    person(user)?.cookie = Some(cookie);
    Ok(())
}

/// Who could not log in tries again instead of asking without a token.
async fn list(user: &mut GooseUser) -> TransactionResult {
    match person(user)?.authorization.clone() {
        Some(authorization) => list_at(user, PRODUCTS, authorization).await,
        None => log_in(user).await,
    }
}

async fn list_unversioned(user: &mut GooseUser) -> TransactionResult {
    match person(user)?.authorization.clone() {
        Some(authorization) => list_at(user, "/api/products", authorization).await,
        None => log_in_unversioned(user).await,
    }
}

async fn list_at(user: &mut GooseUser, path: &str, authorization: String) -> TransactionResult {
    let somebody = person(user)?;
    somebody.turn += 1;
    somebody.shown.clear();
    let address = format!("{path}?status=active&sort=-updated&limit={LISTED}");
    let request = to(user, GooseMethod::Get, &address)?.header(AUTHORIZATION, authorization);
    let part = ask(user, LIST, request, |answer| active(answer, LISTED)).await?;
    person(user)?.shown = part.products.into_iter().map(|product| product.id).collect();
    Ok(())
}

/// At one of those that they were shown.
async fn look(user: &mut GooseUser) -> TransactionResult {
    let somebody = person(user)?;
    let (Some(authorization), Some(id)) = (somebody.authorization.clone(), somebody.looks_at().map(str::to_owned)) else { return Ok(()) };
    let is_own = somebody.product.as_ref().is_some_and(|product| product.id == id);
    let request = to(user, GooseMethod::Get, &format!("{PRODUCTS}/{id}"))?.header(AUTHORIZATION, authorization);
    let (_, etag) = ask(user, LOOK, request, |answer| one(answer, &id)).await?;
    if is_own {
        person(user)?.etag = Some(etag);
    }
    Ok(())
}

/// For a word of their own product's title.
async fn search(user: &mut GooseUser) -> TransactionResult {
    let somebody = person(user)?;
    let Some(authorization) = somebody.authorization.clone() else { return Ok(()) };
    // Letters and digits alone, so that nothing needs to be escaped but what is none of ASCII, which the client does.
    let address = format!("{PRODUCTS}?limit={LISTED}&q={}", somebody.searches_for());
    let request = to(user, GooseMethod::Get, &address)?.header(AUTHORIZATION, authorization);
    ask(user, SEARCH, request, found).await?;
    Ok(())
}

/// The page of their product, as a browser asks for it.
async fn open(user: &mut GooseUser) -> TransactionResult {
    let somebody = person(user)?;
    let (Some(cookie), Some(product)) = (somebody.cookie.clone(), somebody.product.clone()) else { return Ok(()) };
    let request = to(user, GooseMethod::Get, &format!("/products/{}", product.handle))?;
    let request = request.header(COOKIE, cookie).header(ACCEPT, "text/html").header(ACCEPT_ENCODING, "gzip");
    ask(user, OPEN, request, |answer| page(answer, &product.handle)).await
}

/// Whoever does not know what it is like now does not correct it.
async fn edit(user: &mut GooseUser) -> TransactionResult {
    let somebody = person(user)?;
    let (Some(authorization), Some(product)) = (somebody.authorization.clone(), somebody.product.clone()) else { return Ok(()) };
    let Some(etag) = somebody.etag.take() else { return Ok(()) };
    let title = format!("{} ({})", product.title, somebody.turn);
    let request = to(user, GooseMethod::Patch, &format!("{PRODUCTS}/{}", product.id))?.header(AUTHORIZATION, authorization);
    let request = request.header(IF_MATCH, etag).header(CONTENT_TYPE, "application/merge-patch+json").body(json!({"title": title}).to_string());
    let etag = ask(user, EDIT, request, |answer| edited(answer, &product.id, &title)).await?;
    person(user)?.etag = Some(etag);
    Ok(())
}
