//! What a place is made of, asked of the ports.

use std::future::Future;

use leptos::prelude::use_context;
use maud::html;
use ports::error::AppError;

use super::{
    alerts, asked::Asked, bottlenecks, budgets, caches, capacity, changes::Forms, database, jobs, lab, overview, places::name_at, regressions,
    report, requests, sync, traces, vitals,
};
use crate::context::{Now, authorised};

/// What is in the page at an address. The context may be gone by the time it is answered, so it is read before.
pub(super) fn page(address: &str) -> impl Future<Output = Result<String, AppError>> + Send + use<> {
    let context = authorised();
    let now = use_context::<Now>().ok_or(AppError::Internal);
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    let of_alerts = alerts::Context::read();
    let (path, search) = (path.to_owned(), search.trim_start_matches('?').to_owned());
    let forms = Forms::of_context(&search);
    async move {
        let (ports, who) = context?;
        let Now(now) = now?;
        let asked = Asked::read(&path, &search);
        let page = match path.trim_end_matches('/') {
            "/performance" => overview::page(&ports, &who, now, &asked).await,
            "/performance/vitals" => vitals::page(&ports, &who, &asked).await,
            "/performance/requests" => requests::page(&ports, &who, &asked).await,
            traces::PATH => traces::page(&ports, &who, now, &asked, &search).await,
            database::PATH => database::page(&ports, &who, now, &asked).await,
            "/performance/caches" => caches::page(&ports, &who, &asked).await,
            "/performance/jobs" => jobs::page(&ports, &who, &asked).await,
            "/performance/sync" => sync::page(&ports, &who, &asked).await,
            report::PATH => report::page(&ports, &who, now).await,
            "/performance/regressions" => regressions::page(&ports, &who, now, &asked, &forms).await,
            "/performance/bottlenecks" => bottlenecks::page(&ports, &who, now, &asked, &forms).await,
            "/performance/capacity" => capacity::page(&ports, &who, &asked).await,
            "/performance/lab" => lab::page(&ports, &who, now, &asked, &forms).await,
            budgets::PATH => budgets::page(&ports, &who).await,
            alerts::PATH => alerts::page(&ports, &who, now, &search, of_alerts).await,
            _ => Err(AppError::NotFound),
        };
        match page {
            Err(AppError::Forbidden) => Ok(for_operators(name_at(&path))),
            page => page,
        }
    }
}

/// What everybody else sees.
fn for_operators(name: &str) -> String {
    let page = html! {
        header.page-head { h1 tabindex="-1" { (name) } a.btn.ghost href="/settings" { "All settings" } }
        p.muted { "What is measured is of all stores, so it is for whoever owns every store of this server." }
        p.muted { "Somebody becomes an owner by " code { "vitrine user add --role owner" } " where the server runs." }
    };
    page.into_string()
}
