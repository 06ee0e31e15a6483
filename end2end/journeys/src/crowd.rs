//! Who asks, and what there is to ask for, read from the server itself before the run.

use anyhow::{Context, anyhow, bail};
use reqwest::{
    Client, RequestBuilder,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde_json::json;

use crate::{
    answer::{self, Answer, Product},
    cli::Journey,
    person,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub email: String,
    pub password: String,
}

/// A person's place is that of their account, and of their product.
#[derive(Default)]
pub struct Crowd {
    pub accounts: Vec<Account>,
    /// None where none is looked at.
    pub products: Vec<Product>,
}

/// The accounts of a file with a line for each: an email, a space, a password.
pub fn people(file: &str) -> anyhow::Result<Vec<Account>> {
    let account = |(at, line): (usize, &str)| {
        let (email, password) = line.split_once(' ').filter(|(email, password)| !email.is_empty() && !password.is_empty()).with_context(|| {
            // The line may have a password in it.
            format!("Line {} of the people is not an email, a space and a password.", at + 1)
        })?;
        Ok(Account { email: email.to_owned(), password: password.to_owned() })
    };
    file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(account).collect()
}

/// As many people as are wanted, and a product for each where the journey needs one. One of them logs in, so that a server that is not
/// there, or knows nobody, is no run.
pub async fn read(url: &str, accounts: Vec<Account>, users: usize, journey: Journey) -> anyhow::Result<Crowd> {
    let asks = Asks { client: person::client(0).and_then(|client| Ok(client.build()?)).context("A client for HTTP cannot be made.")?, url };
    let first = enough(&accounts, users)?;
    let token = asks.log_in(first).await?;
    let products = match journey {
        Journey::Journey => asks.products(&token, users).await?,
        Journey::Unversioned => Vec::new(),
    };
    Ok(Crowd { accounts, products })
}

/// The first of them.
fn enough(accounts: &[Account], users: usize) -> anyhow::Result<&Account> {
    if accounts.len() < users {
        bail!("There are {} accounts for {users} users. Name more people, or ask for fewer users.", accounts.len());
    }
    accounts.first().filter(|_| users > 0).context("Nobody asks: name some people, and one user at least.")
}

struct Asks<'a> {
    client: Client,
    url: &'a str,
}

impl Asks<'_> {
    async fn log_in(&self, account: &Account) -> anyhow::Result<String> {
        let body = json!({"email": account.email, "password": account.password}).to_string();
        let login = self.client.post(self.address("/api/v1/auth/login")).header(CONTENT_TYPE, "application/json").body(body);
        let answer = self.sent(login).await?;
        answer::token(&answer).map_err(|wrong| anyhow!("{} could not log in: {wrong}.", account.email))
    }

    async fn products(&self, token: &str, wanted: usize) -> anyhow::Result<Vec<Product>> {
        let (mut products, mut cursor) = (Vec::new(), String::new());
        while products.len() < wanted {
            let address = self.address(&format!("/api/v1/products?limit=250&sort=title&fields=id,handle,title,version{cursor}"));
            let answer = self.sent(self.client.get(address).header(AUTHORIZATION, format!("Bearer {token}"))).await?;
            let part = answer::part(&answer).map_err(|wrong| anyhow!("The products cannot be read: {wrong}."))?;
            products.extend(part.products);
            let Some(next) = part.next else { break };
            cursor = format!("&cursor={next}");
        }
        if products.len() < wanted {
            bail!("The store has {} products for {wanted} users, and each needs one. Make more with `vitrine demo --products`.", products.len());
        }
        Ok(products)
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    async fn sent(&self, request: RequestBuilder) -> anyhow::Result<Answer> {
        let request = request.build().context("The address of the server is none. Write it like http://127.0.0.1:3000.")?;
        let address = request.url().origin().ascii_serialization();
        let response = self.client.execute(request).await.with_context(|| format!("Nobody answers at {address}."))?;
        let status = response.status();
        let answer = Answer::of(response).await.map_err(|wrong| anyhow!("{address}: {wrong}."))?;
        if !status.is_success() {
            let told: String = String::from_utf8_lossy(&answer.body).chars().take(300).collect();
            bail!("{address} answered {status}: {told}");
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(email: &str, password: &str) -> Account {
        Account { email: email.into(), password: password.into() }
    }

    #[test]
    fn people_are_read_from_lines() {
        let read = people("a@load.test one\nb@load.test two words\n\n").unwrap();
        assert_eq!(read, [account("a@load.test", "one"), account("b@load.test", "two words")]);
    }

    #[test]
    fn a_line_that_is_nobody_is_named_without_its_words() {
        let refused = people("a@load.test one\nsecret").unwrap_err().to_string();
        assert!(refused.contains("Line 2") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn everybody_needs_an_account() {
        let known = [account("a", "b")];
        let refused = |accounts: &[Account], users| enough(accounts, users).unwrap_err().to_string();
        assert!(refused(&known, 2).contains("1 accounts for 2 users"));
        assert!(refused(&known, 0).contains("Nobody asks") && refused(&[], 0).contains("Nobody asks"));
        assert_eq!(enough(&known, 1).unwrap(), &known[0]);
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_no_run() {
        let refused = |url| async move { read(url, vec![account("a", "b")], 1, Journey::Unversioned).await.err().unwrap().to_string() };
        assert_eq!(refused("http://127.0.0.1:1").await, "Nobody answers at http://127.0.0.1:1.");
        assert!(refused("nonsense").await.contains("Write it like http"));
    }
}
