//! Characters as HTML names them.

use unicode_normalization::char::compose;

/// Those that texts of shops hold; letters with accents are made of their letter and the accent's name.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("shy", '\u{ad}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("deg", '°'),
    ("times", '×'),
    ("divide", '÷'),
    ("plusmn", '±'),
    ("frac12", '½'),
    ("frac14", '¼'),
    ("frac34", '¾'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("micro", 'µ'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("sect", '§'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("ordm", 'º'),
    ("ordf", 'ª'),
    ("szlig", 'ß'),
    ("aelig", 'æ'),
    ("AElig", 'Æ'),
    ("oelig", 'œ'),
    ("OElig", 'Œ'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("eth", 'ð'),
    ("thorn", 'þ'),
];
const ACCENTS: &[(&str, char)] = &[
    ("uml", '\u{308}'),
    ("acute", '\u{301}'),
    ("grave", '\u{300}'),
    ("circ", '\u{302}'),
    ("tilde", '\u{303}'),
    ("cedil", '\u{327}'),
    ("ring", '\u{30a}'),
    ("caron", '\u{30c}'),
];

/// No name is longer.
const LONGEST: usize = 10;

/// The character that a text beginning with `&` begins with, and what follows it. An unknown name is no name: the
/// character is the `&`.
pub(super) fn read(from: &str) -> (char, &str) {
    let inner = &from[1..];
    let literal = ('&', inner);
    let length = inner.bytes().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
    let (name, rest) = inner.split_at(length);
    let ends = rest.strip_prefix(';');
    match name.strip_prefix('#') {
        Some(number) => numbered(number).map_or(literal, |c| (c, ends.unwrap_or(rest))),
        None => match (named(name), ends) {
            (Some(c), Some(rest)) => (c, rest),
            _ => literal,
        },
    }
}

fn named(name: &str) -> Option<char> {
    if let Some((_, c)) = NAMED.iter().find(|(known, _)| *known == name) {
        return Some(*c);
    }
    let letter = name.chars().next()?;
    let (_, accent) = ACCENTS.iter().find(|(accent, _)| name[letter.len_utf8()..] == **accent)?;
    compose(letter, *accent)
}

fn numbered(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    // What cannot be shown leaves nothing behind.
    code.ok().map(|code| char::from_u32(code).filter(|c| !c.is_control() || c.is_whitespace()).unwrap_or('\u{fffd}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_accents_are_read() {
        for (text, c) in
            [("&amp;", '&'), ("&eacute;", 'é'), ("&Uuml;", 'Ü'), ("&#8211;", '–'), ("&#x2013;", '–'), ("&ccedil;", 'ç'), ("&scaron;", 'š')]
        {
            assert_eq!(read(text), (c, ""), "{text}");
        }
    }

    #[test]
    fn what_is_no_name_stays() {
        for text in ["& more", "&more;", "&amp", "&;", "&", "&#;", "&qacute;"] {
            assert_eq!(read(text), ('&', &text[1..]), "{text}");
        }
    }
}
