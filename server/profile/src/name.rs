//! Names of functions as a person reads them. What the compiler tells has the types of every parameter in it, which for a future is
//! pages long, and numbers that tell two copies of the same function apart.

/// Deeper is nothing that anybody has written.
const DEEPEST: usize = 16;
/// Characters of a name that is read, and of one that is told.
const LONGEST: usize = 20_000;
const LONGEST_SHORT: usize = 120;

/// `<alloc::vec::Vec<T> as core::iter::Extend<T>>::extend::h0123456789abcdef` is `alloc::vec::Vec::extend`.
///
/// It has no sign that lists of names are written with, and is never empty.
pub fn short(raw: &str) -> String {
    let cut: String = raw.chars().take(LONGEST).collect();
    let name = path(without_marks(cut.trim()), 0);
    let name = if name.is_empty() { cut.trim() } else { &name };
    let name: String = name.chars().map(plain).collect();
    let name = name.trim();
    if name.is_empty() { crate::UNKNOWN.to_owned() } else { bounded(name) }
}

/// A name that has no path, with the one that the file it stands in makes: `list` in `server/store/src/read/list.rs` is
/// `store::read::list::list`. Others, and those of what is no Rust, as they are.
#[cfg(any(test, all(feature = "sampling", any(target_os = "linux", target_os = "macos"))))]
pub(crate) fn within(file: &str, name: &str) -> String {
    let Some(file) = file.strip_suffix(".rs").filter(|_| !has_path(name)) else { return name.to_owned() };
    let parts: Vec<&str> = file.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let begin = parts.iter().rposition(|part| *part == "src").and_then(|at| at.checked_sub(1)).unwrap_or(parts.len().saturating_sub(1));
    let mut path: Vec<String> =
        parts[begin..].iter().filter(|part| !["src", "lib", "mod", "main"].contains(part)).map(|part| (*part).to_owned()).collect();
    if let Some(of) = path.first_mut() {
        let without_version = of.rsplit_once('-').filter(|(_, version)| version.starts_with(|first: char| first.is_ascii_digit()));
        *of = without_version.map_or(of.as_str(), |(name, _)| name).replace('-', "_");
    }
    path.push(name.to_owned());
    path.join("::")
}

/// Whether it says where a function is.
#[cfg(any(test, all(feature = "sampling", any(target_os = "linux", target_os = "macos"))))]
pub(crate) fn has_path(name: &str) -> bool {
    name.starts_with('<') || name.split('<').next().is_some_and(|begin| begin.contains("::"))
}

/// `;` and line ends stand between names.
fn plain(character: char) -> char {
    match character {
        ';' => ',',
        _ if character.is_control() || character.is_whitespace() => ' ',
        _ => character,
    }
}

/// Without the hash of the older mangling, and what linkers and optimisers put behind a name.
fn without_marks(name: &str) -> &str {
    let name = [".llvm.", ".cold", ".part.", ".isra.", ".constprop.", ".lto_priv.", "@"]
        .iter()
        .filter_map(|mark| name.find(mark))
        .filter(|at| *at > 0)
        .min()
        .map_or(name, |at| &name[..at]);
    match name.rsplit_once("::h") {
        Some((before, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => before,
        _ => name,
    }
}

/// A path without what it is generic over.
fn path(name: &str, depth: usize) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in split(name, "::") {
        let part = part.trim();
        if let Some(inside) = part.strip_prefix('<') {
            let inside = inside.strip_suffix('>').unwrap_or(inside);
            // Behind a path it is what that is generic over, unless it says whose it is.
            let whose = if parts.is_empty() { Some(inside) } else { inside.strip_prefix("impl ") };
            match whose.map(|whose| of_type(whose, depth)) {
                Some(whose) if parts.is_empty() => parts.push(whose),
                // `alloc::slice::<impl [T]>::sort`: the path says where that is.
                Some(whose) if whose.contains("::") => parts = vec![whose],
                _ => {}
            }
            continue;
        }
        let word = if is_closure(part) { "closure" } else { part.split(['<', '{', '(']).next().unwrap_or_default().trim() };
        let is_said = word == "closure" && parts.last().is_some_and(|last| last == "closure");
        if !word.is_empty() && word != "_" && !is_said {
            parts.push(word.to_owned());
        }
    }
    parts.join("::")
}

/// `{{closure}}` or `{closure#0}`
fn is_closure(part: &str) -> bool {
    part.trim_start_matches('{').starts_with("closure") && part.starts_with('{')
}

/// Whose function it is: `X as Trait`, `Trait for X`, or `X`.
fn of_type(text: &str, depth: usize) -> String {
    if depth >= DEEPEST {
        return String::new();
    }
    let (of, kind) = match (split(text, " for ").as_slice(), split(text, " as ").as_slice()) {
        ([kind, of, ..], _) if !kind.trim().is_empty() => (*of, Some(*kind)),
        (_, [of, kind, ..]) => (*of, Some(*kind)),
        _ => (text, None),
    };
    let of = without_pointers(of);
    // A parameter says nothing of who is meant; what it can do says more.
    if let Some(kind) = kind.filter(|_| is_parameter(of)) {
        return path(kind.trim(), depth + 1);
    }
    match of.chars().next() {
        Some('[') => "slice".to_owned(),
        Some('(') => "tuple".to_owned(),
        Some('<') => of_path(of, depth),
        _ if of.starts_with("fn(") || of.starts_with("unsafe ") || of.starts_with("extern ") => "fn".to_owned(),
        _ => path(split(of, " + ").first().copied().unwrap_or_default(), depth + 1),
    }
}

fn of_path(of: &str, depth: usize) -> String {
    path(of, depth + 1)
}

fn is_parameter(name: &str) -> bool {
    name.len() <= 2 && name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

fn without_pointers(mut text: &str) -> &str {
    loop {
        let before = text;
        text = text.trim();
        for sign in ["&", "mut ", "*const ", "*mut ", "dyn ", "impl "] {
            text = text.strip_prefix(sign).unwrap_or(text);
        }
        if text.starts_with('\'') {
            text = text.split_once(' ').map_or("", |(_, rest)| rest);
        }
        if text == before {
            return text;
        }
    }
}

/// Apart where a mark stands outside of all brackets.
fn split<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    let (mut parts, mut open, mut begun, mut at) = (Vec::new(), 0_usize, 0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match bytes[at] {
            b'<' | b'(' | b'[' | b'{' => open += 1,
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b'>' | b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ if open == 0 && bytes[at..].starts_with(mark.as_bytes()) => {
                parts.push(&text[begun..at]);
                at += mark.len();
                begun = at;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    parts.push(&text[begun..]);
    parts
}

/// What is innermost says most.
fn bounded(name: &str) -> String {
    let length = name.chars().count();
    if length <= LONGEST_SHORT {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length - LONGEST_SHORT + 1).collect();
    format!("\u{2026}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_without_hashes_and_generics() {
        for (raw, told) in [
            ("store::read::list::Lists::window::h0123456789abcdef", "store::read::list::Lists::window"),
            ("alloc::vec::Vec<T,A>::push", "alloc::vec::Vec::push"),
            ("<alloc::vec::Vec<T> as core::iter::traits::collect::Extend<T>>::extend", "alloc::vec::Vec::extend"),
            ("<core::iter::Map<I, fn(u8) -> u8> as Iterator>::next::<(), [u8; 3]>", "core::iter::Map::next"),
            ("store::read::list::{{closure}}::{{closure}}::h0123456789abcdef", "store::read::list::closure"),
            ("<store::db::Db>::run::<u8>::{closure#0}::{closure#1}", "store::db::Db::run::closure"),
            ("core::ops::function::FnOnce::call_once{{vtable.shim}}", "core::ops::function::FnOnce::call_once"),
            ("<&mut F as core::future::future::Future>::poll", "core::future::future::Future::poll"),
            ("<T as core::convert::Into<U>>::into", "core::convert::Into::into"),
            ("<dyn core::any::Any + core::marker::Send>::type_id", "core::any::Any::type_id"),
            ("<[T] as core::fmt::Debug>::fmt", "slice::fmt"),
            ("alloc::slice::<impl [T]>::sort", "alloc::slice::sort"),
            ("app::_::<impl serde::Serialize for app::wire::Sent>::serialize", "app::wire::Sent::serialize"),
            ("<<a::B as c::D>::E as f::G>::h", "a::B::E::h"),
            ("sqlite3VdbeExec.part.0", "sqlite3VdbeExec"),
            ("__memmove_avx_unaligned_erms", "__memmove_avx_unaligned_erms"),
            ("", "unknown"),
            ("<>", "<>"),
        ] {
            assert_eq!(short(raw), told, "{raw}");
        }
    }

    #[test]
    fn a_name_without_a_path_has_that_of_its_file() {
        for (file, name, told) in [
            ("server/store/src/read/list.rs", "window", "store::read::list::window"),
            ("server/catalogue-index/src/lib.rs", "{closure#0}", "catalogue_index::{closure#0}"),
            ("/home/me/.cargo/registry/src/index-1/hyper-util-0.1.9/src/rt/mod.rs", "poll<a::B>", "hyper_util::rt::poll<a::B>"),
            ("./tests/sampling.rs", "work", "sampling::work"),
            ("/rustc/0a/library/core/src/num/mod.rs", "u64::wrapping_add", "u64::wrapping_add"),
            ("/rustc/0a/library/alloc/src/boxed.rs", "<alloc::boxed::Box<F>>::call_once", "<alloc::boxed::Box<F>>::call_once"),
            ("sqlite3.c", "sqlite3Step", "sqlite3Step"),
            ("", "work", "work"),
        ] {
            assert_eq!(within(file, name), told, "{file}");
        }
    }

    #[test]
    fn a_long_name_is_told_by_its_end() {
        let told = short(&format!("{}::inner", "outer::".repeat(40)));

        assert!(told.starts_with('\u{2026}') && told.ends_with("outer::inner") && told.chars().count() == LONGEST_SHORT, "{told}");
    }
}
