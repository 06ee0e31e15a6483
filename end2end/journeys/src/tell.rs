//! What is said to whoever runs it.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// On standard output: what came of it. That nobody reads it is no failure.
pub fn tell(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// On standard error: why there was nothing.
pub fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{line}");
}
