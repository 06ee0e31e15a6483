//! What an endpoint has been found not to understand. "OpenAI-compatible" means something else at each.

use ports::writing::ProviderKind;

use super::Problem;

/// Learnt from refusals, and kept for as long as the provider's settings stay the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Habits {
    pub(super) format: Format,
    pub(super) limit: LimitName,
    /// Asked to count tokens at the end of a stream.
    pub(super) usage: bool,
    /// The answer has to go through the tool.
    pub(super) forced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Schema,
    Object,
    Plain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitName {
    MaxCompletionTokens,
    MaxTokens,
    Unnamed,
}

impl Default for Habits {
    fn default() -> Self {
        Self { format: Format::Schema, limit: LimitName::MaxCompletionTokens, usage: true, forced: true }
    }
}

impl Habits {
    /// How to ask after this refusal; none when it is not about the way of asking.
    pub(crate) fn after(self, problem: &Problem, kind: ProviderKind) -> Option<Self> {
        if !matches!(problem.status, 400 | 422) {
            return None;
        }
        // The field that is named goes before the text, which may mention others.
        let text = if problem.param.is_empty() { &problem.message } else { &problem.param }.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if kind == ProviderKind::Anthropic {
            return (self.forced && says(&["tool_choice"])).then_some(Self { forced: false, ..self });
        }
        if self.usage && says(&["stream_options", "include_usage"]) {
            return Some(Self { usage: false, ..self });
        }
        if says(&["max_completion_tokens", "max_tokens"]) {
            let limit = match self.limit {
                LimitName::MaxCompletionTokens if says(&["max_completion_tokens"]) => LimitName::MaxTokens,
                LimitName::MaxTokens => LimitName::Unnamed,
                _ => return None,
            };
            return Some(Self { limit, ..self });
        }
        if says(&["response_format", "json_schema", "json_object", "json schema", "structured output", "guided"]) {
            let format = match self.format {
                Format::Schema => Format::Object,
                Format::Object => Format::Plain,
                Format::Plain => return None,
            };
            return Some(Self { format, ..self });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(message: &str, param: &str) -> Problem {
        Problem { status: 400, message: message.into(), param: param.into(), ..Problem::default() }
    }

    #[test]
    fn the_form_of_the_answer_is_given_up_step_by_step() {
        let refusal = refusal("'response_format.type' : value must be one of ...", "");
        let formats: Vec<Format> = std::iter::successors(Some(Habits::default()), |habits| habits.after(&refusal, ProviderKind::OpenAi))
            .map(|habits| habits.format)
            .collect();

        assert_eq!(formats, [Format::Schema, Format::Object, Format::Plain]);
    }

    #[test]
    fn the_limit_goes_by_its_old_name_where_the_new_one_is_not_known() {
        let habits = Habits::default().after(&refusal("Unrecognized request argument: max_completion_tokens", ""), ProviderKind::OpenAi).unwrap();
        assert_eq!(habits.limit, LimitName::MaxTokens);

        let habits = habits.after(&refusal("Unknown parameter", "max_tokens"), ProviderKind::OpenAi).unwrap();
        assert_eq!(habits.limit, LimitName::Unnamed);
        assert_eq!(habits.after(&refusal("max_tokens", ""), ProviderKind::OpenAi), None);
    }

    #[test]
    fn a_refusal_of_something_else_changes_nothing() {
        assert_eq!(Habits::default().after(&refusal("The model is not for chat.", ""), ProviderKind::OpenAi), None);
        assert_eq!(
            Habits::default().after(&Problem { status: 500, message: "response_format".into(), ..Problem::default() }, ProviderKind::OpenAi),
            None
        );
    }

    #[test]
    fn a_tool_that_cannot_be_forced_is_offered() {
        let refusal = refusal("Thinking may not be enabled when tool_choice forces tool use.", "");
        let habits = Habits::default().after(&refusal, ProviderKind::Anthropic).unwrap();

        assert!(!habits.forced);
        assert_eq!(habits.after(&refusal, ProviderKind::Anthropic), None);
    }
}
