//! What comes back, and whether it is an answer to what was asked. What is wrong with one is said in few ways, as goose counts each.

use reqwest::{
    Response,
    header::{AsHeaderName, CONTENT_TYPE, ETAG, HeaderMap, SET_COOKIE},
};
use serde::{Deserialize, de::DeserializeOwned};

pub type Checked<T> = Result<T, &'static str>;

#[derive(Debug)]
pub struct Answer {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A product as lists and single answers tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Product {
    pub id: String,
    pub handle: String,
    pub title: String,
    pub version: i64,
    /// None where it was not asked for.
    pub status: Option<String>,
}

/// A part of a list.
#[derive(Debug, Deserialize)]
pub struct Part {
    pub products: Vec<Product>,
    pub total: usize,
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct LoggedIn {
    token: String,
}

impl Answer {
    /// To its last byte.
    pub async fn of(response: Response) -> Checked<Self> {
        let headers = response.headers().clone();
        let body = response.bytes().await.map_err(|_| "the answer broke off")?;
        Ok(Self { headers, body: body.to_vec() })
    }

    fn read<T: DeserializeOwned>(&self, wrong: &'static str) -> Checked<T> {
        serde_json::from_slice(&self.body).map_err(|_| wrong)
    }

    fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The token of a log-in.
pub fn token(answer: &Answer) -> Checked<String> {
    answer
        .read::<LoggedIn>("the answer has no token")
        .map(|it| it.token)
        .and_then(|token| if token.is_empty() { Err("the token is empty") } else { Ok(token) })
}

/// The cookie of a session, as it is sent back.
pub fn session(answer: &Answer) -> Checked<String> {
    let cookie = answer.header(SET_COOKIE).and_then(|cookie| cookie.split(';').next());
    cookie.filter(|cookie| cookie.starts_with("vitrine_session=")).map(str::to_owned).ok_or("nobody was signed in")
}

pub fn part(answer: &Answer) -> Checked<Part> {
    let part: Part = answer.read("the answer is no list of products")?;
    if part.total < part.products.len() { Err("the list has more products than it says there are") } else { Ok(part) }
}

/// The active products of a list of at most `limit`.
pub fn active(answer: &Answer, limit: usize) -> Checked<Part> {
    let part = part(answer)?;
    if part.products.is_empty() || part.products.len() > limit {
        return Err("the list has not as many products as were asked for");
    }
    if part.products.iter().any(|product| product.status.as_deref() != Some("active")) {
        return Err("the list has products of another status");
    }
    Ok(part)
}

/// What a search for a word of a product that is there has found.
pub fn found(answer: &Answer) -> Checked<Part> {
    part(answer).and_then(|part| if part.products.is_empty() { Err("the search found nothing") } else { Ok(part) })
}

/// One product and the tag of its version.
pub fn one(answer: &Answer, id: &str) -> Checked<(Product, String)> {
    let product: Product = answer.read("the answer is no product")?;
    if product.id != id {
        return Err("the answer is another product");
    }
    let etag = answer.header(ETAG).ok_or("the product has no tag")?;
    Ok((product, etag.to_owned()))
}

/// The tag of the version that an edit has made.
pub fn edited(answer: &Answer, id: &str, title: &str) -> Checked<String> {
    let (product, etag) = one(answer, id)?;
    if product.title == title { Ok(etag) } else { Err("the title is not the one that was sent") }
}

/// The page of a product. Behind its end there is more: what the browser takes the page over with.
pub fn page(answer: &Answer, handle: &str) -> Checked<()> {
    let has = |text: &str| answer.body.windows(text.len()).any(|part| part == text.as_bytes());
    let is_html = answer.header(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
    if !is_html || !answer.body.starts_with(b"<!DOCTYPE html>") || !has("</html>") {
        return Err("the answer is no whole page");
    }
    if has(&format!("/products/{handle}\"")) { Ok(()) } else { Err("the page is of something else") }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn answer(body: &str, headers: &[(HeaderName, &'static str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        Answer { headers, body: body.as_bytes().to_vec() }
    }

    fn list(statuses: &[&str]) -> Answer {
        let products: Vec<String> = statuses
            .iter()
            .map(|status| format!(r#"{{"id":"p","handle":"lamp","title":"Lamp","version":7,"status":"{status}","tags":[]}}"#))
            .collect();
        answer(&format!(r#"{{"products":[{}],"total":3,"next":null}}"#, products.join(",")), &[])
    }

    #[test]
    fn a_log_in_gives_a_token() {
        assert_eq!(token(&answer(r#"{"token":"t","expires_at":"x"}"#, &[])), Ok("t".to_owned()));
        assert!(token(&answer(r#"{"token":""}"#, &[])).is_err() && token(&answer("{}", &[])).is_err());
    }

    #[test]
    fn a_sign_in_gives_a_session() {
        assert_eq!(session(&answer("", &[(SET_COOKIE, "vitrine_session=s; Path=/; HttpOnly")])), Ok("vitrine_session=s".to_owned()));
        assert!(session(&answer("", &[])).is_err() && session(&answer("", &[(SET_COOKIE, "look=dark")])).is_err());
    }

    #[test]
    fn a_list_has_what_was_asked_for() {
        assert_eq!(active(&list(&["active", "active"]), 20).unwrap().products.len(), 2);
        assert_eq!(active(&list(&["active", "draft"]), 20).unwrap_err(), "the list has products of another status");
        assert!(active(&list(&[]), 20).is_err() && active(&list(&["active", "active"]), 1).is_err());
        assert!(active(&answer(r#"{"error":"x"}"#, &[]), 20).is_err());
        assert_eq!(active(&list(&["active"; 4]), 20).unwrap_err(), "the list has more products than it says there are");
    }

    #[test]
    fn a_search_for_what_is_there_finds_something() {
        assert!(found(&list(&["draft"])).is_ok());
        assert_eq!(found(&list(&[])).unwrap_err(), "the search found nothing");
    }

    #[test]
    fn an_edit_answers_with_what_was_sent() {
        let edit = answer(r#"{"id":"p","handle":"lamp","title":"Lamp","version":8}"#, &[(ETAG, "\"8\"")]);
        assert_eq!(edited(&edit, "p", "Lamp"), Ok("\"8\"".to_owned()));
        assert_eq!(edited(&edit, "p", "Lamp 2"), Err("the title is not the one that was sent"));
        assert_eq!(edited(&edit, "q", "Lamp"), Err("the answer is another product"));
        assert_eq!(one(&answer(r#"{"id":"p","handle":"lamp","title":"Lamp","version":8}"#, &[]), "p"), Err("the product has no tag"));
    }

    #[test]
    fn a_page_is_whole_and_the_products() {
        let html = [(CONTENT_TYPE, "text/html; charset=utf-8")];
        let whole = r#"<!DOCTYPE html><form action="/products/lamp"></form></html><script></script>"#;
        assert_eq!(page(&answer(whole, &html), "lamp"), Ok(()));
        assert_eq!(page(&answer(whole, &html), "lam"), Err("the page is of something else"));
        assert!(page(&answer(whole.trim_end_matches("</html><script></script>"), &html), "lamp").is_err());
        assert!(page(&answer(whole, &[]), "lamp").is_err());
    }
}
