//! Numbers in as few bytes as they need: seven bits a byte, the lowest first, the top bit says "more".

pub(crate) fn push(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// Reads the number at the front of `bytes` and moves past it; `None` at the end.
#[inline]
pub(crate) fn next(bytes: &mut &[u8]) -> Option<u32> {
    let (&first, mut rest) = bytes.split_first()?;
    let mut value = u32::from(first & 0x7f);
    let (mut byte, mut shift) = (first, 7);
    while byte >= 0x80 {
        let (&more, behind) = rest.split_first()?;
        value |= u32::from(more & 0x7f) << shift;
        (byte, rest, shift) = (more, behind, shift + 7);
    }
    *bytes = rest;
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_their_bytes() {
        let numbers = [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 0x1f_ffff, 0x20_0000, 0x0fff_ffff, 0x1000_0000, u32::MAX];
        let mut bytes = Vec::new();

        for number in numbers {
            push(&mut bytes, number);
        }

        let mut rest = bytes.as_slice();
        let read: Vec<u32> = std::iter::from_fn(|| next(&mut rest)).collect();
        assert_eq!(read, numbers);
    }
}
