//! `import` and `export`.

use std::{
    io::{BufWriter, ErrorKind},
    path::Path,
    process::ExitCode,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jobs::{ExportError, ExportProgress};
use ports::{ImportOptions, jobs::Progress};

use super::{store_named, tell::tell, whole_file::WholeFile};
use crate::{compose::open_store, config::Config};

/// Some rows could not be used.
const SOME_BAD: u8 = 3;

pub(super) async fn import(config: &Config, file: &Path, slug: &str, options: ImportOptions, bad_rows: Option<&Path>) -> anyhow::Result<ExitCode> {
    // First, because an import may take long: what cannot be written is told before it.
    let bad_rows = bad_rows.map(|path| WholeFile::begin(path).map(|file| (path, file))).transpose()?;
    let store = open_store(config).await?;
    let shop = store_named(&store, slug).await?;
    let bar = progress_bar(std::fs::metadata(file).map_or(0, |file| file.len()), "bytes");
    let show = |progress: &Progress| {
        bar.set_position(progress.bytes);
        bar.set_message(format!(
            "{} new, {} changed, {} unchanged, {} left alone, {} bad rows",
            progress.created, progress.changed, progress.unchanged, progress.skipped, progress.bad
        ));
    };
    let imported = jobs::import_file(&store, &shop, None, file, options, show).await;
    bar.finish_and_clear();
    let summary = imported?;
    if summary.resumed {
        tell("An earlier import of this file was stopped; this went on behind it.")?;
    }
    let Progress { created, changed, unchanged, skipped, bad, .. } = summary.progress;
    let would = if options.dry_run { "would be " } else { "" };
    tell(format!(
        "{created} products {would}new, {changed} {would}changed, {unchanged} unchanged, {skipped} left alone (known; --overwrite replaces them), {bad} bad rows."
    ))?;
    for change in &summary.planned {
        tell(format!("  {} {} ({} fields)", if change.new { "new    " } else { "changed" }, change.handle, change.fields.len()))?;
    }
    for row in summary.bad_rows.iter().take(20) {
        tell(format!("  line {}, {}: {:?}: {}", row.line, row.column, row.value, row.reason))?;
    }
    if let Some((path, mut file)) = bad_rows {
        match jobs::write_bad_rows(&store, &shop, summary.job, &mut file).await {
            Err(ExportError::Io(error)) => return Err(file.broken_off(&error)),
            written => written?,
        };
        file.finish()?;
        tell(format!("All bad rows are in {}.", path.display()))?;
    } else if summary.bad_rows.len() > 20 {
        tell("  ... and more; --bad-rows FILE writes them all.")?;
    }
    store.close().await;
    if summary.cancelled {
        anyhow::bail!("The import was cancelled in the browser. What was imported until then stays; the same command again imports the rest.");
    }
    Ok(if bad > 0 { ExitCode::from(SOME_BAD) } else { ExitCode::SUCCESS })
}

pub(super) async fn export(config: &Config, file: Option<&Path>, slug: &str) -> anyhow::Result<ExitCode> {
    let store = open_store(config).await?;
    let shop = store_named(&store, slug).await?;
    let bar = progress_bar(2 * store.product_count(&shop).await?, "steps");
    let show = |progress: ExportProgress| bar.set_position(progress.seen + progress.written);
    let Some(path) = file else {
        let written = jobs::export(&store, &shop, BufWriter::new(std::io::stdout()), show).await;
        store.close().await;
        bar.finish_and_clear();
        return match written {
            // Whoever read it has had enough, as `| head` has.
            Err(ExportError::Io(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            written => written.map(|_| ExitCode::SUCCESS).map_err(anyhow::Error::from),
        };
    };
    let mut out = WholeFile::begin(path)?;
    let written = jobs::export(&store, &shop, &mut out, show).await;
    store.close().await;
    bar.finish_and_clear();
    let written = match written {
        Err(ExportError::Io(error)) => return Err(out.broken_off(&error)),
        written => written?,
    };
    out.finish()?;
    tell(format!("{written} products are in {}.", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn progress_bar(total: u64, unit: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let counts = if unit == "bytes" { "{bytes} of {total_bytes}" } else { "{human_pos} of {human_len} {msg}" };
    let template = format!("{{wide_bar}} {counts} · {{eta}} left\n{{msg}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
