//! How a world begins, and what is going to happen in it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    field::{Field, Value},
    handle::Handle,
    ids::{DeviceId, OpId, ProductId, Seq, UserId, VariantId, VersionId},
    money::Money,
    product::{Content, OptimisationStatus, Product, Variant, Versions},
    role::Role,
    sync::{
        intent::Suggestion,
        outbox::{self, Outbox},
        replica::Replica,
        wire::REDUCER,
    },
};
use uuid::Uuid;

use crate::{
    backing::{Backing, Memory},
    bug::Bug,
    device::{Device, Tab},
    faults::{Faults, Happens},
    oracle::Oracle,
    rng::Rng,
    server::Server,
    world::{Next, Who, World},
};

impl World {
    pub fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut rng = Rng(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5bd1);
        let faults = Faults::drawn(&mut rng);
        let products: Vec<Product> = (0..rng.between(2, 8) as u32).map(|ord| product(ord, &mut rng)).collect();
        let users: Vec<UserId> = (0..2).map(|_| UserId(Uuid::from_bytes(rng.bytes()))).collect();
        let mut store = Memory::new(products, rng.next());
        for ord in 0..rng.below(3) as u32 {
            if let Some(product) = store.product_at(ord) {
                let suggestion = suggestion(&product, &mut rng);
                store.suggestions.insert(suggestion.id, suggestion);
            }
        }
        let server = Server {
            store,
            copy: None,
            roles: users.iter().map(|user| (*user, Some(Role::Editor))).collect(),
            bug,
            protos: (1, 1),
            rules: REDUCER,
            stumbles: BTreeSet::new(),
            schema: 1,
            rng: Rng(rng.next()),
        };
        let mut world = Self {
            telling: std::env::var_os("VITRINE_SEED").is_some(),
            now: 0,
            order: 0,
            queue: BTreeMap::new(),
            server,
            server_down_until: 0,
            oracle: Oracle::default(),
            devices: Vec::new(),
            faults,
            bug,
            users,
            quiet: false,
            life: 0,
            tokens: 0,
            trace: seed,
            events: 0,
            drained: 0,
            ended_faults: 0,
            rng,
        };
        world.oracle.committed(&world.server.store);
        world.plan();
        world
    }

    fn plan(&mut self) {
        let span = self.rng.between(8_000, 40_000);
        for _ in 0..self.rng.between(1, 5) {
            let user = self.users[usize::from(self.rng.chance(200))];
            let outbox = Outbox::new(DeviceId(Uuid::from_bytes(self.rng.bytes())));
            self.add_device(user, outbox, Replica::default(), BTreeMap::new());
        }
        for device in 0..self.devices.len() {
            for _ in 0..self.rng.between(1, 6) {
                let at = self.rng.below(span);
                self.at(at, Next::Types(device));
            }
        }
        for happens in self.faults.happenings.clone() {
            let at = match happens {
                Happens::CopyTaken => self.rng.below(span / 2),
                Happens::WentBack | Happens::WentBackOnPurpose => self.rng.between(span / 2, span),
                _ => self.rng.below(span),
            };
            self.at(at, Next::Happens(happens));
        }
        if self.faults.happenings.contains(&Happens::PowerCut) {
            self.at(1_000, Next::Flushes);
        }
        if self.faults.import > 0 {
            let at = self.rng.below(5_000);
            self.at(at, Next::Imports);
        }
        self.at(span, Next::Quiet);
    }

    pub fn add_device(&mut self, user: UserId, outbox: Outbox, replica: Replica, journal: BTreeMap<OpId, outbox::Saved>) {
        let number = self.devices.len();
        // The last one is the worker, which nobody looks at.
        let tabs = self.rng.between(1, 3) + 1;
        let tabs: Vec<Tab> = (0..tabs).map(|tab| Tab::new(tab == 0)).collect();
        for tab in 0..tabs.len() {
            let at = self.now + self.rng.below(400);
            self.at(at, Next::Starts(Who { device: number, tab, life: 0 }));
        }
        self.devices.push(Device {
            outbox_on_disk: outbox.clone(),
            outbox,
            replica_on_disk: replica.clone(),
            journal,
            replica,
            tabs,
            user,
            online: true,
            clock: 0,
            full: false,
            tampered: false,
            lost: false,
            signed_out: false,
            rules: REDUCER,
        });
    }
}

fn product(ord: u32, rng: &mut Rng) -> Product {
    let id = ProductId(Uuid::from_bytes(rng.bytes()));
    let mut content = Content::new(Handle::from_title(&format!("p-{id}")).unwrap(), format!("title-{ord}"));
    content.vendor = format!("vendor-{ord}");
    content
        .variants
        .push(Variant { price: Some(Money(rng.between(1_000, 9_000) as i64)), ..Variant::new(VariantId(Uuid::from_bytes(rng.bytes())), 1) });
    Product { id, ord, content, optimisation: OptimisationStatus::Suggested, deleted: false, versions: Versions::new(Seq(1)) }
}

fn suggestion(product: &Product, rng: &mut Rng) -> Suggestion {
    let id = VersionId(Uuid::from_bytes(rng.bytes()));
    let source = [(Field::Title, (Seq(1), product.get(&Field::Title)))].into();
    Suggestion { id, decided: None, source, words: vec![(Field::Title, Value::text(format!("suggested-{}", product.ord)))] }
}
