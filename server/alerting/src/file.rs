//! The file of rules and channels, as text: TOML. The built-in rules are there without it; a rule with the id of one of them changes what it
//! names and leaves the rest.
//!
//! ```toml
//! off = ["slower"]
//!
//! [[rule]]
//! id = "lcp"
//! raise = 3000
//! clear = 2800
//!
//! [[rule]]
//! id = "search-slow"
//! name = "Search answers slowly"
//! kind = "threshold"
//! series = "http.duration"
//! only = { route = "GET /api/v1/products?q" }
//! figure = "p95"
//! over_minutes = 10
//! raise = 300
//! clear = 200
//! unit = "milliseconds"
//!
//! [[channel]]
//! name = "ops"
//! webhook_env = "ALERT_WEBHOOK"
//! least = "warning"
//!
//! [smtp]
//! host = "mail.example.com"
//! security = "starttls"
//! from = "Vitrine <alerts@example.com>"
//! ```

mod rule;

use std::ops::Range;

use alerts::{Rule, Severity, builtin};
use serde::Deserialize;
use toml::Spanned;

use self::rule::{RuleText, Wrong, rule};
use crate::{
    Channel, Secret, Security, Smtp, Way,
    email::{is_here, mailbox},
};

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub rules: Vec<Rule>,
    pub channels: Vec<Channel>,
    pub smtp: Option<Smtp>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}: {sentence}")]
pub struct FileError {
    /// The first is 1.
    pub line: usize,
    pub sentence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    /// Whether the built-in rules are there.
    #[serde(default = "yes")]
    builtin: bool,
    #[serde(default)]
    off: Vec<Spanned<String>>,
    #[serde(default)]
    rule: Vec<Spanned<RuleText>>,
    #[serde(default)]
    channel: Vec<Spanned<ChannelText>>,
    smtp: Option<Spanned<SmtpText>>,
}

/// Of a file of which something else is wrong.
#[derive(Deserialize)]
struct WhoIsTold {
    #[serde(default)]
    channel: Vec<Spanned<ChannelText>>,
    smtp: Option<Spanned<SmtpText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelText {
    name: String,
    webhook: Option<String>,
    webhook_env: Option<String>,
    mail: Option<Vec<String>>,
    #[serde(default)]
    page: bool,
    least: Option<Severity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmtpText {
    host: String,
    port: Option<u16>,
    security: SecurityText,
    user: Option<String>,
    password: Option<String>,
    password_env: Option<String>,
    from: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SecurityText {
    Tls,
    StartTls,
    Plain,
}

/// The value of a variable of the environment.
type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

const LONGEST_NAME: usize = 40;

const fn yes() -> bool {
    true
}

impl Default for Settings {
    /// Without a file: the built-in rules, which the page shows, and nobody who is told.
    fn default() -> Self {
        Self { rules: builtin(), channels: Vec::new(), smtp: None }
    }
}

impl Settings {
    /// Reads a file. What must not stand in one is read from the environment by `env`.
    pub fn parse(text: &str, env: Env<'_>) -> Result<Self, FileError> {
        let at = |span: Range<usize>, sentence: String| FileError { line: line_of(text, span.start), sentence };
        let file: FileText = toml::from_str(text).map_err(|error| at(error.span().unwrap_or_default(), sentence(error.message())))?;
        let mut rules = if file.builtin { builtin() } else { Vec::new() };
        for off in file.off {
            let Some(place) = rules.iter().position(|rule| rule.id == *off.get_ref()) else {
                let known: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
                return Err(at(off.span(), format!("There is no built-in rule \"{}\". They are: {}.", off.get_ref(), known.join(", "))));
            };
            rules.remove(place);
        }
        let mut seen = Vec::new();
        for spanned in file.rule {
            let span = spanned.span();
            let given = spanned.into_inner();
            if seen.contains(&given.id) {
                return Err(at(span, format!("There are two rules \"{}\". Give one of them another id.", given.id)));
            }
            seen.push(given.id.clone());
            let place = rules.iter().position(|rule| rule.id == given.id);
            let figure = given.figure.as_ref().map(Spanned::span);
            let rule = rule(given, place.map(|place| &rules[place])).map_err(|wrong| match (wrong, figure) {
                (Wrong::Figure(sentence), Some(figure)) => at(figure, sentence),
                (Wrong::Figure(sentence) | Wrong::Rule(sentence), _) => at(span.clone(), sentence),
            })?;
            rule.check().map_err(|sentence| at(span, sentence))?;
            match place {
                Some(place) => rules[place] = rule,
                None => rules.push(rule),
            }
        }
        let (channels, smtp) = who_is_told(text, file.channel, file.smtp, env)?;
        Ok(Self { rules, channels, smtp })
    }

    /// The built-in rules, and who is told, of a file whose rules are wrong: they are to hear of what is bad nevertheless. Nobody where that is what is
    /// wrong.
    pub fn without_its_rules(text: &str, env: Env<'_>) -> Self {
        let told = toml::from_str(text).ok().and_then(|WhoIsTold { channel, smtp }| who_is_told(text, channel, smtp, env).ok());
        let (channels, smtp) = told.unwrap_or_default();
        Self { rules: builtin(), channels, smtp }
    }
}

fn who_is_told(
    text: &str,
    channel_texts: Vec<Spanned<ChannelText>>,
    smtp: Option<Spanned<SmtpText>>,
    env: Env<'_>,
) -> Result<(Vec<Channel>, Option<Smtp>), FileError> {
    let at = |span: Range<usize>, sentence: String| FileError { line: line_of(text, span.start), sentence };
    let mut channels: Vec<Channel> = Vec::new();
    for spanned in channel_texts {
        let span = spanned.span();
        let channel = channel(spanned.into_inner(), smtp.is_some(), env).map_err(|sentence| at(span.clone(), sentence))?;
        if channels.iter().any(|known| known.name == channel.name) {
            return Err(at(span, format!("There are two channels \"{}\". Give one of them another name.", channel.name)));
        }
        channels.push(channel);
    }
    let smtp = smtp.map(|spanned| (spanned.span(), spanned.into_inner()));
    let smtp = smtp.map(|(span, given)| smtp_of(given, env).map_err(|sentence| at(span, sentence))).transpose()?;
    Ok((channels, smtp))
}

fn channel(given: ChannelText, has_smtp: bool, env: Env<'_>) -> Result<Channel, String> {
    let name = given.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
        return Err(format!("\"{name}\" cannot be the name of a channel: write 1 to {LONGEST_NAME} small letters, digits and dashes."));
    }
    let webhook = secret(given.webhook, given.webhook_env, env)?;
    let way = match (webhook, given.mail, given.page) {
        (Some(url), None, false) => {
            if !url.expose().starts_with("https://") && !url.expose().starts_with("http://") {
                return Err(format!("The webhook of the channel \"{name}\" is no address. Write it like https://hooks.example.com/services/abc."));
            }
            Way::Webhook { url }
        }
        (None, Some(to), false) => {
            if to.is_empty() {
                return Err(format!("The channel \"{name}\" has nobody to send mail to."));
            }
            if !has_smtp {
                return Err(format!("The channel \"{name}\" sends mail, and there is no mail server: name one under [smtp]."));
            }
            to.iter().try_for_each(|to| mailbox(to).map(|_| ()))?;
            Way::Mail { to }
        }
        (None, None, true) => Way::Page,
        _ => return Err(format!("The channel \"{name}\" has to have one of webhook, webhook_env, mail, and page = true.")),
    };
    Ok(Channel { name, way, least: given.least.unwrap_or(Severity::Warning) })
}

fn smtp_of(given: SmtpText, env: Env<'_>) -> Result<Smtp, String> {
    let (security, usual) = match given.security {
        SecurityText::Tls => (Security::Tls, 465),
        SecurityText::StartTls => (Security::StartTls, 587),
        SecurityText::Plain => (Security::Plain, 25),
    };
    if security == Security::Plain && !is_here(&given.host) {
        return Err(format!("Nothing is sent to {} without encryption. Write security = \"starttls\" or \"tls\".", given.host));
    }
    mailbox(&given.from)?;
    let password = secret(given.password, given.password_env, env)?;
    let login = match (given.user, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => return Err("A mail server takes a user and a password, or neither.".to_owned()),
    };
    Ok(Smtp { host: given.host, port: given.port.unwrap_or(usual), security, login, from: given.from })
}

fn secret(given: Option<String>, variable: Option<String>, env: Env<'_>) -> Result<Option<Secret>, String> {
    match (given, variable) {
        (Some(_), Some(variable)) => Err(format!("It stands here and in {variable}. Take one of them out.")),
        (Some(given), None) => Ok(Some(Secret::new(given))),
        (None, Some(variable)) => match env(&variable).filter(|value| !value.trim().is_empty()) {
            Some(value) => Ok(Some(Secret::new(value.trim()))),
            None => Err(format!("The variable {variable} is not set. Set it in the environment of the server.")),
        },
        (None, None) => Ok(None),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// With a capital at its beginning and a full stop at its end.
fn sentence(text: &str) -> String {
    let text = text.trim().replace('\n', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests;
