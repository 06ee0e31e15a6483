//! A provider without a key or a cost, at `http://127.0.0.1:PORT/v1` for OpenAI's form and `http://127.0.0.1:PORT` for Anthropic's:
//! `cargo run -p scripted-provider --example scripted-provider -- PORT [--delay-ms 200] [--fail 429:0.1]...`

use std::{net::Ipv4Addr, process::ExitCode, time::Duration};

use scripted_provider::{Scripted, Usual};
use tokio::net::TcpListener;

const USAGE: &str = "scripted-provider PORT [--delay-ms MILLISECONDS] [--fail STATUS:SHARE]...";

#[tokio::main]
async fn main() -> ExitCode {
    let Some((port, usual)) = arguments(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    match serve(port, usual).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(port: u16, usual: Usual) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    eprintln!("answering at http://{}", listener.local_addr()?);
    Scripted::usually(usual).listen(listener).await
}

fn arguments(mut given: impl Iterator<Item = String>) -> Option<(u16, Usual)> {
    let mut port = None;
    let mut usual = Usual::default();
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--delay-ms" => usual.delay = Duration::from_millis(given.next()?.parse().ok()?),
            "--fail" => {
                let failure = given.next()?;
                let (status, share) = failure.split_once(':')?;
                usual.failures.push((status.parse().ok()?, share.parse().ok()?));
            }
            number => port = Some(number.parse().ok()?),
        }
    }
    Some((port?, usual))
}
