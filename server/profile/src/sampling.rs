//! Looks where the program's own threads are. Whenever a hundredth of a second of the processors' time is used up the system sends a signal,
//! and whichever thread was at work then notes its stack. What rests or waits is not seen, and costs nothing.
//!
//! Nothing is allocated or waited for where the signal comes in: `pprof` keeps what it notes in room that is laid out before, and goes up
//! a stack reading no memory but through the system, which refuses what is not there. The signal is one for the whole process, so
//! that a second one who looks is refused.

use crate::Samples;

/// Looks until it is ended, or dropped.
pub struct Sampling(system::Guard);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("somebody looks already")]
    Running,
    #[error("this system cannot look at the stacks of its own threads")]
    Unable,
    #[error("it could not be done: {0}")]
    Failed(String),
}

/// How often it is looked in a second of a processor that is busy. Not 100, so that what happens a hundred times a second is not hit each time.
pub const HERTZ: u32 = 99;

/// Whether this system can.
pub const IS_ABLE: bool = cfg!(any(target_os = "linux", target_os = "macos"));

/// Begins to look. Takes some milliseconds; the first time up to some seconds, as the program's own file is read.
pub fn begin() -> Result<Sampling, Refused> {
    system::begin().map(Sampling)
}

impl Sampling {
    /// Ends it, and finds the names of what was seen: this may take some seconds.
    pub fn end(self) -> Result<Samples, Refused> {
        self.0.end()
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
mod system {
    use std::{
        collections::{HashMap, HashSet},
        path::PathBuf,
        sync::{Mutex, PoisonError},
    };

    use nix::sys::signal::{Signal, raise};
    use pprof::{Error, Frames, ProfilerGuard, ProfilerGuardBuilder, Symbol};

    use super::{HERTZ, Refused};
    #[cfg(target_os = "linux")]
    use crate::symbols::{self, agrees};
    use crate::{
        Builder, Function, MOST_STACKS, Samples, UNKNOWN,
        name::{has_path, within},
        short,
    };

    pub(super) struct Guard(ProfilerGuard<'static>);

    /// Libraries in which nothing is noted. Those that unwind stacks or tell the time would be asked again while they are in the middle of
    /// something. Where the compiler's own unwinder is used, which may not be interrupted by itself, the C library is among them.
    const NOT_IN: &[&str] =
        if cfg!(all(target_os = "linux", target_arch = "x86_64")) { &["libgcc", "ld-linux", "vdso"] } else { &["libc", "libgcc", "pthread", "vdso"] };

    /// What notes a stack, where it is a part of it.
    const NOTING: [&str; 2] = ["backtrace::", "pprof::"];

    /// Whether the signal was seen to once.
    static PREPARED: Mutex<bool> = Mutex::new(false);

    pub(super) fn begin() -> Result<Guard, Refused> {
        prepare()?;
        Ok(Guard(guard(HERTZ as i32)?))
    }

    fn guard(hertz: i32) -> Result<ProfilerGuard<'static>, Refused> {
        ProfilerGuardBuilder::default().frequency(hertz).blocklist(NOT_IN).build().map_err(|error| match error {
            Error::Running => Refused::Running,
            // All that it needs is a file for what there is no room for.
            Error::CreatingError => Refused::Failed(format!("no temporary file can be made in {}", std::env::temp_dir().display())),
            error => Refused::Failed(error.to_string()),
        })
    }

    /// The first signal lays out what all the others use, and allocates. So this thread sends it to itself, while it allocates nothing.
    fn prepare() -> Result<(), Refused> {
        let mut prepared = PREPARED.lock().unwrap_or_else(PoisonError::into_inner);
        if !*prepared {
            let seldom = guard(1)?;
            raise(Signal::SIGPROF).map_err(|error| Refused::Failed(error.to_string()))?;
            drop(seldom);
            *prepared = true;
        }
        Ok(())
    }

    impl Guard {
        pub(super) fn end(self) -> Result<Samples, Refused> {
            let seen = self.0.report().build_unresolved().map_err(|error| Refused::Failed(error.to_string()))?;
            // Names are found when nothing is noted any more.
            drop(self.0);
            let duration = seen.timing.duration;
            let mut stacks: Vec<_> = seen.data.into_iter().map(|(frames, count)| (u64::try_from(count).unwrap_or(0), frames)).collect();
            stacks.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
            let beyond = stacks.split_off(stacks.len().min(MOST_STACKS));
            let stacks: Vec<_> = stacks.into_iter().map(|(count, frames)| (count, Frames::from(frames))).collect();
            let mut names = Names::of(stacks.iter().map(|(_, frames)| frames));
            let mut builder = Builder::default();
            for (count, frames) in &stacks {
                let thread = if frames.thread_name.is_empty() { "a thread" } else { &frames.thread_name };
                builder.add(thread, names.stack(frames), *count);
            }
            let mut samples = builder.finish(HERTZ, u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
            samples.left_out += beyond.iter().map(|(count, _)| count).sum::<u64>();
            Ok(samples)
        }
    }

    /// A name, the one the linker has, and the file.
    type Told = (Option<Vec<u8>>, Option<Vec<u8>>, Option<PathBuf>);

    /// Names that are known.
    struct Names {
        /// As the linker tells them, by an address.
        linked: HashMap<u64, Vec<u8>>,
        /// Each is made once: by the name as it is told, as it is linked, and the file.
        made: HashMap<Told, Function>,
    }

    impl Names {
        fn of<'a>(stacks: impl Iterator<Item = &'a Frames>) -> Self {
            let addresses: HashSet<u64> = stacks.flat_map(|frames| &frames.frames).filter_map(|symbols| address(symbols.last()?)).collect();
            #[cfg(target_os = "linux")]
            let linked = symbols::at(&addresses);
            #[cfg(not(target_os = "linux"))]
            let linked = HashMap::with_capacity(addresses.len());
            Self { linked, made: HashMap::new() }
        }

        /// The functions of a stack with their lines, the outermost first.
        fn stack(&mut self, frames: &Frames) -> Vec<(Function, u32)> {
            let mut functions = Vec::new();
            for symbols in &frames.frames {
                // One is what was called; those before it were put into it by the compiler.
                for (at, symbol) in symbols.iter().enumerate() {
                    functions.push((self.function(symbol, at + 1 == symbols.len()), symbol.lineno()));
                }
            }
            let noting = functions.iter().take_while(|(function, _)| NOTING.iter().any(|noting| function.name.starts_with(noting))).count();
            functions.drain(..noting);
            if functions.is_empty() {
                functions.push((Function { name: UNKNOWN.into(), ..Function::default() }, 0));
            }
            functions.reverse();
            functions
        }

        fn function(&mut self, symbol: &Symbol, is_called: bool) -> Function {
            let linked = address(symbol).filter(|_| is_called).and_then(|address| self.linked.get(&address));
            let key = (symbol.name.clone(), linked.cloned(), symbol.filename.clone());
            let made = || {
                let file = symbol.filename.as_ref().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
                if symbol.name.is_none() {
                    return Function { name: UNKNOWN.to_owned(), whole_name: String::new(), file };
                }
                let told = symbol.name();
                let linked = linked.map(|linked| demangled(linked)).filter(|linked| !has_path(&told) && agrees(&told, linked));
                let whole_name = linked.unwrap_or(told);
                Function { name: short(&within(&file, &whole_name)), whole_name, file }
            };
            self.made.entry(key).or_insert_with(made).clone()
        }
    }

    /// The crate that reads stacks knows both ways in which names are mangled.
    fn demangled(raw: &[u8]) -> String {
        Symbol { name: Some(raw.to_vec()), addr: None, lineno: None, filename: None }.name()
    }

    /// In the file that it is of.
    fn address(symbol: &Symbol) -> Option<u64> {
        symbol.addr.map(|address| address as usize as u64)
    }

    #[cfg(not(target_os = "linux"))]
    fn agrees(_: &str, _: &str) -> bool {
        false
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use super::Refused;
    use crate::Samples;

    pub(super) enum Guard {}

    pub(super) fn begin() -> Result<Guard, Refused> {
        Err(Refused::Unable)
    }

    impl Guard {
        pub(super) fn end(self) -> Result<Samples, Refused> {
            match self {}
        }
    }
}
