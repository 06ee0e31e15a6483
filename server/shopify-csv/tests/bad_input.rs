//! Files that are not what they should be: each gets a clear sentence, and the good rows are not lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{self, Read};

use crate::support::{OPTIONS, complaints, good, handles, read, refusal};
use shopify_csv::{Item, MAX_CELL, Reader};

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
fn what_is_not_a_csv_file_is_refused_with_advice() {
    for (start, sentence) in [
        (b"PK\x03\x04\x14\0\0\0\x08\0products.csv".as_slice(), "This is a ZIP archive, not a CSV file. Unpack it and import the CSV inside."),
        (
            b"PK\x03\x04\x14\0\x06\0[Content_Types].xml",
            "This is an Excel workbook, not a CSV file. Open it, save it as CSV UTF-8 and import that file.",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is an Excel workbook, not a CSV file. Open it, save it as CSV UTF-8 and import that file."),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "This is a gzip archive, not a CSV file. Unpack it and import the CSV inside."),
        (b"%PDF-1.7\n", "This is a PDF document, not a CSV file. Export the products as CSV and import that file."),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "This is a file of another kind, not a CSV file. Export the products as CSV and import that file."),
        (b"Title\0\0\0", "This is a file of another kind, not a CSV file. Export the products as CSV and import that file."),
        (
            b"\n<!DOCTYPE html>\n<html>",
            "This is a web page, not a CSV file. Perhaps the download needed you to sign in: get the CSV again and import that file.",
        ),
        (b"<?xml version=\"1.0\"?>", "This is an XML file, not a CSV file. Export the products as CSV and import that file."),
        (b"[{\"title\": 1}]", "This is a JSON file, not a CSV file. Export the products as CSV and import that file."),
        (b"\xff\xfeT\0i\0t\0l\0e\0", "This file is encoded as UTF-16. Save it as CSV in UTF-8 and import that file."),
    ] {
        assert_eq!(refusal(start), sentence);
    }
}

#[test]
fn a_zip_bomb_renamed_csv_is_refused_without_being_read() {
    let bomb = b"PK\x03\x04".chain(io::repeat(0).take(u64::MAX >> 1));

    assert_eq!(refusal(bomb), "This is a ZIP archive, not a CSV file. Unpack it and import the CSV inside.");
}

#[test]
fn files_without_products_are_refused() {
    for empty in ["", "\n\n", "\u{feff}", "  \r\n"] {
        assert_eq!(refusal(empty.as_bytes()), "This file is empty. Export the products as CSV again and import that file.");
    }
    for only_header in ["Title,Handle", "Title,Handle\n", "Title,Handle\r\n,\n\n"] {
        assert_eq!(
            refusal(only_header.as_bytes()),
            "This file has a header and no products below it. Export the products as CSV again and import that file."
        );
    }
}

#[test]
fn a_header_without_title_and_handle_says_what_is_missing_and_what_was_found() {
    assert_eq!(
        refusal(b"Name,Cost,Colour\nLamp,5,red\n".as_slice()),
        "The columns Title and Handle (or URL handle) are both missing, so no row can be told to be a product. \
         The first line has these columns: Name, Cost, Colour. Name the column of the products' titles Title and import the file again."
    );
}

#[test]
fn a_column_that_is_there_twice_is_named() {
    assert_eq!(
        refusal(b"Title,Handle,URL handle,title,Vendor\nLamp,lamp,lamp,Lamp,V\n".as_slice()),
        "These columns are there twice: Handle and URL handle, Title and title. Take out or rename one of each."
    );
}

#[test]
fn a_refusal_stays_short_however_many_columns_it_is_about() {
    let many = refusal(format!("Title{}\nLamp\n", ",x".repeat(2_000)).as_bytes());
    let none = refusal(format!("{}\nLamp\n", "name,".repeat(2_000)).as_bytes());

    assert!(many.ends_with("and 1991 more. Take out or rename one of each."), "{many}");
    assert!(none.contains("and 1992 more. Name the column"), "{none}");
    assert!(many.len() < 1_000 && none.len() < 1_000);
}

#[test]
fn a_column_name_of_any_length_is_refused_before_it_is_kept_with_every_product() {
    let longest = good(format!("Title,{}\nLamp,x\n", "ä".repeat(255)));
    let refused = refusal(format!("Title,{}\nLamp,x\n", "ä".repeat(256)).as_bytes());

    assert_eq!(longest[0].kept_bytes(), 2 * 255 + 64);
    assert_eq!(
        refused,
        format!(
            "The column name that begins with {} has 256 characters; the limit is 255. Put short column names into the first line.",
            "ä".repeat(80)
        )
    );
}

#[test]
fn a_product_of_many_narrow_columns_is_bounded_by_what_it_takes_in_memory() {
    // 2,000 columns whose names are long and whose values are not: a row of 4 kB takes half a megabyte.
    let names = lines(2_000, |number| format!(",{}{number:04} (variant.metafields.custom.x)", "n".repeat(200)));
    let rows = lines(100, |number| format!("shirt,,{number}{}\n", ",x".repeat(2_000)));

    let (products, bad) = read(format!("Handle,Title,Option1 Value{names}\nshirt,Shirt,first\n{rows}lamp,Lamp,\n"));

    assert_eq!(handles(&products), ["lamp"]);
    assert_eq!(bad.len(), 1);
    assert!(bad[0].reason.starts_with("The rows of this product take more than 16 MiB."), "{}", bad[0].reason);
}

#[test]
fn a_header_that_is_no_header_is_refused() {
    assert_eq!(
        refusal(b"Title,\"Handle\nlamp,Lamp\n".as_slice()),
        "The header has a quote that is not closed properly. Put the column names into the first line, with a comma between them."
    );
    assert_eq!(
        refusal(io::repeat(b'x').take(2 << 30)),
        "The first line is too long for a header. Put the column names into the first line, with a comma between them."
    );
    let wide = format!("Title{}\nLamp\n", ",x".repeat(5_000));
    assert_eq!(refusal(wide.as_bytes()), "This file has more than 2048 columns. Take out those that are not needed.");
}

#[test]
fn bad_prices_are_named_each_and_leave_out_their_product_alone() {
    let file = "Handle,Title,Variant Price,Option1 Name,Option1 Value\n\
                lamp,Lamp,-5,Size,S\n\
                lamp,,99999999999999,,M\n\
                lamp,,1e9,,L\n\
                chair,Chair,20,,\n\
                bench,Bench,free,,\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["chair"]);
    assert_eq!(
        complaints(&bad),
        [
            (2, "Variant Price", "An amount cannot be negative."),
            (3, "Variant Price", "This amount is too large: the limit is 1,000,000,000."),
            (4, "Variant Price", "This is not an amount. Write it like 19.90."),
            (6, "Variant Price", "This is not an amount. Write it like 19.90."),
        ]
    );
    assert_eq!(bad[3].value, "free");
}

#[test]
fn every_bad_cell_of_a_row_is_named_under_the_files_own_header() {
    let file = "URL handle,title,STATUS,Charge tax,Inventory quantity,Weight value (grams)\nlamp,Lamp,sold,maybe,many,-1\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), [""; 0]);
    assert_eq!(
        complaints(&bad),
        [
            (2, "STATUS", "Choose one of: active, draft, archived."),
            (2, "Charge tax", "This is neither TRUE nor FALSE."),
            (2, "Inventory quantity", "This is not a whole number. Write it like 12."),
            (2, "Weight value (grams)", "A weight cannot be negative."),
        ]
    );
}

#[test]
fn texts_over_their_limits_are_refused() {
    let (_, bad) = read(format!("Handle,Title\nlamp,{}\n", "ä".repeat(256)));

    assert_eq!(complaints(&bad), [(2, "Title", "This has 256 characters; the limit is 255.")]);
    assert_eq!(bad[0].value, "ä".repeat(80));
}

#[test]
fn a_handle_that_comes_back_is_a_bad_row_once_and_the_first_use_stays() {
    let file = "Handle,Title,Variant SKU\nlamp,Lamp,1\nchair,Chair,2\nlamp,Other lamp,3\nlamp,,4\nbench,Bench,5\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["lamp", "chair", "bench"]);
    assert_eq!(complaints(&bad), [(4, "Handle", "This handle was used on line 2 already; rows of one product must stand together.")]);
}

#[test]
fn a_bad_handle_leaves_out_all_rows_of_its_product() {
    let (products, bad) = read("Handle,Title,Variant Price\nBlue Lamp,Lamp,1\nBlue Lamp,,x\nchair,Chair,1\n");

    assert_eq!(handles(&products), ["chair"]);
    assert_eq!(
        complaints(&bad),
        [
            (2, "Handle", "A handle has 1 to 255 lower-case letters, digits, - and _, with no spaces."),
            (3, "Variant Price", "This is not an amount. Write it like 19.90."),
        ]
    );
}

#[test]
fn rows_that_belong_to_no_product_are_named() {
    let (products, bad) = read("Handle,Title,Vendor\nlamp,Lamp,V\n,,Stray\nchair,,V\n,???,V\n");

    assert_eq!(handles(&products), ["lamp"]);
    assert_eq!(
        complaints(&bad),
        [
            (3, "Vendor", "This row has neither a handle nor a title, so it belongs to no product."),
            (4, "Title", "The first row of a product needs its title."),
            (5, "Title", "This title has no letter or digit to make a handle of. Give the product a handle."),
        ]
    );
}

#[test]
fn a_later_row_that_says_something_else_about_the_product_is_named() {
    let (products, bad) = read("Handle,Title,Vendor,Option1 Name,Option1 Value\nlamp,Lamp,Halyard,Size,S\nlamp,,Other,Colour,M\n");

    assert_eq!(handles(&products), [""; 0]);
    let reason = "The first row of this product, on line 2, says something else. What belongs to the product goes there.";
    assert_eq!(complaints(&bad), [(3, "Vendor", reason), (3, "Option1 Name", reason)]);
}

#[test]
fn cells_without_a_column_are_named() {
    let (products, bad) = read("Handle,Title,\nlamp,Lamp,stray\nchair,Chair,,more\nbench,Bench,,,\n");

    assert_eq!(handles(&products), ["bench"]);
    assert_eq!(
        complaints(&bad),
        [
            (2, "", "The column of this value has no name in the header."),
            (3, "", "This row has more cells than the header has columns. Is there a comma or a quote too many?"),
        ]
    );
}

#[test]
fn one_broken_byte_in_a_utf_8_file_costs_one_product() {
    let file = b"Handle,Title\nlamp,L\xc3\xa4mpchen\nchair,St\xfchl\nbench,B\xc3\xa4nke\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["lamp", "bench"]);
    assert_eq!(complaints(&bad), [(3, "Title", "This text is not valid UTF-8, as the rest of the file is. Save the file as CSV in UTF-8.")]);
    assert_eq!(bad[0].value, "St\u{fffd}hl");
}

#[test]
fn a_broken_byte_far_behind_the_start_is_named_with_its_line() {
    let lamps = lines(200_000, |number| format!("Lamp {number}\n"));
    let file = [b"Title\n", lamps.as_bytes(), b"Caf\xe9\n"].concat();

    let (products, bad) = read(file);

    assert_eq!(products.len(), 200_000);
    assert_eq!((bad.len(), bad[0].line), (1, 200_002));
}

#[test]
fn a_quote_left_open_until_the_end_costs_its_own_row_alone() {
    let file = "Handle,Title,Vendor\nlamp,\"Lamp,V\nchair,Chair,V\nbench,Bench,V\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["chair", "bench"]);
    assert_eq!(complaints(&bad), [(2, "Title", "A quote opened on line 2 is never closed. Reading goes on at the next line.")]);
    assert!(bad[0].value.starts_with("Lamp,V\nchair"));
}

#[test]
fn a_quote_left_open_that_meets_another_is_noticed_too() {
    let file = "Handle,Title,Vendor\nlamp,\"Lamp,V\nchair,\"Chair\",V\nbench,Bench,V\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["chair", "bench"]);
    assert_eq!(
        complaints(&bad),
        [(
            2,
            "Title",
            "A quote opened on line 2 is closed only on line 3, with text behind it: it was probably left open. Reading goes on at the next line."
        )]
    );
}

#[test]
fn a_quote_left_open_far_from_the_end_is_noticed_within_bounded_memory() {
    let chairs = lines(400_000, |number| format!("chair-{number},Chair\n"));

    let (products, bad) = read(format!("Handle,Title\nlamp,\"Lamp\n{chairs}"));

    assert_eq!(products.len(), 400_000);
    assert_eq!(bad.len(), 1);
    assert!(bad[0].reason.starts_with("A quote opened here is not closed within 4 MiB"));
}

#[test]
fn a_quote_that_is_not_doubled_is_explained() {
    let (products, bad) = read("Handle,Title,Vendor\nlamp,\"The \"big\" lamp\",V\nchair,Chair 5\" wide,V\n");

    assert_eq!(handles(&products), ["chair"]);
    assert_eq!(complaints(&bad), [(2, "Title", "There is text behind the quote that closes this value. Inside quotes, write each quote twice.")]);
}

#[test]
fn the_rest_of_a_broken_row_is_not_taken_for_products() {
    let file = "Title,Description,Vendor\nLamp,\"<p>See <a href=\"x\">\nthis, and\nthat</a>\",V\nChair,Good,V\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["chair"]);
    assert_eq!(
        complaints(&bad),
        [
            (2, "Description", "There is text behind the quote that closes this value. Inside quotes, write each quote twice."),
            (3, "", "Lines 3 to 4 were left out: they look like the rest of the broken row on line 2."),
        ]
    );
}

#[test]
fn a_broken_row_of_a_product_leaves_out_the_whole_product() {
    let file = "Handle,Title,Option1 Value,Vendor\nlamp,Lamp,S,V\nlamp,,\"M\"x,\nlamp,,L,\nchair,\"Chair\"x,,\nchair,,M,\nbench,Bench,,\n";

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["bench"]);
    assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn a_line_that_never_seems_to_end_is_skipped_without_being_held() {
    // 64 MiB made as they are read; the window on the input holds 4 MiB at most.
    for quote in ["", "\""] {
        let start = format!("Handle,Title\nlamp,{quote}");
        let huge = start.as_bytes().chain(io::repeat(b'x').take(64 << 20)).chain(b"\nchair,Chair\n".as_slice());

        let items: Vec<_> = Reader::open(huge, OPTIONS).unwrap().collect::<Result<_, _>>().unwrap();

        let [Item::Bad(bad), Item::Product(chair)] = items.as_slice() else { panic!("one bad row and one product: {items:?}") };
        assert_eq!((bad.line, bad.column.as_str(), bad.value.as_str()), (2, "Title", "x".repeat(80).as_str()));
        assert_eq!(bad.reason, "This value is longer than 1 MiB.");
        assert_eq!((chair.line, chair.handle.as_str(), chair.end), (3, "chair", (64 << 20) + start.len() as u64 + 13));
    }
}

#[test]
fn a_value_that_is_too_long_is_named_and_the_next_row_is_read() {
    let file = format!("Handle,Title,Body (HTML)\nlamp,Lamp,\"{}\nend\"\nchair,Chair,\n", "x".repeat(MAX_CELL));

    let (products, bad) = read(file);

    assert_eq!(handles(&products), ["chair"]);
    assert_eq!(products[0].line, 4);
    assert_eq!(complaints(&bad), [(2, "Body (HTML)", "This value is longer than 1 MiB.")]);
}

#[test]
fn products_without_end_are_refused() {
    let variants = lines(2_050, |number| format!("shirt,,{number},\n"));
    let (products, bad) = read(format!("Handle,Title,Option1 Value,Image Src\nshirt,Shirt,first,\n{variants}lamp,Lamp,,\n"));
    assert_eq!(handles(&products), ["lamp"]);
    assert_eq!(complaints(&bad), [(2_050, "", "This product has too many variants; the limit is 2048.")]);

    let extra = "x".repeat(60_000);
    let rows = lines(300, |number| format!("shirt,,{number},{extra}\n"));
    let (products, bad) = read(format!("Handle,Title,Option1 Value,Note (variant.metafields.custom.note)\nshirt,Shirt,first,\n{rows}lamp,Lamp,,\n"));
    assert_eq!(handles(&products), ["lamp"]);
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0].reason, "The rows of this product take more than 16 MiB. Split it or shorten its texts.");
}

#[test]
fn scripts_and_entities_are_no_reason_to_refuse_a_row() {
    let products = good("Handle,Title\nlamp,<script>alert('x')</script> &amp; <b>\n");

    assert_eq!(handles(&products), ["lamp"]);
}
