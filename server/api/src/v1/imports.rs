//! Catalogue files that come in: the file goes to the disk as it arrives, then to a job.

use axum::{
    body::{Body, Bytes},
    extract::{OriginalUri, Path, RawQuery, Request, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::ids::JobId;
use ports::{Access, ImportOptions};
use sha2::{Digest, Sha256};

use super::{
    ROOT,
    common::{Nothing, clash, id, once_of, optional},
    jobs::one,
    jobs_json::JobDetailJson,
    parameters::{IdempotencyKey, Parameters},
};
use crate::{
    answer::Answer,
    bearer::{Allowed, WriteJobs},
    body::Asked,
    idempotency::{Work, once},
    options::{Api, Arrived, NotReceived},
    problem::{Kind, Problem, problems},
};

/// The longest name of a file, in characters.
const LONGEST_NAME: usize = 200;

/// How a file is called that has no name.
const NO_NAME: &str = "import.csv";

problems!(WhenImported: write, UnsupportedMediaType, Unacceptable);
problems!(WhenConfirmed: write, NotFound, Conflict, UnsupportedMediaType);

/// Import a catalogue file
///
/// The file is the body, as long as the server's operator allows; it is answered as soon as it is on the disk, and a job imports it. Follow that
/// until it is over. A dry run tells what an import would do, and is confirmed with `POST /imports/{id}/confirm`.
#[utoipa::path(
    post,
    path = "/imports",
    operation_id = "startImport",
    tag = "Imports and exports",
    params(
        ("dry_run" = Option<bool>, Query, description = "Only find out what the import would do; false without it."),
        ("overwrite" = Option<bool>, Query, description = "Whether products that are known are replaced; false without it, and they are left alone."),
        ("file_name" = Option<String>, Query, description = "How people know the file; `import.csv` without it.", max_length = 200, example = "shop.csv"),
        IdempotencyKey,
    ),
    request_body(
        content = String,
        content_type = "text/csv",
        description = "The Shopify product CSV, with either of its headers.",
        example = "Title,URL handle,Price\nOak lamp,oak-lamp,19.90\n",
    ),
    responses(
        (status = 202, description = "The job that imports it", body = JobDetailJson<'static>, headers(
            ("Location" = String, description = "Where the job is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenImported,
    ),
    security(("bearer" = ["jobs:write"])),
)]
pub(crate) async fn start(State(api): State<Api>, allowed: Allowed<WriteJobs>, RawQuery(address): RawQuery, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let wanted = wanted(&parts.headers, address.as_deref().unwrap_or_default());
    let received = match wanted {
        Ok((options, name)) => receive(&api, &allowed.bearer.access, name, &parts.headers, body).await.map(|received| (options, received)),
        Err(problem) => {
            api.options.files.discard(body).await;
            Err(problem)
        }
    };
    let (options, (file, hash)) = match received {
        Ok(received) => received,
        Err(problem) => return problem.into_response(),
    };
    let address = parts.extensions.get::<OriginalUri>().map_or(parts.uri, |address| address.0.clone());
    // In place of the file stands its hash: by it the same request is known for the same.
    let asked = Asked { method: parts.method, address, headers: parts.headers, body: Bytes::copy_from_slice(&hash) };
    once(api, allowed.bearer, asked, move |work| start_now(work, file, options)).await
}

async fn start_now(Work { api, bearer, ids, .. }: Work, file: Box<dyn Arrived>, options: ImportOptions) -> Result<Answer, Problem> {
    let job = ids.job();
    // Its id follows from the key: where a first attempt was not answered, it is this very job.
    api.ports.jobs.start_import_as(&bearer.access, job, file.upload(), options).await?;
    started(&api, &bearer.access, job).await
}

/// How and under which name a file is to be imported.
fn wanted(headers: &HeaderMap, address: &str) -> Result<(ImportOptions, String), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/csv") {
        let detail = "Send the file as text/csv, and say so in the header Content-Type.";
        return Err(Problem::new(Kind::UnsupportedMediaType, detail));
    }
    let parameters = Parameters::read(address, &["dry_run", "overwrite", "file_name"])?;
    let options = ImportOptions { dry_run: parameters.flag("dry_run")?, overwrite: parameters.flag("overwrite")? };
    let name = parameters.text("file_name").unwrap_or(NO_NAME);
    if !(1..=LONGEST_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Problem::parameter("file_name", format!("The name of a file has 1 to {LONGEST_NAME} characters on one line.")));
    }
    Ok((options, name.to_owned()))
}

/// The file on the disk, and its hash.
async fn receive(api: &Api, who: &Access, name: String, headers: &HeaderMap, body: Body) -> Result<(Box<dyn Arrived>, [u8; 32]), Problem> {
    let (mut hash, mut size) = (Sha256::new(), 0_u64);
    let mut seen = |bytes: &[u8]| {
        hash.update(bytes);
        size += bytes.len() as u64;
    };
    let file = match api.options.files.receive(who, name, headers, body, &mut seen).await {
        Ok(file) => file,
        Err(NotReceived::TooLarge(megabytes)) => {
            let detail = format!("The file is larger than {megabytes} MB and was not kept. Split it, or have the server's operator raise the limit.");
            return Err(Problem::new(Kind::TooLarge, detail));
        }
        Err(NotReceived::Because(error)) => return Err(error.into()),
    };
    if size == 0 {
        return Err(Problem::new(Kind::Unacceptable, "The body is empty. Send the file as the body."));
    }
    Ok((file, hash.finalize().into()))
}

/// Import what a dry run has looked at
///
/// The file of a dry run is kept for a week. Only one that is done can be followed by the import: 409.
#[utoipa::path(
    post,
    path = "/imports/{id}/confirm",
    operation_id = "confirmImport",
    tag = "Imports and exports",
    params(
        ("id" = String, Path, description = "The id of the dry run.", format = "uuid"),
        IdempotencyKey,
    ),
    responses(
        (status = 202, description = "The job that imports the file", body = JobDetailJson<'static>, headers(
            ("Location" = String, description = "Where the job is."),
            ("Idempotency-Replayed" = String, description = "`true` when this is the answer of the first time."),
        )),
        WhenConfirmed,
    ),
    security(("bearer" = ["jobs:write"])),
)]
pub(crate) async fn confirm(
    State(api): State<Api>,
    allowed: Allowed<WriteJobs>,
    dry_run: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    once_of(api, allowed.bearer, id(dry_run), asked, confirm_now).await
}

async fn confirm_now(Work { api, bearer, asked, ids }: Work, dry_run: JobId) -> Result<Answer, Problem> {
    optional::<Nothing>(&asked)?;
    let job = ids.job();
    api.ports.jobs.import_after_dry_run_as(&bearer.access, job, dry_run).await.map_err(clash)?;
    started(&api, &bearer.access, job).await
}

async fn started(api: &Api, who: &Access, job: JobId) -> Result<Answer, Problem> {
    Ok(one(api, who, job, StatusCode::ACCEPTED).await?.text_header(header::LOCATION, &format!("{ROOT}/jobs/{job}")))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(kind: &'static str, address: &str) -> Result<(bool, bool, String), (u16, String)> {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        let told = |(ImportOptions { dry_run, overwrite }, name)| (dry_run, overwrite, name);
        let refused = |problem: Problem| {
            let json = serde_json::to_value(&problem).unwrap();
            (problem.status(), json["errors"][0]["parameter"].as_str().unwrap_or_default().to_owned())
        };
        wanted(&headers, address).map(told).map_err(refused)
    }

    #[test]
    fn an_address_says_how_a_file_is_imported() {
        assert_eq!(asked("text/csv", ""), Ok((false, false, "import.csv".into())));
        assert_eq!(
            asked("Text/CSV; charset=utf-8", "dry_run=true&overwrite=false&file_name=L%C3%A4mps%2C%20new.csv"),
            Ok((true, false, "Lämps, new.csv".into()))
        );
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert_eq!(asked("application/json", "").unwrap_err().0, 415);
        for (address, name) in [
            ("overwrite=on".to_owned(), "overwrite"),
            ("dryrun=true".to_owned(), "dryrun"),
            ("file_name=".to_owned(), "file_name"),
            ("file_name=a%0Ab".to_owned(), "file_name"),
            (format!("file_name={}", "a".repeat(201)), "file_name"),
        ] {
            assert_eq!(asked("text/csv", &address), Err((400, name.to_owned())), "{address}");
        }
    }
}
