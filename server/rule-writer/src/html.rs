//! The few tags a description is written with.

use std::fmt::{self, Write as _};

/// A piece of a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Heading(String),
    /// Sentences.
    Paragraph(Vec<String>),
    List(Vec<String>),
}

pub(crate) fn write(pieces: &[Piece]) -> String {
    let mut html = String::new();
    for piece in pieces {
        if !html.is_empty() {
            html.push('\n');
        }
        // Writing to a text cannot fail.
        let _ = match piece {
            Piece::Heading(text) => write!(html, "<p><strong>{}</strong></p>", Escaped(text)),
            Piece::Paragraph(sentences) => write!(html, "<p>{}</p>", Escaped(&sentences.join(" "))),
            Piece::List(lines) => list(&mut html, lines),
        };
    }
    html
}

fn list(html: &mut String, lines: &[String]) -> fmt::Result {
    html.push_str("<ul>\n");
    lines.iter().try_for_each(|line| writeln!(html, "<li>{}</li>", Escaped(line)))?;
    html.push_str("</ul>");
    Ok(())
}

struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>']) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                _ => "&gt;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_escaped() {
        let pieces = [Piece::Heading("A & B".into()), Piece::Paragraph(vec!["1 < 2.".into(), "<script>".into()]), Piece::List(vec!["x".into()])];
        assert_eq!(write(&pieces), "<p><strong>A &amp; B</strong></p>\n<p>1 &lt; 2. &lt;script&gt;</p>\n<ul>\n<li>x</li>\n</ul>");
    }
}
