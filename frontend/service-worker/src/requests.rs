//! Which request is treated how.

use domain::worker::Files;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Left to the browser, as if there were no worker.
    Alone,
    /// A page: from the network, and else the shell.
    Page,
    /// Where one signs in: from the network alone. Whoever is shown it is nobody.
    SignIn,
    /// Something else that is opened, such as a file that one saves: from the network alone. It is not left alone, as the browser has
    /// begun to ask for it while the worker was started.
    Opened,
    /// A file under a name that never means another: what is kept is right.
    Hashed,
    /// A file of this build under a name that every build has.
    Named,
    Picture,
    /// Left to the browser, and from then on the shell is somebody else's, or looks otherwise.
    Changes,
    /// The same, and what was kept is nobody's business any more.
    SignsOut,
}

/// What a browser tells of a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub method: &'a str,
    pub mode: &'a str,
    pub destination: &'a str,
    pub address: &'a str,
    /// Where the worker is from.
    pub origin: &'a str,
}

pub fn treatment(asked: &Asked<'_>, files: &Files) -> Treatment {
    let local = asked.address.strip_prefix(asked.origin).filter(|rest| rest.starts_with('/'));
    let get = asked.method == "GET";
    // Where hashed files come from elsewhere, the list says so in whole addresses.
    if get && starts_with(local.unwrap_or(asked.address), &files.hashed) {
        return Treatment::Hashed;
    }
    // Of other sites' pictures one could keep what one cannot read, and of that a browser counts megabytes each.
    let Some(local) = local else { return Treatment::Alone };
    let end = local.bytes().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(local.len());
    let path = local.get(..end).unwrap_or(local);
    match asked.method {
        "GET" if files.needed.iter().any(|file| file == local) => Treatment::Named,
        "GET" if asked.destination == "image" => Treatment::Picture,
        "GET" if asked.mode == "navigate" && path == "/sign-in" => Treatment::SignIn,
        "GET" if asked.mode == "navigate" => {
            if is_page(path) {
                Treatment::Page
            } else {
                Treatment::Opened
            }
        }
        "POST" if path == "/sign-out" => Treatment::SignsOut,
        "POST" if matches!(path, "/sign-in" | "/switch-store" | "/theme") => Treatment::Changes,
        _ => Treatment::Alone,
    }
}

fn starts_with(address: &str, beginning: &str) -> bool {
    !beginning.is_empty() && address.starts_with(beginning)
}

/// What programs ask is none, and neither is a file that one saves.
fn is_page(path: &str) -> bool {
    let is_for_programs = ["/api/", "/sync/", "/pkg/", "/pictures/"].iter().any(|beginning| path.starts_with(beginning));
    let name = path.bytes().rev().take_while(|byte| *byte != b'/');
    !is_for_programs && !name.into_iter().any(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://shop.test";

    fn files() -> Files {
        let needed = vec!["/pkg/vitrine.a.js".to_owned(), "/icons.svg".to_owned()];
        Files { build: "b".to_owned(), hashed: "/pkg/".to_owned(), needed, later: Vec::new() }
    }

    fn treated(method: &str, address: &str, mode: &str, destination: &str) -> Treatment {
        let address = if address.starts_with('/') { format!("{ORIGIN}{address}") } else { address.to_owned() };
        treatment(&Asked { method, mode, destination, address: &address, origin: ORIGIN }, &files())
    }

    #[test]
    fn a_page_is_what_somebody_opens() {
        for address in ["/", "/products", "/products?q=lamp", "/products/lamp", "/runs/new", "/nowhere"] {
            assert_eq!(treated("GET", address, "navigate", "document"), Treatment::Page, "{address}");
        }
        assert_eq!(treated("GET", "/sign-in?next=/runs", "navigate", "document"), Treatment::SignIn);
        for address in ["/usage/export.csv", "/imports/7/bad-rows.csv", "/api/v1/docs"] {
            assert_eq!(treated("GET", address, "navigate", "document"), Treatment::Opened, "{address}");
        }
        for address in ["https://other.test/products", "https://shop.test.evil/"] {
            assert_eq!(treated("GET", address, "navigate", "document"), Treatment::Alone, "{address}");
        }
    }

    #[test]
    fn what_reads_or_writes_data_is_left_alone() {
        for (method, address) in [
            ("GET", "/api/fn/products/list?address="),
            ("POST", "/api/fn/product/edit"),
            ("GET", "/sync/v1/poke"),
            ("POST", "/sync/v1/push"),
            ("POST", "/imports"),
            ("HEAD", "/pkg/vitrine.a.js"),
            ("GET", "/products"),
            ("GET", "/offline"),
        ] {
            assert_eq!(treated(method, address, "cors", ""), Treatment::Alone, "{method} {address}");
        }
        assert_eq!(treated("POST", "/products/lamp", "navigate", "document"), Treatment::Alone);
    }

    #[test]
    fn files_are_known_by_where_they_are() {
        assert_eq!(treated("GET", "/pkg/vitrine.a.js", "cors", "script"), Treatment::Hashed);
        assert_eq!(treated("GET", "/pkg/page_review.of-an-old-build.bin", "cors", ""), Treatment::Hashed);
        assert_eq!(treated("GET", "/icons.svg", "same-origin", "image"), Treatment::Named);
        assert_eq!(treated("GET", "/robots.txt", "cors", ""), Treatment::Alone);
    }

    #[test]
    fn files_from_elsewhere_are_known_too() {
        let files = Files { hashed: "https://cdn.test/pkg/".to_owned(), ..files() };
        let asked = |address| {
            let asked = Asked { method: "GET", mode: "cors", destination: "script", address, origin: ORIGIN };
            treatment(&asked, &files)
        };

        assert_eq!(asked("https://cdn.test/pkg/vitrine.a.js"), Treatment::Hashed);
        assert_eq!(asked("https://cdn.test/else.js"), Treatment::Alone);
    }

    #[test]
    fn pictures_are_those_that_are_ours() {
        assert_eq!(treated("GET", "/pictures/demo/1-1.svg", "no-cors", "image"), Treatment::Picture);
        assert_eq!(treated("GET", "https://cdn.other.test/lamp.jpg", "no-cors", "image"), Treatment::Alone);
    }

    #[test]
    fn whoever_one_is_changes_by_a_form() {
        assert_eq!(treated("POST", "/sign-out", "navigate", "document"), Treatment::SignsOut);
        for form in ["/sign-in", "/switch-store", "/theme"] {
            assert_eq!(treated("POST", form, "navigate", "document"), Treatment::Changes, "{form}");
        }
    }
}
