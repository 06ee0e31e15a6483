//! Alerts, put together: the rules are held against what this server and the others measured, the database is the outbox, and what goes out goes
//! through the guard of webhooks. Nothing of it keeps the program from starting or from stopping: a file of rules that is wrong is said on the page and in the
//! log, and the built-in rules hold.

mod budgets;
mod built;
mod changes;
mod measures;
mod post;
mod processes;
mod selecting;
mod service;
mod windows;

use std::{path::Path, sync::Arc, time::Duration};

use ::alerting::{Alerting, Limits, Mail, Parts, Sentence, Settings, Way};
use alerts::{DELIVERY, Figure, Rule, Site};
use ports::alerts::{Alerts, Channel};
use store::{Entropy, OsEntropy, Store};
use tokio::{sync::watch, task::JoinHandle, time::sleep};
use writers::Wire;

use self::{measures::StoreMeasures, post::Out, selecting::Wanted, service::AlertsService};
use crate::{SystemClock, config::Config};

/// Where alerts are looked at.
const PAGE: &str = "/performance/alerts";
/// Rules are not looked at before: then there is little to see, and much to do.
const BEGINS_AFTER: Duration = Duration::from_secs(15);
/// While the database cannot be asked, as on a full disk, it is asked so often, and says so each time.
const PAUSE: Duration = Duration::from_secs(30);
/// What is being sent may take so long at the end. What is cut off is sent again.
const GRACE: Duration = Duration::from_secs(3);

/// Whether something is so that a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finding {
    /// Too little was measured.
    Unknown,
    No,
    /// With a sentence.
    Yes(String),
}

/// Not begun.
pub(crate) struct Opened {
    pub(crate) service: Arc<dyn Alerts>,
    /// None where nothing is measured: there is nothing to look at.
    alerting: Option<Alerting>,
}

/// What is to be waited for at the end of the program.
pub struct Handle {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
}

/// `wire` is the way out that webhooks take, `site` where the browser's files are.
pub(crate) fn open(config: &Config, store: &Store, site: &Path, wire: Arc<dyn Wire>) -> Opened {
    let (settings, trouble) = config.alerts_file.as_deref().map_or_else(|| (Settings::default(), None), crate::config::alerts::read);
    let (settings, trouble) = match trouble.or_else(|| misnamed(&settings.rules)) {
        Some(trouble) => (Settings { rules: alerts::builtin(), ..settings }, Some(trouble)),
        None => (settings, None),
    };
    if let Some(trouble) = &trouble {
        tracing::error!(trouble, channels = settings.channels.len(), "the built-in rules of alerts hold, and only these channels are told");
    }
    let Settings { rules, channels, smtp } = settings;
    let mail = smtp.and_then(|smtp| match writers::tls() {
        Ok(tls) => Some(Mail::new(smtp, tls)),
        Err(error) => {
            tracing::error!(%error, "no mail can be sent, as TLS cannot be spoken");
            None
        }
    });
    let shown = channels.iter().map(shown).collect();
    let measures = Arc::new(StoreMeasures::new(store.clone()));
    let parts = Parts {
        outbox: Arc::new(store.clone()),
        measures: measures.clone(),
        post: Arc::new(Out(wire)),
        clock: Arc::new(SystemClock),
        chance: Arc::new(chance),
        rules: rules.clone(),
        channels,
        site: Site::new(&base_url(config), PAGE),
        holder: store.process().simple().to_string(),
        limits: Limits { pause: PAUSE, ..Limits::default() },
    };
    let alerting = Alerting::new(parts, mail);
    let service = AlertsService {
        store: store.clone(),
        measures,
        sender: alerting.sender.clone(),
        rules,
        channels: shown,
        trouble,
        built: built::readings(site, &budgets::OURS),
        is_watched: config.measuring,
    };
    Opened { service: Arc::new(service), alerting: config.measuring.then_some(alerting) }
}

/// What is wrong with a rule that is about no series there is: a sentence.
fn misnamed(rules: &[Rule]) -> Option<String> {
    let wrong = |rule: &Rule| {
        // Whether messages arrive is known to whoever sends them, and what is found to whoever looks for it.
        let asks = rule.what.asks();
        let mut measured = asks.iter().filter(|ask| ask.figure != Figure::Found && ask.of.series != DELIVERY);
        let Sentence(why) = measured.find_map(|ask| Wanted::of(&ask.of).err())?;
        Some(format!("The rule \"{}\": {why} It stands in the file that VITRINE_ALERTS_FILE names.", rule.id))
    };
    rules.iter().find_map(wrong)
}

impl Opened {
    /// Looks and tells from now on, or soon.
    pub(crate) fn start(self) -> Handle {
        let (stop, mut stopped) = watch::channel(false);
        let task = self.alerting.map(|alerting| {
            tokio::spawn(async move {
                tokio::select! {
                    () = sleep(BEGINS_AFTER) => {}
                    () = ends(&mut stopped) => return,
                }
                let running = alerting.start();
                ends(&mut stopped).await;
                running.stop(GRACE).await;
            })
        });
        Handle { stop, task }
    }
}

impl Handle {
    /// Lets what is being sent land, for some seconds at most.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task {
            let _ = task.await;
        }
    }
}

async fn ends(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Where people reach this installation, for links in messages.
fn base_url(config: &Config) -> String {
    config.public_url.clone().unwrap_or_else(|| {
        let scheme = if config.is_https() { "https" } else { "http" };
        format!("{scheme}://{}", config.addr)
    })
}

/// A channel without what lets somebody act.
fn shown(channel: &::alerting::Channel) -> Channel {
    let (way, is_sent_to) = match &channel.way {
        Way::Webhook { .. } => ("a webhook".to_owned(), true),
        Way::Mail { to } => (to.join(", "), true),
        Way::Page => ("this page".to_owned(), false),
    };
    Channel { name: channel.name.clone(), way, least: channel.least, is_sent_to }
}

/// In 0 to 1.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    OsEntropy.fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use alerts::{Alert, Instance, State, builtin};

    use super::*;

    /// Of a built-in rule, in a state.
    pub(crate) fn alert(rule: &str, subject: &str, state: State) -> Alert {
        let rule = builtin().into_iter().find(|known| known.id == rule).unwrap();
        Alert { instance: Instance { state, ..Instance::default() }, ..Alert::new(rule, subject) }
    }

    #[test]
    fn a_rule_about_what_is_not_measured_is_said_and_the_built_in_ones_are_right() {
        const REST: &str = "id = \"own\"\nname = \"Own\"\nkind = \"threshold\"\nfigure = \"p95\"\nover_minutes = 5\nraise = 1\n";
        let own = |series: &str| Settings::parse(&format!("[[rule]]\n{REST}series = \"{series}\"\n"), &|_: &str| None).unwrap().rules;

        let wrong = misnamed(&own("http.durations")).unwrap();

        assert!(wrong.starts_with("The rule \"own\": Nothing is measured that is called http.durations. There are http.duration, "), "{wrong}");
        assert_eq!((misnamed(&alerts::builtin()), misnamed(&own("http.duration"))), (None, None));
    }
}
