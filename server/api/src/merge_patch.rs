//! Members of a JSON merge patch (RFC 7396): not there is left alone, `null` is taken away, anything else is set.

use serde::{Deserialize, Deserializer};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Member<T> {
    #[default]
    Absent,
    Null,
    Is(T),
}

impl<T> Member<T> {
    /// What it comes to: none when it is left alone, the default when it is taken away.
    pub(crate) fn or_default(self) -> Option<T>
    where
        T: Default,
    {
        match self {
            Self::Absent => None,
            Self::Null => Some(T::default()),
            Self::Is(value) => Some(value),
        }
    }
}

/// With `#[serde(default)]` at the member, which is what makes it absent.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Null, Self::Is))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Patch {
        title: Member<String>,
        tags: Member<Vec<String>>,
    }

    fn read(json: &str) -> Patch {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_not_there_is_not_what_is_null() {
        assert_eq!(read("{}"), Patch::default());
        assert_eq!(read(r#"{"title":null}"#), Patch { title: Member::Null, tags: Member::Absent });
        assert_eq!(read(r#"{"title":"","tags":["a"]}"#), Patch { title: Member::Is(String::new()), tags: Member::Is(vec!["a".into()]) });
    }

    #[test]
    fn a_patch_says_what_a_member_comes_to() {
        assert_eq!(Member::<String>::Absent.or_default(), None);
        assert_eq!(Member::<String>::Null.or_default(), Some(String::new()));
        assert_eq!(Member::Is("a".to_owned()).or_default(), Some("a".to_owned()));
    }

    #[test]
    fn a_member_of_another_kind_is_refused() {
        for json in [r#"{"title":1}"#, r#"{"tags":"a"}"#, r#"{"tags":[null]}"#, r#"{"colour":"red"}"#] {
            assert!(serde_json::from_str::<Patch>(json).is_err(), "{json}");
        }
    }
}
