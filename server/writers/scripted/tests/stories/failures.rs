//! What goes wrong, and what is made of it.

use std::time::Duration;

use ports::writing::ProviderKind;
use scripted_provider::Play;
use tokio::time::{Instant, sleep};
use writers::{Outcome, WriteError};

use crate::support::{BOTH, KEY, error, outcomes, story, title};

#[tokio::test(start_paused = true)]
async fn a_refused_key_is_told_and_not_tried_again() {
    for kind in BOTH {
        for status in [401, 403] {
            let story = story(kind, [Play::fails(status)]);

            let answer = story.ask().await;

            assert!(error(&answer).starts_with("Acme 1 does not accept the key: "), "{}", error(&answer));
            assert!(error(&answer).ends_with("Enter a valid one in the settings."));
            assert_eq!((outcomes(&answer), story.requests(), story.till.told().len()), (vec![Outcome::KeyRefused], 1, 1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_repeats_the_key_does_not_get_it_shown() {
    for kind in BOTH {
        let message: &'static str = Box::leak(format!("Incorrect API key provided: {KEY}.").into_boxed_str());
        let story = story(kind, [Play::Refuses { status: 401, code: "", param: "", message }]);

        let answer = story.ask().await;

        assert!(!format!("{} {answer:?}", error(&answer)).contains(KEY));
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_that_carries_the_key_does_not_get_it_shown() {
    for kind in BOTH {
        for to in [
            format!("https://login.test/{KEY}/in"),
            format!("https://login.test/?next={KEY}"),
            format!("https://login.test/{}{KEY}", "x".repeat(290)),
        ] {
            let story = story(kind, [Play::Redirects(to)]);

            let answer = story.ask().await;

            assert!(error(&answer).contains("it redirects to https://login.test/"), "{}", error(&answer));
            assert!(!format!("{} {answer:?}", error(&answer)).contains(&KEY[..12]), "{}", error(&answer));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_credit_is_told_and_not_tried_again() {
    for kind in BOTH {
        let story = story(kind, [Play::fails(402)]);

        let answer = story.ask().await;

        assert!(error(&answer).starts_with("Acme 1 has no credit left"), "{}", error(&answer));
        assert_eq!((outcomes(&answer), story.requests()), (vec![Outcome::NoCredit], 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_used_up_quota_is_no_rate_limit() {
    let story = story(
        ProviderKind::OpenAi,
        [Play::Refuses { status: 429, code: "insufficient_quota", param: "", message: "You exceeded your current quota." }],
    );

    assert!(matches!(story.ask().await.result, Err(WriteError::NoCredit { .. })));
    assert_eq!(story.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_model_that_is_not_there_is_told() {
    for kind in BOTH {
        let story = story(kind, [Play::fails(404)]);

        let answer = story.ask().await;

        assert!(error(&answer).starts_with("Acme 1 has no model \"words-1\""), "{}", error(&answer));
        assert_eq!(story.requests(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_is_told_in_the_providers_words() {
    for kind in BOTH {
        let story = story(kind, [Play::Refuses { status: 400, code: "", param: "", message: "This product is too long for the model." }]);

        let answer = story.ask().await;

        assert_eq!(error(&answer), "Acme 1 did not take the request: This product is too long for the model.");
        assert_eq!((outcomes(&answer), story.requests()), (vec![Outcome::Refused], 1));
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_calls_wait_as_long_as_the_provider_says() {
    for kind in BOTH {
        for (wait, seconds) in [("7", 7), ("Wed, 21 Oct 2015 07:28:30 GMT", 30)] {
            let (story, begun) = (story(kind, [Play::fails_for(429, wait), Play::Good]), Instant::now());

            let answer = story.ask().await;

            assert_eq!(title(&answer), "OAK Lamp");
            assert_eq!(outcomes(&answer), [Outcome::RateLimited, Outcome::Ok]);
            assert_eq!(begun.elapsed().as_secs(), seconds);
            assert_eq!((answer.calls[0].tokens_in, story.till.told().len()), (0, 2));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_provider_says_to_one_holds_for_all() {
    for kind in BOTH {
        let (story, begun) = (story(kind, [Play::fails_for(429, "7")]), Instant::now());
        let later = async {
            sleep(Duration::from_secs(1)).await;
            story.ask().await.result.unwrap();
            begun.elapsed().as_secs()
        };

        let (first, later) = tokio::join!(story.ask(), later);

        assert_eq!((outcomes(&first), later), (vec![Outcome::RateLimited, Outcome::Ok], 7));
        assert_eq!(story.requests(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_wants_a_long_rest_is_left_alone_for_it() {
    for kind in BOTH {
        let (story, begun) = (story(kind, [Play::fails_for(429, "600")]), Instant::now());

        let first = story.ask().await;
        let second = story.ask().await;

        assert_eq!(error(&first), "Acme 1 allows no more calls for 10 minutes. Try again later.");
        assert!(matches!(second.result, Err(WriteError::Down { .. })), "{:?}", second.result);
        assert_eq!((story.requests(), begun.elapsed().as_secs()), (1, 0));
        sleep(Duration::from_mins(10)).await;
        assert_eq!(title(&story.ask().await), "OAK Lamp");
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_a_moment_is_tried_again() {
    for kind in BOTH {
        for status in [408, 409, 500, 502, 503, 504, 529] {
            let story = story(kind, [Play::fails(status), Play::fails(status), Play::Good]);

            let answer = story.ask().await;

            assert_eq!(title(&answer), "OAK Lamp", "{status}");
            assert_eq!(outcomes(&answer), [Outcome::Failing, Outcome::Failing, Outcome::Ok]);
            assert_eq!((story.till.asked(), story.till.told()), (3, answer.calls));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_three_more_tries_it_is_given_up() {
    for kind in BOTH {
        let (story, begun) = (story(kind, (0..9).map(|_| Play::fails(500))), Instant::now());

        let answer = story.ask().await;

        assert!(error(&answer).starts_with("Acme 1 is failing (status 500)"), "{}", error(&answer));
        assert_eq!((answer.calls.len(), story.requests()), (4, 4));
        // Half of 0.5, 1 and 2 seconds.
        assert!((1_700..1_800).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_proxys_error_page_is_tried_again() {
    for kind in BOTH {
        let story = story(kind, [Play::Page { status: 502, body: "<html><h1>502 Bad Gateway</h1></html>".into() }, Play::Good]);

        assert_eq!(title(&story.ask().await), "OAK Lamp");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stall_in_the_middle_is_noticed_and_may_have_to_be_paid() {
    for kind in BOTH {
        let (story, begun) = (story(kind, [Play::Stalls, Play::Good]), Instant::now());

        let answer = story.ask().await;

        assert_eq!(title(&answer), "OAK Lamp");
        assert_eq!(outcomes(&answer), [Outcome::Stalled, Outcome::Ok]);
        assert_eq!(begun.elapsed().as_secs(), 30);
        assert!(answer.calls[0].tokens_in > 100 && answer.calls[0].tokens_out > 5, "{:?}", answer.calls[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_in_the_middle_is_tried_again_and_may_have_to_be_paid() {
    for kind in BOTH {
        let story = story(kind, [Play::Disconnects, Play::HangsUp, Play::Good]);

        let answer = story.ask().await;

        assert_eq!(title(&answer), "OAK Lamp");
        assert_eq!(outcomes(&answer), [Outcome::Disconnected, Outcome::Disconnected, Outcome::Ok]);
        assert!(answer.calls[0].tokens_in > 100 && answer.calls[0].tokens_out > 5, "{:?}", answer.calls[0]);
        assert!(answer.calls[1].tokens_in > 100);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_there_is_tried_again_and_costs_nothing() {
    for kind in BOTH {
        let story = story(kind, [Play::Unreachable, Play::Good]);

        let answer = story.ask().await;

        assert_eq!(outcomes(&answer), [Outcome::Unreachable, Outcome::Ok]);
        assert_eq!((answer.calls[0].tokens_in, answer.calls[0].tokens_out), (0, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_in_the_middle_of_a_good_stream_is_an_error() {
    for (kind, error) in [(ProviderKind::OpenAi, "server_error"), (ProviderKind::Anthropic, "overloaded_error")] {
        let story = story(kind, [Play::BreaksWith(error), Play::Good]);

        let answer = story.ask().await;

        assert_eq!(title(&answer), "OAK Lamp");
        assert_eq!(outcomes(&answer), [Outcome::Failing, Outcome::Ok]);
        assert!(answer.calls[0].tokens_out > 5, "what was said until then may have to be paid");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_drip_is_waited_for_within_the_time_it_has() {
    for kind in BOTH {
        let (story, begun) = (story(kind, [Play::Drips(Duration::from_secs(1))]), Instant::now());

        assert_eq!(title(&story.ask().await), "OAK Lamp");
        assert!((10..60).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_given_up_once() {
    for kind in BOTH {
        for play in [Play::NeverAnswers, Play::Drips(Duration::from_secs(20))] {
            let (story, begun) = (story(kind, [play]), Instant::now());

            let answer = story.ask().await;

            assert!(error(&answer).starts_with("Acme 1 did not answer within 60 seconds."), "{}", error(&answer));
            assert_eq!((outcomes(&answer), story.requests(), begun.elapsed().as_secs()), (vec![Outcome::TimedOut], 1, 60));
            assert!(answer.calls[0].tokens_in > 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_five_failures_in_a_row_nobody_is_asked_for_a_while() {
    for kind in BOTH {
        let story = story(kind, (0..5).map(|_| Play::fails(500)));
        story.ask().await.result.unwrap_err();
        // The fifth failure is the first call of this one.
        let second = story.ask().await;
        let third = story.ask().await;

        assert!(error(&second).starts_with("Acme 1 is left alone for 30 seconds"), "{}", error(&second));
        assert!(error(&third).contains("is failing (status 500)"), "{}", error(&third));
        assert_eq!((third.calls.len(), story.requests()), (0, 5));
        sleep(Duration::from_secs(30)).await;
        assert_eq!(title(&story.ask().await), "OAK Lamp");
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_of_single_products_do_not_stop_the_rest() {
    for kind in BOTH {
        let story = story(kind, (0..20).map(|_| Play::fails(400)));

        for _ in 0..20 {
            assert!(matches!(story.ask().await.result, Err(WriteError::Refused { .. })));
        }

        assert_eq!(title(&story.ask().await), "OAK Lamp");
    }
}
