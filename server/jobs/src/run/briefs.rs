//! How each product is to be written: the store's brief with the template of its type laid over it.

use std::collections::HashMap;

use domain::words::brief::Brief;
use store::{Store, StoreError, StoreRef};

#[derive(Clone, Debug, Default)]
pub(crate) struct Briefs {
    own: Brief,
    /// By product type, laid over already.
    of_types: HashMap<String, Brief>,
}

impl Briefs {
    pub(crate) async fn load(store: &Store, at: &StoreRef) -> Result<Self, StoreError> {
        Ok(Self::new(store.briefs(at).await?))
    }

    fn new(mut briefs: Vec<(String, Brief)>) -> Self {
        let own = briefs.iter().position(|(product_type, _)| product_type.is_empty()).map(|at| briefs.swap_remove(at).1).unwrap_or_default();
        let of_types = briefs.into_iter().map(|(product_type, template)| (product_type, own.with(&template))).collect();
        Self { own, of_types }
    }

    pub(crate) fn of(&self, product_type: &str) -> &Brief {
        self.of_types.get(product_type).unwrap_or(&self.own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_laid_over_the_stores_own_brief() {
        let own = Brief { tone: "calm".into(), voice: "plain".into(), ..Brief::default() };
        let briefs = Briefs::new(vec![("Lamp".into(), Brief { tone: "warm".into(), ..Brief::default() }), (String::new(), own.clone())]);

        assert_eq!((briefs.of("Lamp").tone.as_str(), briefs.of("Lamp").voice.as_str()), ("warm", "plain"));
        assert_eq!(*briefs.of("Shoe"), own);
    }
}
