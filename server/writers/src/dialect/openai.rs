//! OpenAI's chat completions, and what other endpoints make of them.

use serde_json::{Value, json};
use url::Url;

use super::{Finish, Format, Habits, LimitName, NAME, Spoken, counted};
use crate::prompt::{Ask, Role};

const BASE: &str = "https://api.openai.com/v1";
const PATH: &str = "/chat/completions";
const AZURE: &str = ".openai.azure.com";
/// Azure's latest version that is not a preview.
const AZURE_VERSION: &str = "2024-10-21";

pub(super) fn url(base: &str) -> Result<Url, url::ParseError> {
    let mut url = Url::parse(if base.trim().is_empty() { BASE } else { base.trim() })?;
    let path = url.path().trim_end_matches('/').to_owned();
    if !path.ends_with(PATH) {
        url.set_path(&format!("{path}{PATH}"));
    }
    url.set_fragment(None);
    let azure = url.host_str().is_some_and(|host| host.ends_with(AZURE));
    if azure && url.query().is_none() && !url.path().contains("/openai/v1/") {
        url.query_pairs_mut().append_pair("api-version", AZURE_VERSION);
    }
    Ok(url)
}

/// Azure, and gateways in its form, take the key in a header of their own.
pub(super) fn is_azure(url: &Url) -> bool {
    url.query().is_some() || url.host_str().is_some_and(|host| host.ends_with(AZURE))
}

pub(super) fn body(model: &str, ask: &Ask, habits: Habits) -> Value {
    let mut messages = vec![json!({ "role": "system", "content": ask.system })];
    messages.extend(ask.turns.iter().map(|turn| {
        let role = if turn.role == Role::User { "user" } else { "assistant" };
        json!({ "role": role, "content": turn.text })
    }));
    let mut body = json!({ "model": model, "messages": messages, "stream": true });
    if habits.usage {
        body["stream_options"] = json!({ "include_usage": true });
    }
    match habits.limit {
        LimitName::MaxCompletionTokens => body["max_completion_tokens"] = json!(ask.most_tokens),
        LimitName::MaxTokens => body["max_tokens"] = json!(ask.most_tokens),
        LimitName::Unnamed => {}
    }
    match (&ask.schema, habits.format) {
        (Some(schema), Format::Schema) => {
            body["response_format"] = json!({ "type": "json_schema", "json_schema": { "name": NAME, "strict": true, "schema": schema } });
        }
        (Some(_), Format::Object) => body["response_format"] = json!({ "type": "json_object" }),
        _ => {}
    }
    body
}

pub(super) fn hear(chunk: &Value, spoken: &mut Spoken) {
    if let Some(choice) = chunk.pointer("/choices/0") {
        take(choice, "delta", spoken);
    }
    count(chunk, spoken);
}

/// Whether it is such an answer at all.
pub(super) fn hear_whole(answer: &Value, spoken: &mut Spoken) -> bool {
    count(answer, spoken);
    answer.pointer("/choices/0").map(|choice| take(choice, "message", spoken)).is_some()
}

fn take(choice: &Value, message: &str, spoken: &mut Spoken) {
    let message = &choice[message];
    match &message["content"] {
        Value::String(text) => spoken.text.push_str(text),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).for_each(|text| spoken.text.push_str(text)),
        _ => {}
    }
    if let Some(refusal) = message["refusal"].as_str() {
        spoken.refusal.push_str(refusal);
    }
    if let Some(reason) = choice["finish_reason"].as_str() {
        spoken.finish = Some(match reason {
            "length" => Finish::Length,
            "content_filter" => Finish::Declined,
            _ => Finish::Done,
        });
    }
}

fn count(answer: &Value, spoken: &mut Spoken) {
    let usage = &answer["usage"];
    spoken.tokens_in = counted(&usage["prompt_tokens"]).or(spoken.tokens_in);
    spoken.tokens_out = counted(&usage["completion_tokens"]).or(spoken.tokens_out);
}
