use std::fmt::Write;

use reqwest::{Method, header::HeaderMap, multipart, redirect::Policy};

/// A browser without JavaScript: it keeps its cookies and shows redirects instead of following them.
pub(crate) struct Client {
    http: reqwest::Client,
    address: String,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: String) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(Policy::none()).build().unwrap();
        Self { http, address }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], "").await
    }

    /// Posts a form as a browser's own page does.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Reply {
        self.post_with(path, form, &[]).await
    }

    /// Posts a form with further headers, as a proxy adds them.
    pub(crate) async fn post_with(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let body: Vec<String> = form.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let headers = [&[("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")][..], headers].concat();
        self.send(Method::POST, path, &headers, body.join("&")).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Reply {
        let mut request = self.http.request(method, format!("{}{path}", self.address)).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.send().await.unwrap()).await
    }

    /// An answer that comes bit by bit.
    pub(crate) async fn listen(&self, path: &str) -> reqwest::Response {
        self.http.get(format!("{}{path}", self.address)).send().await.unwrap()
    }

    pub(crate) async fn upload(&self, file_name: &str, content: Vec<u8>, options: &[(&'static str, &'static str)]) -> Reply {
        let mut form = multipart::Form::new();
        for (name, value) in options {
            form = form.text(*name, *value);
        }
        self.upload_form(form.part("file", multipart::Part::bytes(content).file_name(file_name.to_owned()))).await
    }

    pub(crate) async fn upload_form(&self, form: multipart::Form) -> Reply {
        reply(self.http.post(format!("{}/imports", self.address)).multipart(form).send().await.unwrap()).await
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Reply {
        self.post("/sign-in", &[("email", email), ("password", password)]).await
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// The cookie that was set, as a browser sends it back.
    pub(crate) fn cookie(&self) -> &str {
        self.header("set-cookie").split(';').next().unwrap_or_default()
    }
}

/// A text as it stands in an address or in a form.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
    }
    encoded
}

async fn reply(answer: reqwest::Response) -> Reply {
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    // What has no end is not waited for.
    let is_endless = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let bytes = if is_endless { Vec::new() } else { answer.bytes().await.unwrap().to_vec() };
    Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
}
