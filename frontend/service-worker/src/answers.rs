//! What of an answer may be kept.

/// How long the shell is good before it is fetched anew.
const SHELL_MILLISECONDS: f64 = 5.0 * 60.0 * 1_000.0;

/// What a browser tells of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    pub status: u16,
    /// Whether our server has answered, and nobody on the way to it.
    pub is_ours: bool,
    /// Whether it is from elsewhere than was asked.
    pub redirected: bool,
}

impl Answer {
    /// Whether it is ours and what was asked for. A captive portal answers 200 to everything.
    pub fn may_be_kept(self) -> bool {
        self.status == 200 && self.is_ours && !self.redirected
    }
}

/// What an answer to the question for the shell means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Keep,
    /// Nobody is signed in: what is kept is nobody's.
    SignedOut,
    /// Somebody else's answer, or one of another build: its files may not be here.
    Nothing,
}

/// `path` is where the answer is from, and `of_this_build` whether it names the script that pages of this build begin with.
pub fn shell_told(answer: Answer, path: &str, of_this_build: bool) -> Told {
    if answer.may_be_kept() && of_this_build {
        Told::Keep
    } else if answer.is_ours && path == "/sign-in" {
        Told::SignedOut
    } else {
        Told::Nothing
    }
}

/// Whether something that many milliseconds old is to be fetched anew. It is, too, where nobody knows how old it is, or a clock was set back.
pub fn is_old(milliseconds: f64) -> bool {
    !(0.0..SHELL_MILLISECONDS).contains(&milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Answer = Answer { status: 200, is_ours: true, redirected: false };

    #[test]
    fn only_what_is_ours_and_was_asked_for_is_kept() {
        assert!(OURS.may_be_kept());
        for other in
            [Answer { status: 404, ..OURS }, Answer { is_ours: false, ..OURS }, Answer { redirected: true, ..OURS }, Answer { status: 0, ..OURS }]
        {
            assert!(!other.may_be_kept(), "{other:?}");
        }
    }

    #[test]
    fn a_shell_is_kept_beside_its_files_and_dropped_when_nobody_is_signed_in() {
        let moved = Answer { redirected: true, ..OURS };

        assert_eq!(shell_told(OURS, "/offline", true), Told::Keep);
        assert_eq!(shell_told(OURS, "/offline", false), Told::Nothing);
        assert_eq!(shell_told(moved, "/sign-in", false), Told::SignedOut);
        // A portal's page says nothing of who is signed in.
        assert_eq!(shell_told(Answer { is_ours: false, ..moved }, "/sign-in", true), Told::Nothing);
        assert_eq!(shell_told(Answer { status: 503, ..OURS }, "/offline", true), Told::Nothing);
    }

    #[test]
    fn a_shell_is_good_for_some_minutes() {
        assert!(!is_old(0.0) && !is_old(SHELL_MILLISECONDS - 1.0));
        assert!(is_old(SHELL_MILLISECONDS) && is_old(-1.0) && is_old(f64::NAN));
    }
}
