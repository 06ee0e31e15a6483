//! The file of rules and channels of alerts. What nobody should read in it, as a password, it names by a variable of the environment.

use std::{fs, path::Path};

use alerting::Settings;

/// More is no file that somebody has written.
const LONGEST: u64 = 1 << 20;

/// Reads `VITRINE_ALERTS_FILE`; else a sentence that says what to change.
pub fn read(path: &Path) -> Result<Settings, String> {
    let unreadable = |why: String| format!("{} cannot be read: {why}. It is named by VITRINE_ALERTS_FILE.", path.display());
    let length = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if length > LONGEST {
        return Err(unreadable(format!("it has {length} bytes, and {LONGEST} are enough for any")));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let variable = |name: &str| std::env::var(name).ok();
    Settings::parse(&text, &variable).map_err(|error| format!("{}: {error} It is named by VITRINE_ALERTS_FILE.", path.display()))
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

        assert!(with("off = [\"slower\"]\n").unwrap().rules.iter().all(|rule| rule.id != "slower"));
        let wrong = with("\n[[channel]]\nname = \"ops\"\n").unwrap_err();
        assert!(wrong.contains("alerts.toml: Line 2: ") && wrong.ends_with("It is named by VITRINE_ALERTS_FILE."), "{wrong}");
        let missing = read(&folder.path().join("none.toml")).unwrap_err();
        assert!(missing.contains("none.toml cannot be read: "), "{missing}");
        assert!(with(&"#".repeat(2 << 20)).unwrap_err().contains("are enough for any"));
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
