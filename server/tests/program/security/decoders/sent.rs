//! Where an input is sent to, and what answer is one.

use std::{fmt::Write as _, time::Duration};

use domain::{
    ids::{DeviceId, OpId, ProductId, UserId},
    sync::wire::{CONTENT_TYPE, PROTO, Push, REDUCER, Sealed, SentOp},
};
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use uuid::Uuid;

use crate::{
    security::{
        place::{json_of, token_of},
        rows::{Row, rows},
    },
    support::{Client, Engine, PASSWORD, Program, Reply},
};

/// Each has a folder in `server/tests/corpus`.
pub(super) const DECODERS: [&str; 13] = [
    "cursors",
    "entity-tags",
    "idempotency-keys",
    "ranges",
    "functions",
    "queries",
    "paths",
    "cookies",
    "authorization",
    "json",
    "forms",
    "multipart",
    "messages",
];

/// Lists with an order of their own, each of which has cursors of its own.
const LISTS: [&str; 4] = ["sort=title", "sort=-price", "sort=vendor", "sort=-updated"];

/// What reads something behind a `?`.
const READ: [&str; 16] = [
    "/products",
    "/review",
    "/runs/new",
    "/usage",
    "/settings/brief",
    "/settings/providers",
    "/settings/tokens",
    "/settings/webhooks",
    "/sign-in",
    "/api/fn/products/list",
    "/api/fn/product/get",
    "/api/fn/review/queue",
    "/api/v1/products",
    "/api/v1/changes",
    "/api/v1/reviews",
    "/api/v1/usage",
];

/// What reads JSON.
const JSON: [(&str, &str); 11] = [
    ("POST", "/api/v1/products"),
    ("POST", "/api/v1/products/batch"),
    ("PATCH", "/api/v1/products/lamp"),
    ("POST", "/api/v1/products/lamp/variants"),
    ("POST", "/api/v1/products/lamp/images"),
    ("POST", "/api/v1/runs/estimate"),
    ("POST", "/api/v1/reviews/0195a000-0000-7000-8000-000000000000/decision"),
    ("POST", "/api/v1/reviews/0195a000-0000-7000-8000-000000000000/judgement"),
    ("POST", "/api/v1/reviews/approve"),
    ("POST", "/api/v1/versions/0195a000-0000-7000-8000-000000000000/activate"),
    ("POST", "/api/v1/webhooks"),
];

const FORMS: [&str; 9] =
    ["/sign-in", "/theme", "/switch-store", "/products/lamp", "/runs", "/usage/budget", "/settings/brief", "/settings/tokens", "/settings/webhooks"];

const METHODS: [&str; 8] = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

/// The longest that anybody waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store of one's own with a product, and its owner.
pub(super) struct Target {
    program: Program,
    browser: Client,
    plain: Client,
    http: reqwest::Client,
    token: String,
    /// What a cursor of each list begins with: a forged one without it is none.
    cursors: Vec<String>,
    functions: Vec<String>,
    /// A cookie that is good.
    cookie: String,
    /// Who it is, and something they have, as devices name them.
    user: UserId,
    product: ProductId,
}

impl Target {
    pub(super) async fn open(engine: Engine) -> Self {
        let program = Program::serving(engine).await;
        let (browser, plain) = (program.client(), program.client());
        let cookie = browser.sign_in("owner@second.test", PASSWORD).await.cookie().to_owned();
        let token = token_of(&plain, "owner@second.test").await;
        let functions = rows().iter().filter(|row| row.is_function() && !row.reads()).map(Row::address).collect();
        let http = reqwest::Client::new();
        let user = UserId(program.id("users", "email = 'owner@second.test'").parse().unwrap());
        let product = ProductId(Uuid::nil());
        let mut target = Self { program, browser, plain, http, token, cursors: Vec::new(), functions, cookie, user, product };
        for title in ["Lamp", "Mug", "Vase"] {
            let made =
                target.api(Method::POST, "/api/v1/products", &[("content-type", "application/json")], format!(r#"{{"title":"{title}"}}"#)).await;
            assert_eq!(made.status, 201, "{}", made.text);
        }
        let vase = target.api(Method::GET, "/api/v1/products/vase", &[], "").await;
        target.product = ProductId(json_of(&vase)["id"].as_str().unwrap().parse().unwrap());
        for list in LISTS {
            let part = target.api(Method::GET, &format!("/api/v1/products?limit=1&{list}"), &[], "").await;
            let next = json_of(&part)["next"].as_str().unwrap_or_else(|| panic!("{list}: {}", part.text)).to_owned();
            // The version and the list's hash are nine bytes, which are twelve letters.
            target.cursors.push(next[..12].to_owned());
        }
        target
    }

    /// What is wrong with how an input is answered; none when nothing is.
    pub(super) async fn complaint(&self, decoder: &str, input: &[u8]) -> Option<String> {
        let Ok(answers) = timeout(PATIENCE, self.answers(decoder, input)).await else { return Some("there is no answer".to_owned()) };
        // 503 says that there is too much to do, which logging in on a busy machine may be.
        answers.into_iter().find(|(_, status, text)| *status == 0 || (*status >= 500 && *status != 503) || leaks(text)).map(
            |(asked, status, text)| {
                let text: String = text.chars().take(600).collect();
                format!("{asked} is answered {status}: {text}")
            },
        )
    }

    async fn answers(&self, decoder: &str, input: &[u8]) -> Vec<(String, u16, String)> {
        let (first, rest) = input.split_first().map_or((0, input), |(first, rest)| (usize::from(*first), rest));
        match decoder {
            "cursors" => {
                let list = first % LISTS.len();
                let (forged, as_it_is) = (format!("{}{}", self.cursors[list], base64(rest)), in_query(input, false));
                let mut answers = Vec::new();
                for cursor in [&forged, &as_it_is] {
                    answers.push(self.get(&format!("/api/v1/products?limit=2&{}&cursor={cursor}", LISTS[list])).await);
                }
                for other in ["reviews", "usage/calls", "changes", "runs"] {
                    answers.push(self.get(&format!("/api/v1/{other}?cursor={as_it_is}")).await);
                }
                answers
            }
            "entity-tags" => {
                let tags = in_header(input);
                let json = &b"application/merge-patch+json"[..];
                vec![
                    self.with(Method::GET, "/api/v1/products/lamp", &[("if-none-match", &tags)], "").await,
                    self.with(Method::PATCH, "/api/v1/products/lamp", &[("if-match", &tags), ("content-type", json)], "{}").await,
                    self.with(Method::GET, "/favicon.svg", &[("if-none-match", &tags), ("if-match", &tags)], "").await,
                ]
            }
            "idempotency-keys" => {
                let (key, json) = (in_header(input), &b"application/json"[..]);
                vec![self.with(Method::POST, "/api/v1/products", &[("idempotency-key", &key), ("content-type", json)], r#"{"title":""}"#).await]
            }
            "ranges" => {
                let text = in_header(input);
                let mut parts = text.splitn(2, |byte| *byte == b'|');
                let (range, others) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                let headers = [("range", range), ("if-range", others), ("accept-encoding", others), ("if-modified-since", others)];
                vec![self.with(Method::GET, "/favicon.svg", &headers, "").await, self.with(Method::GET, "/api/v1/products", &headers, "").await]
            }
            "functions" => {
                let address = &self.functions[first % self.functions.len()];
                let headers = [("content-type", "application/x-postcard"), ("sec-fetch-site", "same-origin")];
                vec![told(address, self.browser.send(Method::POST, address, &headers, rest).await)]
            }
            "queries" => vec![self.get(&format!("{}?{}", READ[first % READ.len()], in_query(rest, true))).await],
            "paths" => vec![self.raw(METHODS[first % METHODS.len()], rest).await],
            "cookies" => {
                let (cookies, good) = (in_header(input), self.cookie.as_bytes());
                let mut answers = Vec::new();
                for cookies in [cookies.clone(), [&cookies[..], b"; ", good].concat(), [good, b"; ", &cookies].concat()] {
                    answers.push(self.with(Method::GET, "/usage", &[("cookie", &cookies)], "").await);
                }
                answers
            }
            "authorization" => {
                let sent = in_header(input);
                vec![
                    self.with(Method::GET, "/api/v1/products", &[("authorization", &sent)], "").await,
                    self.with(Method::GET, "/api/v1/products", &[("authorization", &[&b"Bearer "[..], &sent].concat())], "").await,
                ]
            }
            "json" => {
                let (method, address) = JSON[first % JSON.len()];
                let kind = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
                let reply = self.api(method.parse().unwrap(), address, &[("content-type", kind), ("if-match", "*")], rest).await;
                vec![told(address, reply)]
            }
            "forms" => {
                let address = FORMS[first % FORMS.len()];
                let headers = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
                // Somebody signs in as somebody else, whose browser this must not be.
                let client = if address == "/sign-in" { &self.plain } else { &self.browser };
                vec![told(address, client.send(Method::POST, address, &headers, rest).await)]
            }
            "multipart" => {
                let headers = [("content-type", "multipart/form-data; boundary=x"), ("sec-fetch-site", "same-origin")];
                vec![told("an upload", self.browser.send(Method::POST, "/imports", &headers, input).await)]
            }
            // Three whole ones, an op, and what somebody wants, each in what it is sent in.
            "messages" => {
                let (call, message) = match first % 4 {
                    _ if first >= 192 => ("rows", Sealed::from_bytes(rest.to_vec())),
                    0 => ("push", Sealed::from_bytes(rest.to_vec())),
                    1 => ("pull", Sealed::from_bytes(rest.to_vec())),
                    2 => ("push", self.pushed(Sealed::from_bytes(rest.to_vec()))),
                    _ => ("push", self.pushed(Sealed::of(&self.op(Sealed::from_bytes(rest.to_vec()))))),
                };
                let headers = [("content-type", CONTENT_TYPE), ("sec-fetch-site", "same-origin")];
                vec![told(call, self.browser.send(Method::POST, &format!("/sync/v1/{call}"), &headers, message.bytes()).await)]
            }
            other => panic!("say how {other} is sent"),
        }
    }

    fn op(&self, payload: Sealed) -> SentOp {
        SentOp { id: OpId(fresh()), number: 1, lane: self.product, reducer: REDUCER, payload }
    }

    /// By a device that has sent nothing before.
    fn pushed(&self, op: Sealed) -> Sealed {
        Sealed::of(&Push { proto: PROTO, device: DeviceId(fresh()), user: self.user, witness: None, ops: vec![op] })
    }

    async fn get(&self, address: &str) -> (String, u16, String) {
        let reply = if address.starts_with("/api/v1") { self.api(Method::GET, address, &[], "").await } else { self.browser.get(address).await };
        told(address, reply)
    }

    async fn api(&self, method: Method, address: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Reply {
        self.plain.send(method, address, &[&[("authorization", self.token.as_str())][..], headers].concat(), body).await
    }

    /// With headers of any bytes, and with a token unless they have one.
    async fn with(&self, method: Method, address: &str, headers: &[(&str, &[u8])], body: &'static str) -> (String, u16, String) {
        let mut request = self.http.request(method, format!("{}{address}", self.program.address())).body(body);
        if !headers.iter().any(|(name, _)| *name == "authorization") {
            request = request.header("authorization", &self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (address.to_owned(), status, String::from_utf8_lossy(&reply.bytes().await.unwrap()).into_owned())
    }

    /// As it is: a client would put the path in order first.
    async fn raw(&self, method: &str, path: &[u8]) -> (String, u16, String) {
        let mut line: Vec<u8> = path.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        // A whole address and a star can stand there, too.
        if !(line.starts_with(b"/") || line.starts_with(b"http") || line.starts_with(b"*")) {
            line.insert(0, b'/');
        }
        let asked = format!("{method} {}", line.escape_ascii());
        let head = format!(
            " HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {}\r\nauthorization: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            self.cookie, self.token
        );
        let request = [method.as_bytes(), b" ", &line, head.as_bytes()].concat();
        let mut stream = TcpStream::connect(("127.0.0.1", self.program.port())).await.unwrap();
        let mut answer = Vec::new();
        // Whoever is refused early need not be listened to.
        let _ = stream.write_all(&request).await;
        let _ = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).unwrap_or_default();
        (asked, status, text)
    }
}

fn fresh() -> Uuid {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// What is in files that no address has.
fn leaks(text: &str) -> bool {
    text.contains("root:x:0:0") || text.contains("[package]\nname")
}

fn told(asked: &str, reply: Reply) -> (String, u16, String) {
    (asked.to_owned(), reply.status, reply.text)
}

/// What a header can hold of it.
fn in_header(input: &[u8]) -> Vec<u8> {
    let held = |byte: &u8| if byte.is_ascii_control() && *byte != b'\t' { b'~' } else { *byte };
    input.trim_ascii().iter().map(held).collect()
}

/// As it stands behind a `?`: with what separates there, or as one value.
fn in_query(input: &[u8], whole: bool) -> String {
    let mut query = String::new();
    for byte in input {
        let stays = byte.is_ascii_alphanumeric() || b"-._~%+*/:,;@!$()".contains(byte) || whole && b"&=[]?".contains(byte);
        if stays { query.push(char::from(*byte)) } else { write!(query, "%{byte:02X}").unwrap() }
    }
    query
}

/// As cursors are written (RFC 4648, section 5), without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let all = three.iter().chain([&0, &0]).take(3).fold(0_usize, |all, byte| all << 8 | usize::from(*byte));
        text.extend((0..=three.len()).map(|at| char::from(LETTERS[all >> (18 - 6 * at) & 63])));
    }
    text
}
