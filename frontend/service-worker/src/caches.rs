//! The names of what is kept, and what of it may go.

/// The files of a build.
const FILES: &str = "vitrine-files-";
/// The shell that belongs to them.
const SHELL: &str = "vitrine-shell-";
/// Pictures of every build.
pub const PICTURES: &str = "vitrine-pictures";

/// As many as somebody looks at in a day.
pub const MOST_PICTURES: u32 = 300;

pub fn files_of(build: &str) -> String {
    FILES.to_owned() + build
}

pub fn shell_of(build: &str) -> String {
    SHELL.to_owned() + build
}

pub fn is_shell(name: &str) -> bool {
    name.starts_with(SHELL)
}

/// What other builds have left and nobody needs any more. A build is needed while tabs are open that may be of it (`others_open`), or while
/// its shell is the only one there is.
pub fn may_go<'a, T: AsRef<str>>(names: &'a [T], build: &str, others_open: bool) -> Vec<&'a str> {
    let names = || names.iter().map(AsRef::as_ref);
    let shell_of_build = |name: &&str| name.strip_prefix(SHELL) == Some(build);
    let has_shell = names().any(|name| shell_of_build(&name));
    let goes = |name: &&str| {
        if is_shell(name) {
            has_shell && !shell_of_build(name)
        } else {
            let files_of = name.strip_prefix(FILES);
            files_of.is_some_and(|of| of != build && !others_open && (has_shell || !names().any(|name| name.strip_prefix(SHELL) == Some(of))))
        }
    };
    names().filter(goes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 6] =
        ["vitrine-files-a", "vitrine-shell-a", "vitrine-files-b", "vitrine-shell-b", "vitrine-pictures", "vitrine-journal-of-a-store"];

    #[test]
    fn a_build_goes_when_its_tabs_are_gone() {
        assert_eq!(may_go(&ALL, "b", false), ["vitrine-files-a", "vitrine-shell-a"]);
        // Its files stay for the tabs; its shell has a newer one in its place.
        assert_eq!(may_go(&ALL, "b", true), ["vitrine-shell-a"]);
    }

    #[test]
    fn the_only_shell_stays_with_its_files() {
        let names = ["vitrine-files-a", "vitrine-shell-a", "vitrine-files-b", "vitrine-files-of-a-build-without-one"];

        assert_eq!(may_go(&names, "b", false), ["vitrine-files-of-a-build-without-one"]);
        assert_eq!(may_go(&names, "b", true), [""; 0]);
    }

    #[test]
    fn nothing_of_this_build_goes_and_nothing_that_is_not_known_here() {
        assert_eq!(may_go(&["vitrine-files-b", "vitrine-pictures", "vitrine-files", "of-somebody-else"], "b", false), [""; 0]);
    }
}
