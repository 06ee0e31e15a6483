//! Whose a database of a device is, told by its name: `vitrine-replica-{store}-{user}`. An outbox is a store's and not a person's, and is
//! nobody's here: it is never deleted.

use uuid::Uuid;

use crate::ids::{StoreId, UserId};

/// What may be deleted, as it can be fetched again.
pub const DISPOSABLE: [&str; 2] = ["replica", "shelf"];

/// What the names of all databases begin with.
pub const OURS: &str = "vitrine-";

/// What a person keeps of a store.
pub fn name(kind: &str, store: StoreId, user: UserId) -> String {
    format!("{OURS}{kind}-{}-{}", store.0.simple(), user.0.simple())
}

/// Whose it is, of what may be deleted.
pub fn owner(name: &str) -> Option<UserId> {
    let (kind, rest) = name.strip_prefix(OURS)?.split_once('-')?;
    if DISPOSABLE.contains(&kind) { user(rest) } else { None }
}

/// Whose a note of views is, of those that tabs keep beside the databases: `vitrine-pins-{store}-{user}`, and `vitrine-pins-turn-{store}-{user}`.
pub fn owner_of_pins(key: &str) -> Option<UserId> {
    let rest = key.strip_prefix(OURS)?.strip_prefix("pins-")?;
    user(rest)
}

fn user(rest: &str) -> Option<UserId> {
    let (_, user) = rest.rsplit_once('-')?;
    if user.len() == 32 { Uuid::try_parse(user).ok().map(UserId) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    #[test]
    fn p13_what_can_be_fetched_again_has_an_owner_and_an_outbox_has_none() {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let (store, user) = (StoreId::new(at, [7; 10]), UserId::new(at, [9; 10]));
        let other = UserId::new(at, [8; 10]);

        for kind in DISPOSABLE {
            assert_eq!(owner(&name(kind, store, user)), Some(user));
            assert_ne!(owner(&name(kind, store, other)), Some(user));
        }
        assert_eq!(name("replica", store, user), format!("vitrine-replica-{}-{}", store.0.simple(), user.0.simple()));
        for nobodys in [
            format!("vitrine-outbox-{}", store.0.simple()),
            name("outbox", store, user),
            format!("vitrine-replica-{}", user.0.simple()),
            format!("vitrine-replica-{}-{user}", store.0.simple()),
            format!("other-replica-{}-{}", store.0.simple(), user.0.simple()),
            "vitrine-replica".to_owned(),
            String::new(),
        ] {
            assert_eq!(owner(&nobodys), None, "{nobodys}");
        }
    }

    #[test]
    fn p13_a_note_of_views_has_an_owner_and_other_notes_have_none() {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let (store, user) = (StoreId::new(at, [7; 10]), UserId::new(at, [9; 10]));
        let (store_part, user_part) = (store.0.simple(), user.0.simple());

        for note in [format!("vitrine-pins-{store_part}-{user_part}"), format!("vitrine-pins-turn-{store_part}-{user_part}")] {
            assert_eq!(owner_of_pins(&note), Some(user), "{note}");
            // It is no database.
            assert_eq!(owner(&note), None, "{note}");
        }
        for nobodys in [
            name("replica", store, user),
            format!("vitrine-pins-{user_part}"),
            format!("vitrine-pins-{store_part}-{user}"),
            format!("other-pins-{store_part}-{user_part}"),
            "vitrine-leaving".to_owned(),
        ] {
            assert_eq!(owner_of_pins(&nobodys), None, "{nobodys}");
        }
    }
}
