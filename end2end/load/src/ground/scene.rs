//! Who asks and what there is to ask for, read from the server itself.

use std::time::Duration;

use anyhow::{Context, bail};
use http::{HeaderValue, header::SET_COOKIE};
use tokio::time::timeout;

use super::Program;
use crate::{
    ask::{Account, Asks, Caller, Product, check, products, token},
    call::Call,
    http::{Answer, Asked, Connection, Site},
    measure::Meter,
    plan::{Addresses, Plan},
};

/// Everything a run needs to know.
pub struct Scene {
    pub site: Site,
    /// None where only a token is known.
    pub accounts: Vec<Account>,
    /// In the order of the accounts.
    pub callers: Vec<Caller>,
    /// Some of the products.
    pub products: Vec<Product>,
    /// How many there are.
    pub total: u64,
    pub meter: Meter,
    /// Where the server tells its figures for Prometheus.
    pub figures: Option<Site>,
    pub seed: u64,
}

const PATIENCE: Duration = Duration::from_mins(2);
/// Products for each user, so that nobody changes what another one has open.
const FOR_EACH: usize = 4;

/// Makes products and people in a program's empty data.
pub fn people(program: &Program, plan: &Plan) -> anyhow::Result<Vec<Account>> {
    program.run(&["demo", "--products", &plan.products.to_string()])?;
    let mut accounts = Vec::new();
    for n in 1..=plan.accounts {
        let account = Account { email: format!("load-{n}@load.test"), password: format!("load-password-{n}") };
        let file = program.file("password", &account.password)?;
        program.run(&["user", "add", "--email", &account.email, "--store", "demo", "--role", "editor", "--password-file", &file])?;
        accounts.push(account);
    }
    Ok(accounts)
}

/// Logs everybody in and reads some products. `token` and `cookie` are for a server that nobody's password is known of.
pub async fn scene(
    site: Site,
    accounts: Vec<Account>,
    token: Option<&str>,
    cookie: Option<&str>,
    plan: &Plan,
    meter: Meter,
    seed: u64,
) -> anyhow::Result<Scene> {
    let asks = Asks::new(site.host.clone(), Addresses::Versioned);
    let mut connection = connect(&site).await?;
    let mut callers = Vec::new();
    if let Some(token) = token {
        let authorization = crate::ask::bearer(token).context("The token has characters that no token has.")?;
        let cookie = cookie.map(HeaderValue::from_str).transpose().context("The cookie has characters that no cookie has.")?;
        callers.push(Caller { authorization, cookie });
    }
    for account in &accounts {
        callers.push(log_in(&asks, &mut connection, account).await?);
    }
    let caller = callers.first().context("Nobody asks: name a token or an account.")?;
    let wanted = plan.looked_at.max(FOR_EACH * plan.most_users());
    let (mut found, mut cursor) = (Vec::new(), None);
    let total = loop {
        let answer = ask(&mut connection, asks.sample(caller, cursor.as_deref())?).await?;
        check(Call::List, &answer).map_err(|failed| anyhow::anyhow!("The list of products was answered with {}", failed.example))?;
        let (part, all, next) = products(&answer).context("The list of products was not understood. Is this server of another version?")?;
        found.extend(part);
        cursor = next;
        if cursor.is_none() || found.len() >= wanted {
            break all;
        }
    };
    if found.is_empty() {
        bail!("The store has no products. Import some, or make the demo store with `vitrine demo`.");
    }
    Ok(Scene { site, accounts, callers, products: found, total, meter, figures: None, seed })
}

/// A token for the API and a session for pages.
async fn log_in(asks: &Asks, connection: &mut Connection, account: &Account) -> anyhow::Result<Caller> {
    let answer = ask(connection, asks.login(account)?).await?;
    let authorization = token(&answer).with_context(|| format!("{} cannot log in: {}", account.email, excerpt(&answer)))?;
    let answer = ask(connection, asks.sign_in(account)?).await?;
    let cookie = answer.headers.get(SET_COOKIE).and_then(|cookie| cookie.to_str().ok()?.split(';').next());
    let cookie = cookie.with_context(|| format!("{} cannot sign in: the answer was {}", account.email, answer.status))?;
    Ok(Caller { authorization, cookie: Some(HeaderValue::from_str(cookie)?) })
}

async fn connect(site: &Site) -> anyhow::Result<Connection> {
    site.connect(0).await.map_err(|failed| anyhow::anyhow!("Nobody answers at {}: {}", site.address, failed.example))
}

async fn ask(connection: &mut Connection, request: Asked) -> anyhow::Result<Answer> {
    let answer = timeout(PATIENCE, connection.ask(request)).await.context("The server does not answer.")?;
    answer.map_err(|failed| anyhow::anyhow!("The server broke off an answer: {}", failed.example))
}

fn excerpt(answer: &Answer) -> String {
    crate::failure::Failed::of_status(answer.status.as_u16(), &answer.body).example
}
