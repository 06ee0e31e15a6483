use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};

use store::Location;
use tempfile::TempDir;

use super::{
    Client, Engine, SmallDisk,
    database::{Database, Lock, query},
};

pub(crate) const PASSWORD: &str = "correct-horse-battery";

/// The program on data of its own. Ends with this, and fails the test when it has panicked in its life.
pub(crate) struct Program {
    server: Option<Child>,
    /// Taken away before the folder it is in.
    disk: Option<SmallDisk>,
    dir: TempDir,
    database: Option<Database>,
    /// 0 until it has served for the first time: the system then gives it a free one, which it keeps.
    port: u16,
}

pub(crate) struct Output {
    pub(crate) code: i32,
    /// Standard output and then standard error.
    pub(crate) text: String,
}

impl Program {
    /// Nothing is started and nothing made but an empty place.
    pub(crate) fn new(engine: Engine) -> Self {
        let database = (engine == Engine::Postgres).then(Database::make);
        Self { server: None, disk: None, dir: tempfile::tempdir().unwrap(), database, port: 0 }
    }

    /// With the store `shop`.
    pub(crate) fn with_shop(engine: Engine) -> Self {
        let program = Self::new(engine);
        program.succeed(&["store", "add", "shop", "--name", "Shop"]);
        program
    }

    /// An embedded database on a disk of its own; none, after saying why, where a test may not mount one.
    pub(crate) fn on_small_disk(megabytes: u32) -> Option<Self> {
        let mut program = Self::new(Engine::Sqlite);
        program.disk = Some(SmallDisk::at(&program.data_dir(), megabytes)?);
        Some(program)
    }

    /// Serving a demo store with an owner (`owner@demo.test`), an editor, a reviewer and a viewer
    /// (`editor@test.test`, ...), and a second store with an owner of its own (`owner@second.test`).
    pub(crate) async fn serving(engine: Engine) -> Self {
        let mut program = Self::new(engine);
        program.fill();
        program.serve().await;
        program
    }

    /// Makes what [`Self::serving`] serves, of a copy: its stores, people and products have the same ids wherever it was called.
    pub(crate) fn fill(&self) {
        static TEMPLATES: [OnceLock<Program>; 2] = [OnceLock::new(), OnceLock::new()];
        assert!(!self.data_dir().exists(), "there is something in it already");
        let engine = if self.database.is_some() { Engine::Postgres } else { Engine::Sqlite };
        let template = TEMPLATES[engine as usize].get_or_init(|| {
            let database = (engine == Engine::Postgres).then(Database::template);
            let template = Self { server: None, disk: None, dir: tempfile::tempdir().unwrap(), database, port: 0 };
            template.fill_anew();
            template
        });
        copy(&template.data_dir(), &self.data_dir());
        if let (Some(own), Some(of)) = (&self.database, &template.database) {
            own.become_copy(of);
        }
    }

    /// The same with ids of its own, for what two databases share.
    pub(crate) fn fill_anew(&self) {
        self.succeed(&["demo", "--products", "60"]);
        self.succeed(&["store", "add", "second", "--name", "Second store"]);
        for role in ["editor", "reviewer", "viewer"] {
            self.add_user(&format!("{role}@test.test"), "demo", role);
        }
        self.add_user("owner@second.test", "second", "owner");
    }

    pub(crate) fn add_user(&self, email: &str, store: &str, role: &str) -> String {
        let output = self.run_with_input(&["user", "add", "--email", email, "--store", store, "--role", role], &format!("{PASSWORD}\n"));
        assert_eq!(output.code, 0, "{}", output.text);
        output.text
    }

    pub(crate) async fn serve(&mut self) {
        self.serve_with(&[]).await;
    }

    pub(crate) async fn serve_with(&mut self, settings: &[(&str, &str)]) {
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let before = self.log().len();
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut server = command.spawn().unwrap();
        for _ in 0..1_200 {
            if let Some(port) = announced(&self.log()[before..]) {
                self.port = port;
                if reqwest::get(format!("{}/readyz", self.address())).await.is_ok_and(|answer| answer.status().is_success()) {
                    self.server = Some(server);
                    return;
                }
            }
            assert!(server.try_wait().unwrap().is_none(), "the server ended: {}", self.log());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let _ = server.kill();
        panic!("the server did not start: {}", self.log());
    }

    /// As a crash does: at once and without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
    }

    /// As it is asked to, and to its end.
    pub(crate) fn stop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let asked = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
            assert!(asked.success() && server.wait().unwrap().success(), "{}", self.log());
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

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The embedded database, when it is one.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.data_dir().join("vitrine.db")
    }

    pub(crate) fn database_name(&self) -> Option<&str> {
        self.database.as_ref().map(|database| database.name.as_str())
    }

    pub(crate) fn location(&self) -> Location {
        match &self.database {
            Some(database) => Location::Postgres(database.url.clone()),
            None => Location::Sqlite(self.database_file()),
        }
    }

    pub(crate) fn disk(&self) -> Option<&SmallDisk> {
        self.disk.as_ref()
    }

    /// The uploads that lie in the data directory.
    pub(crate) fn uploads(&self) -> usize {
        std::fs::read_dir(self.data_dir().join("uploads")).map_or(0, Iterator::count)
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

    /// What an export writes.
    pub(crate) fn exported(&self, store: &str) -> String {
        let file = self.dir.path().join("exported.csv");
        self.succeed(&["export", file.to_str().unwrap(), "--store", store]);
        std::fs::read_to_string(file).unwrap()
    }

    pub(crate) fn run_with(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Output {
        let mut command = self.command(arguments);
        command.envs(settings.iter().copied());
        finish(command, "")
    }

    /// Runs a command that may write no file beyond some blocks of 512 or 1,024 bytes, as with a quota that is used up: the write
    /// fails, and nobody says that the disk is full.
    pub(crate) fn run_limited(&self, arguments: &[&str], blocks: u32) -> Output {
        let inner = self.command(arguments);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(inner.get_program()).args(inner.get_args());
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        finish(command, "")
    }

    /// Runs a command to its end; also the most memory it had, in kilobytes.
    pub(crate) fn run_measured(&self, arguments: &[&str]) -> (Output, u64) {
        let child = self.start(arguments);
        let process = child.id();
        let watch = thread::spawn(move || {
            let mut most = 0;
            // A process that has ended has no memory to tell of.
            while let Some(kilobytes) = peak(process) {
                most = most.max(kilobytes);
                thread::sleep(Duration::from_millis(5));
            }
            most
        });
        (output(child), watch.join().unwrap())
    }

    /// Starts a command, for [`output`] to wait for.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Runs statements on the database, past the program; what they answer, a row a line and `|` between its values.
    pub(crate) fn sql(&self, statements: &str) -> String {
        self.sql_each(&[statements])
    }

    /// The same for many, one after the other, at the cost of one.
    pub(crate) fn sql_each(&self, statements: &[&str]) -> String {
        query(self.database.as_ref(), &self.database_file(), statements)
    }

    /// The id of the first row that fits, as text that can be parsed.
    pub(crate) fn id(&self, table: &str, condition: &str) -> String {
        self.sql(&format!("SELECT {} FROM {table} WHERE {condition} LIMIT 1", self.id_column("id")))
    }

    /// A column of ids so that what it answers can be parsed.
    pub(crate) fn id_column(&self, column: &str) -> String {
        if self.database.is_some() { column.to_owned() } else { format!("lower(hex({column}))") }
    }

    /// Holds the lock that writers wait for.
    pub(crate) fn lock(&self) -> Lock {
        Lock::take(self.database.as_ref(), &self.database_file())
    }

    /// Keeps tables of PostgreSQL from being read. Nobody who reads SQLite waits for anybody.
    pub(crate) fn lock_away(&self, tables: &[&str]) -> Lock {
        Lock::away(self.database.as_ref().expect("SQLite has no such lock"), tables)
    }

    /// A command that is not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VITRINE_")) {
            command.env_remove(name);
        }
        command.args(arguments).env("VITRINE_DATA_DIR", self.data_dir()).env("VITRINE_ADDR", format!("127.0.0.1:{}", self.port));
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

/// The program beside these tests. It is another package's, so that cargo does not build it for them.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let deps = tests.parent().unwrap();
    let binary = deps.parent().unwrap().join("vitrine");
    let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let is_library = |path: &PathBuf| {
        path.extension() == Some("rlib".as_ref()) && path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libserver-"))
    };
    let libraries = std::fs::read_dir(deps).unwrap().map(|file| file.unwrap().path()).filter(is_library);
    let library = libraries.filter_map(|path| changed(&path)).max();
    assert!(changed(&binary) >= library, "{} is older than what it is made of. Build it first: scripts/build --server", binary.display());
    binary
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &to);
        } else {
            std::fs::copy(file.path(), to).unwrap();
        }
    }
}

/// Waits for a command that was started.
pub(crate) fn output(child: Child) -> Output {
    let done = child.wait_with_output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Output { code: done.status.code().unwrap_or(-1), text }
}

fn finish(mut command: Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that does not read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    output(child)
}

/// The port a server has said it answers on.
fn announced(log: &str) -> Option<u16> {
    let address = log.lines().find_map(|line| line.strip_prefix("Vitrine is at http://"))?;
    address.rsplit_once(':')?.1.parse().ok()
}

/// The most memory a running process has had, in kilobytes.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix("kB")?.trim().parse().ok()
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
