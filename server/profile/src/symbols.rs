//! Names of functions as the linker wrote them into the program's own file. What is told for finding lines has a function's name without
//! the path to it, and `{closure#0}` alone is said of most of what waits for something.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
};

use object::{Object, ObjectSymbol, ReadCache, SymbolKind};

/// The names, not demangled, of what is at some addresses of the program's own file; none where the file has no names. It is read anew each
/// time, as nobody asks often, and nothing of it stays in memory.
pub(crate) fn at(addresses: &HashSet<u64>) -> HashMap<u64, Vec<u8>> {
    named(addresses).unwrap_or_default()
}

/// Whether the linker's name, demangled, may be that of a function which is called so without its path. An address may be one of a library,
/// where there is something else.
pub(crate) fn agrees(name: &str, linked: &str) -> bool {
    let name = name.split('<').next().unwrap_or_default();
    let word = if name.starts_with('{') { "closure" } else { name };
    !word.is_empty() && linked.contains(word)
}

fn named(addresses: &HashSet<u64>) -> Option<HashMap<u64, Vec<u8>>> {
    let cache = ReadCache::new(File::open("/proc/self/exe").ok()?);
    let file = object::File::parse(&cache).ok()?;
    let functions = file.symbols().filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text);
    let mut functions: Vec<_> = functions.map(|symbol| (symbol.address(), symbol.size(), symbol.index())).collect();
    functions.sort_unstable_by_key(|(address, size, _)| (*address, *size));
    let name = |at: u64| {
        let (begin, size, index) = functions.get(functions.partition_point(|(begin, ..)| *begin <= at).checked_sub(1)?)?;
        let is_inside = at - begin < *size;
        let name = is_inside.then(|| file.symbol_by_index(*index).ok()?.name_bytes().ok().map(<[u8]>::to_vec))??;
        Some((at, name))
    };
    Some(addresses.iter().filter_map(|address| name(*address)).collect())
}

#[cfg(test)]
mod tests {
    use std::{fs, hint::black_box};

    use super::*;

    #[inline(never)]
    fn here() -> u64 {
        black_box(7)
    }

    /// Where the beginning of this program's file is in memory.
    fn base() -> u64 {
        let program = fs::read_link("/proc/self/exe").unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let first = maps.lines().find(|line| line.ends_with(&*program.to_string_lossy())).unwrap();
        u64::from_str_radix(first.split('-').next().unwrap(), 16).unwrap()
    }

    #[test]
    fn a_function_of_this_program_is_found_by_an_address_in_it() {
        let address = black_box(here as fn() -> u64) as usize as u64 - base();

        let names = at(&HashSet::from([address, 1]));

        assert_eq!(names.len(), 1, "{names:?}");
        let name = String::from_utf8_lossy(&names[&address]).into_owned();
        assert!(name.contains("symbols") && name.contains("here"), "{name}");
    }

    #[test]
    fn the_name_of_something_else_is_not_taken() {
        assert!(agrees("window<u8>", "store::read::list::Lists::window") && agrees("{async_fn#0}", "store::read::{{closure}}"));
        assert!(!agrees("clone3", "store::read::list::Lists::window") && !agrees("", "x"));
    }
}
