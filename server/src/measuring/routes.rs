//! Which route a request is for, by its method and path, so that a hundred thousand made-up addresses are one series. The router knows it
//! too, but only inside; what is measured is measured around it.

use std::collections::HashMap;

use app::app::every_page;
use axum::http::Method;
use leptos_axum::generate_route_list;
use matchit::Router;
use measuring::OTHERS;

/// Every route there is.
pub(crate) struct Routes(Router<HashMap<&'static str, Route>>);

/// A route with its method. It is made once, at the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// `GET /products/{handle}`; [`OTHERS`] for what comes to none.
    pub(crate) name: &'static str,
    /// None for what comes to none.
    pub(crate) method: Option<&'static str>,
    pub(crate) path: &'static str,
}

/// What comes to no route.
const NONE: Route = Route { name: OTHERS, method: None, path: OTHERS };

/// Those that stand in `router.rs` by hand. Pages, server functions and the API say theirs themselves.
const BY_HAND: [(&str, &str); 49] = [
    ("GET", "/"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("POST", "/theme"),
    ("POST", "/sync/v1/push"),
    ("POST", "/sync/v1/pull"),
    ("POST", "/sync/v1/rows"),
    ("GET", "/sync/v1/poke"),
    ("GET", "/offline"),
    ("POST", "/products/{handle}"),
    ("POST", "/imports"),
    ("POST", "/imports/{id}/cancel"),
    ("POST", "/imports/{id}/confirm"),
    ("GET", "/imports/{id}/bad-rows.csv"),
    ("POST", "/settings/brief"),
    ("POST", "/settings/providers"),
    ("POST", "/settings/tokens"),
    ("POST", "/settings/webhooks"),
    ("POST", "/runs"),
    ("POST", "/runs/{id}/{what}"),
    ("POST", "/usage/budget"),
    ("GET", "/usage/export.csv"),
    ("GET", "/performance/report.md"),
    ("GET", "/performance/report.csv"),
    ("GET", "/performance/profile.pb"),
    ("GET", "/performance/profile.txt"),
    ("POST", "/performance/{place}"),
    ("POST", "/switch-store"),
    ("POST", "/vitals"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/sw.js"),
    ("GET", "/pictures/demo/{file}"),
    ("GET", "/icons.svg"),
    ("GET", "/favicon.svg"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/icon-192.png"),
    ("GET", "/icon-512.png"),
    ("GET", "/icon-maskable.png"),
    ("GET", "/robots.txt"),
    ("GET", "/screenshots/{file}"),
    ("GET", "/pkg/{*file}"),
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/docs"),
    ("GET", "/api/v1/docs/{file}"),
    ("GET", "/api/problems/{slug}"),
    ("POST", "/api/auth/login"),
    ("GET", "/api/products"),
];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Routes {
    /// Those of the program.
    pub(crate) fn all() -> Self {
        let pages = generate_route_list(every_page);
        let pages = pages.iter().map(|page| ("GET".to_owned(), of_leptos(page.path())));
        let functions = leptos::server_fn::axum::server_fn_paths().map(|(path, method)| (method.to_string(), path.to_owned()));
        let by_hand = BY_HAND.map(|(method, path)| (method.to_owned(), path.to_owned()));
        Self::of(pages.chain(functions).chain(of_the_api()).chain(by_hand))
    }

    /// Some, each with its method.
    pub(crate) fn of(routes: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<str>)>) -> Self {
        let mut by_path: HashMap<String, HashMap<&'static str, Route>> = HashMap::new();
        for (method, path) in routes {
            if let Some(method) = METHODS.into_iter().find(|known| *known == method.as_ref()) {
                by_path.entry(path.as_ref().to_owned()).or_default().insert(method, Route::new(method, path.as_ref()));
            }
        }
        let mut router = Router::new();
        for (path, methods) in by_path {
            if let Err(error) = router.insert(path.as_str(), methods) {
                tracing::error!(path, %error, "a route is measured among others");
            }
        }
        Self(router)
    }

    /// What a request is counted under. HEAD is answered as GET is.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Route {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        self.0.at(path).ok().and_then(|found| found.value.get(method)).copied().unwrap_or(NONE)
    }
}

impl Route {
    fn new(method: &'static str, path: &str) -> Self {
        let name = traces::intern(&format!("{method} {path}"));
        Self { name, method: Some(method), path: name.split_once(' ').map_or(name, |(_, path)| path) }
    }
}

/// `/products/:handle` as others write it.
fn of_leptos(path: &str) -> String {
    let parts = path.split('/').map(|part| part.strip_prefix(':').map_or_else(|| part.to_owned(), |name| format!("{{{name}}}")));
    parts.collect::<Vec<_>>().join("/")
}

fn of_the_api() -> Vec<(String, String)> {
    let document: serde_json::Value = serde_json::from_str(&api::document()).unwrap_or_default();
    let paths = document["paths"].as_object().into_iter().flatten();
    // Its paths are those below where it is served.
    let root = document["servers"][0]["url"].as_str().unwrap_or_default();
    let of_path = |(path, methods): (&String, &serde_json::Value)| {
        let methods = methods.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
        methods.map(|method| (method, format!("{root}{path}"))).collect::<Vec<_>>()
    };
    paths.flat_map(of_path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_route_is_found_and_what_is_made_up_is_among_others() {
        let routes = Routes::all();
        let find = |method: &str, path: &str| routes.find(&method.parse().unwrap(), path).name;

        assert_eq!(find("GET", "/products"), "GET /products");
        assert_eq!(find("GET", "/products/lamp"), "GET /products/{handle}");
        assert_eq!(find("POST", "/products/lamp"), "POST /products/{handle}");
        assert_eq!(find("HEAD", "/products"), "GET /products");
        assert_eq!(find("PATCH", "/api/v1/products/lamp"), "PATCH /api/v1/products/{product}");
        assert_eq!(find("GET", "/pkg/vitrine.abc.wasm"), "GET /pkg/{*file}");
        assert!(find("GET", "/api/fn/performance/open").starts_with("GET /api/fn/"));
        for made_up in ["/wp-admin.php", "/products/a/b/c/d", "", "*"] {
            assert_eq!(find("GET", made_up), OTHERS, "{made_up}");
        }
        assert_eq!(find("BREW", "/products"), OTHERS);
        let route = routes.find(&Method::GET, "/products/lamp");
        assert_eq!((route.method, route.path), (Some("GET"), "/products/{handle}"));
    }
}
