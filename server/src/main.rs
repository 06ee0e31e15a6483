//! `vitrine`: the one program.

use std::process::ExitCode;

/// Gives memory back after the list index is built, which the C library's allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::run()
}
