//! Which route a request is for, by its method and path, so that a hundred thousand made-up addresses are one series. The router knows it
//! too, but only inside; what is measured is measured around it.

use std::collections::HashMap;

use app::app::every_page;
use axum::http::{Method, Uri};
use leptos_axum::generate_route_list;
use matchit::Router;
use measuring::OTHERS;

/// Every route there is.
pub(crate) struct Routes(Router<HashMap<&'static str, Found>>);

/// What is found by method and path.
#[derive(Clone, Copy, Debug)]
struct Found {
    route: Route,
    /// The parameter that makes something else of it, and what that is called.
    by_query: Option<(&'static str, Route)>,
}

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

/// What the query of an address makes something else of: a search does the work of several lists.
const BY_QUERY: [(&str, &str, &str); 1] = [("GET", "/api/v1/products", "q")];

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
        let mut by_path: HashMap<String, HashMap<&'static str, Found>> = HashMap::new();
        for (method, path) in routes {
            if let Some(method) = METHODS.into_iter().find(|known| *known == method.as_ref()) {
                by_path.entry(path.as_ref().to_owned()).or_default().insert(method, Found::new(method, path.as_ref()));
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
    pub(crate) fn find(&self, method: &Method, uri: &Uri) -> Route {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let Some(found) = self.0.at(uri.path()).ok().and_then(|found| found.value.get(method)) else { return NONE };
        match found.by_query {
            Some((name, route)) if uri.query().is_some_and(|query| has(query, name)) => route,
            _ => found.route,
        }
    }
}

impl Found {
    fn new(method: &'static str, path: &str) -> Self {
        let by_query = BY_QUERY.into_iter().find(|(of, at, _)| (*of, *at) == (method, path));
        let by_query = by_query.map(|(_, _, name)| (name, Route::new(method, &format!("{path}?{name}"))));
        Self { route: Route::new(method, path), by_query }
    }
}

impl Route {
    fn new(method: &'static str, path: &str) -> Self {
        let name = traces::intern(&format!("{method} {path}"));
        Self { name, method: Some(method), path: name.split_once(' ').map_or(name, |(_, path)| path) }
    }
}

/// Whether a query says something of a parameter.
fn has(query: &str, name: &str) -> bool {
    query.split('&').any(|part| part.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).is_some_and(|value| !value.is_empty()))
}

/// `/products/:handle` as others write it: `/products/{handle}`.
pub(super) fn of_leptos(path: &str) -> String {
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
    use measuring::metric;

    use super::*;

    #[test]
    fn every_kind_of_route_is_found_and_what_is_made_up_is_among_others() {
        let routes = Routes::all();
        let find = |method: &str, path: &str| routes.find(&method.parse().unwrap(), &Uri::builder().path_and_query(path).build().unwrap()).name;

        assert_eq!(find("GET", "/products"), "GET /products");
        assert_eq!(find("GET", "/products/lamp"), "GET /products/{handle}");
        assert_eq!(find("POST", "/products/lamp"), "POST /products/{handle}");
        assert_eq!(find("HEAD", "/products"), "GET /products");
        assert_eq!(find("PATCH", "/api/v1/products/lamp"), "PATCH /api/v1/products/{product}");
        assert_eq!(find("GET", "/pkg/vitrine.abc.wasm"), "GET /pkg/{*file}");
        assert!(find("GET", "/api/fn/performance/open").starts_with("GET /api/fn/"));
        for made_up in ["/wp-admin.php", "/products/a/b/c/d", "*"] {
            assert_eq!(find("GET", made_up), OTHERS, "{made_up}");
        }
        assert_eq!(find("BREW", "/products"), OTHERS);
        let route = routes.find(&Method::GET, &Uri::from_static("/products/lamp"));
        assert_eq!((route.method, route.path), (Some("GET"), "/products/{handle}"));
    }

    #[test]
    fn a_search_is_told_from_a_list() {
        let routes = Routes::all();
        let find = |address: &'static str| routes.find(&Method::GET, &Uri::from_static(address)).name;

        for search in ["/api/v1/products?q=lamp", "/api/v1/products?limit=5&q=lamp"] {
            assert_eq!(find(search), "GET /api/v1/products?q");
        }
        for list in ["/api/v1/products", "/api/v1/products?q=", "/api/v1/products?queue=1", "/api/v1/products?limit=5"] {
            assert_eq!(find(list), "GET /api/v1/products", "{list}");
        }
    }

    /// Else a budget is one that nobody can pass.
    #[test]
    fn every_route_that_has_a_budget_or_is_no_work_can_be_measured() {
        let routes = Routes::all();
        let ours = budgets::Budgets::ours();
        let budgets = ours.questions().map(|question| question.series.route.clone()).filter(|route| route.contains(" /"));
        let named: Vec<String> = budgets.chain(metric::NO_WORK.map(str::to_owned)).collect();

        for name in &named {
            let (method, path) = name.split_once(' ').unwrap();
            let address = format!("{}{}", filled(path), if path.contains('?') { "=lamp" } else { "" });
            let route = routes.find(&method.parse().unwrap(), &Uri::builder().path_and_query(address).build().unwrap());
            assert_eq!(route.name, name);
        }
        assert!(named.iter().any(|name| name == "GET /api/v1/products?q"), "{named:?}");
    }

    /// An address of a route.
    fn filled(path: &str) -> String {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "lamp" } else { part });
        parts.collect::<Vec<_>>().join("/")
    }
}
