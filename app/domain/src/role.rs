//! Who may do what in a store.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    Viewer,
    Reviewer,
    Editor,
    Owner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See products, their history, jobs and figures.
    Browse,
    /// Decide about suggestions.
    Review,
    /// Change products.
    Edit,
    /// Import, export and cancel jobs.
    RunJobs,
    /// Members, providers, budgets, settings.
    Manage,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Editor, Self::Reviewer, Self::Viewer];

    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Browse => true,
            Permission::Review => matches!(self, Self::Reviewer | Self::Editor | Self::Owner),
            Permission::Edit | Permission::RunJobs => matches!(self, Self::Editor | Self::Owner),
            Permission::Manage => matches!(self, Self::Owner),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Reviewer => "reviewer",
            Self::Viewer => "viewer",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_one_below_it_may() {
        let permissions = [Permission::Browse, Permission::Review, Permission::Edit, Permission::RunJobs, Permission::Manage];
        for pair in Role::ALL.windows(2) {
            assert!(permissions.iter().all(|permission| !pair[1].may(*permission) || pair[0].may(*permission)));
        }
        assert!(!Role::Reviewer.may(Permission::Edit));
        assert!(!Role::Editor.may(Permission::Manage));
    }
}
