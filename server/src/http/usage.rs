//! The budget by a plain form, and every call as a CSV to download.

use std::sync::Arc;

use app::usage::{Range, budget};
use axum::{
    body::Body,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use domain::{clock::Clock, money::Currency, query::pairs};
use futures::{Stream, stream};
use ports::{
    Access,
    error::AppError,
    usage::{Days, Usage, UsageRecord},
};

use super::{
    errors,
    runs::{body, redirect},
    session,
    state::AppState,
};
use crate::SystemClock;

/// `POST /usage/budget`: an amount that is none goes back to the page, which says so beside the field.
pub(crate) async fn set_budget(State(state): State<AppState>, request: Request) -> Response {
    let done = async {
        let access = session::access(&request)?;
        let form = body(request).await?;
        if pairs(&form).any(|(name, store)| name == "store" && store != access.store.to_string()) {
            let elsewhere = "You have gone to another store in another tab. Nothing was changed. Reload the page, and set the budget there.";
            return Err(AppError::Invalid(elsewhere.into()));
        }
        let back = pairs(&form).find(|(name, _)| name == "back").map(|(_, back)| Range::read(&back).to_address()).unwrap_or_default();
        let refused = match budget::typed(&form) {
            Ok(monthly) => {
                state.ports.usage.set_budget(&access, monthly).await?;
                String::new()
            }
            Err(refused) => refused,
        };
        let both = if back.is_empty() || refused.is_empty() { "" } else { "&" };
        Ok(match format!("{back}{both}{refused}") {
            address if address.is_empty() => "/usage#budget".to_owned(),
            address => format!("/usage?{address}#budget"),
        })
    };
    redirect(&state, done.await)
}

/// `GET /usage/export.csv`: the calls of the days that the page shows.
pub(crate) async fn export(State(state): State<AppState>, request: Request) -> Response {
    let access = match session::access(&request) {
        Ok(access) => access,
        Err(error) => return errors::page(&state, &error),
    };
    let days = Range::read(request.uri().query().unwrap_or_default()).days(SystemClock.now());
    // Asked for first, so that a failure is a page and no empty file.
    let usage = Arc::clone(&state.ports.usage);
    let first = match usage.records(&access, days, None).await {
        Ok(first) => first,
        Err(error) => return errors::page(&state, &error),
    };
    let currency = currency(&request);
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"usage.csv\"")];
    (headers, Body::from_stream(pieces(usage, access, days, currency, first))).into_response()
}

/// That of the store the person is in.
fn currency(request: &Request) -> Currency {
    let me = request.extensions().get::<app::context::Visitor>().and_then(|visitor| visitor.me.as_ref());
    me.map_or(Currency::EUR, |me| me.store.currency)
}

type Page = (Vec<UsageRecord>, Option<String>);

/// The file piece by piece, a page of calls each, so that it is never in memory as a whole.
fn pieces(usage: Arc<dyn Usage>, who: Access, days: Days, currency: Currency, first: Page) -> impl Stream<Item = Result<Vec<u8>, AppError>> + Send {
    enum Next {
        Start(Page),
        After(String),
        End,
    }

    stream::try_unfold(Next::Start(first), move |next| {
        let (usage, who) = (Arc::clone(&usage), who.clone());
        async move {
            let (mut piece, (records, after)) = match next {
                Next::Start(first) => (head(currency), first),
                Next::After(after) => (Vec::new(), usage.records(&who, days, Some(after)).await?),
                Next::End => return Ok(None),
            };
            records.iter().try_for_each(|record| push(&mut piece, record))?;
            Ok(Some((piece, after.map_or(Next::End, Next::After))))
        }
    })
}

/// The mark tells a spreadsheet that this is UTF-8.
fn head(currency: Currency) -> Vec<u8> {
    format!("\u{feff}Time (UTC),Provider,Model,Product type,Person,Outcome,Tokens in,Tokens out,Cost ({}),Milliseconds,Run\n", currency.code())
        .into_bytes()
}

/// Names are somebody's text: they are written so that they are no formula in the spreadsheet that opens them.
fn push(csv: &mut Vec<u8>, record: &UsageRecord) -> Result<(), AppError> {
    let UsageRecord { at, provider, provider_id: _, model, tokens_in, tokens_out, cost, milliseconds, outcome, run, who, product_type } = record;
    let cells = [
        at.to_string(),
        provider.clone(),
        model.clone(),
        product_type.clone(),
        who.clone(),
        outcome.clone(),
        tokens_in.to_string(),
        tokens_out.to_string(),
        cost.plain(),
        milliseconds.to_string(),
        run.map(|run| run.to_string()).unwrap_or_default(),
    ];
    shopify_csv::write_cells(csv, cells.iter().map(String::as_str)).map_err(|_| AppError::Internal)
}

#[cfg(test)]
mod tests {
    use domain::{clock::Timestamp, ids::ProviderId, money::Cost};

    use super::*;

    fn record(provider: &str) -> UsageRecord {
        UsageRecord {
            at: Timestamp::from_micros(1_709_209_845_000_000),
            provider: provider.into(),
            provider_id: ProviderId::BUILT_IN,
            model: "small-1".into(),
            tokens_in: 1_200,
            tokens_out: 300,
            cost: Cost(4_200),
            milliseconds: 830,
            outcome: "ok".into(),
            run: None,
            who: "Mara, of Acme".into(),
            product_type: "Lamps".into(),
        }
    }

    fn row(provider: &str) -> String {
        let mut csv = Vec::new();
        push(&mut csv, &record(provider)).unwrap();
        String::from_utf8(csv).unwrap()
    }

    #[test]
    fn a_call_is_a_row_with_plain_numbers() {
        assert_eq!(row("Acme"), "2024-02-29T12:30:45Z,Acme,small-1,Lamps,\"Mara, of Acme\",ok,1200,300,0.0042,830,\n");
        let head = String::from_utf8(head(Currency::USD)).unwrap();
        assert_eq!(head.matches(',').count(), row("Acme").matches(',').count() - 1);
        assert!(head.starts_with("\u{feff}Time") && head.contains("Cost (USD)"));
    }

    #[test]
    fn a_name_is_never_a_formula() {
        assert!(row("=1+1").contains(",'=1+1,"));
    }
}
