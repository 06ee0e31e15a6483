//! A store that has something of everything, and who looks at it from another one.

use domain::{
    clock::Clock,
    ids::{JobId, ProductId, ProviderId, ReviewId, VersionId},
};
use server::SystemClock;

use super::{imports::finished, pages::first_handle};
use crate::support::{Client, Engine, Program};

/// What is the store's alone: none of it is in anything that another store is answered.
const SECRETS: [&str; 14] = [
    "theirs.csv",
    "owner@demo.test",
    "Demo Owner",
    "editor@test.test",
    SUBJECT,
    "all 60 products",
    PROVIDER,
    "their-model",
    "/theirs/v1",
    VOICE,
    TONE,
    TOKEN,
    HOOK,
    "1,234.00",
];

/// What the run over [`Shops::run`] is about.
pub(crate) const SUBJECT: &str = "that are active";
pub(crate) const PROVIDER: &str = "Their writer";
pub(crate) const VOICE: &str = "Speaks as their grandmother did.";
/// Of the template of the type `Lamps`.
pub(crate) const TONE: &str = "Shines on whoever reads it.";
/// In the address of a webhook, which nobody can reach.
pub(crate) const HOOK: &str = "their-hook";
/// A token of the owner's.
pub(crate) const TOKEN: &str = "Their stock sync";

/// The demo store, and who looks at it: its owner, and the owner of another store. It has a finished dry run, a run that is over, another
/// one that waits behind its sample, a provider with a price and a call, a brief with a template, a budget, a token, and a webhook.
pub(crate) struct Shops {
    pub(crate) program: Program,
    pub(crate) owner: Client,
    pub(crate) stranger: Client,
    pub(crate) handle: String,
    pub(crate) vendor: String,
    pub(crate) product: ProductId,
    pub(crate) job: JobId,
    pub(crate) run: JobId,
    pub(crate) sampled: JobId,
    pub(crate) provider: ProviderId,
    /// Of other products than [`Self::product`].
    pub(crate) suggestions: Vec<Suggestion>,
}

/// A suggestion of [`Shops::run`] that waits for a decision.
pub(crate) struct Suggestion {
    pub(crate) review: ReviewId,
    pub(crate) version: VersionId,
    pub(crate) product: ProductId,
    pub(crate) handle: String,
}

impl Shops {
    pub(crate) async fn open(engine: Engine) -> Self {
        let mut program = Program::new(engine);
        program.fill();
        program.succeed(&["run", "--store", "demo", "--query", "status=active"]);
        // Half of them need a closer look, whatever the rules find in them.
        program.sql("UPDATE content_reviews SET odd = (product_key % 2 = 0)");
        program.serve().await;
        let (owner, stranger) = (program.signed_in("owner@demo.test").await, program.signed_in("owner@second.test").await);
        let handle = first_handle(&owner.get("/products").await.text);
        let vendor = program.sql("SELECT vendor FROM products WHERE vendor <> '' ORDER BY key LIMIT 1");
        let product = program.id("products", &format!("handle = '{handle}'")).parse().unwrap();
        let uploaded = owner.upload("theirs.csv", "Handle,Title\nlamp,Lamp\n".into(), &[("dry_run", "on")]).await;
        finished(&owner, uploaded.location()).await;
        let job = uploaded.location().rsplit('/').next().unwrap().parse().unwrap();
        let run = program.id("jobs", &format!("subject LIKE '%{SUBJECT}'")).parse().unwrap();
        let begun = owner.post("/runs", &[("form", "1"), ("parts", "title"), ("parts", "description"), ("sample", "1")]).await;
        let sampled = begun.location().rsplit('/').next().unwrap_or_else(|| panic!("{begun:?}")).parse().unwrap();
        let provider = set_up(&program, &owner).await;
        let mut shops = Self { program, owner, stranger, handle, vendor, product, job, run, sampled, provider, suggestions: Vec::new() };
        shops.at_rest().await;
        shops.suggestions = shops.waiting();
        assert!(shops.suggestions.len() > 7, "{} suggestions", shops.suggestions.len());
        shops
    }

    /// Waits until nothing is done in the background.
    pub(crate) async fn at_rest(&self) {
        for _ in 0..1_200 {
            if self.program.sql("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND NOT paused") == "0" {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{}", self.program.sql("SELECT subject, state FROM jobs"));
    }

    /// What another store must not see in an answer.
    pub(crate) fn secret_in<'a>(&'a self, text: &str) -> Option<&'a str> {
        let own = [self.handle.as_str(), self.vendor.as_str(), self.suggestions[0].handle.as_str()];
        own.into_iter().chain(SECRETS).find(|secret| text.contains(secret))
    }

    /// Everything that a write could have changed.
    pub(crate) fn rows(&self) -> String {
        self.program.sql_each(&[
            "SELECT handle, title, deleted, updated_seq, optimization_status FROM products ORDER BY key",
            "SELECT source, count(*) FROM change_log GROUP BY source ORDER BY source",
            "SELECT subject, state, cancel_requested, paused, params FROM jobs ORDER BY created_at, subject",
            "SELECT status, reason, count(*), count(assignee_id) FROM content_reviews GROUP BY status, reason ORDER BY status, reason",
            "SELECT is_active, count(*) FROM optimization_versions GROUP BY is_active ORDER BY is_active",
            "SELECT name, base_url, model, enabled, removed FROM providers ORDER BY name",
            "SELECT model, input, output FROM prices ORDER BY model, from_at",
            "SELECT product_type, brief FROM briefs ORDER BY store_num, product_type",
            "SELECT monthly FROM budgets ORDER BY store_num",
            "SELECT count(*) FROM ai_usage_records",
            "SELECT name, scopes FROM api_tokens ORDER BY created_at",
            "SELECT url, events, state, old_until FROM webhooks ORDER BY url",
        ])
    }

    fn waiting(&self) -> Vec<Suggestion> {
        let of = |column: &str| {
            let from = "content_reviews r JOIN optimization_versions v ON v.id = r.version_id JOIN products p ON p.key = v.product_key JOIN jobs j ON j.id = r.run_id";
            let which = format!("r.status = 'open' AND j.subject LIKE '%{SUBJECT}' AND p.handle <> '{}'", self.handle);
            self.program.sql(&format!("SELECT {column} FROM {from} WHERE {which} ORDER BY p.key"))
        };
        let id = |column: &str| of(&self.program.id_column(column));
        let (reviews, versions, products, handles) = (id("r.id"), id("v.id"), id("p.id"), of("p.handle"));
        let all = reviews.lines().zip(versions.lines()).zip(products.lines()).zip(handles.lines());
        all.map(|(((review, version), product), handle)| Suggestion {
            review: review.parse().unwrap(),
            version: version.parse().unwrap(),
            product: product.parse().unwrap(),
            handle: handle.to_owned(),
        })
        .collect()
    }
}

/// A provider that nobody can reach, with a price and a call, a brief with a template, a budget, and a token.
async fn set_up(program: &Program, owner: &Client) -> ProviderId {
    let provider = [("name", PROVIDER), ("kind", "openai"), ("base_url", "http://127.0.0.1:9/theirs/v1"), ("model", "their-model")];
    saved(owner, "/settings/providers", &[&provider[..], &[("enabled", "yes"), ("key", "sk-theirs")]].concat()).await;
    let provider = program.id("providers", &format!("name = '{PROVIDER}'"));
    saved(owner, "/settings/providers", &[("do", "price"), ("provider", &provider), ("input", "1"), ("output", "2")]).await;
    saved(owner, "/settings/brief", &[("voice", VOICE), ("parts", "title"), ("parts", "description")]).await;
    saved(owner, "/settings/brief", &[("template", "Lamps"), ("tone", TONE)]).await;
    saved(owner, "/usage/budget", &[("limit", "amount"), ("amount", "1234")]).await;
    let made = owner.post("/settings/tokens", &[("name", TOKEN), ("scopes", "products:read"), ("lifetime", "30")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let hook = format!("https://hooks.test/{HOOK}");
    let made = owner.post("/settings/webhooks", &[("url", &hook), ("events", "import.finished")]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    called(program, 1_500);
    provider.parse().unwrap()
}

async fn saved(owner: &Client, address: &str, form: &[(&str, &str)]) {
    let reply = owner.post(address, form).await;
    assert_eq!(reply.status, 303, "{address} {form:?}: {}", reply.text);
}

/// Writes down one call of every provider there is, as if it had been asked now.
pub(crate) fn called(program: &Program, cost: i64) {
    let now = SystemClock.now().micros();
    let day = now / 86_400_000_000;
    program.sql(&format!(
        "INSERT INTO ai_usage_records (id, store_num, provider_id, model, created_at, tokens_in, tokens_out, cost, milliseconds, outcome, product_type) \
         SELECT id, store_num, id, model, {now}, 100, 20, {cost}, 830, 'ok', 'Lamps' FROM providers; \
         INSERT INTO usage_days (store_num, dimension, day, value, calls, failed, tokens_in, tokens_out, cost, milliseconds) \
         SELECT store_num, 'all', {day}, '', count(*), 0, 100, 20, {cost}, 830 FROM providers GROUP BY store_num; \
         INSERT INTO usage_days (store_num, dimension, day, value, calls, failed, tokens_in, tokens_out, cost, milliseconds) \
         SELECT store_num, 'model', {day}, model, 1, 0, 100, 20, {cost}, 830 FROM providers"
    ));
}
