//! Names of functions as the linker wrote them into the program's own file. What is told for finding lines has a function's name without
//! the path to it, and `{closure#0}` alone is said of most of what waits for something.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, File},
};

use object::{Object, ObjectKind, ObjectSymbol, ReadCache, SymbolKind};

/// The names, not demangled, of what is at some addresses of this process; none of what is in no function of the program's own file, or
/// where the file has no names. It is read anew each time, as nobody asks often, and nothing of it stays in memory.
pub(crate) fn at(addresses: &HashSet<u64>) -> HashMap<u64, Vec<u8>> {
    named(addresses).unwrap_or_default()
}

fn named(addresses: &HashSet<u64>) -> Option<HashMap<u64, Vec<u8>>> {
    let cache = ReadCache::new(File::open("/proc/self/exe").ok()?);
    let file = object::File::parse(&cache).ok()?;
    let base = if file.kind() == ObjectKind::Executable { 0 } else { base(&fs::read_to_string("/proc/self/maps").ok()?, &program()?)? };
    let is_function = |kind| matches!(kind, SymbolKind::Text | SymbolKind::Unknown);
    let functions = file.symbols().filter(|symbol| symbol.is_definition() && is_function(symbol.kind()));
    let mut functions: Vec<_> = functions.map(|symbol| (symbol.address(), symbol.size(), symbol.index())).collect();
    functions.sort_unstable_by_key(|(address, size, _)| (*address, *size));
    let name = |address: u64| {
        let at = address.checked_sub(base)?;
        let (begin, size, index) = functions.get(functions.partition_point(|(begin, ..)| *begin <= at).checked_sub(1)?)?;
        let is_inside = at - begin < (*size).max(1);
        let name = is_inside.then(|| file.symbol_by_index(*index).ok()?.name_bytes().ok().map(<[u8]>::to_vec))??;
        Some((address, name))
    };
    Some(addresses.iter().filter_map(|address| name(*address)).collect())
}

fn program() -> Option<String> {
    Some(fs::read_link("/proc/self/exe").ok()?.to_string_lossy().into_owned())
}

/// Where the beginning of a file is in memory, by the table of what is where.
fn base(maps: &str, program: &str) -> Option<u64> {
    maps.lines().find_map(|line| {
        let mut parts = line.splitn(6, ' ');
        let (range, offset) = (parts.next()?, parts.nth(1)?);
        let file = parts.nth(2)?.trim_start();
        let is_beginning = file == program && offset.bytes().all(|byte| byte == b'0');
        is_beginning.then(|| u64::from_str_radix(range.split('-').next()?, 16).ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPS: &str = "\
558e6f5d1000-558e6f5d3000 r--p 00000000 08:01 7 /usr/bin/other
558e6f6d3000-558e6f7d7000 r-xp 00002000 08:01 9 /opt/my server/vitrine
558e6f5d3000-558e6f5d7000 r--p 00000000 08:01 9                          /opt/my server/vitrine
7ffd1a5fe000-7ffd1a600000 r-xp 00000000 00:00 0                          [vdso]
";

    #[test]
    fn the_beginning_of_a_file_is_found_in_memory() {
        assert_eq!(base(MAPS, "/opt/my server/vitrine"), Some(0x558e_6f5d_3000));
        assert_eq!(base(MAPS, "/opt/none"), None);
    }

    #[inline(never)]
    fn here() -> u64 {
        std::hint::black_box(7)
    }

    #[test]
    fn a_function_of_this_program_is_found_by_an_address_in_it() {
        let address = here as fn() -> u64 as usize as u64;

        let names = at(&HashSet::from([address, 1]));

        assert_eq!(names.len(), 1, "{names:?}");
        let name = String::from_utf8_lossy(&names[&address]).into_owned();
        assert!(name.contains("symbols") && name.contains("here"), "{name}");
    }
}
