//! The requests of the journey, and whether what comes back is an answer to them.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, COOKIE, ETAG, HOST, IF_MATCH},
    request::Builder,
};
use http_body_util::Full;
use rand::{RngExt, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value, json};

use crate::{
    call::Call,
    failure::{Failed, Failure},
    http::{Answer, Asked},
    plan::Addresses,
};

const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const PRODUCTS: &str = "/api/v1/products";
const STATUSES: [&str; 3] = ["active", "draft", "archived"];
/// What a list tells of a product when nothing is chosen.
const FIELDS: [&str; 17] = [
    "id",
    "handle",
    "title",
    "vendor",
    "product_type",
    "tags",
    "status",
    "optimisation",
    "price",
    "highest_price",
    "currency",
    "variant_count",
    "image_count",
    "thumbnail",
    "version",
    "created_at",
    "updated_at",
];
/// How many products a list has.
const LISTED: usize = 20;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// `Bearer ...`
    pub authorization: HeaderValue,
    /// Of the session, for pages; none where only a token is known.
    pub cookie: Option<HeaderValue>,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub email: String,
    pub password: String,
}

/// A product that is looked at and changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: String,
    pub handle: String,
    pub title: String,
    pub etag: String,
}

/// Makes requests for one server.
#[derive(Clone, Debug)]
pub struct Asks {
    host: HeaderValue,
    addresses: Addresses,
}

impl Asks {
    pub const fn new(host: HeaderValue, addresses: Addresses) -> Self {
        Self { host, addresses }
    }

    pub fn login(&self, account: &Account) -> anyhow::Result<Asked> {
        let address = match self.addresses {
            Addresses::Versioned => "/api/v1/auth/login",
            Addresses::BeforeVersions => "/api/auth/login",
        };
        let body = json!({"email": account.email, "password": account.password}).to_string();
        whole(self.to(Method::POST, address).header(CONTENT_TYPE, "application/json"), body)
    }

    /// The form of the sign-in page, whose answer has the cookie of a session.
    pub fn sign_in(&self, account: &Account) -> anyhow::Result<Asked> {
        let mut body = String::from("email=");
        domain::query::encode(&account.email, &mut body);
        body.push_str("&password=");
        domain::query::encode(&account.password, &mut body);
        whole(self.to(Method::POST, "/sign-in").header(CONTENT_TYPE, "application/x-www-form-urlencoded"), body)
    }

    /// Twenty of a status, newest first, which is the list's own order.
    pub fn list(&self, caller: &Caller, chance: &mut StdRng) -> anyhow::Result<Asked> {
        let status = STATUSES.choose(chance).unwrap_or(&"active");
        self.get(&format!("{}?status={status}&sort=-updated&limit={LISTED}", self.products()), caller)
    }

    /// The same, each time without some four of its fields: there are thousands of such lists, of which a small cache holds next to none.
    pub fn fresh_list(&self, caller: &Caller, chance: &mut StdRng) -> anyhow::Result<Asked> {
        let status = STATUSES.choose(chance).unwrap_or(&"active");
        let left_out: [usize; 4] = std::array::from_fn(|_| chance.random_range(0..FIELDS.len()));
        let fields: Vec<&str> = FIELDS.iter().enumerate().filter(|(at, _)| !left_out.contains(at)).map(|(_, field)| *field).collect();
        let address = format!("{}?status={status}&sort=-updated&limit={LISTED}&fields={}", self.products(), fields.join(","));
        self.get(&address, caller)
    }

    /// A part of the catalogue with what is needed to look at its products and to change them.
    pub fn sample(&self, caller: &Caller, cursor: Option<&str>) -> anyhow::Result<Asked> {
        let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        self.get(&format!("{PRODUCTS}?limit=250&sort=title&fields=id,handle,title,version{cursor}"), caller)
    }

    pub fn look(&self, caller: &Caller, id: &str) -> anyhow::Result<Asked> {
        self.get(&format!("{PRODUCTS}/{id}"), caller)
    }

    /// For a word of a title, or its beginning, as one types it.
    pub fn search(&self, caller: &Caller, title: &str, chance: &mut StdRng) -> anyhow::Result<Asked> {
        let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= 3).collect();
        let word = words.choose(chance).copied().unwrap_or("lamp");
        let typed: String = word.chars().take(chance.random_range(3..=12)).collect();
        let mut address = format!("{}?limit={LISTED}&q=", self.products());
        domain::query::encode(&typed, &mut address);
        self.get(&address, caller)
    }

    /// The page, as a browser asks for it; none without a session.
    pub fn open(&self, caller: &Caller, handle: &str) -> anyhow::Result<Option<Asked>> {
        let Some(cookie) = &caller.cookie else { return Ok(None) };
        let request = self.to(Method::GET, &format!("/products/{handle}")).header(COOKIE, cookie);
        whole(request.header(ACCEPT, "text/html").header(ACCEPT_ENCODING, "gzip, deflate, br, zstd"), String::new()).map(Some)
    }

    /// `key` makes it one that is done once however often it is sent.
    pub fn edit(&self, caller: &Caller, id: &str, etag: &str, title: &str, key: Option<&str>) -> anyhow::Result<Asked> {
        let request = self.to(Method::PATCH, &format!("{PRODUCTS}/{id}")).header(AUTHORIZATION, &caller.authorization).header(IF_MATCH, etag);
        let request = request.header(CONTENT_TYPE, "application/merge-patch+json");
        whole(with_key(request, key), json!({"title": title}).to_string())
    }

    pub fn create(&self, caller: &Caller, title: &str, key: &str) -> anyhow::Result<Asked> {
        let request = self.to(Method::POST, PRODUCTS).header(AUTHORIZATION, &caller.authorization).header(CONTENT_TYPE, "application/json");
        whole(with_key(request, Some(key)), json!({"title": title, "vendor": "Load", "status": "draft"}).to_string())
    }

    /// As the script in a browser writes it, of a view that nobody has heard of.
    pub fn beacon(&self, chance: &mut StdRng) -> anyhow::Result<Asked> {
        let time = |chance: &mut StdRng| chance.random_range(50_000..2_000_000_u32);
        let body = json!({
            "v": 1, "view": format!("{:032x}", chance.random::<u128>()), "part": 0, "route": "/products", "build": "load",
            "navigation": "navigate", "connection": "4g", "device": "phone", "viewport": "narrow", "cache": "network", "age": 9_000,
            "values": {"lcp": time(chance), "fcp": time(chance), "ttfb": time(chance), "inp": time(chance) / 10, "cls": 120, "hydrated": time(chance)},
        });
        whole(self.to(Method::POST, "/vitals").header(CONTENT_TYPE, "text/plain;charset=UTF-8"), body.to_string())
    }

    const fn products(&self) -> &'static str {
        match self.addresses {
            Addresses::Versioned => PRODUCTS,
            Addresses::BeforeVersions => "/api/products",
        }
    }

    fn get(&self, address: &str, caller: &Caller) -> anyhow::Result<Asked> {
        whole(self.to(Method::GET, address).header(AUTHORIZATION, &caller.authorization), String::new())
    }

    fn to(&self, method: Method, address: &str) -> Builder {
        Request::builder().method(method).uri(address).header(HOST, &self.host)
    }
}

fn with_key(request: Builder, key: Option<&str>) -> Builder {
    match key {
        Some(key) => request.header(IDEMPOTENCY_KEY, key),
        None => request,
    }
}

fn whole(request: Builder, body: String) -> anyhow::Result<Asked> {
    Ok(request.body(Full::new(Bytes::from(body)))?)
}

/// Whether it is an answer to the call. Looked at briefly: what it costs is the generator's time.
pub fn check(call: Call, answer: &Answer) -> Result<(), Failed> {
    let good = if call == Call::Beacon { StatusCode::NO_CONTENT } else { StatusCode::OK };
    if answer.status != good {
        return Err(Failed::of_status(answer.status.as_u16(), &answer.body));
    }
    let begins = |with: &[u8]| answer.body.starts_with(with);
    let right = match call {
        Call::Login => begins(b"{\"token\":"),
        Call::List | Call::FreshList | Call::Search => begins(b"{\"products\":["),
        Call::Look | Call::Edit => begins(b"{\"id\":") && answer.headers.contains_key(ETAG),
        Call::Open => !answer.body.is_empty() && header_of(answer, &CONTENT_TYPE).starts_with("text/html"),
        Call::Beacon => true,
    };
    if right { Ok(()) } else { Err(Failed::new(Failure::Content, Failed::of_status(200, &answer.body).example)) }
}

/// What of an answer was there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The answer as it is sent.
    Finished,
    /// All products that it tells of: nothing was asked of the database for them.
    Products,
    Nothing,
}

/// As the answer tells by `Cache-Status` (RFC 9211); none of what is never kept, as pages and changes.
pub fn found(answer: &Answer) -> Option<Found> {
    let status = header_of(answer, &CACHE_STATUS);
    if status.is_empty() || status.contains("fwd=bypass") {
        return None;
    }
    let mut hits = status.split(", ").filter(|member| member.contains("; hit"));
    Some(match hits.next() {
        None => Found::Nothing,
        Some(first) if first.starts_with("vitrine-products;") && hits.next().is_none() => Found::Products,
        Some(_) => Found::Finished,
    })
}

pub fn etag(answer: &Answer) -> String {
    header_of(answer, &ETAG).to_owned()
}

/// Empty when it is not there.
pub fn header_of<'a>(answer: &'a Answer, name: &HeaderName) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The token of a log-in.
pub fn token(answer: &Answer) -> Option<HeaderValue> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    bearer(body.get("token")?.as_str()?)
}

pub fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The products of a part, and where the next part is.
pub fn products(answer: &Answer) -> Option<(Vec<Product>, u64, Option<String>)> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let one = |product: &Value| {
        let text = |name: &str| product.get(name)?.as_str().map(str::to_owned);
        Some(Product { id: text("id")?, handle: text("handle")?, title: text("title")?, etag: format!("\"{}\"", product.get("version")?.as_i64()?) })
    };
    let products = body.get("products")?.as_array()?.iter().map(one).collect::<Option<Vec<_>>>()?;
    Some((products, body.get("total")?.as_u64()?, body.get("next")?.as_str().map(str::to_owned)))
}

/// The id of one of the products of a list, by chance. Found in the bytes: reading all of it would be the generator's time.
pub fn one_shown(answer: &Answer, chance: &mut StdRng) -> Option<String> {
    const BEFORE: &[u8] = b"{\"id\":\"";
    const ID: usize = 36;
    let body = &answer.body;
    // Quotes in texts are escaped, so that nothing else looks like it.
    let at = |(place, bytes): (usize, &[u8])| (bytes == BEFORE).then_some(place + BEFORE.len());
    let ids: Vec<usize> = body.windows(BEFORE.len()).enumerate().filter_map(at).collect();
    let id = body.get(*ids.choose(chance)?..)?.get(..ID)?;
    std::str::from_utf8(id).ok().map(str::to_owned)
}

/// The title and the version of one product.
pub fn product(answer: &Answer) -> Option<Product> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
    Some(Product { id: text("id")?, handle: text("handle")?, title: text("title")?, etag: etag(answer) })
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use rand::SeedableRng;

    use super::*;

    fn asks() -> Asks {
        Asks::new(HeaderValue::from_static("127.0.0.1:3000"), Addresses::Versioned)
    }

    fn caller(cookie: Option<&'static str>) -> Caller {
        Caller { authorization: bearer("t").unwrap(), cookie: cookie.map(HeaderValue::from_static) }
    }

    fn answer(status: u16, body: &str, headers: &[(HeaderName, &'static str)]) -> Answer {
        let headers: HeaderMap = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    #[test]
    fn an_edit_says_what_it_was_decided_upon() {
        let request = asks().edit(&caller(None), "p1", "\"7\"", "Lamp", Some("k")).unwrap();

        assert_eq!((request.method(), request.uri().path()), (&Method::PATCH, "/api/v1/products/p1"));
        assert_eq!(request.headers()[IF_MATCH], "\"7\"");
        assert_eq!(request.headers()[IDEMPOTENCY_KEY], "k");
        assert_eq!(request.headers()[AUTHORIZATION], "Bearer t");
    }

    #[test]
    fn a_search_is_for_a_word_of_a_title() {
        let mut chance = StdRng::seed_from_u64(1);
        for _ in 0..50 {
            let request = asks().search(&caller(None), "Ölgemälde, 2 m", &mut chance).unwrap();
            let query = request.uri().query().unwrap();
            assert!(query.starts_with("limit=20&q=%C3%96lg"), "{query}");
        }
    }

    #[test]
    fn addresses_from_before_there_were_versions_can_be_asked() {
        let before = Asks::new(HeaderValue::from_static("h"), Addresses::BeforeVersions);
        let mut chance = StdRng::seed_from_u64(1);

        assert_eq!(before.login(&Account { email: "a".into(), password: "b".into() }).unwrap().uri().path(), "/api/auth/login");
        assert_eq!(before.list(&caller(None), &mut chance).unwrap().uri().path(), "/api/products");
    }

    #[test]
    fn a_page_is_opened_with_a_session_alone() {
        assert!(asks().open(&caller(None), "lamp").unwrap().is_none());
        assert_eq!(asks().open(&caller(Some("s=1")), "lamp").unwrap().unwrap().headers()[COOKIE], "s=1");
    }

    #[test]
    fn an_answer_is_looked_at() {
        let json = [(ETAG, "\"8\"")];
        assert!(check(Call::Edit, &answer(200, "{\"id\":1}", &json)).is_ok());
        assert_eq!(check(Call::Edit, &answer(412, "{}", &json)).unwrap_err().class, Failure::Conflict);
        assert_eq!(check(Call::List, &answer(200, "{\"id\":1}", &json)).unwrap_err().class, Failure::Content);
        assert_eq!(check(Call::Open, &answer(303, "", &[])).unwrap_err().class, Failure::Status);
        assert!(check(Call::Open, &answer(200, "<!doctype", &[(CONTENT_TYPE, "text/html; charset=utf-8")])).is_ok());
    }

    #[test]
    fn an_answer_tells_whether_it_was_there() {
        let told = |status| found(&answer(200, "", &[(CACHE_STATUS, status)]));
        assert_eq!(told("vitrine-memory; hit; ttl=3"), Some(Found::Finished));
        assert_eq!(told("vitrine-redis; hit; ttl=3, vitrine-memory; fwd=miss; stored"), Some(Found::Finished));
        assert_eq!(told("vitrine-memory; fwd=miss; stored"), Some(Found::Nothing));
        assert_eq!(told("vitrine-products; fwd=partial; stored, vitrine-memory; fwd=miss; stored"), Some(Found::Nothing));
        assert_eq!(told("vitrine-products; hit, vitrine-memory; fwd=miss; stored"), Some(Found::Products));
        assert_eq!([told("vitrine-memory; fwd=bypass"), found(&answer(200, "", &[]))], [None, None]);
    }

    #[test]
    fn a_fresh_list_is_another_one_each_time() {
        let mut chance = StdRng::seed_from_u64(1);
        let mut asked: Vec<String> = (0..100).map(|_| asks().fresh_list(&caller(None), &mut chance).unwrap().uri().to_string()).collect();
        asked.sort();
        asked.dedup();
        assert!(asked.len() > 95 && asked.iter().all(|address| address.matches(',').count() >= 12), "{asked:?}");
    }

    #[test]
    fn somebody_looks_at_one_of_those_they_are_shown() {
        let ids: [String; 3] = std::array::from_fn(|n| format!("0198c0de-0000-7000-8000-00000000000{n}"));
        let listed: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}","title":"a \"id\":\" b"}}"#)).collect();
        let list = answer(200, &format!(r#"{{"products":[{}],"total":3,"next":null}}"#, listed.join(",")), &[]);
        let mut chance = StdRng::seed_from_u64(1);

        let mut seen: Vec<String> = (0..50).map(|_| one_shown(&list, &mut chance).unwrap()).collect();

        seen.sort();
        seen.dedup();
        assert_eq!(seen, ids);
        assert_eq!(one_shown(&answer(200, r#"{"products":[],"total":0,"next":null}"#, &[]), &mut chance), None);
    }

    #[test]
    fn products_of_a_part_are_read_with_their_versions() {
        let body = r#"{"products":[{"id":"1","handle":"lamp","title":"Lamp","version":7}],"total":9,"next":"abc"}"#;
        let lamp = Product { id: "1".into(), handle: "lamp".into(), title: "Lamp".into(), etag: "\"7\"".into() };

        assert_eq!(products(&answer(200, body, &[])), Some((vec![lamp], 9, Some("abc".into()))));
        assert_eq!(products(&answer(200, "{}", &[])), None);
    }
}
