use std::{
    fs::File,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{Client, Engine, database::Database};

pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// The program on data of its own. Ends with this, and fails the test when it has panicked in its life.
pub(crate) struct Program {
    dir: TempDir,
    database: Option<Database>,
    server: Option<Child>,
    port: u16,
}

pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl Program {
    /// Nothing is started and nothing made but an empty place.
    pub(crate) fn new(engine: Engine) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { dir: tempfile::tempdir().unwrap(), database: (engine == Engine::Postgres).then(Database::make), server: None, port }
    }

    /// Serving a demo store with an owner (`owner@demo.test`), an editor, a reviewer and a viewer
    /// (`editor@test.test`, ...), and a second store with an owner of its own (`owner@second.test`).
    pub(crate) async fn serving(engine: Engine) -> Self {
        let mut program = Self::new(engine);
        program.succeed(&["demo", "--products", "60"]);
        program.succeed(&["store", "add", "second", "--name", "Second store"]);
        for role in ["editor", "reviewer", "viewer"] {
            program.add_user(&format!("{role}@test.test"), "demo", role);
        }
        program.add_user("owner@second.test", "second", "owner");
        program.serve().await;
        program
    }

    pub(crate) fn add_user(&self, email: &str, store: &str, role: &str) {
        let output = self.run_with_input(&["user", "add", "--email", email, "--store", store, "--role", role], &format!("{PASSWORD}\n"));
        assert_eq!(output.code, 0, "{}", output.text);
    }

    pub(crate) async fn serve(&mut self) {
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let mut command = self.command(&["serve"]);
        self.server = Some(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
        for _ in 0..400 {
            if reqwest::get(format!("{}/readyz", self.address())).await.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the server did not start: {}", self.log());
    }

    /// As a crash does: at once and without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address())
    }

    pub(crate) async fn signed_in(&self, email: &str) -> Client {
        let client = self.client();
        let password = if email == "owner@demo.test" { "vitrine-demo" } else { PASSWORD };
        let reply = client.sign_in(email, password).await;
        assert_eq!(reply.status, 303, "{}", reply.text);
        client
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_with_input(arguments, "")
    }

    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.code, 0, "vitrine {arguments:?}: {}", output.text);
        output.text
    }

    pub(crate) fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let mut command = self.command(arguments);
        command.envs(settings.iter().copied());
        finish(command, "")
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs a statement on the database, past the program.
    pub(crate) fn sql(&self, statement: &str) {
        let done = match &self.database {
            Some(database) => Command::new("psql").args([&database.url, "-v", "ON_ERROR_STOP=1", "-qc", statement]).output(),
            None => Command::new("sqlite3").arg(self.dir.path().join("data/vitrine.db")).arg(statement).output(),
        };
        let done = done.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// A command that is not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vitrine"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VITRINE_")) {
            command.env_remove(name);
        }
        command.args(arguments).env("VITRINE_DATA_DIR", self.dir.path().join("data")).env("VITRINE_ADDR", format!("127.0.0.1:{}", self.port));
        if let Some(database) = &self.database {
            command.env("VITRINE_DATABASE_URL", &database.url);
        }
        command
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        finish(self.command(arguments), input)
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join("server.log")
    }
}

fn finish(mut command: Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let done = child.wait_with_output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Output { code: done.status.code().unwrap_or(-1), text }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
        let log = self.log();
        if !std::thread::panicking() {
            assert!(!log.contains("panicked"), "the server panicked: {log}");
        }
    }
}
