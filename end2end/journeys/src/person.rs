//! Somebody at work: who they are, what they know, and the connection they ask over.

use std::{net::Ipv4Addr, time::Duration};

use reqwest::{
    ClientBuilder,
    header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};

use crate::{
    answer::Product,
    crowd::{Account, Crowd},
};

/// What goose keeps of each of its users.
#[derive(Clone, Debug)]
pub struct Person {
    number: usize,
    pub account: Account,
    /// `Bearer ...`, once logged in.
    pub authorization: Option<String>,
    /// Of the session, once signed in.
    pub cookie: Option<String>,
    /// A product that is nobody else's; none where none is looked at.
    pub product: Option<Product>,
    /// Its version as they saw it last. None after an edit that went wrong: whether it was done is not known until it is looked at.
    pub etag: Option<String>,
    /// Ids of the list that they are shown.
    pub shown: Vec<String>,
    /// How often they were at the list.
    pub turn: usize,
}

const PATIENCE: Duration = Duration::from_secs(10);
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl Person {
    /// None where there are more users than accounts.
    pub fn new(crowd: &Crowd, number: usize) -> Option<Self> {
        let product = crowd.products.get(number).cloned();
        let etag = product.as_ref().map(|product| format!("\"{}\"", product.version));
        let account = crowd.accounts.get(number)?.clone();
        Some(Self { number, account, authorization: None, cookie: None, product, etag, shown: Vec::new(), turn: 0 })
    }

    /// What they look at: one of those that they were shown, another one each time. Shown none, or not sure whether their own edit was
    /// done, their own.
    pub fn looks_at(&self) -> Option<&str> {
        let shown = (self.etag.is_some() && !self.shown.is_empty()).then(|| self.shown[(self.number + self.turn) % self.shown.len()].as_str());
        shown.or(self.product.as_ref().map(|product| product.id.as_str()))
    }

    /// A word of their product's title, as far as one types it; another one each time.
    pub fn searches_for(&self) -> String {
        let title = self.product.as_ref().map_or("", |product| product.title.as_str());
        let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3).collect();
        let word = if words.is_empty() { "lamp" } else { words[self.turn % words.len()] };
        word.chars().take(3 + (self.number + self.turn) % 10).collect()
    }
}

/// A client that is theirs alone, as is the address that a proxy would tell of them: everybody at one would look like somebody who guesses
/// passwords.
pub fn client(number: usize) -> anyhow::Result<ClientBuilder> {
    let mut headers = HeaderMap::new();
    headers.insert(FORWARDED_FOR, HeaderValue::from_str(&address(number).to_string())?);
    // Programs ask for nothing else; the page says so where it does.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    // Without the certificates of this machine, which take a while to read.
    Ok(ClientBuilder::new().default_headers(headers).redirect(Policy::none()).timeout(PATIENCE).gzip(true).no_proxy().tls_certs_only([]))
}

/// Of the network that is set aside for benchmarks (RFC 2544), so that it is nobody's.
fn address(number: usize) -> Ipv4Addr {
    let [_, second, third, fourth] = u32::try_from(number + 1).unwrap_or(u32::MAX).to_be_bytes();
    Ipv4Addr::new(198, 18 + second % 2, third, fourth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(title: &str) -> Product {
        Product { id: "own".into(), handle: "lamp".into(), title: title.into(), version: 7, status: None }
    }

    fn person(number: usize, title: &str) -> Person {
        let account = Account { email: "a".into(), password: "b".into() };
        let crowd = Crowd { accounts: vec![account; number + 1], products: vec![product(title); number + 1] };
        Person::new(&crowd, number).unwrap()
    }

    #[test]
    fn everybody_has_an_address_of_their_own() {
        assert_eq!([0, 255, 70_000].map(|number| address(number).to_string()), ["198.18.0.1", "198.18.1.0", "198.19.17.113"]);
    }

    #[test]
    fn somebody_looks_at_what_they_are_shown_and_at_their_own_when_unsure() {
        let mut person = person(1, "Lamp");
        assert_eq!(person.looks_at(), Some("own"));
        person.shown = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(person.looks_at(), Some("b"));
        person.turn += 1;
        assert_eq!(person.looks_at(), Some("c"));
        person.etag = None;
        assert_eq!(person.looks_at(), Some("own"));
    }

    #[test]
    fn somebody_searches_for_a_word_of_their_title() {
        assert_eq!(person(9, "Ölgemälde, 2 m").searches_for(), "Ölgemälde");
        assert_eq!(person(0, "Ölgemälde, 2 m").searches_for(), "Ölg");
        assert_eq!(person(10, "2 m").searches_for(), "lam");
    }

    #[test]
    fn a_version_is_sent_as_a_tag() {
        assert_eq!(person(0, "Lamp").etag.as_deref(), Some("\"7\""));
        assert!(Person::new(&Crowd::default(), 0).is_none());
    }
}
