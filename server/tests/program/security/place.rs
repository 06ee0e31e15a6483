//! A store with something of everything, everybody who asks, and what nobody else may see of it.

use std::{
    collections::{BTreeMap, HashSet},
    sync::atomic::{AtomicU32, Ordering},
};

use domain::{ids::ProviderId, role::Role};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::{Row, Sent};
use crate::{
    routes::shops::{HOOK, PROVIDER, SUBJECT, Shops, TOKEN, TONE, VOICE},
    support::{Client, Engine, PASSWORD, Reply},
};

/// In the titles of products, and nowhere else.
const PLANTED: &str = "Zyxwvut planted";

/// The number of the store, in a statement.
const DEMO: &str = "(SELECT num FROM stores WHERE slug = 'demo')";

pub(super) struct Place {
    pub(super) shops: Shops,
    /// What stands for `<name>` in a row.
    names: BTreeMap<String, String>,
    /// Texts that are the store's alone; those that are so among its own people's answers only; and its ids as they are sent in binary.
    words: Vec<String>,
    handles: Vec<String>,
    ids: HashSet<[u8; 16]>,
    asked: AtomicU32,
    /// With neither cookies nor a token.
    plain: Client,
}

/// Somebody who asks, in a browser and as a program.
pub(super) struct Asker {
    pub(super) who: &'static str,
    /// In the store that is looked at.
    pub(super) role: Option<Role>,
    pub(super) browser: Client,
    /// As it stands in `Authorization`.
    pub(super) token: Option<String>,
}

/// What was sent, and what came back.
pub(super) struct Answer {
    pub(super) sent: Vec<u8>,
    pub(super) reply: Reply,
}

impl Place {
    pub(super) async fn open(engine: Engine) -> Self {
        let shops = Shops::open(engine).await;
        let plain = shops.program.client();
        let (names, words, handles, ids) = (BTreeMap::new(), Vec::new(), Vec::new(), HashSet::new());
        let mut place = Self { shops, names, words, handles, ids, asked: AtomicU32::new(0), plain };
        place.tell_the_webhook().await;
        place.look_at_files().await;
        place.make_products().await;
        place.name_all();
        place.know_what_is_theirs();
        place
    }

    pub(super) async fn everybody(&self) -> [Asker; 6] {
        [
            Asker { who: "nobody", role: None, browser: self.shops.program.client(), token: None },
            self.asker("the owner of another store", None, "owner@second.test").await,
            self.asker("a viewer", Some(Role::Viewer), "viewer@test.test").await,
            self.asker("a reviewer", Some(Role::Reviewer), "reviewer@test.test").await,
            self.asker("an editor", Some(Role::Editor), "editor@test.test").await,
            self.owner().await,
        ]
    }

    pub(super) async fn owner(&self) -> Asker {
        self.asker("an owner", Some(Role::Owner), "owner@demo.test").await
    }

    async fn asker(&self, who: &'static str, role: Option<Role>, email: &str) -> Asker {
        Asker { who, role, browser: self.shops.program.signed_in(email).await, token: Some(token_of(&self.plain, email).await) }
    }

    /// Asks what a row says, through the door that its address has.
    pub(super) async fn ask(&self, asker: &Asker, row: &Row) -> Answer {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let (path, (kind, body)) = (self.filled(&row.address(), number), self.body(row, number));
        let mut headers = vec![("sec-fetch-site", "same-origin")];
        if !kind.is_empty() {
            headers.push(("content-type", kind));
        }
        if row.method() == Method::PATCH {
            headers.push(("if-match", "*"));
        }
        let client = if row.is_of_api() { &self.plain } else { &asker.browser };
        if row.is_of_api() {
            headers.extend(asker.token.as_deref().map(|token| ("authorization", token)));
        }
        let reply = client.send(row.method(), &path, &headers, body.clone()).await;
        Answer { sent: [path.as_bytes(), &body].concat(), reply }
    }

    fn body(&self, row: &Row, number: u32) -> (&'static str, Vec<u8>) {
        match row.sent {
            Sent::Nothing => ("", Vec::new()),
            Sent::Form(form) => ("application/x-www-form-urlencoded", self.filled(form, number).into_bytes()),
            Sent::Json(json) if row.method() == Method::PATCH => ("application/merge-patch+json", self.filled(json, number).into_bytes()),
            Sent::Json(json) => ("application/json", self.filled(json, number).into_bytes()),
            Sent::Csv(csv) => ("text/csv", csv.into()),
            Sent::Parts(parts) => ("multipart/form-data; boundary=x", parts.into()),
            Sent::Arguments(arguments) => ("application/x-postcard", arguments(self, number)),
        }
    }

    fn filled(&self, text: &str, number: u32) -> String {
        let mut filled = text.replace("<n>", &number.to_string());
        for (name, value) in &self.names {
            filled = filled.replace(&format!("<{name}>"), value);
        }
        assert!(!filled.contains('<'), "nothing is named so in {filled}");
        filled
    }

    /// Everything of the store that a write could have changed.
    pub(super) fn theirs(&self) -> String {
        let all = [
            "SELECT handle, title, vendor, deleted, updated_seq, optimization_status FROM products WHERE store_num = @ ORDER BY key",
            "SELECT count(*) FROM change_log WHERE store_num = @",
            "SELECT subject, state, cancel_requested, paused FROM jobs WHERE store_num = @ ORDER BY created_at, subject",
            "SELECT status, count(*), count(assignee_id) FROM content_reviews WHERE store_num = @ GROUP BY status ORDER BY status",
            "SELECT is_active, count(*) FROM optimization_versions WHERE store_num = @ GROUP BY is_active ORDER BY is_active",
            "SELECT name, base_url, model, enabled, removed FROM providers WHERE store_num = @ ORDER BY name",
            "SELECT model, input, output FROM prices WHERE store_num = @ ORDER BY model, from_at",
            "SELECT product_type, brief FROM briefs WHERE store_num = @ ORDER BY product_type",
            "SELECT monthly FROM budgets WHERE store_num = @",
            "SELECT count(*) FROM ai_usage_records WHERE store_num = @",
            "SELECT name, scopes FROM api_tokens WHERE store_num = @ AND NOT log_in ORDER BY created_at",
            "SELECT url, events, old_until FROM webhooks WHERE store_num = @ ORDER BY url",
            "SELECT role, count(*) FROM memberships WHERE store_num = @ GROUP BY role ORDER BY role",
        ]
        .map(|statement| statement.replace('@', DEMO));
        self.shops.program.sql_each(&all.each_ref().map(String::as_str))
    }

    /// What of the store is in an answer to somebody who does not belong to it, beyond what they sent. What is the same for everybody may
    /// have a word that is a handle somewhere.
    pub(super) fn seen_in(&self, answer: &Answer, is_for_all: bool) -> Option<String> {
        let sent = String::from_utf8_lossy(&answer.sent);
        let handles: &[String] = if is_for_all { &[] } else { &self.handles };
        let word = self.words.iter().chain(handles).find(|word| answer.reply.text.contains(word.as_str()) && !sent.contains(word.as_str()));
        let id = || {
            let was_sent = |id: &[u8]| answer.sent.windows(16).any(|part| part == id);
            answer.reply.bytes.windows(16).find(|part| self.ids.contains(*part) && !was_sent(part)).map(|id| format!("the id {id:02x?}"))
        };
        word.cloned().or_else(id)
    }

    async fn tell_the_webhook(&mut self) {
        let Shops { program, owner, .. } = &self.shops;
        // An address that is refused before it is looked up, so that nobody waits for a receiver that is not there.
        program.sql(&format!("UPDATE webhooks SET url = 'https://127.0.0.1/{HOOK}'"));
        let hook = hyphenated(&program.id("webhooks", "1 = 1"));
        let tested = owner.post("/settings/webhooks", &[("do", "test"), ("id", &hook)]).await;
        assert_eq!(tested.status, 200, "{}", tested.text);
        let delivery = hyphenated(&program.id("webhook_deliveries", "event = 'webhook.test'"));
        self.names.extend([("hook".to_owned(), hook), ("delivery".to_owned(), delivery)]);
    }

    async fn look_at_files(&mut self) {
        let Shops { program, owner, .. } = &self.shops;
        for name in ["job1", "job2", "job3"] {
            let dry = owner.upload("theirs.csv", "Handle,Title\nlamp,Lamp\n".into(), &[("dry_run", "on")]).await;
            self.names.insert(name.to_owned(), dry.location().rsplit('/').next().expect("a job").to_owned());
        }
        let failed = format!("j.subject LIKE '%{SUBJECT}' AND p.handle = '{}'", self.shops.suggestions[0].handle);
        program.sql(&format!("INSERT INTO run_failures SELECT j.id, p.key, 'No answer.', 0 FROM jobs j, products p WHERE {failed}"));
        self.shops.at_rest().await;
    }

    /// One whose parts are tried, and one to be deleted.
    async fn make_products(&mut self) {
        let token = token_of(&self.plain, "owner@demo.test").await;
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        for handle in ["doomed", "tried"] {
            let new = json!({
                "handle": handle,
                "title": format!("{PLANTED} {handle}"),
                "variants": [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}],
                "images": [{"url": "https://shop.test/1.jpg"}, {"url": "https://shop.test/2.jpg"}],
            });
            let made = self.plain.send(Method::POST, "/api/v1/products", &headers, new.to_string()).await;
            assert_eq!(made.status, 201, "{}", made.text);
            let made = json_of(&made);
            let id = |part: &Value| part["id"].as_str().expect("an id").to_owned();
            self.names.insert(handle.to_owned(), handle.to_owned());
            // Those of the second one stay.
            self.names.extend([
                ("variant1".to_owned(), id(&made["variants"][0])),
                ("variant2".to_owned(), id(&made["variants"][1])),
                ("image1".to_owned(), id(&made["images"][0])),
                ("image2".to_owned(), id(&made["images"][1])),
            ]);
        }
    }

    fn name_all(&mut self) {
        let Shops { program, handle, product, job, run, sampled, provider, suggestions, .. } = &self.shops;
        let store = hyphenated(&program.id("stores", "slug = 'demo'"));
        let one = [
            ("handle", handle.clone()),
            ("product", product.to_string()),
            ("job", job.to_string()),
            ("run", run.to_string()),
            ("sampled", sampled.to_string()),
            ("provider", provider.to_string()),
            ("built-in", ProviderId::BUILT_IN.to_string()),
            ("store", store),
        ];
        self.names.extend(one.map(|(name, value)| (name.to_owned(), value)));
        for (number, suggestion) in suggestions.iter().enumerate() {
            self.names.extend([
                (format!("suggested{number}"), suggestion.handle.clone()),
                (format!("review{number}"), suggestion.review.to_string()),
                (format!("version{number}"), suggestion.version.to_string()),
            ]);
        }
    }

    fn know_what_is_theirs(&mut self) {
        let program = &self.shops.program;
        let constant = [
            PLANTED,
            SUBJECT,
            PROVIDER,
            VOICE,
            TONE,
            TOKEN,
            HOOK,
            "theirs.csv",
            "their-model",
            "/theirs/v1",
            "1,234.00",
            "owner@demo.test",
            "Demo Owner",
            "editor@test.test",
            "reviewer@test.test",
            "viewer@test.test",
        ];
        self.words = constant.map(str::to_owned).into();
        let handles = program.sql(&format!("SELECT handle FROM products WHERE store_num = {DEMO}"));
        self.handles = handles.lines().filter(|handle| handle.len() > 8 && handle.contains('-')).map(str::to_owned).collect();
        assert!(self.handles.len() > 40, "{handles}");
        for (table, whose) in [
            ("products", "store_num = @"),
            ("jobs", "store_num = @"),
            ("content_reviews", "store_num = @"),
            ("optimization_versions", "store_num = @"),
            ("api_tokens", "store_num = @"),
            ("providers", "store_num = @"),
            ("webhooks", "store_num = @"),
            ("webhook_deliveries", "webhook_id IN (SELECT id FROM webhooks WHERE store_num = @)"),
            ("users", "id IN (SELECT user_id FROM memberships WHERE store_num = @)"),
            ("stores", "num = @"),
        ] {
            let found = program.sql(&format!("SELECT {} FROM {table} WHERE {}", program.id_column("id"), whose.replace('@', DEMO)));
            let ids: Vec<Uuid> = found.lines().map(|id| id.parse().unwrap()).filter(|id| *id != ProviderId::BUILT_IN.0).collect();
            assert!(!ids.is_empty(), "{table}");
            self.words.extend(ids.iter().map(Uuid::to_string));
            self.ids.extend(ids.iter().map(|id| *id.as_bytes()));
        }
    }
}

/// Logs in as a program does; what it sends in `Authorization` from then on.
pub(crate) async fn token_of(client: &Client, email: &str) -> String {
    let password = if email == "owner@demo.test" { "vitrine-demo" } else { PASSWORD };
    let body = json!({"email": email, "password": password}).to_string();
    let reply = client.send(Method::POST, "/api/v1/auth/login", &[("content-type", "application/json")], body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    format!("Bearer {}", json_of(&reply)["token"].as_str().expect("a token"))
}

pub(super) fn json_of(reply: &Reply) -> Value {
    serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{error}: {}", reply.text))
}

/// As ids stand in addresses.
fn hyphenated(id: &str) -> String {
    id.parse::<Uuid>().unwrap().to_string()
}
