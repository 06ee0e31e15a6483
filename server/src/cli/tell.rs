//! What a command says.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

/// Says a line to whoever reads standard output. That nobody reads it any more, as behind `| head -1`, is no failure: what the
/// command was asked to do is done all the same.
pub(super) fn tell(line: impl Display) -> anyhow::Result<()> {
    match writeln!(io::stdout(), "{line}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            anyhow::bail!("Standard output could not be written ({error}). What the command was asked to do is done; check where its answer goes to.")
        }
        _ => Ok(()),
    }
}

/// Says a line on standard error, beside the answer. When not even that is there, nobody listens.
pub(super) fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
