//! What is kept ready, beside the least that can send it: a bare axum handler with the same bytes, asked by turns over as many
//! connections. What is compared is the processor time of an answer: the generator has a thread for both, and would be what is measured
//! if answers a second were.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, bail};
use futures::future::join_all;
use rand::{SeedableRng, rngs::StdRng};
use tokio::time::Instant;

use super::{Outcome, watch::Watch};
use crate::{
    ask::{Asks, Found, check, found},
    bare::Sent,
    call::Call,
    ground::Scene,
    http::{Asked, Connection, Site},
    measure::Meter,
    plan::{Addresses, Beside},
    tell::note,
    verdict::Judged,
};

/// A handler in a process of its own, which ends with the value.
struct Bare {
    process: Child,
    site: Site,
}

#[derive(Clone, Copy, Debug)]
struct Round {
    per_second: f64,
    /// Of the server, in milliseconds.
    cost: f64,
}

pub(super) async fn run(scene: &Arc<Scene>, plan: &Beside) -> anyhow::Result<Outcome> {
    let server = scene.meter.server.context("This plan measures what the server takes: it runs one of its own, or name it with --server-pid.")?;
    let asks = Asks::new(scene.site.host.clone(), Addresses::Versioned);
    let caller = scene.callers.first().context("Nobody asks: name a token or an account.")?;
    let request = asks.list(caller, &mut StdRng::seed_from_u64(scene.seed))?;
    let watch = Watch::start(scene.meter);
    let bare = Bare::start(&sent(scene, &request).await?)?;
    let (mut best, mut best_bare) = (None, None);
    for _ in 0..plan.rounds {
        for (site, process, best) in [(&scene.site, server, &mut best), (&bare.site, bare.process.id(), &mut best_bare)] {
            let round = round(site, process, &request, plan).await?;
            *best = Some(best.filter(|best: &Round| best.cost <= round.cost).unwrap_or(round));
        }
    }
    let (processor, watched) = watch.stop(0);
    let (best, bare) = (best.context("There are no rounds in the plan.")?, best_bare.context("There are no rounds in the plan.")?);
    let share = bare.cost / best.cost;
    let sentence = format!(
        "An answer that is kept takes {:.4} ms of processor, and a bare axum handler {:.4} ms to send the same: {:.0} % as fast. Over {} \
         connections and one thread that asks, that came to {:.0} and {:.0} a second.",
        best.cost,
        bare.cost,
        share * 100.0,
        plan.connections,
        best.per_second,
        bare.per_second
    );
    let judged = Judged {
        of: "server".into(),
        rule: format!("beside a bare handler >= {:.0}%", plan.least * 100.0),
        measured: Some(share),
        shown: format!("beside a bare handler >= {:.0}%: {:.0} %", plan.least * 100.0, share * 100.0),
        holds: Some(share >= plan.least),
    };
    Ok(Outcome {
        summary: None,
        processor,
        watched,
        judged: vec![judged],
        steps: Vec::new(),
        kill: None,
        capacity: None,
        said: vec![sentence],
        broken: Vec::new(),
        void: None,
    })
}

/// What the server answers, once it is kept.
async fn sent(scene: &Scene, request: &Asked) -> anyhow::Result<Sent> {
    let mut connection = connect(&scene.site).await?;
    for _ in 0..50 {
        let answer = connection.ask(request.clone()).await.map_err(|failed| anyhow::anyhow!("The list was not answered: {}", failed.example))?;
        check(Call::List, &answer).map_err(|failed| anyhow::anyhow!("The list was answered with {}", failed.example))?;
        if found(&answer) == Some(Found::Finished) {
            return Sent::of(&answer);
        }
    }
    bail!("The list is not kept: fifty answers in a row were made anew.")
}

async fn round(site: &Site, process: u32, request: &Asked, plan: &Beside) -> anyhow::Result<Round> {
    let mut connections = Vec::new();
    for _ in 0..plan.connections {
        connections.push(connect(site).await?);
    }
    let meter = Meter { server: Some(process), database: None };
    let (before, begun) = (meter.read(), Instant::now());
    let ends = begun + plan.each.0;
    let counts = join_all(connections.into_iter().map(|connection| again_and_again(connection, request, ends))).await;
    let requests = counts.into_iter().sum::<anyhow::Result<u64>>()?;
    let taken = meter.read().since(&before, requests);
    let cost = taken.ms_per_request.context("The processor time of the server cannot be read.")?;
    let round = Round { per_second: requests as f64 / begun.elapsed().as_secs_f64(), cost };
    note(format!("  {}: {:.0}/s, {:.4} ms each, generator {:.0} %", site.address, round.per_second, round.cost, taken.generator_share * 100.0));
    Ok(round)
}

async fn again_and_again(mut connection: Connection, request: &Asked, ends: Instant) -> anyhow::Result<u64> {
    let mut answered = 0;
    while Instant::now() < ends {
        let answer = connection.ask(request.clone()).await.map_err(|failed| anyhow::anyhow!("It was not answered: {}", failed.example))?;
        check(Call::List, &answer).map_err(|failed| anyhow::anyhow!("It was answered with {}", failed.example))?;
        answered += 1;
    }
    Ok(answered)
}

async fn connect(site: &Site) -> anyhow::Result<Connection> {
    site.connect(0).await.map_err(|failed| anyhow::anyhow!("Nobody answers at {}: {}", site.address, failed.example))
}

impl Bare {
    fn start(sent: &Sent) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("The program does not know where it is.")?;
        let mut process = Command::new(program).arg("--bare").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take().context("The bare handler cannot be told what to send.")?;
        serde_json::to_writer(input, sent)?;
        let mut told = String::new();
        let output = process.stdout.take().context("The bare handler does not say where it is.")?;
        BufReader::new(output).read_line(&mut told)?;
        match Site::from_url(told.trim()) {
            Ok(site) => Ok(Self { process, site }),
            Err(error) => {
                let _ = process.kill();
                let _ = process.wait();
                Err(error)
            }
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
