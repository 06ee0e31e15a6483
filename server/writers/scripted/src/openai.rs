//! Answers in the form of OpenAI's chat completions.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::steps::{Step, paced, pieces, tokens};

const ID: &str = "chatcmpl-scripted0000000000000001";
const CREATED: u64 = 1_760_000_000;

pub(super) fn stream(body: &Value, text: &str, refusal: &str, finish: &str, pause: Duration) -> Vec<Step> {
    let counted = body["stream_options"]["include_usage"] == true;
    let chunk = |choices: Value, usage: Value| {
        let mut chunk = json!({
            "id": ID, "object": "chat.completion.chunk", "created": CREATED, "model": body["model"], "service_tier": "default",
            "system_fingerprint": "fp_scripted", "choices": choices,
        });
        if counted {
            chunk["usage"] = usage;
        }
        event(&chunk)
    };
    let delta = |delta: Value, finish: Value| chunk(json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]), Value::Null);
    let mut events = vec![delta(json!({ "role": "assistant", "content": "", "refusal": null }), Value::Null)];
    events.extend(pieces(text).into_iter().map(|piece| delta(json!({ "content": piece }), Value::Null)));
    events.extend(pieces(refusal).into_iter().map(|piece| delta(json!({ "refusal": piece }), Value::Null)));
    events.push(delta(json!({}), json!(finish)));
    if counted {
        events.push(chunk(json!([]), usage(body, &format!("{text}{refusal}"))));
    }
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
    paced(events, pause)
}

pub(super) fn whole(body: &Value, text: &str, finish: &str) -> Value {
    json!({
        "id": ID, "object": "chat.completion", "created": CREATED, "model": body["model"],
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": text, "refusal": null, "annotations": [] },
            "logprobs": null,
            "finish_reason": finish,
        }],
        "usage": usage(body, text),
        "service_tier": "default",
        "system_fingerprint": "fp_scripted",
    })
}

pub(super) fn error_event(kind: &str) -> Bytes {
    event(&json!({ "error": { "message": "The server had an error while processing your request.", "type": kind, "param": null, "code": null } }))
}

pub(super) fn refusal(status: u16, code: &str, param: &str, message: &str) -> Value {
    let (kind, usual_code, usual) = match status {
        401 => ("invalid_request_error", Some("invalid_api_key"), "Incorrect API key provided."),
        402 => ("insufficient_quota", Some("insufficient_quota"), "You have no credit left."),
        403 => ("invalid_request_error", None, "You are not allowed to use this."),
        404 => ("invalid_request_error", Some("model_not_found"), "The model does not exist or you do not have access to it."),
        429 => ("requests", Some("rate_limit_exceeded"), "Rate limit reached for requests."),
        400..500 => ("invalid_request_error", None, "Your request is not valid."),
        _ => ("server_error", None, "The server had an error while processing your request."),
    };
    let code = if code.is_empty() { usual_code } else { Some(code) };
    let param = (!param.is_empty()).then_some(param);
    let message = if message.is_empty() { usual } else { message };
    json!({ "error": { "message": message, "type": kind, "param": param, "code": code } })
}

fn usage(body: &Value, text: &str) -> Value {
    let (sent, said) = (tokens(&body["messages"].to_string()), tokens(text));
    json!({
        "prompt_tokens": sent, "completion_tokens": said, "total_tokens": sent + said,
        "prompt_tokens_details": { "cached_tokens": 0, "audio_tokens": 0 },
        "completion_tokens_details": { "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0 },
    })
}

fn event(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}
