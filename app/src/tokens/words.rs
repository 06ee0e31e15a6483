//! Scopes as a person reads them.

use domain::scope::{Scope, Scopes};

use crate::ui::values::capital;

/// What can be read, written, or both: a row of tick boxes.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) hint: &'static str,
    pub(super) read: Scope,
    pub(super) write: Option<Scope>,
}

pub(super) static GROUPS: [Group; 7] = [
    Group { name: "products", hint: "With their variants and pictures", read: Scope::ReadProducts, write: Some(Scope::WriteProducts) },
    Group { name: "jobs", hint: "Imports and exports", read: Scope::ReadJobs, write: Some(Scope::WriteJobs) },
    Group { name: "runs", hint: "And the versions they have written", read: Scope::ReadRuns, write: Some(Scope::WriteRuns) },
    Group { name: "reviews", hint: "Suggestions and what is decided", read: Scope::ReadReviews, write: Some(Scope::WriteReviews) },
    Group { name: "usage", hint: "Calls and what they cost", read: Scope::ReadUsage, write: None },
    Group { name: "members", hint: "Who belongs to the store", read: Scope::ReadMembers, write: None },
    Group { name: "webhooks", hint: "Addresses that are told of changes", read: Scope::ReadWebhooks, write: Some(Scope::WriteWebhooks) },
];

/// `Reads and writes products; reads usage and members`
pub(super) fn in_words(scopes: Scopes) -> String {
    if scopes == Scopes::all() {
        return "Reads and writes everything".to_owned();
    }
    let may = |group: &Group| (scopes.contains(group.read), group.write.is_some_and(|write| scopes.contains(write)));
    let those = |wanted| -> Vec<&str> { GROUPS.iter().filter(|group| may(group) == wanted).map(|group| group.name).collect() };
    let parts = [("reads and writes", those((true, true))), ("reads", those((true, false))), ("writes", those((false, true)))];
    let parts: Vec<String> = parts.iter().filter(|(_, names)| !names.is_empty()).map(|(does, names)| format!("{does} {}", listed(names))).collect();
    capital(&parts.join("; "))
}

/// `products, runs and usage`
fn listed(names: &[&str]) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        names => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_has_its_box() {
        let boxes: Vec<Scope> = GROUPS.iter().flat_map(|group| [Some(group.read), group.write]).flatten().collect();

        assert_eq!(boxes, Scope::ALL);
    }

    #[test]
    fn scopes_are_told_in_words() {
        let words = |names: &str| in_words(Scopes::parse(names).unwrap());

        assert_eq!(words("products:read"), "Reads products");
        assert_eq!(words("products:read products:write usage:read members:read"), "Reads and writes products; reads usage and members");
        assert_eq!(words("webhooks:write jobs:read runs:read reviews:read"), "Reads jobs, runs and reviews; writes webhooks");
        assert_eq!(in_words(Scopes::all()), "Reads and writes everything");
    }
}
