//! How alerts stand, what becomes of them, and the budgets that are held against what is measured.

use ::alerts::{Alert, AlertKey, Matcher, Rule, Severity, Silence};
use async_trait::async_trait;
use domain::clock::Timestamp;

use crate::{Access, error::AppError};

/// How long a reason may be, in characters.
pub const LONGEST_REASON: usize = 200;

/// Rules are looked at once a minute. When that was so many seconds ago, nobody knows how alerts stand.
pub const LATELY_SECONDS: i64 = 300;

/// Silences at a time.
pub const MOST_SILENCES: usize = 100;

/// All that is known of alerts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// In the order of their keys; also those of which nothing is wrong.
    pub alerts: Vec<Alert>,
    /// Those that have not ended.
    pub silences: Vec<Silence>,
    /// Whatever was sent lately, the newest first.
    pub sent: Vec<Sent>,
    pub rules: Vec<Rule>,
    pub channels: Vec<Channel>,
    /// Whether this server looks at the rules.
    pub is_watched: bool,
    /// What is wrong with the file of rules, which is then not heeded: a sentence.
    pub trouble: Option<String>,
    /// When the rules were last looked at, by whichever server.
    pub looked_at: Option<Timestamp>,
    /// Rules that could not be looked at then, by their names, each with why: a sentence.
    pub unread: Vec<(String, String)>,
}

impl Standing {
    /// Whether the rules were looked at within [`LATELY_SECONDS`].
    pub fn is_known(&self, now: Timestamp) -> bool {
        was_lately(self.looked_at, now)
    }
}

/// A look that lies ahead was one by a clock that runs ahead.
pub fn was_lately(looked_at: Option<Timestamp>, now: Timestamp) -> bool {
    looked_at.is_some_and(|at| at.plus_seconds(LATELY_SECONDS) > now)
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub channel: String,
    pub subject: String,
    pub state: SentState,
    /// How often it was tried.
    pub attempts: u32,
    pub written_at: Timestamp,
    /// The last attempt, or when it was written.
    pub noted_at: Timestamp,
    /// What came of the last attempt.
    pub answer: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentState {
    /// It has not been tried, or is tried again.
    Waiting,
    Delivered,
    GivenUp,
}

/// Where alerts are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub name: String,
    /// `a webhook`, or whom mail goes to: nothing that lets somebody act.
    pub way: String,
    /// What is less than this is not told here.
    pub least: Severity,
    /// Whether anything is sent.
    pub is_sent_to: bool,
}

/// How long somebody does not want to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    Hour,
    Day,
    Week,
}

/// A silence that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSilence {
    pub what: Matcher,
    pub lasting: Lasting,
    pub why: String,
}

/// What fires now, without what is silenced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Firing {
    pub count: usize,
    /// How bad the worst is.
    pub worst: Option<Severity>,
    /// Whether some rule was not looked at lately, so that there may be more.
    pub is_partial: bool,
    /// Budgets that are passed, by their ids, behind which stands which endpoint it is of others (`budgets::Budgets::by_key`), silenced or not.
    /// `None` where no rule has looked at budgets lately.
    pub budgets: Option<Vec<String>>,
}

/// What was measured of everything that has a budget while it is used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveFigures {
    pub readings: Vec<Reading>,
    /// In the windows of 5 and 30 minutes, 1 and 6 hours, and 3 days that burn rates are about.
    pub windows: [Counted; 5],
    /// In the last 30 days, this one among them.
    pub month: Counted,
}

/// Of a budget of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The budget's.
    pub id: String,
    /// In its unit, of the last 24 hours; none while there are too few to tell. What may fail of everything is of 30 days.
    pub value: Option<f64>,
    /// How many measurements.
    pub count: u64,
    /// So many it takes.
    pub needed: u64,
    /// The same of the last hour alone; none where it has too few to tell, and of what is of 30 days.
    pub hour: Option<f64>,
    /// Of a budget of all other endpoints the one that this is of, which is the worst; none while nothing is known of any.
    pub of: Option<String>,
}

/// How much was asked, and how much of it answered without the server's fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    pub good: u64,
    pub total: u64,
}

impl Reading {
    /// What its budget is held against: the last hour where that tells anything. Of a whole day what is passed would be told hours late, and what is
    /// mended would go on being passed for most of another.
    pub fn judged(&self) -> Option<f64> {
        self.hour.or(self.value)
    }
}

impl Lasting {
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    pub const fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 7 * 86_400,
        }
    }

    /// In forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "1d",
            Self::Week => "7d",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lasting| lasting.name() == name)
    }
}

/// For whoever owns every store of the server, as with everything that is measured.
#[async_trait]
pub trait Alerts: Send + Sync {
    async fn standing(&self, who: &Access) -> Result<Standing, AppError>;

    async fn firing(&self, who: &Access) -> Result<Firing, AppError>;

    /// Notes that somebody sees to an alert that fires, or that they do not any more.
    async fn acknowledge(&self, who: &Access, key: &AlertKey, sees_to_it: bool) -> Result<(), AppError>;

    /// Nothing that fits is told until it ends.
    async fn silence(&self, who: &Access, new: NewSilence) -> Result<(), AppError>;

    async fn end_silence(&self, who: &Access, id: &str) -> Result<(), AppError>;

    /// Sends a test to a channel at once. What is wrong is said as the channel says it.
    async fn test_channel(&self, who: &Access, channel: &str) -> Result<(), AppError>;

    async fn live_figures(&self, who: &Access) -> Result<LiveFigures, AppError>;
}
