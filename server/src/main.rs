//! `vitrine`: the one program.

use std::process::ExitCode;

/// Gives memory back after the list index is built, which the C library's allocator does not.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    #[cfg(unix)]
    give_memory_back_at_once();
    server::cli::run()
}

/// Without this mimalloc keeps what is freed for a while, and what a thread has freed that then rests for ever: with a million
/// products 50 MB of 170. It reads the setting before `main`, so the program starts itself once more with it; that takes a
/// few milliseconds, and nothing is slower afterwards.
#[cfg(unix)]
fn give_memory_back_at_once() {
    use std::{env, os::unix::process::CommandExt, process::Command};

    const SETTING: &str = "MIMALLOC_PURGE_DELAY";
    if env::var_os(SETTING).is_none()
        && let Ok(program) = env::current_exe()
    {
        let mut arguments = env::args_os();
        let mut again = Command::new(program);
        if let Some(name) = arguments.next() {
            again.arg0(name);
        }
        // Returns only when it cannot be done; then all is as it was.
        let _ = again.args(arguments).env(SETTING, "0").exec();
    }
}
