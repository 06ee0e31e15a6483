//! The port of alerts: who may, then what.

use std::sync::Arc;

use ::alerting::{Book, MessageState, Outbox, OutboxError, Sender, Sentence};
use alerts::{Acknowledged, AlertKey, Matcher, Rule, Silence, silencing};
use async_trait::async_trait;
use domain::clock::Clock;
use ports::{
    Access, People,
    alerts::{Alerts, Channel, Firing, LONGEST_REASON, LiveFigures, MOST_SILENCES, NewSilence, Reading, Sent, SentState, Standing, was_lately},
    error::AppError,
};
use store::{Entropy, OsEntropy, Store};

use super::measures::{BUDGET, StoreMeasures};
use crate::SystemClock;

/// Messages that are shown.
const MOST_SENT: u32 = 50;

pub(super) struct AlertsService {
    pub(super) store: Store,
    pub(super) measures: Arc<StoreMeasures>,
    pub(super) sender: Arc<Sender>,
    pub(super) rules: Vec<Rule>,
    pub(super) channels: Vec<Channel>,
    pub(super) trouble: Option<String>,
    /// What is known of budgets without anything being used.
    pub(super) built: Vec<Reading>,
    pub(super) is_watched: bool,
}

impl AlertsService {
    /// What somebody is called, for those who read that they see to something.
    async fn name_of(&self, who: &Access) -> Result<String, AppError> {
        let members = self.store.members(who).await?;
        Ok(members.into_iter().find(|member| member.id == who.user).map_or_else(|| "Somebody".to_owned(), |member| member.name))
    }

    fn name_of_rule(&self, id: &str) -> String {
        self.rules.iter().find(|rule| rule.id == id).map_or(id, |rule| &rule.name).to_owned()
    }

    /// Whether there is anything that could fit.
    fn is_about_something(&self, what: &Matcher) -> bool {
        match what {
            Matcher::Everything => true,
            Matcher::Group(group) => self.rules.iter().any(|rule| rule.group == *group),
            Matcher::Rule(id) | Matcher::One(id, _) => self.rules.iter().any(|rule| rule.id == *id),
        }
    }
}

#[async_trait]
impl Alerts for AlertsService {
    async fn standing(&self, who: &Access) -> Result<Standing, AppError> {
        self.store.allowed_as_operator(who).await?;
        let now = SystemClock.now();
        let book = self.store.book().await.map_err(unread)?;
        let sent = self.store.messages(MOST_SENT).await.map_err(unread)?;
        Ok(Standing {
            alerts: book.alerts,
            silences: book.silences.into_iter().filter(|silence| silence.until > now).collect(),
            sent: sent.into_iter().map(shown).collect(),
            rules: self.rules.clone(),
            channels: self.channels.clone(),
            is_watched: self.is_watched,
            trouble: self.trouble.clone(),
            looked_at: book.ended_at,
            unread: book.unread.into_iter().map(|(id, why)| (self.name_of_rule(&id), why)).collect(),
        })
    }

    async fn firing(&self, who: &Access) -> Result<Firing, AppError> {
        self.store.allowed_as_operator(who).await?;
        let now = SystemClock.now();
        let book = self.store.book().await.map_err(unread)?;
        let told = book.alerts.iter().filter(|alert| alert.instance.is_firing() && silencing(&book.silences, alert, now).is_none());
        let is_late = !was_lately(book.ended_at, now);
        let is_partial = is_late || !book.unread.is_empty();
        let worst = told.clone().map(|alert| alert.rule.severity).max();
        let budgets = if is_late { None } else { passed(&self.rules, &book) };
        Ok(Firing { count: told.count(), worst, is_partial, budgets })
    }

    async fn acknowledge(&self, who: &Access, key: &AlertKey, sees_to_it: bool) -> Result<(), AppError> {
        self.store.allowed_as_operator(who).await?;
        let book = self.store.book().await.map_err(unread)?;
        let alert = book.alerts.iter().find(|alert| alert.key == *key).ok_or(AppError::NotFound)?;
        if sees_to_it && !alert.instance.is_firing() {
            return Err(AppError::Invalid("It is over already: there is nothing to see to.".to_owned()));
        }
        let seen = if sees_to_it {
            Some(Acknowledged { by: self.name_of(who).await?, at: SystemClock.now(), episode: alert.instance.episode })
        } else {
            None
        };
        let noted = Outbox::acknowledge(&self.store, key, seen.as_ref()).await.map_err(unread)?;
        if noted { Ok(()) } else { Err(AppError::NotFound) }
    }

    async fn silence(&self, who: &Access, new: NewSilence) -> Result<(), AppError> {
        self.store.allowed_as_operator(who).await?;
        let invalid = |sentence: String| Err(AppError::Invalid(sentence));
        let why = new.why.trim();
        if why.is_empty() {
            return invalid("Say why nothing shall be told: others will wonder.".to_owned());
        }
        if why.chars().count() > LONGEST_REASON || why.chars().any(char::is_control) {
            return invalid(format!("The reason is one line of {LONGEST_REASON} characters at most."));
        }
        if !self.is_about_something(&new.what) {
            return invalid("There is no such rule any more. Reload the page.".to_owned());
        }
        let now = SystemClock.now();
        let book = self.store.book().await.map_err(unread)?;
        if book.silences.iter().filter(|silence| silence.until > now).count() >= MOST_SILENCES {
            return invalid(format!("There are {MOST_SILENCES} silences already. End some, or silence a whole group."));
        }
        let mut id = [0; 8];
        OsEntropy.fill(&mut id);
        let silence = Silence {
            id: format!("{:016x}", u64::from_be_bytes(id)),
            what: new.what,
            from: now,
            until: now.plus_seconds(new.lasting.seconds()),
            by: self.name_of(who).await?,
            why: why.to_owned(),
        };
        Outbox::silence(&self.store, &silence).await.map_err(unread)
    }

    async fn end_silence(&self, who: &Access, id: &str) -> Result<(), AppError> {
        self.store.allowed_as_operator(who).await?;
        // One that has ended meanwhile has ended.
        Outbox::unsilence(&self.store, id).await.map(|_| ()).map_err(unread)
    }

    async fn test_channel(&self, who: &Access, channel: &str) -> Result<(), AppError> {
        self.store.allowed_as_operator(who).await?;
        self.sender.send_test(channel).await.map_err(|Sentence(says)| AppError::Invalid(says))
    }

    async fn live_figures(&self, who: &Access) -> Result<LiveFigures, AppError> {
        self.store.allowed_as_operator(who).await?;
        let live = self.measures.live(SystemClock.now()).await.map_err(|Sentence(says)| AppError::Unavailable(says))?;
        let mut figures = live.figures.clone();
        figures.readings.extend(self.built.iter().cloned());
        Ok(figures)
    }
}

/// Budgets that are passed by what their alerts are called, as the last round has found; `None` where it looked at none.
fn passed(rules: &[Rule], book: &Book) -> Option<Vec<String>> {
    let is_of_budgets = |rule: &Rule| rule.what.found() == Some(BUDGET);
    if !rules.iter().any(|rule| is_of_budgets(rule) && !book.unread.contains_key(&rule.id)) {
        return None;
    }
    let passed = book.alerts.iter().filter(|alert| alert.instance.is_firing() && is_of_budgets(&alert.rule));
    Some(passed.map(|alert| alert.key.subject.clone()).collect())
}

fn shown(message: ::alerting::Message) -> Sent {
    let state = match message.state {
        MessageState::Waiting => SentState::Waiting,
        MessageState::Delivered => SentState::Delivered,
        MessageState::GivenUp => SentState::GivenUp,
    };
    Sent {
        channel: message.channel,
        subject: message.subject,
        state,
        attempts: message.attempts,
        written_at: message.created_at,
        noted_at: message.noted_at,
        answer: message.answer,
    }
}

fn unread(error: OutboxError) -> AppError {
    tracing::error!(%error, "alerts could not be read or written");
    AppError::Internal
}

#[cfg(test)]
mod tests {
    use alerts::{State, builtin};
    use domain::clock::Timestamp;

    use super::{super::tests::alert, *};

    #[test]
    fn budgets_that_are_passed_are_told_by_their_ids_and_others_with_their_endpoints() {
        let fires = State::Firing { since: Timestamp::from_micros(0) };
        let others = "duration-others GET /review";
        let of_budgets = [("hits-list", fires), ("lcp-products", State::Ok), (others, fires)].map(|(id, state)| alert("budget", id, state));
        let alerts = of_budgets.into_iter().chain([alert("lcp", "", fires)]).collect();
        let book = Book { alerts, ..Book::default() };

        assert_eq!(passed(&builtin(), &book), Some(vec!["hits-list".to_owned(), others.to_owned()]));
    }

    #[test]
    fn where_no_budget_was_looked_at_none_is_said_to_be_kept() {
        let unread = Book { unread: [("budget".to_owned(), "It was full.".to_owned())].into(), ..Book::default() };

        assert_eq!((passed(&builtin(), &unread), passed(&[], &Book::default())), (None, None));
    }
}
