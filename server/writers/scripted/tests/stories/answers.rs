//! What comes back with status 200.

use domain::{clock::Timestamp, ids::ImageId, words::part::Part};
use ports::writing::ProviderKind;
use scripted_provider::Play;
use writers::{Outcome, WriteError};

use crate::support::{BOTH, error, outcomes, question, story, title};

const GOOD: &str = r#"{"title":"Oak lamp","description":"<p>Made of oak.</p>"}"#;

fn says(text: &str) -> Play {
    Play::Says(text.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_good_answer_is_read_and_counted_as_the_provider_counts() {
    for kind in BOTH {
        for play in [Play::Good, Play::Whole] {
            let story = story(kind, [play]);

            let answer = story.ask().await;

            assert_eq!(title(&answer), "OAK Lamp");
            assert!(answer.result.as_ref().unwrap().description.as_deref().unwrap().starts_with("<p><strong>OAK Lamp</strong> by Northlight</p>"));
            assert_eq!(outcomes(&answer), [Outcome::Ok]);
            assert!(answer.calls[0].tokens_in > 100 && answer.calls[0].tokens_out > 10);
            assert_eq!(answer.by.unwrap().provider, story.settings.id);
            assert_eq!((story.till.asked(), story.till.told()), (1, answer.calls));
            assert_eq!(story.requests(), 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_part_can_be_written() {
    for kind in BOTH {
        let story = story(kind, []);
        let mut question = question();
        question.parts = Part::ALL.to_vec();
        question.source.images = (1..=2).map(|random| (ImageId::new(Timestamp::default(), [random; 10]), String::new())).collect();

        let answer = story.writers.writer(&story.settings).write(&question, &story.till).await;

        let words = answer.result.unwrap();
        assert_eq!(words.fields().len(), 7);
        assert_eq!(words.alts.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn text_around_the_json_is_no_matter() {
    for kind in BOTH {
        let story = story(kind, [says(&format!("Here you are:\n```json\n{GOOD}\n```\nAnything else?"))]);

        assert_eq!(title(&story.ask().await), "Oak lamp");
        assert_eq!(story.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_text_as_before_is_an_answer() {
    for kind in BOTH {
        let story = story(kind, [says(r#"{"title":"OAK lamp","description":"<p>A desk lamp of solid oak with a foot of brass.</p>"}"#)]);

        let answer = story.ask().await;

        assert_eq!(title(&answer), "OAK lamp");
        assert_eq!(outcomes(&answer), [Outcome::Ok]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_wrong_language_is_an_answer_that_is_judged_elsewhere() {
    for kind in BOTH {
        let story = story(kind, [says(r#"{"title":"オークのランプ","description":"<p>無垢のオーク材です。</p>"}"#)]);

        assert_eq!(title(&story.ask().await), "オークのランプ");
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_types_are_put_right() {
    for kind in BOTH {
        let story = story(kind, [says(r#"{"title":["Oak","lamp"],"description":["One.","Two."],"extra":{"a":[1]}}"#)]);

        let answer = story.ask().await;

        assert_eq!(title(&answer), "Oak lamp");
        assert_eq!(answer.result.unwrap().description.unwrap(), "<p>One.</p><p>Two.</p>");
        assert_eq!(story.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_json_is_asked_for_again_with_what_was_wrong() {
    for kind in BOTH {
        let story = story(kind, [says(&GOOD[..40]), says(GOOD)]);

        let answer = story.ask().await;

        assert_eq!(title(&answer), "Oak lamp");
        assert_eq!(outcomes(&answer), [Outcome::Malformed, Outcome::Ok]);
        assert_eq!((story.till.asked(), story.requests()), (2, 2));
        let again = story.provider.seen()[1].body["messages"].to_string();
        assert!(again.contains("The field description is missing.") && again.contains("Oak lamp"), "{again}");
    }
}

#[tokio::test(start_paused = true)]
async fn malformed_twice_is_given_up() {
    for kind in BOTH {
        let story = story(kind, [says("Sure! What a nice lamp."), says("{\"titel\": 1}"), says(GOOD)]);

        let answer = story.ask().await;

        assert!(error(&answer).starts_with("Acme 1 did not answer as it was asked to: It is not a JSON object"), "{}", error(&answer));
        assert_eq!(outcomes(&answer), [Outcome::Malformed, Outcome::Malformed]);
        assert_eq!(story.requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_good_in_two_bad_answers_is_kept() {
    for kind in BOTH {
        let story = story(kind, [says(r#"{"title":"Oak lamp"}"#), says(r#"{"description":"<p>Made of oak.</p>"}"#)]);

        let words = story.ask().await.result.unwrap();

        assert_eq!((words.title.as_deref(), words.description.as_deref()), (Some("Oak lamp"), Some("<p>Made of oak.</p>")));
    }
}

#[tokio::test(start_paused = true)]
async fn too_long_for_the_catalogue_is_asked_for_again() {
    for kind in BOTH {
        let long = serde_json::json!({ "title": "o".repeat(300), "description": "<p>Oak.</p>" }).to_string();
        let story = story(kind, [says(&long), says(GOOD)]);

        assert_eq!(title(&story.ask().await), "Oak lamp");
        assert!(story.provider.seen()[1].body["messages"].to_string().contains("longer than 255 characters"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_body_is_asked_for_again_and_then_told() {
    for kind in BOTH {
        let nothing = || Play::Raw { content_type: "application/json", body: String::new() };
        let story = story(kind, [nothing(), nothing()]);

        let answer = story.ask().await;

        assert_eq!(error(&answer), "Acme 1 answered nothing. Try again, or use another model.");
        assert_eq!(outcomes(&answer), [Outcome::Empty, Outcome::Empty]);
        assert_eq!(story.till.told(), answer.calls);
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_body_is_asked_for_again_and_then_told() {
    for (kind, half) in [
        (ProviderKind::OpenAi, r#"{"choices":[{"index":0,"message":{"role":"assistant","content":"{\"title\":"#),
        (ProviderKind::Anthropic, r#"{"type":"message","content":[{"type":"tool_use","input":{"title":"Oak"#),
    ] {
        let half = || Play::Raw { content_type: "application/json", body: half.into() };
        let story = story(kind, [half(), half()]);

        let answer = story.ask().await;

        let says = "Acme 1 did not answer as it was asked to: its answer is not valid JSON. Try again, or use another model.";
        assert_eq!((error(&answer).as_str(), story.requests()), (says, 2));
        assert_eq!(outcomes(&answer), [Outcome::Malformed, Outcome::Malformed]);
        assert!(answer.calls[0].tokens_in > 0, "it was sent, so it may have to be paid");
    }
}

#[tokio::test(start_paused = true)]
async fn an_absurd_count_of_tokens_is_not_believed() {
    let most = u64::MAX;
    let answers = [
        (
            ProviderKind::OpenAi,
            serde_json::json!({
                "choices": [{ "message": { "content": GOOD }, "finish_reason": "stop" }],
                "usage": { "prompt_tokens": most, "completion_tokens": most },
            }),
        ),
        (
            ProviderKind::Anthropic,
            serde_json::json!({
                "content": [{ "type": "text", "text": GOOD }],
                "stop_reason": "end_turn",
                "usage": { "input_tokens": most, "cache_read_input_tokens": most, "output_tokens": most },
            }),
        ),
    ];
    for (kind, body) in answers {
        let story = story(kind, [Play::Raw { content_type: "application/json", body: body.to_string() }]);

        let answer = story.ask().await;

        assert_eq!(title(&answer), "Oak lamp");
        assert!((100..10_000).contains(&answer.calls[0].tokens_in) && (5..1_000).contains(&answer.calls[0].tokens_out), "{:?}", answer.calls[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_text_is_asked_for_again_and_then_told() {
    for kind in BOTH {
        for empty in ["", "  ", r#"{"title":"","description":"<p></p>"}"#] {
            let story = story(kind, [says(empty), says(empty)]);

            let answer = story.ask().await;

            assert!(matches!(answer.result, Err(WriteError::Empty { .. })), "{:?}", answer.result);
            assert_eq!(outcomes(&answer), [Outcome::Empty, Outcome::Empty]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_web_page_is_told_from_an_answer() {
    for kind in BOTH {
        let story = story(kind, [Play::Page { status: 200, body: "<!doctype html><title>Sign in to the Wi-Fi</title>".into() }]);

        let answer = story.ask().await;

        assert_eq!(error(&answer), "The address of Acme 1 does not lead to such a provider: it answers with a web page. Correct it in the settings.");
        assert_eq!((outcomes(&answer), story.requests()), (vec![Outcome::NotAnApi], 1));
        assert_eq!((answer.calls[0].tokens_in, answer.calls[0].tokens_out), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn another_service_is_told_from_a_provider() {
    for kind in BOTH {
        for body in ["OK", r#"{"status":"up"}"#] {
            let story = story(kind, [Play::Raw { content_type: "application/json", body: body.into() }]);

            assert!(matches!(story.ask().await.result, Err(WriteError::NotAnApi { .. })));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ten_megabytes_are_cut_off() {
    for kind in BOTH {
        let whole = Play::Raw { content_type: "application/json", body: format!("{{\"x\":\"{}\"}}", "x".repeat(10_000_000)) };
        for play in [says(&"x".repeat(10_000_000)), whole] {
            let story = story(kind, [play]);

            let answer = story.ask().await;

            assert_eq!(error(&answer), "Acme 1 answered with more than 2 MB. Use another model.");
            assert_eq!((outcomes(&answer), story.requests()), (vec![Outcome::TooLarge], 1));
            assert!(answer.calls[0].tokens_in > 0, "it was sent, so it may have to be paid");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_no_answer_and_not_asked_for_again() {
    for kind in BOTH {
        let story = story(kind, [Play::Declines("I cannot write about weapons.".into())]);

        let answer = story.ask().await;

        assert_eq!(error(&answer), "Acme 1 will not write about this product: I cannot write about weapons.");
        assert_eq!((outcomes(&answer), story.requests()), (vec![Outcome::Declined], 1));
        assert!(answer.calls[0].tokens_out > 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_stopped_the_answer_is_a_refusal() {
    let raw = |body: &str| Play::Raw { content_type: "application/json", body: body.into() };
    let filtered = raw(r#"{"choices":[{"index":0,"message":{"role":"assistant","content":null},"finish_reason":"content_filter"}]}"#);
    let refused = Play::Refuses { status: 400, code: "content_filter", param: "prompt", message: "The prompt was filtered." };
    for play in [filtered, refused] {
        let story = story(ProviderKind::OpenAi, [play]);

        assert!(matches!(story.ask().await.result, Err(WriteError::Declined { .. })));
        assert_eq!(story.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_at_its_limit_says_so() {
    for kind in BOTH {
        let story = story(kind, [Play::CutOff(GOOD[..45].into())]);

        let answer = story.ask().await;

        assert!(error(&answer).starts_with("Acme 1 reached its limit in the middle of the text."), "{}", error(&answer));
        assert_eq!((outcomes(&answer), story.requests()), (vec![Outcome::CutOff], 1));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_complete_before_its_limit_is_good() {
    for kind in BOTH {
        let story = story(kind, [Play::CutOff(format!("{GOOD}\n\nI also"))]);

        assert_eq!(title(&story.ask().await), "Oak lamp");
    }
}
