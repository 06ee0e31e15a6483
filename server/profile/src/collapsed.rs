//! Collapsed stacks, as tools that draw flame graphs read them: a line a stack, `thread;outer;inner 12`.

use std::{collections::BTreeMap, fmt::Write};

use crate::Samples;

/// The text, in the order of the names. Stacks that differ in lines alone are one.
pub fn write(samples: &Samples) -> String {
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for stack in &samples.stacks {
        let mut line = plain(&stack.thread);
        for frame in &stack.frames {
            line.push(';');
            line.push_str(&plain(samples.name(*frame)));
        }
        let known = lines.entry(line).or_default();
        *known = known.saturating_add(stack.count);
    }
    let mut text = String::with_capacity(lines.keys().map(|line| line.len() + 8).sum());
    for (line, count) in lines {
        let _ = writeln!(text, "{line} {count}");
    }
    text
}

/// Nothing that ends a name, and something.
fn plain(name: &str) -> String {
    let name: String = name.chars().map(|character| if character == ';' || character.is_control() { ' ' } else { character }).collect();
    let name = name.trim();
    if name.is_empty() { crate::UNKNOWN.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, tests::function};

    #[test]
    fn a_stack_is_a_line_and_lines_of_a_function_are_no_difference() {
        let mut builder = Builder::default();
        builder.add("a b", [(function("main"), 1), (function("work"), 2)], 3);
        builder.add("a b", [(function("main"), 1), (function("work"), 9)], 4);
        builder.add("x;y\n", [(function("main"), 1)], 1);
        builder.add("", [], 2);

        assert_eq!(write(&builder.finish(99, 1)), "a b;main;work 7\nunknown 2\nx y;main 1\n");
    }
}
