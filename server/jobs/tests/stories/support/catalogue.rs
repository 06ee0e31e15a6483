//! What is in a store, for comparing.

use domain::{
    ids::{ImageId, VariantId},
    product::Content,
};
use store::{Store, StoreRef};

use super::World;

impl World {
    pub async fn catalogue(&self) -> Vec<Content> {
        contents(&self.store, &self.at).await
    }

    pub async fn product(&self, handle: &str) -> Content {
        self.catalogue().await.into_iter().find(|content| content.handle.as_str() == handle).expect("a product with this handle")
    }
}

/// Everything in a store by handle, without ids, which differ between two imports of the same file.
pub async fn contents(store: &Store, at: &StoreRef) -> Vec<Content> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let products = store.export_batch(at, after, 1_000).await.unwrap();
        let Some(last) = products.last() else { break };
        after = Some(last.ord);
        all.extend(products.into_iter().map(|product| without_ids(product.content)));
    }
    all.sort_by(|a, b| a.handle.cmp(&b.handle));
    all
}

fn without_ids(mut content: Content) -> Content {
    let nobody = "00000000-0000-7000-8000-000000000000";
    for variant in &mut content.variants {
        variant.id = nobody.parse::<VariantId>().unwrap();
    }
    for image in &mut content.images {
        image.id = nobody.parse::<ImageId>().unwrap();
    }
    content
}
