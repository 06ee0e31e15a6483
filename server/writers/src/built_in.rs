//! The rules inside Vitrine, as a writer.

use async_trait::async_trait;
use domain::ids::ProviderId;

use crate::{Answer, Author, Gate, Question, Writer, prompt};

/// Costs nothing, so it asks no gate; reads no remark, as rules cannot.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

#[async_trait]
impl Writer for BuiltIn {
    async fn write(&self, question: &Question, _: &dyn Gate) -> Answer {
        let words = rule_writer::write(&question.source, &question.brief, &prompt::wanted(question));
        Answer { result: Ok(words), by: Some(Author { provider: ProviderId::BUILT_IN, model: String::new() }), calls: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use domain::words::{part::Part, source::Source};

    use super::*;
    use crate::OpenGate;

    #[tokio::test]
    async fn the_rules_write_without_a_call() {
        let source = Source { title: "oak LAMP".into(), product_type: "Lamp".into(), ..Source::default() };
        let question = Question { source, parts: vec![Part::Title], ..Question::default() };

        let answer = BuiltIn.write(&question, &OpenGate).await;

        assert!(answer.result.is_ok_and(|words| words.description.is_none()));
        assert_eq!(answer.by.map(|by| by.provider), Some(ProviderId::BUILT_IN));
        assert!(answer.calls.is_empty());
    }
}
