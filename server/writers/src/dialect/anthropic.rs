//! Anthropic's messages. The answer is had as the arguments of a tool that has to be used.

use serde_json::{Value, json};
use url::Url;

use super::{Finish, Habits, MOST_TOKENS, NAME, Spoken, counted};
use crate::prompt::{Ask, Role};

pub(super) const VERSION: &str = "2023-06-01";
const BASE: &str = "https://api.anthropic.com";

pub(super) fn url(base: &str) -> Result<Url, url::ParseError> {
    let mut url = Url::parse(if base.trim().is_empty() { BASE } else { base.trim() })?;
    let path = url.path().trim_end_matches('/').to_owned();
    let path = match () {
        () if path.ends_with("/messages") => path,
        () if path.ends_with("/v1") => format!("{path}/messages"),
        () => format!("{path}/v1/messages"),
    };
    url.set_path(&path);
    url.set_fragment(None);
    Ok(url)
}

pub(super) fn body(model: &str, ask: &Ask, habits: Habits) -> Value {
    let messages: Vec<Value> = ask
        .turns
        .iter()
        .map(|turn| {
            let role = if turn.role == Role::User { "user" } else { "assistant" };
            json!({ "role": role, "content": turn.text })
        })
        .collect();
    let mut body = json!({ "model": model, "max_tokens": ask.most_tokens, "system": ask.system, "messages": messages, "stream": true });
    if let Some(schema) = &ask.schema {
        body["tools"] = json!([{ "name": NAME, "description": "Takes the texts that were written for the product.", "input_schema": schema }]);
        body["tool_choice"] = if habits.forced { json!({ "type": "tool", "name": NAME }) } else { json!({ "type": "auto" }) };
    }
    body
}

pub(super) fn hear(event: &Value, spoken: &mut Spoken) {
    match event["type"].as_str() {
        Some("message_start") => count(&event["message"]["usage"], spoken),
        Some("content_block_delta") => match event["delta"]["type"].as_str() {
            Some("text_delta") => spoken.text.push_str(event["delta"]["text"].as_str().unwrap_or_default()),
            Some("input_json_delta") => spoken.tool.push_str(event["delta"]["partial_json"].as_str().unwrap_or_default()),
            _ => {}
        },
        Some("message_delta") => {
            count(&event["usage"], spoken);
            finish(&event["delta"], spoken);
        }
        Some("message_stop") => spoken.ended = true,
        // `ping`, the begin and end of a block, and what comes in future.
        _ => {}
    }
}

/// Whether it is such an answer at all.
pub(super) fn hear_whole(answer: &Value, spoken: &mut Spoken) -> bool {
    let Some(blocks) = answer["content"].as_array() else { return false };
    for block in blocks {
        match block["type"].as_str() {
            Some("text") => spoken.text.push_str(block["text"].as_str().unwrap_or_default()),
            Some("tool_use") => spoken.tool.push_str(&block["input"].to_string()),
            _ => {}
        }
    }
    count(&answer["usage"], spoken);
    finish(answer, spoken);
    true
}

fn finish(message: &Value, spoken: &mut Spoken) {
    if let Some(reason) = message["stop_reason"].as_str() {
        spoken.finish = Some(match reason {
            "max_tokens" | "model_context_window_exceeded" => Finish::Length,
            "refusal" => Finish::Declined,
            _ => Finish::Done,
        });
    }
}

/// Counts are of all so far. What was read from a cache or written to one is counted apart from the rest of the input.
fn count(usage: &Value, spoken: &mut Spoken) {
    let of = |name: &str| counted(&usage[name]);
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"].map(|name| of(name).unwrap_or(0));
    let input = of("input_tokens").map(|input| input + cached[0] + cached[1]);
    spoken.tokens_in = input.filter(|input| *input <= MOST_TOKENS).or(spoken.tokens_in);
    spoken.tokens_out = of("output_tokens").or(spoken.tokens_out);
}
