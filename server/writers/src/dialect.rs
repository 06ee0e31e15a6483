//! The two ways of talking to a provider: OpenAI's chat completions and Anthropic's messages.

mod anthropic;
mod habits;
mod openai;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use ports::writing::ProviderKind;
use serde_json::Value;

pub(crate) use self::habits::Habits;
use self::habits::{Format, LimitName};
use crate::{ProviderSettings, prompt::Ask, sse::Event};

/// What the schema and the tool are called.
const NAME: &str = "product_words";

/// No call has as many tokens: it is many times the longest answer that is read, and far beyond any model's window. Who counts more has
/// miscounted and is not believed, so that what is summed up and paid for stays far from where numbers end.
const MOST_TOKENS: u64 = 100_000_000;

/// What a provider has said so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) text: String,
    /// The arguments of the tool, where there is one.
    tool: String,
    pub(crate) refusal: String,
    pub(crate) finish: Option<Finish>,
    pub(crate) tokens_in: Option<u64>,
    pub(crate) tokens_out: Option<u64>,
    /// It has said that this is all.
    pub(crate) ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    Done,
    /// The limit of tokens was reached.
    Length,
    /// It will not say more.
    Declined,
}

/// An error that a provider reports, with the HTTP status it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// Its kind in the provider's own word.
    pub(crate) code: String,
    /// The field of the request that it is about.
    pub(crate) param: String,
    pub(crate) message: String,
}

/// Why a request cannot even be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unaskable {
    Address(String),
    Key,
}

impl Spoken {
    /// The answer itself.
    pub(crate) fn answer(&self) -> &str {
        if self.tool.trim().is_empty() { &self.text } else { &self.tool }
    }
}

pub(crate) fn request(settings: &ProviderSettings, ask: &Ask, habits: Habits) -> Result<Request<Bytes>, Unaskable> {
    let anthropic = settings.kind == ProviderKind::Anthropic;
    let (url, body) = if anthropic {
        (anthropic::url(&settings.base_url), anthropic::body(&settings.model, ask, habits))
    } else {
        (openai::url(&settings.base_url), openai::body(&settings.model, ask, habits))
    };
    let url = url.map_err(|_| Unaskable::Address(format!("\"{}\" is not an address", settings.base_url)))?;
    let mut request = Request::post(url.as_str())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/event-stream, application/json")
        .header(header::USER_AGENT, "Vitrine");
    if anthropic {
        request = request.header("anthropic-version", anthropic::VERSION);
    }
    if let Some(key) = settings.key.as_ref().filter(|key| !key.is_empty()) {
        let (name, text) = match () {
            () if anthropic => ("x-api-key", key.expose().to_owned()),
            () if openai::is_azure(&url) => ("api-key", key.expose().to_owned()),
            () => ("authorization", format!("Bearer {}", key.expose())),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| Unaskable::Key)?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    request.body(Bytes::from(body.to_string())).map_err(|error| Unaskable::Address(error.to_string()))
}

/// Takes one event of a stream.
pub(crate) fn hear(kind: ProviderKind, event: &Event, spoken: &mut Spoken) -> Result<(), Problem> {
    if event.data.trim() == "[DONE]" {
        spoken.ended = true;
        return Ok(());
    }
    // What is no JSON says nothing; that something is missing shows at the end.
    let Ok(value) = serde_json::from_str(&event.data) else { return Ok(()) };
    if let Some(problem) = problem_in(&value) {
        return Err(problem);
    }
    match kind {
        ProviderKind::Anthropic => anthropic::hear(&value, spoken),
        _ => openai::hear(&value, spoken),
    }
    Ok(())
}

/// Takes an answer that came whole.
pub(crate) fn hear_whole(kind: ProviderKind, value: &Value, spoken: &mut Spoken) -> Result<bool, Problem> {
    if let Some(problem) = problem_in(value) {
        return Err(problem);
    }
    let known = match kind {
        ProviderKind::Anthropic => anthropic::hear_whole(value, spoken),
        _ => openai::hear_whole(value, spoken),
    };
    spoken.ended |= known;
    Ok(known)
}

/// A count of tokens, where it can be believed: what is not counted is estimated.
fn counted(count: &Value) -> Option<u64> {
    count.as_u64().filter(|count| *count <= MOST_TOKENS)
}

/// The error object in an answer whose status says that all is well.
fn problem_in(value: &Value) -> Option<Problem> {
    let error = value.get("error").filter(|error| !error.is_null())?;
    let mut problem = problem(value);
    problem.status = status_of(error, &problem.code);
    Some(problem)
}

/// What a body says went wrong, in any of the forms that are about.
pub(crate) fn problem(value: &Value) -> Problem {
    let error = value.get("error").unwrap_or(value);
    let text = |from: &Value, names: &[&str]| names.iter().find_map(|name| from.get(name)?.as_str()).unwrap_or_default().to_owned();
    let message = match error {
        Value::String(message) => message.clone(),
        error => {
            let own = text(error, &["message", "detail", "error_description"]);
            match (own.is_empty(), error.get("detail").or_else(|| error.get("message"))) {
                (true, Some(detail)) if !detail.is_null() => detail.to_string(),
                _ => own,
            }
        }
    };
    let code = [text(error, &["code"]), text(error, &["type"])].into_iter().filter(|code| !code.is_empty()).collect::<Vec<_>>().join(" ");
    Problem { status: 0, code, param: text(error, &["param"]), message }
}

fn status_of(error: &Value, code: &str) -> u16 {
    let number = ["code", "status"].iter().find_map(|name| error.get(name)?.as_u64()).and_then(|number| u16::try_from(number).ok());
    if let Some(status) = number.filter(|status| (400..600).contains(status)) {
        return status;
    }
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    match () {
        () if has(&["insufficient_quota", "billing"]) => 402,
        () if has(&["rate_limit"]) => 429,
        () if has(&["overloaded"]) => 529,
        () if has(&["authentication", "invalid_api_key"]) => 401,
        () if has(&["permission"]) => 403,
        () if has(&["not_found"]) => 404,
        () if has(&["too_large"]) => 413,
        () if has(&["timeout"]) => 504,
        () if has(&["invalid_request", "content_filter", "context_length"]) => 400,
        () => 500,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::{ids::ProviderId, words::part::Part, words::source::Source};
    use serde_json::json;

    use super::*;
    use crate::{Question, Secret};

    pub(super) fn ask() -> Ask {
        let source = Source { title: "Oak lamp".into(), ..Source::default() };
        Ask::of(&Question { source, parts: vec![Part::Title], ..Question::default() }).unwrap()
    }

    fn asked(kind: ProviderKind, base_url: &str) -> (Request<Bytes>, Value) {
        let settings = ProviderSettings {
            id: ProviderId::BUILT_IN,
            kind,
            name: "X".into(),
            base_url: base_url.into(),
            model: "m-1".into(),
            key: Some(Secret::new("sk-1")),
            concurrency: 1,
            timeout: Duration::from_mins(1),
        };
        let request = request(&settings, &ask(), Habits::default()).unwrap();
        let body = serde_json::from_slice(request.body()).unwrap();
        (request, body)
    }

    #[test]
    fn openai_is_asked_in_its_form() {
        let (request, body) = asked(ProviderKind::OpenAi, "https://api.mistral.ai/v1/");

        assert_eq!(request.uri(), "https://api.mistral.ai/v1/chat/completions");
        assert_eq!(request.headers()["authorization"], "Bearer sk-1");
        assert_eq!(body["model"], "m-1");
        assert_eq!(body["stream"], true);
        assert_eq!(body["stream_options"], json!({ "include_usage": true }));
        assert_eq!(body["response_format"]["type"], "json_schema");
        assert_eq!(body["response_format"]["json_schema"]["strict"], true);
        assert_eq!(body["response_format"]["json_schema"]["schema"]["required"], json!(["title"]));
        assert_eq!(body["messages"][0]["role"], "system");
        assert_eq!(body["messages"][1]["role"], "user");
        assert!(body["max_completion_tokens"].is_u64() && body.get("max_tokens").is_none());
    }

    #[test]
    fn azure_takes_its_key_in_another_header_and_wants_a_version() {
        let (request, _) = asked(ProviderKind::OpenAi, "https://shop.openai.azure.com/openai/deployments/words");

        assert_eq!(request.uri(), "https://shop.openai.azure.com/openai/deployments/words/chat/completions?api-version=2024-10-21");
        assert_eq!(request.headers()["api-key"], "sk-1");
        assert!(!request.headers().contains_key("authorization"));
    }

    #[test]
    fn a_query_of_the_address_is_kept() {
        let (request, _) = asked(ProviderKind::OpenAi, "https://gateway.example/openai?api-version=2025-01-01");

        assert_eq!(request.uri(), "https://gateway.example/openai/chat/completions?api-version=2025-01-01");
        assert_eq!(request.headers()["api-key"], "sk-1");
    }

    #[test]
    fn anthropic_is_asked_in_its_form() {
        for base in ["", "https://api.anthropic.com", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"] {
            let (request, body) = asked(ProviderKind::Anthropic, base);

            assert_eq!(request.uri(), "https://api.anthropic.com/v1/messages", "{base}");
            assert_eq!(request.headers()["x-api-key"], "sk-1");
            assert_eq!(request.headers()["anthropic-version"], "2023-06-01");
            assert_eq!(body["tool_choice"], json!({ "type": "tool", "name": "product_words" }));
            assert_eq!(body["tools"][0]["input_schema"]["required"], json!(["title"]));
            assert!(body["system"].is_string() && body["max_tokens"].is_u64());
            assert_eq!(body["messages"][0]["role"], "user");
        }
    }

    #[test]
    fn errors_are_understood_in_all_their_forms() {
        let said = |body: Value| (problem(&body).message, problem(&body).code);

        assert_eq!(said(json!({ "error": { "message": "No.", "type": "t", "code": "c" } })), ("No.".into(), "c t".into()));
        assert_eq!(
            said(json!({ "type": "error", "error": { "type": "overloaded_error", "message": "Overloaded" } })),
            ("Overloaded".into(), "overloaded_error".into())
        );
        assert_eq!(said(json!({ "object": "error", "message": "Bad", "type": "x", "code": null })), ("Bad".into(), "x".into()));
        assert_eq!(said(json!({ "error": "model not found" })).0, "model not found");
        assert_eq!(said(json!({ "detail": [{ "msg": "field required" }] })).0, r#"[{"msg":"field required"}]"#);
        assert_eq!(said(json!({})).0, "");
    }

    /// What is made of the same count in every place where a provider may count, in a stream and in a whole answer.
    fn counts(kind: ProviderKind, count: &Value) -> [(Option<u64>, Option<u64>); 2] {
        let (events, whole) = if kind == ProviderKind::Anthropic {
            let usage =
                json!({ "input_tokens": count, "cache_creation_input_tokens": count, "cache_read_input_tokens": count, "output_tokens": count });
            let events = vec![
                json!({ "type": "message_start", "message": { "usage": usage } }),
                json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" }, "usage": { "output_tokens": count } }),
            ];
            (events, json!({ "content": [], "stop_reason": "end_turn", "usage": usage }))
        } else {
            let usage = json!({ "prompt_tokens": count, "completion_tokens": count });
            (vec![json!({ "choices": [], "usage": usage })], json!({ "choices": [{ "message": {} }], "usage": usage }))
        };
        let (mut streamed, mut came_whole) = (Spoken::default(), Spoken::default());
        for event in events {
            hear(kind, &Event { data: event.to_string() }, &mut streamed).unwrap();
        }
        assert_eq!(hear_whole(kind, &whole, &mut came_whole), Ok(true));
        [streamed, came_whole].map(|spoken| (spoken.tokens_in, spoken.tokens_out))
    }

    #[test]
    fn openai_is_believed_no_count_that_cannot_be() {
        for absurd in
            [json!(u64::MAX), json!(i64::MAX), json!(MOST_TOKENS + 1), json!(-1), json!(1e300), json!(2.5), json!("12"), json!([1]), json!(null)]
        {
            assert_eq!(counts(ProviderKind::OpenAi, &absurd), [(None, None); 2], "{absurd}");
        }
        assert_eq!(counts(ProviderKind::OpenAi, &json!(MOST_TOKENS)), [(Some(MOST_TOKENS), Some(MOST_TOKENS)); 2]);
        assert_eq!(counts(ProviderKind::OpenAi, &json!(0)), [(Some(0), Some(0)); 2]);

        let mut spoken = Spoken::default();
        assert_eq!(hear_whole(ProviderKind::OpenAi, &json!({ "choices": [{ "message": {} }] }), &mut spoken), Ok(true));
        assert_eq!((spoken.tokens_in, spoken.tokens_out), (None, None), "it counts nothing at all");
    }

    #[test]
    fn anthropic_is_believed_no_count_that_cannot_be() {
        for absurd in
            [json!(u64::MAX), json!(i64::MAX), json!(MOST_TOKENS + 1), json!(-1), json!(1e300), json!(2.5), json!("12"), json!([1]), json!(null)]
        {
            assert_eq!(counts(ProviderKind::Anthropic, &absurd), [(None, None); 2], "{absurd}");
        }
        assert_eq!(counts(ProviderKind::Anthropic, &json!(MOST_TOKENS)), [(None, Some(MOST_TOKENS)); 2], "three of them are too many");
        assert_eq!(counts(ProviderKind::Anthropic, &json!(20)), [(Some(60), Some(20)); 2]);

        let mut spoken = Spoken::default();
        assert_eq!(hear_whole(ProviderKind::Anthropic, &json!({ "content": [] }), &mut spoken), Ok(true));
        assert_eq!((spoken.tokens_in, spoken.tokens_out), (None, None), "it counts nothing at all");
    }

    #[test]
    fn a_count_that_cannot_be_leaves_the_one_before() {
        let mut spoken = Spoken::default();
        for count in [json!(7), json!(u64::MAX), json!(-7)] {
            let event = json!({ "type": "message_delta", "delta": {}, "usage": { "input_tokens": count, "output_tokens": count } });
            hear(ProviderKind::Anthropic, &Event { data: event.to_string() }, &mut spoken).unwrap();
        }
        assert_eq!((spoken.tokens_in, spoken.tokens_out), (Some(7), Some(7)));
    }

    #[test]
    fn an_error_within_a_good_answer_has_a_status_of_its_own() {
        let status = |error: Value| problem_in(&json!({ "error": error })).map(|problem| problem.status);

        assert_eq!(status(json!({ "type": "overloaded_error" })), Some(529));
        assert_eq!(status(json!({ "code": 502, "message": "x" })), Some(502));
        assert_eq!(status(json!({ "code": "rate_limit_exceeded" })), Some(429));
        assert_eq!(status(json!({ "type": "insufficient_quota" })), Some(402));
        assert_eq!(status(json!("boom")), Some(500));
        assert_eq!(status(Value::Null), None);
    }
}
