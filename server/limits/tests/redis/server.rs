use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

/// A Redis of one's own, which keeps nothing. It ends with this.
pub(crate) struct Redis {
    port: u16,
    options: Vec<&'static str>,
    process: Option<Child>,
}

impl Redis {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(options: &[&'static str]) -> Self {
        // The system gives a port that is free; it is taken again at once.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut redis = Self { port, options: options.to_vec(), process: None };
        redis.start_again();
        redis
    }

    pub(crate) fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--save", "", "--appendonly", "no", "--dir", "/tmp"]);
        let process = command.args(&self.options).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.process = Some(process.expect("Redis is installed (apt-get install redis-server)"));
        let begun = Instant::now();
        while self.cli(&["ping"]) != "PONG" {
            assert!(begun.elapsed() < Duration::from_secs(20), "Redis did not start");
            sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The address of something between that passes everything on late.
    pub(crate) async fn late(&self, by: Duration) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, server) = (listener.local_addr().unwrap().port(), self.port);
        tokio::spawn(async move {
            while let Ok((mut here, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let Ok(mut there) = TcpStream::connect(("127.0.0.1", server)).await else { return };
                    let ((from, back), (answers, to)) = (here.split(), there.split());
                    tokio::join!(pass(from, to, by), pass(answers, back, by));
                });
            }
        });
        format!("redis://127.0.0.1:{port}")
    }

    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let done = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(arguments).output().unwrap();
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// It keeps its connections, and answers nothing.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("Redis runs").id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, by: Duration) {
    let mut some = vec![0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut some).await {
        tokio::time::sleep(by).await;
        if to.write_all(&some[..length]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
