//! Catalogues that go out.

use super::{Api, imports, jobs::over, problem, with_scopes};
use crate::support::{Engine, Program, on_both_engines};

on_both_engines!(an_export_is_the_catalogue, exports_are_for_those_who_may);

const EXPORT: &str = "/api/v1/exports/products.csv";

async fn an_export_is_the_catalogue(engine: Engine) {
    let program = Program::serving(engine).await;
    let (api, other) = (Api::of(&program, "editor@test.test").await, Api::of(&program, "owner@second.test").await);

    let export = api.get(EXPORT).await;

    assert_eq!((export.status, export.header("content-type")), (200, "text/csv; charset=utf-8"), "{}", export.text);
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"products.csv\"");
    assert_eq!(export.text, program.exported("demo"));
    // A store sees its own, which here is a header, and then what it imports.
    assert_eq!(other.get(EXPORT).await.text.lines().count(), 1);
    let imported = imports::send(&other, "", &[], &export.text).await;
    assert_eq!(over(&other, imported.location()).await["progress"]["created"], 60);
    assert_eq!(other.get(EXPORT).await.text, export.text);
}

async fn exports_are_for_those_who_may(engine: Engine) {
    let program = Program::serving(engine).await;
    let (editor, viewer) = (Api::of(&program, "editor@test.test").await, Api::of(&program, "viewer@test.test").await);

    problem(&viewer.get(EXPORT).await, 403, "forbidden", "");
    problem(&program.client().get(EXPORT).await, 401, "unauthenticated", "");
    with_scopes(&program, "products:read jobs:write");
    problem(&editor.get(EXPORT).await, 403, "insufficient-scope", "");
}
