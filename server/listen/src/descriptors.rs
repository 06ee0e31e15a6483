//! How many files and connections the system lets the program have open.

/// As many as can be used at all; some systems say "a billion", and count through them.
#[cfg(unix)]
const ENOUGH: u64 = 1 << 20;

/// Raises the soft limit to the hard one: a shell's 1,024 are there for programs of the eighties. How many it is then; none where
/// there is no limit or none is known.
#[cfg(unix)]
pub fn raise_descriptors() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if limit.current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum })
    {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    getrlimit(Resource::Nofile).current
}

#[cfg(not(unix))]
pub fn raise_descriptors() -> Option<u64> {
    None
}
