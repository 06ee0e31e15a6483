//! Several providers, and what is kept of each.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use ports::writing::ProviderKind;
use scripted_provider::{Play, Scripted};
use writers::{Body, Broken, Outcome, ProviderSettings, Secret, Wire, WriteError, Writer, Writers};

use crate::support::{BOTH, Till, error, outcomes, question, settings, story, title, writers};

/// Two providers, told apart by their host.
struct Two(Arc<dyn Wire>, Arc<dyn Wire>);

#[async_trait]
impl Wire for Two {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, Broken> {
        if request.uri().host() == Some("second.test") { self.1.send(request).await } else { self.0.send(request).await }
    }
}

struct Pair {
    providers: [Arc<Scripted>; 2],
    writers: Writers,
    settings: [ProviderSettings; 2],
    till: Till,
}

fn pair(kinds: [ProviderKind; 2], first: impl IntoIterator<Item = Play>) -> Pair {
    let providers = [Scripted::new(first), Scripted::new([])];
    let second = ProviderSettings { base_url: "https://second.test/v1".into(), ..settings(2, kinds[1]) };
    let writers = writers(Arc::new(Two(providers[0].wire(), providers[1].wire())));
    Pair { providers, writers, settings: [settings(1, kinds[0]), second], till: Till::default() }
}

impl Pair {
    async fn ask(&self) -> writers::Answer {
        self.writers.chain(&self.settings).write(&question(), &self.till).await
    }

    fn requests(&self) -> [usize; 2] {
        self.providers.each_ref().map(|provider| provider.seen().len())
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_one_is_asked_when_the_first_cannot() {
    for kinds in [BOTH, [BOTH[1], BOTH[0]]] {
        for (play, tries) in [(Play::fails(401), 1), (Play::fails(402), 1), (Play::fails(404), 1), (Play::fails(500), 4), (Play::Disconnects, 4)] {
            let pair = pair(kinds, (0..tries).map(|_| play.clone()));

            let answer = pair.ask().await;

            assert_eq!(title(&answer), "OAK Lamp", "{play:?}");
            assert_eq!(pair.requests(), [tries, 1], "{play:?}");
            assert_eq!(answer.by.as_ref().unwrap().provider, pair.settings[1].id);
            assert_eq!(answer.calls, pair.till.told());
            assert_eq!(answer.calls.last().unwrap().outcome, Outcome::Ok);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_the_matter_with_the_product_is_not_asked_of_the_next_one() {
    for play in [Play::fails(400), Play::Declines("No.".into()), Play::CutOff("{".into())] {
        let pair = pair(BOTH, [play.clone()]);

        let answer = pair.ask().await;

        assert!(matches!(answer.result, Err(WriteError::Refused { .. } | WriteError::Declined { .. } | WriteError::CutOff { .. })), "{play:?}");
        assert_eq!(pair.requests(), [1, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn malformed_twice_goes_on_to_the_next_one() {
    let pair = pair(BOTH, [Play::Says("no".into()), Play::Says("no".into())]);

    let answer = pair.ask().await;

    assert_eq!(outcomes(&answer), [Outcome::Malformed, Outcome::Malformed, Outcome::Ok]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_holds_for_all() {
    let mut pair = pair(BOTH, [Play::fails(401)]);
    pair.till.lets = Some(1);

    let answer = pair.ask().await;

    assert!(matches!(answer.result, Err(WriteError::Halted(_))));
    assert_eq!(pair.requests(), [1, 0]);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_down_is_passed_over_at_once() {
    let pair = pair(BOTH, (0..5).map(|_| Play::fails(500)));
    pair.ask().await.result.unwrap();
    pair.ask().await.result.unwrap();
    let before = pair.requests();

    let answer = pair.ask().await;

    assert_eq!(outcomes(&answer), [Outcome::Ok]);
    assert_eq!(pair.requests(), [before[0], before[1] + 1]);
}

#[tokio::test(start_paused = true)]
async fn when_none_can_the_first_ones_reason_is_told() {
    let mut pair = pair(BOTH, [Play::fails(401)]);
    pair.settings[1].base_url = "not an address".into();

    assert!(error(&pair.ask().await).starts_with("Acme 1 does not accept the key"));
}

#[tokio::test(start_paused = true)]
async fn without_a_provider_it_says_what_to_do() {
    let answer = story(BOTH[0], []).writers.chain(&[]).write(&question(), &Till::default()).await;

    assert_eq!(error(&answer), "No provider is switched on. Switch one on in the settings, or use the built-in rules.");
}

#[tokio::test(start_paused = true)]
async fn the_built_in_rules_can_be_the_last_resort() {
    let story = story(BOTH[0], [Play::fails(401)]);
    let chain = story.writers.chain(&[story.settings.clone(), ProviderSettings::built_in()]);

    let answer = chain.write(&question(), &story.till).await;

    assert!(answer.result.is_ok());
    assert_eq!(answer.by.unwrap().provider, domain::ids::ProviderId::BUILT_IN);
    assert_eq!(answer.calls.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_of_a_provider_is_forgotten_when_its_settings_change() {
    let mut story = story(BOTH[0], (0..5).map(|_| Play::fails(500)));
    story.ask().await.result.unwrap_err();
    story.ask().await.result.unwrap_err();
    assert!(matches!(story.ask().await.result, Err(WriteError::Down { .. })));

    story.settings.key = Some(Secret::new("sk-new"));

    assert_eq!(title(&story.ask().await), "OAK Lamp");
}

#[tokio::test(start_paused = true)]
async fn a_provider_can_be_tried_and_is_asked_again_when_it_works() {
    for kind in BOTH {
        let story = story(kind, (0..5).map(|_| Play::fails(500)));
        story.ask().await.result.unwrap_err();
        story.ask().await.result.unwrap_err();

        let tried = story.writers.try_it(&story.settings, &story.till).await;

        assert_eq!(tried.result, Ok("ready".into()));
        assert_eq!(tried.calls.len(), 1);
        assert_eq!(title(&story.ask().await), "OAK Lamp");
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_does_not_work_is_tried_once_and_says_why() {
    for kind in BOTH {
        let story = story(kind, [Play::fails(500)]);

        let tried = story.writers.try_it(&story.settings, &story.till).await;

        assert!(tried.result.unwrap_err().to_string().starts_with("Acme 1 is failing (status 500)"));
        assert_eq!((story.requests(), tried.calls, story.till.told().len()), (1, story.till.told(), 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_lowers_how_many_are_asked_at_once() {
    let plays = [Play::fails_for(429, "1"), Play::Good].into_iter().chain((0..8).map(|_| Play::NeverAnswers));
    let mut story = story(BOTH[0], plays);
    story.ask().await.result.unwrap();
    story.till = Till::default();

    let all = futures::future::join_all((0..8).map(|_| story.ask()));
    let _ = tokio::time::timeout(Duration::from_secs(1), all).await;

    // Four, halved, and one more for the success.
    assert_eq!(story.till.most_at_once(), 3);
}
