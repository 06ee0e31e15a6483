//! Files as they come, and what must come of each, whichever way it is sent.

use std::{
    fmt::Write as _,
    fs::File,
    io::{Seek, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A file that is not what it should be.
pub(crate) struct Odd {
    pub(crate) name: &'static str,
    pub(crate) content: Vec<u8>,
    /// The exit code of the command: 0 when nothing is wrong with it after all, 3 when rows are left out, 1 when it is refused.
    pub(crate) code: i32,
    /// What is said of it.
    pub(crate) says: &'static str,
    /// Handles that are there afterwards, and a text of each.
    pub(crate) there: &'static [(&'static str, &'static str)],
    /// Handles that are not.
    pub(crate) missing: &'static [&'static str],
}

pub(crate) fn odd_files() -> Vec<Odd> {
    let odd = |name, content: &[u8], code, says, there, missing| Odd { name, content: content.to_vec(), code, says, there, missing };
    vec![
        odd("windows.csv", b"Handle,Title\ncreme,Cr\xe8me br\xfbl\xe9e\n", 0, "", &[("creme", "Crème brûlée")], &[]),
        odd("semicolons.csv", "Handle;Title\nbowl;Bowl, blue\n".as_bytes(), 0, "", &[("bowl", "Bowl, blue")], &[]),
        odd("utf16.csv", b"\xff\xfeT\0i\0t\0l\0e\0\n\0L\0a\0m\0p\0\n\0", 1, "Save it as CSV in UTF-8 and import that file.", &[], &["lamp"]),
        odd(
            "open-quote.csv",
            b"Handle,Title,Vendor\nopen,\"Open,V\nbehind,Behind it,V\n",
            3,
            "A quote opened on line 2 is never closed. Reading goes on at the next line.",
            &[("behind", "Behind it")],
            &["open"],
        ),
        odd(
            "twice.csv",
            b"Handle,Title\ntwice,First use\nbetween,Between\ntwice,Second use\n",
            3,
            "This handle was used on line 2 already; rows of one product must stand together.",
            &[("twice", "First use"), ("between", "Between")],
            &[],
        ),
        odd(
            "absurd.csv",
            b"Handle,Title,Variant Price\nabsurd,Absurd,99999999999999\nfair,Fair,7\n",
            3,
            "This amount is too large: the limit is 1,000,000,000.",
            &[("fair", "Fair")],
            &["absurd"],
        ),
        odd(
            "negative.csv",
            b"Handle,Title,Variant Price\nnegative,Negative,-5\npositive,Positive,5\n",
            3,
            "An amount cannot be negative.",
            &[("positive", "Positive")],
            &["negative"],
        ),
        odd("columns.csv", b"Name,Cost\nLamp,3\n", 1, "The columns Title and Handle (or URL handle) are both missing", &[], &["lamp"]),
        odd("double.csv", b"Title,Title\nLamp,Mug\n", 1, "These columns are there twice: Title.", &[], &["lamp", "mug"]),
        odd(
            "long-name.csv",
            format!("Title,{}\nLamp,1\n", "n".repeat(300)).as_bytes(),
            1,
            "has 300 characters; the limit is 255. Put short column names into the first line.",
            &[],
            &["lamp"],
        ),
        odd("header.csv", b"Handle,Title\n", 1, "This file has a header and no products below it. Export the products as CSV again", &[], &[]),
        odd("empty.csv", b"", 1, "This file is empty. Export the products as CSV again and import that file.", &[], &[]),
        odd("picture.csv", b"\x89PNG\r\n\x1a\n\0\0", 1, "not a CSV file. Export the products as CSV and import that file.", &[], &[]),
        odd("zip-bomb.csv", &zip_bomb(), 1, "This is a ZIP archive, not a CSV file. Unpack it and import the CSV inside.", &[], &["bomb"]),
        odd("gzip-bomb.csv", &gzip_bomb(), 1, "This is a gzip archive, not a CSV file. Unpack it and import the CSV inside.", &[], &["bomb"]),
    ]
}

/// A catalogue with scripts in its texts.
pub(crate) const SCRIPTS: &str = "Handle,Title,Body (HTML)\n\
    scripted,Scripted lamp,\"<p onclick=\"\"run()\"\">Words that stay</p><script>alert(1)</script><a href=\"\"javascript:run()\"\">link</a>\"\n";

/// A file with a line of 2 GB, most of which takes no room on the disk, between two rows that are good.
pub(crate) fn endless_line(dir: &Path) -> PathBuf {
    let path = dir.join("endless.csv");
    let mut file = File::create(&path).unwrap();
    // Text for as far as a file is looked at to tell what it is.
    write!(file, "Handle,Title\nbefore,Before\nendless,{}", "x".repeat(1 << 20)).unwrap();
    file.set_len(2 << 30).unwrap();
    file.seek(SeekFrom::End(0)).unwrap();
    file.write_all(b"\nafter,After\n").unwrap();
    path
}

/// `count` products that are a kilobyte each.
pub(crate) fn many(count: usize) -> String {
    let mut csv = String::from("Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Price\n");
    for number in 0..count {
        let words = "A lamp that gives a warm and quiet light. ".repeat(20);
        writeln!(csv, "lamp-{number},Lamp {number},<p>{words}It is number {number}.</p>,Vendor {},SKU-{number},{}.90", number % 40, number % 900 + 1)
            .unwrap();
    }
    csv
}

/// The header of the newer dialect in the words of the classic one: the rows below it are the same.
pub(crate) fn in_classic_dialect(newer: &str) -> String {
    let (header, rows) = newer.split_once('\n').unwrap();
    assert!(!header.contains('"'), "the names of the columns are cut at their commas: {header}");
    let names: Vec<&str> =
        header.split(',').map(|name| CLASSIC.iter().find(|(newer, _)| *newer == name).map_or(name, |(_, classic)| *classic)).collect();
    format!("{}\n{rows}", names.join(","))
}

const CLASSIC: &[(&str, &str)] = &[
    ("URL handle", "Handle"),
    ("Description", "Body (HTML)"),
    ("Product category", "Product Category"),
    ("Published on online store", "Published"),
    ("SKU", "Variant SKU"),
    ("Barcode", "Variant Barcode"),
    ("Option1 name", "Option1 Name"),
    ("Option1 value", "Option1 Value"),
    ("Option2 name", "Option2 Name"),
    ("Option2 value", "Option2 Value"),
    ("Option3 name", "Option3 Name"),
    ("Option3 value", "Option3 Value"),
    ("Price", "Variant Price"),
    ("Compare-at price", "Variant Compare At Price"),
    ("Charge tax", "Variant Taxable"),
    ("Tax code", "Variant Tax Code"),
    ("Inventory tracker", "Variant Inventory Tracker"),
    ("Inventory quantity", "Variant Inventory Qty"),
    ("Continue selling when out of stock", "Variant Inventory Policy"),
    ("Weight value (grams)", "Variant Grams"),
    ("Weight unit for display", "Variant Weight Unit"),
    ("Requires shipping", "Variant Requires Shipping"),
    ("Fulfillment service", "Variant Fulfillment Service"),
    ("Product image URL", "Image Src"),
    ("Image position", "Image Position"),
    ("Image alt text", "Image Alt Text"),
    ("Variant image URL", "Variant Image"),
    ("Gift card", "Gift Card"),
    ("SEO title", "SEO Title"),
    ("SEO description", "SEO Description"),
    ("Google Shopping / Manufacturer part number (MPN)", "Google Shopping / MPN"),
    ("Google Shopping / Ad group name", "Google Shopping / AdWords Grouping"),
    ("Google Shopping / Ads labels", "Google Shopping / AdWords Labels"),
];

/// 256 MB of a catalogue in some hundred kilobytes.
fn gzip_bomb() -> Vec<u8> {
    let mut gzip = Command::new("gzip").arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("gzip is installed");
    let mut input = gzip.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        input.write_all(b"Handle,Title\nbomb,").unwrap();
        let megabyte = vec![b'x'; 1 << 20];
        for _ in 0..256 {
            input.write_all(&megabyte).unwrap();
        }
    });
    let bomb = gzip.wait_with_output().unwrap().stdout;
    writer.join().unwrap();
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    bomb
}

/// The same in a ZIP archive: its compressed bytes are those of gzip without the ten before and the eight behind them.
fn zip_bomb() -> Vec<u8> {
    let gzip = gzip_bomb();
    let (deflated, end) = (&gzip[10..gzip.len() - 8], &gzip[gzip.len() - 8..]);
    // Method 8; no time; checksum and length as gzip has them; the length of the name.
    let mut about = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
    about.extend_from_slice(&end[..4]);
    about.extend_from_slice(&u32::try_from(deflated.len()).unwrap().to_le_bytes());
    about.extend_from_slice(&end[4..]);
    about.extend_from_slice(&[8, 0, 0, 0]);
    let mut zip = [b"PK\x03\x04", about.as_slice(), b"bomb.csv", deflated].concat();
    let directory = u32::try_from(zip.len()).unwrap();
    zip.extend_from_slice(b"PK\x01\x02\x14\0");
    zip.extend_from_slice(&about);
    zip.extend_from_slice(&[0; 14]);
    zip.extend_from_slice(b"bomb.csv");
    let size = u32::try_from(zip.len()).unwrap() - directory;
    zip.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend_from_slice(&size.to_le_bytes());
    zip.extend_from_slice(&directory.to_le_bytes());
    zip.extend_from_slice(&[0, 0]);
    zip
}
