//! The outbox in memory does what every outbox does.

use alerting::{MemoryOutbox, contract};

use crate::support::story;

#[tokio::test]
async fn the_outbox_in_memory_keeps_the_contract() {
    story(async {
        assert_eq!(contract::all(async || MemoryOutbox::default()).await, Ok(()));
    })
    .await;
}
