//! Several writers, of whom the next is asked when the one before cannot.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{Answer, Gate, Question, WriteError, Writer};

/// In the order they are asked in.
#[derive(Clone, Default)]
pub struct Chain {
    writers: Vec<Arc<dyn Writer>>,
}

impl Chain {
    pub fn new(writers: Vec<Arc<dyn Writer>>) -> Self {
        Self { writers }
    }
}

#[async_trait]
impl Writer for Chain {
    /// When none can, the first one's reason is told: it is the one that was chosen.
    async fn write(&self, question: &Question, gate: &dyn Gate) -> Answer {
        let mut calls = Vec::new();
        let mut first = None;
        for writer in &self.writers {
            let answer = writer.write(question, gate).await;
            calls.extend(answer.calls);
            match answer.result {
                Ok(words) => return Answer { result: Ok(words), by: answer.by, calls },
                // Whoever pays has the last word, whoever was asked.
                Err(error @ WriteError::Halted(_)) => return Answer { result: Err(error), by: None, calls },
                Err(error) => {
                    let moves_on = error.moves_on();
                    first.get_or_insert(error);
                    if !moves_on {
                        break;
                    }
                }
            }
        }
        Answer { result: Err(first.unwrap_or(WriteError::NoProvider)), by: None, calls }
    }
}
