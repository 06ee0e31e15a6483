//! Answers in the form of Anthropic's messages.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::steps::{Step, paced, pieces, tokens};

const ID: &str = "msg_scripted00000000000001";

pub(super) fn stream(body: &Value, text: &str, finish: &str, pause: Duration) -> Vec<Step> {
    let (sent, said) = counts(body, text);
    let mut message = message(body, json!([]), Value::Null);
    message["usage"] = json!({ "input_tokens": sent, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1 });
    let mut events = vec![event("message_start", &json!({ "type": "message_start", "message": message }))];
    let as_tool = through_tool(body) && finish != "refusal";
    let block = if as_tool {
        json!({ "type": "tool_use", "id": "toolu_scripted01", "name": tool(body), "input": {} })
    } else {
        json!({ "type": "text", "text": "" })
    };
    events.push(event("content_block_start", &json!({ "type": "content_block_start", "index": 0, "content_block": block })));
    events.push(event("ping", &json!({ "type": "ping" })));
    events.extend(pieces(text).into_iter().map(|piece| {
        let delta =
            if as_tool { json!({ "type": "input_json_delta", "partial_json": piece }) } else { json!({ "type": "text_delta", "text": piece }) };
        event("content_block_delta", &json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
    }));
    events.push(event("content_block_stop", &json!({ "type": "content_block_stop", "index": 0 })));
    let delta = json!({ "stop_reason": reason(finish, as_tool), "stop_sequence": null });
    events.push(event("message_delta", &json!({ "type": "message_delta", "delta": delta, "usage": { "output_tokens": said } })));
    events.push(event("message_stop", &json!({ "type": "message_stop" })));
    paced(events, pause)
}

pub(super) fn whole(body: &Value, text: &str, finish: &str) -> Value {
    let (sent, said) = counts(body, text);
    let as_tool = through_tool(body);
    let content = if as_tool {
        let input: Value = serde_json::from_str(text).unwrap_or_else(|_| json!({}));
        json!([{ "type": "tool_use", "id": "toolu_scripted01", "name": tool(body), "input": input }])
    } else {
        json!([{ "type": "text", "text": text }])
    };
    let mut message = message(body, content, json!(reason(finish, as_tool)));
    message["usage"] = json!({ "input_tokens": sent, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": said });
    message
}

pub(super) fn error_event(kind: &str) -> Bytes {
    event("error", &json!({ "type": "error", "error": { "type": kind, "message": "Overloaded" } }))
}

pub(super) fn refusal(status: u16, message: &str) -> Value {
    let (kind, usual) = match status {
        401 => ("authentication_error", "invalid x-api-key"),
        402 => ("billing_error", "Your credit balance is too low."),
        403 => ("permission_error", "Your key may not use this."),
        404 => ("not_found_error", "model: not found"),
        413 => ("request_too_large", "Request exceeds the maximum size."),
        429 => ("rate_limit_error", "This request would exceed your rate limit."),
        529 => ("overloaded_error", "Overloaded"),
        400..500 => ("invalid_request_error", "Your request is not valid."),
        _ => ("api_error", "Internal server error"),
    };
    let message = if message.is_empty() { usual } else { message };
    json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_scripted01" })
}

fn message(body: &Value, content: Value, stop_reason: Value) -> Value {
    json!({
        "id": ID, "type": "message", "role": "assistant", "model": body["model"], "content": content, "stop_reason": stop_reason,
        "stop_sequence": null,
    })
}

fn reason(finish: &str, as_tool: bool) -> &str {
    match finish {
        "length" => "max_tokens",
        "stop" if as_tool => "tool_use",
        "stop" => "end_turn",
        other => other,
    }
}

fn through_tool(body: &Value) -> bool {
    matches!(body["tool_choice"]["type"].as_str(), Some("tool" | "any"))
}

fn tool(body: &Value) -> &Value {
    &body["tools"][0]["name"]
}

fn counts(body: &Value, text: &str) -> (usize, usize) {
    (tokens(&body["messages"].to_string()) + tokens(&body["system"].to_string()), tokens(text))
}

fn event(kind: &str, data: &Value) -> Bytes {
    Bytes::from(format!("event: {kind}\ndata: {data}\n\n"))
}
