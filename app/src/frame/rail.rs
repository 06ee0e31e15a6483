//! The main places: a rail on the left, which a phone shows as tabs below.

use leptos::prelude::*;

use crate::ui::icon::Icon;

struct Place {
    address: &'static str,
    icon: &'static str,
    name: &'static str,
}

const PLACES: [Place; 6] = [
    Place { address: "/products", icon: "package", name: "Products" },
    Place { address: "/review", icon: "check-check", name: "Review" },
    Place { address: "/runs", icon: "sparkles", name: "Runs" },
    Place { address: "/imports", icon: "upload", name: "Imports" },
    Place { address: "/usage", icon: "chart-column", name: "Usage" },
    Place { address: "/settings", icon: "settings", name: "Settings" },
];

pub(super) fn rail(address: &str) -> impl IntoView + use<> {
    let link = |place: &Place| {
        let here = address.starts_with(place.address).then_some("page");
        view! { <a href=place.address aria-current=here><Icon name=place.icon /><span>{place.name}</span></a> }
    };
    view! {
        <nav class="rail" aria-label="Main">
            <a class="rail-mark" href="/products"><img src="/favicon.svg" alt="" width="20" height="20" /><span>"Vitrine"</span></a>
            {PLACES.iter().map(link).collect_view()}
        </nav>
    }
}
