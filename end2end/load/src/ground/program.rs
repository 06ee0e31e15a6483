//! The server as a process: started on a free port, killed, started again on the same data.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, bail};
use http::{Method, Request, StatusCode, header::HOST};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use super::Database;
use crate::http::Site;

/// How long it may take to be ready, and to finish when it is asked to.
const START: Duration = Duration::from_mins(1);
const STOP: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

pub struct Program {
    path: PathBuf,
    data: TempDir,
    database: Option<Database>,
    settings: BTreeMap<String, String>,
    /// A free port before the first start, the same one after it.
    address: String,
    running: Option<Child>,
    /// Where it tells its figures.
    figures: Option<Site>,
}

impl Program {
    /// With data of its own, and nothing in it yet.
    pub fn new(path: PathBuf, database: Option<Database>, settings: BTreeMap<String, String>) -> anyhow::Result<Self> {
        if !path.is_file() {
            bail!("The program {} is not there. Build it with `make build`, or name it with --program.", path.display());
        }
        let data = tempfile::Builder::new().prefix("vitrine-load-").tempdir().context("A folder for the data cannot be made.")?;
        Ok(Self { path, data, database, settings, address: "127.0.0.1:0".into(), running: None, figures: None })
    }

    pub fn process(&self) -> Option<u32> {
        self.running.as_ref().map(Child::id)
    }

    /// Since it was started.
    pub fn figures(&self) -> Option<Site> {
        self.figures.clone()
    }

    /// A file in the data's folder, for the program to read.
    pub fn file(&self, name: &str, content: &str) -> anyhow::Result<String> {
        let path = self.data.path().join(name);
        fs::write(&path, content).with_context(|| format!("{} cannot be written.", path.display()))?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// One of the program's commands, to its end.
    pub fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let done = self.command(arguments).stdin(Stdio::null()).output().with_context(|| format!("{} cannot be run.", self.path.display()))?;
        if !done.status.success() {
            bail!("vitrine {} ended with {}: {}", arguments.join(" "), said(done.status), String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(())
    }

    /// Starts it and waits until it can answer.
    pub async fn start(&mut self) -> anyhow::Result<Site> {
        let path = self.log_path();
        let log = File::options().create(true).append(true).open(&path).with_context(|| format!("{} cannot be written.", path.display()))?;
        let child = self.command(&["serve"]).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn();
        let mut child = child.with_context(|| format!("{} cannot be run.", self.path.display()))?;
        let begun = Instant::now();
        // After the first start it is where it was.
        let mut site = if self.address.ends_with(":0") { None } else { Some(Site::from_url(&format!("http://{}", self.address))?) };
        while begun.elapsed() < START {
            if let Some(status) = child.try_wait()? {
                bail!("The server ended with {} instead of starting: {}", said(status), self.log());
            }
            if site.is_none() {
                site = told_address(&self.log()).map(|address| Site::from_url(&address)).transpose()?;
            }
            if let Some(site) = &site
                && is_ready(site).await
            {
                self.address = site.address.to_string();
                self.figures = told_figures(&self.log()).and_then(|address| Site::from_url(&address).ok());
                self.running = Some(child);
                return Ok(site.clone());
            }
            sleep(LOOK).await;
        }
        let _ = child.kill();
        let _ = child.wait();
        bail!("The server was not ready after {} s: {}", START.as_secs(), self.log())
    }

    /// SIGKILL: it has no time for anything.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.running.take() {
            child.kill().context("The server cannot be killed.")?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks it to stop, and waits until it has. Fails when it has panicked in its life.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        if let Some(child) = &mut self.running {
            let asked = Command::new("kill").arg(child.id().to_string()).status();
            asked.context("The command kill cannot be run.")?;
            let begun = Instant::now();
            while child.try_wait()?.is_none() && begun.elapsed() < STOP {
                sleep(LOOK).await;
            }
        }
        self.kill()?;
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let has_panicked = |at: &usize| lines[*at].contains("panicked");
        // What it says, and of which value, stands in the lines behind.
        let panics: Vec<String> = (0..lines.len()).filter(has_panicked).map(|at| lines[at..lines.len().min(at + 4)].join("\n")).collect();
        if !panics.is_empty() {
            bail!("The server has panicked: {}", panics.join("\n"));
        }
        Ok(())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(arguments)
            .env("VITRINE_METRICS_ADDRESS", "127.0.0.1:0")
            .envs(&self.settings)
            .env("VITRINE_DATA_DIR", self.data.path())
            .env("VITRINE_ADDR", &self.address)
            .env_remove("VITRINE_DATABASE_URL");
        if let Some(database) = &self.database {
            command.env("VITRINE_DATABASE_URL", &database.url);
        }
        command
    }

    fn log_path(&self) -> PathBuf {
        self.data.path().join("server.log")
    }

    fn log(&self) -> String {
        fs::read(self.log_path()).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn told_address(log: &str) -> Option<String> {
    let told = log.lines().find_map(|line| line.split_once("Vitrine is at ").filter(|_| log.ends_with('\n')))?.1;
    Some(told.trim().to_owned())
}

/// Of the last start.
fn told_figures(log: &str) -> Option<String> {
    let address = log.lines().rev().find_map(|line| line.split_once("Figures for Prometheus are at "))?.1;
    Some(address.trim().trim_end_matches("/metrics").to_owned())
}

async fn is_ready(site: &Site) -> bool {
    let asked = async {
        let request = Request::builder().method(Method::GET).uri("/readyz").header(HOST, &site.host).body(http_body_util::Full::default()).ok()?;
        site.connect(0).await.ok()?.ask(request).await.ok()
    };
    matches!(timeout(Duration::from_secs(2), asked).await, Ok(Some(answer)) if answer.status == StatusCode::OK)
}

fn said(status: ExitStatus) -> String {
    status.code().map_or_else(|| "a signal".to_owned(), |code| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_tells_where_it_is() {
        assert_eq!(told_address("INFO x\nVitrine is at http://127.0.0.1:4711\n").as_deref(), Some("http://127.0.0.1:4711"));
        assert_eq!(told_address("INFO x\nVitrine is at http://127.0"), None);
        assert_eq!(told_address(""), None);
        let figures = |port: u16| format!("Figures for Prometheus are at http://127.0.0.1:{port}/metrics\n");
        assert_eq!(told_figures(&format!("{}{}INFO x\n", figures(1), figures(2))).as_deref(), Some("http://127.0.0.1:2"));
        assert_eq!(told_figures(""), None);
    }

    #[test]
    fn a_program_that_is_not_there_is_said() {
        let refused = Program::new("/nowhere/vitrine".into(), None, BTreeMap::new()).err().unwrap().to_string();
        assert!(refused.contains("make build"), "{refused}");
    }
}
