//! The file of rules and channels of alerts. What nobody should read in it, as a password, it names by a variable of the environment.

use std::{fs, path::Path};

use alerting::Settings;

/// More is no file that somebody has written.
const LONGEST: u64 = 1 << 20;

/// Reads `VITRINE_ALERTS_FILE`. Where it is wrong there is a sentence that says what to change, and what can be heeded of it nevertheless: who is told.
pub fn read(path: &Path) -> (Settings, Option<String>) {
    let variable = |name: &str| std::env::var(name).ok();
    let text = match text_of(path) {
        Ok(text) => text,
        Err(trouble) => return (Settings::default(), Some(trouble)),
    };
    match Settings::parse(&text, &variable) {
        Ok(settings) => (settings, None),
        Err(error) => {
            let trouble = format!("{}: {error} It is named by VITRINE_ALERTS_FILE.", path.display());
            (Settings::without_its_rules(&text, &variable), Some(trouble))
        }
    }
}

fn text_of(path: &Path) -> Result<String, String> {
    let unreadable = |why: String| format!("{} cannot be read: {why}. It is named by VITRINE_ALERTS_FILE.", path.display());
    let length = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > LONGEST {
        return Err(unreadable(format!("it has {length} bytes, and {LONGEST} are enough for any")));
    }
    fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_what_is_wrong_with_it_is_said_with_its_name_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.toml");
        let with = |text: &str| {
            fs::write(&path, text).unwrap();
            read(&path)
        };

        let (settings, none) = with("off = [\"slower\"]\n");
        assert!(none.is_none() && settings.rules.iter().all(|rule| rule.id != "slower"));
        let wrong = with("\n[[channel]]\nname = \"ops\"\n").1.unwrap();
        assert!(wrong.contains("alerts.toml: Line 2: ") && wrong.ends_with("It is named by VITRINE_ALERTS_FILE."), "{wrong}");
        let missing = read(&folder.path().join("none.toml")).1.unwrap();
        assert!(missing.contains("none.toml cannot be read: "), "{missing}");
        assert!(with(&"#".repeat(2 << 20)).1.unwrap().contains("are enough for any"));
    }

    #[test]
    fn who_is_told_hears_of_what_is_bad_although_a_rule_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.toml");
        let channel = "[[channel]]\nname = \"ops\"\nwebhook = \"https://hooks.example.com/a\"\n";

        for wrong in ["[[rule]]\nid = \"lcp\"\nrais = 3\n", "off = [\"slowre\"]\n", "[[rule]]\nid = \"lcp\"\nraise = -1\nclear = 7\n"] {
            fs::write(&path, format!("{wrong}{channel}")).unwrap();
            let (settings, trouble) = read(&path);

            assert!(trouble.is_some_and(|trouble| trouble.contains("Line ")), "{wrong}");
            assert_eq!((settings.channels.len(), settings.rules), (1, alerts::builtin()), "{wrong}");
        }
    }

    #[test]
    fn the_file_that_the_readme_shows_is_one() {
        let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
        let chapter = readme.split_once("## Alerts").unwrap().1;
        let file = chapter.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;

        let settings = Settings::parse(file, &|name| Some(format!("https://hooks.example.com/{name}"))).unwrap();

        assert_eq!((settings.channels.len(), settings.smtp.is_some()), (2, true));
        assert!(settings.rules.iter().any(|rule| rule.id == "search-slow") && settings.rules.iter().all(|rule| rule.id != "slower"));
    }
}
