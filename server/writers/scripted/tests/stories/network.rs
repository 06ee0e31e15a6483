//! Over a real connection on this machine, at real time.

use std::sync::Arc;

use scripted_provider::{Play, Scripted};
use tokio::net::TcpListener;
use writers::{Allowed, Answer, Net, Outcome, ProviderSettings, WriteError};

use crate::support::{BOTH, Till, error, outcomes, question, settings, title, writers};

async fn listening(plays: impl IntoIterator<Item = Play>) -> (Arc<Scripted>, String) {
    let provider = Scripted::new(plays);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(Arc::clone(&provider).listen(listener));
    (provider, address)
}

async fn ask(allowed: &str, settings: &ProviderSettings) -> Answer {
    writers(Arc::new(Net::new(Allowed::parse(allowed)))).writer(settings).write(&question(), &Till::default()).await
}

#[tokio::test]
async fn a_provider_on_this_machine_answers_where_the_operator_allows_it() {
    for kind in BOTH {
        let (provider, address) = listening([]).await;
        let settings = ProviderSettings { base_url: format!("http://{address}/v1"), ..settings(1, kind) };

        for allowed in ["127.0.0.1", &address, "*"] {
            assert_eq!(title(&ask(allowed, &settings).await), "OAK Lamp", "{allowed}");
        }

        assert_eq!(provider.seen().len(), 3);
        assert_eq!(provider.seen()[0].headers["host"], address.as_str());
    }
}

#[tokio::test]
async fn a_private_address_is_not_even_connected_to() {
    for kind in BOTH {
        let (provider, address) = listening([]).await;
        for base_url in [format!("https://{address}/v1"), format!("https://localhost:{}/v1", address.split_once(':').unwrap().1)] {
            let settings = ProviderSettings { base_url, ..settings(1, kind) };

            let answer = ask("other.example", &settings).await;

            assert!(
                error(&answer).contains("is a private address. The operator can allow it with VITRINE_ALLOW_PROVIDER_HOSTS="),
                "{}",
                error(&answer)
            );
            assert_eq!((outcomes(&answer), provider.seen().len()), (vec![Outcome::AddressRefused], 0));
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for kind in BOTH {
        let (inner, inner_address) = listening([]).await;
        let (outer, outer_address) = listening([Play::Redirects(format!("http://{inner_address}/v1/chat/completions"))]).await;
        let settings = ProviderSettings { base_url: format!("http://{outer_address}/v1"), ..settings(1, kind) };

        let answer = ask(&outer_address, &settings).await;

        assert!(matches!(answer.result, Err(WriteError::NotAnApi { .. })), "{:?}", answer.result);
        assert!(error(&answer).contains("it redirects to http://127.0.0.1"), "{}", error(&answer));
        assert_eq!((outer.seen().len(), inner.seen().len()), (1, 0));
    }
}

#[tokio::test]
async fn ten_megabytes_over_a_connection_are_cut_off() {
    for kind in BOTH {
        let (_, address) = listening([Play::Says("x".repeat(10_000_000))]).await;
        let settings = ProviderSettings { base_url: format!("http://{address}/v1"), ..settings(1, kind) };

        assert!(matches!(ask("*", &settings).await.result, Err(WriteError::TooLarge { .. })));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_on_another() {
    for kind in BOTH {
        let (provider, address) = listening([Play::Good, Play::Disconnects, Play::Good]).await;
        let settings = ProviderSettings { base_url: format!("http://{address}/v1"), ..settings(1, kind) };
        let writer = writers(Arc::new(Net::new(Allowed::parse("*")))).writer(&settings);

        writer.write(&question(), &Till::default()).await.result.unwrap();
        let answer = writer.write(&question(), &Till::default()).await;

        assert_eq!(outcomes(&answer), [Outcome::Disconnected, Outcome::Ok]);
        assert_eq!(provider.seen().len(), 3);
    }
}

#[tokio::test]
async fn nobody_at_the_port_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let settings = ProviderSettings { base_url: format!("http://{address}/v1"), ..settings(1, BOTH[0]) };

    let tried = writers(Arc::new(Net::new(Allowed::parse("*")))).try_it(&settings, &Till::default()).await;

    let says = tried.result.unwrap_err().to_string();
    assert!(says.starts_with("Acme 1 cannot be reached: Connection refused"), "{says}");
}
