use std::collections::BTreeMap;

use domain::{
    clock::Timestamp,
    ids::{ProviderId, UserId},
    money::Cost,
    role::Role,
};
use ports::{
    error::AppError,
    usage::{BudgetView, Days, Sums, Usage, UsageRecord},
};
use store::words::records::{Measured, NewUsage, ProviderRow};

use crate::{
    support::{Arranged, START},
    words::{TODAY, by_name, call, provider},
};

const DAY: i64 = 86_400_000_000;
const WEEK: Days = Days { from: TODAY - 6, to: TODAY };

/// As good as random, and the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn naive<'a>(calls: impl Iterator<Item = &'a NewUsage>) -> Sums {
    calls.fold(Sums::default(), |sums, call| Sums {
        calls: sums.calls + 1,
        failed: sums.failed + u64::from(call.outcome != "ok"),
        tokens_in: sums.tokens_in + call.tokens_in,
        tokens_out: sums.tokens_out + call.tokens_out,
        cost: sums.cost.plus(call.cost),
        milliseconds: sums.milliseconds + call.milliseconds,
    })
}

pub async fn sums_are_those_of_the_calls(arranged: &Arranged) {
    let store = &arranged.store;
    let people = [Some(arranged.user("Ada").await), Some(arranged.user("Bo").await), None];
    let providers = [provider("One"), provider("Two")];
    for provider in &providers {
        store.save_provider(&arranged.shop, provider).await.unwrap();
    }
    let mut chance = Chance(1);
    let mut made: Vec<NewUsage> = Vec::new();
    for _ in 0..12 {
        let calls: Vec<NewUsage> = (0..chance.below(150))
            .map(|_| NewUsage {
                provider: [providers[0].id, providers[1].id, ProviderId::BUILT_IN][chance.below(3) as usize],
                model: ["small", "large", ""][chance.below(3) as usize].into(),
                at: Timestamp::from_micros(START - chance.below(30 * DAY as u64) as i64),
                tokens_in: chance.below(5_000),
                tokens_out: chance.below(500),
                cost: Cost(chance.below(900_000) as i64),
                milliseconds: chance.below(9_000),
                outcome: ["ok", "ok", "timeout", "malformed"][chance.below(4) as usize],
                user: people[chance.below(3) as usize],
                product_type: ["Lamps", "Bowls", "", "Ærø"][chance.below(4) as usize].into(),
                ..call(ProviderId::BUILT_IN)
            })
            .collect();
        store.record_usage(&arranged.shop, &calls).await.unwrap();
        store.record_usage(&arranged.other_shop, &calls).await.unwrap();
        made.extend(calls);
    }
    assert!(made.len() > 400);

    for (from, to) in [(29, 0), (6, 0), (20, 10), (3, 3), (200, 100)] {
        let days = Days { from: TODAY - from, to: TODAY - to };
        let of = |call: &&NewUsage, from: i32, to: i32| (i64::from(from)..=i64::from(to)).contains(&call.at.micros().div_euclid(DAY));
        let within = || made.iter().filter(|call| of(call, days.from, days.to));
        let sums_by = |name: &dyn Fn(&NewUsage) -> String| {
            let mut calls: BTreeMap<String, Vec<&NewUsage>> = BTreeMap::new();
            within().for_each(|call| calls.entry(name(call)).or_default().push(call));
            calls.into_iter().map(|(name, calls)| (name, naive(calls.into_iter()))).collect::<BTreeMap<String, Sums>>()
        };

        let view = store.usage(&arranged.who(Role::Viewer), days).await.unwrap();

        assert_eq!(view.total, naive(within()));
        let length = days.to - days.from + 1;
        assert_eq!(view.before, naive(made.iter().filter(|call| of(call, days.from - length, days.from - 1))));
        let by_day: Vec<(i32, Sums)> = (days.from..=days.to).map(|day| (day, naive(made.iter().filter(|call| of(call, day, day))))).collect();
        assert_eq!(view.by_day, by_day);
        let named = |id: ProviderId| {
            if id == providers[0].id {
                "One"
            } else if id == providers[1].id {
                "Two"
            } else {
                "Built-in rules"
            }
        };
        let person = |user: Option<UserId>| {
            if user == people[0] {
                "Ada"
            } else if user == people[1] {
                "Bo"
            } else {
                "Nobody in particular"
            }
        };
        assert_eq!(by_name(&view.by_provider), sums_by(&|call| named(call.provider).into()));
        assert_eq!(by_name(&view.by_model), sums_by(&|call| if call.model.is_empty() { "No model".into() } else { call.model.clone() }));
        assert_eq!(by_name(&view.by_person), sums_by(&|call| person(call.user).into()));
        assert_eq!(by_name(&view.by_type), sums_by(&|call| if call.product_type.is_empty() { "No type".into() } else { call.product_type.clone() }));
        for by in [&view.by_provider, &view.by_model, &view.by_person, &view.by_type] {
            assert!(by.windows(2).all(|pair| pair[0].1.cost >= pair[1].1.cost), "{by:?}");
        }
    }
}

pub async fn the_dearest_twelve_come_first_and_then_the_others(arranged: &Arranged) {
    let (store, lost) = (&arranged.store, provider("Lost"));
    store.save_provider(&arranged.shop, &lost).await.unwrap();
    store.remove_provider(&arranged.shop, lost.id).await.unwrap();
    let typed = |number: i64| NewUsage { product_type: format!("Type {number}"), cost: Cost(number), ..call(lost.id) };
    store.record_usage(&arranged.shop, &(1..=15).map(typed).collect::<Vec<_>>()).await.unwrap();

    let view = store.usage(&arranged.who(Role::Owner), WEEK).await.unwrap();

    let names: Vec<&str> = view.by_type.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names.len(), names[0], names[11], names[12]), (13, "Type 15", "Type 4", "Others"));
    assert_eq!((view.by_type[12].1.calls, view.by_type[12].1.cost), (3, Cost(6)));
    assert_eq!((view.by_provider.len(), view.by_provider[0].0.as_str()), (1, "Lost"));
    assert!(view.may_manage && !store.usage(&arranged.editor(), WEEK).await.unwrap().may_manage);
}

pub async fn days_that_make_no_sense_are_refused(arranged: &Arranged) {
    let who = arranged.who(Role::Viewer);
    for (from, to) in [(TODAY, TODAY - 1), (TODAY - 1_096, TODAY), (i32::MIN, i32::MAX)] {
        let days = Days { from, to };
        assert!(matches!(arranged.store.usage(&who, days).await, Err(AppError::Invalid(_))), "{days:?}");
        assert!(matches!(arranged.store.records(&who, days, None).await, Err(AppError::Invalid(_))), "{days:?}");
    }
    let three_years = arranged.store.usage(&who, Days { from: TODAY - 1_095, to: TODAY }).await.unwrap();
    assert_eq!((three_years.by_day.len(), three_years.total), (1_096, Sums::default()));
    let edge = arranged.store.usage(&who, Days { from: i32::MIN, to: i32::MIN }).await.unwrap();
    assert_eq!(edge.by_day, [(i32::MIN, Sums::default())]);
}

pub async fn a_month_is_from_midnight_to_midnight(arranged: &Arranged) {
    let (store, shop) = (&arranged.store, &arranged.shop);
    // 2024-02-01, 2024-03-01, 2024-12-01, 2025-01-01.
    let firsts = [1_706_745_600, 1_709_251_200, 1_733_011_200, 1_735_689_600].map(|seconds: i64| seconds * 1_000_000);
    for (number, first) in firsts.into_iter().enumerate() {
        let worth = 10_i64.pow(number as u32);
        let calls = [(first - 1, worth), (first, 10_000 * worth)].map(|(at, cost)| NewUsage {
            at: Timestamp::from_micros(at),
            cost: Cost(cost),
            ..call(ProviderId::BUILT_IN)
        });
        store.record_usage(shop, &calls).await.unwrap();
    }
    let spent = async |at: i64| store.spent_in_month(shop, Timestamp::from_micros(at)).await.unwrap().0;

    assert_eq!(spent(firsts[0] - 1).await, 1, "January");
    assert_eq!(spent(firsts[0]).await, 10_000 + 10, "February of a leap year");
    assert_eq!(spent(firsts[1] - 1).await, 10_000 + 10);
    assert_eq!(spent(firsts[1]).await, 100_000, "March");
    assert_eq!(spent(firsts[2] - 1).await, 100, "November");
    assert_eq!(spent(firsts[2] + 15 * DAY).await, 1_000_000 + 1_000, "December");
    assert_eq!(spent(firsts[3]).await, 10_000_000, "January of the next year");
    assert_eq!(store.spent_in_month(&arranged.other_shop, Timestamp::from_micros(firsts[3])).await.unwrap(), Cost::ZERO);
}

pub async fn a_budget_warns_from_eighty_percent_on(arranged: &Arranged) {
    let (store, owner) = (&arranged.store, arranged.who(Role::Owner));
    let viewer = arranged.who(Role::Viewer);
    assert_eq!((store.budget_now(&arranged.shop).await.unwrap().monthly, store.warning(&viewer).await.unwrap()), (None, None));
    assert_eq!(Usage::set_budget(store, &arranged.editor(), Some(Cost(100))).await, Err(AppError::Forbidden));
    assert!(matches!(Usage::set_budget(store, &owner, Some(Cost(-1))).await, Err(AppError::Invalid(_))));

    Usage::set_budget(store, &owner, Some(Cost(100))).await.unwrap();
    let spend = async |cost| store.record_usage(&arranged.shop, &[NewUsage { cost: Cost(cost), ..call(ProviderId::BUILT_IN) }]).await.unwrap();
    spend(79).await;
    assert_eq!(store.warning(&viewer).await.unwrap(), None);
    spend(1).await;
    let at_eighty = store.warning(&viewer).await.unwrap();
    spend(50).await;

    let view = |monthly, spent| BudgetView { monthly: Some(Cost(monthly)), spent: Cost(spent) };
    assert_eq!(at_eighty, Some(view(100, 80)));
    assert_eq!(store.warning(&viewer).await.unwrap(), Some(view(100, 130)));
    assert_eq!(store.usage(&viewer, WEEK).await.unwrap().budget, view(100, 130));
    // The next month begins anew; a budget of zero is used up before anything was spent.
    arranged.clock.advance(31 * 86_400);
    assert_eq!(store.warning(&viewer).await.unwrap(), None);
    Usage::set_budget(store, &owner, Some(Cost::ZERO)).await.unwrap();
    assert_eq!(store.warning(&viewer).await.unwrap(), Some(view(0, 0)));
    Usage::set_budget(store, &owner, None).await.unwrap();
    assert_eq!((store.budget_now(&arranged.shop).await.unwrap().monthly, store.warning(&viewer).await.unwrap()), (None, None));
}

pub async fn calls_come_in_pages_each_once(arranged: &Arranged) {
    let (store, who) = (&arranged.store, arranged.who(Role::Viewer));
    let (ada, one) = (arranged.user("Ada").await, ProviderRow { removed: true, ..provider("One") });
    store.save_provider(&arranged.shop, &one).await.unwrap();
    // Many in one moment, and some in the first and the last of the days.
    let at = |micros: i64| NewUsage { at: Timestamp::from_micros(micros), user: Some(ada), ..call(one.id) };
    let calls: Vec<NewUsage> = (0..2_300).map(|number| NewUsage { tokens_in: number, ..at(START) }).collect();
    store.record_usage(&arranged.shop, &calls).await.unwrap();
    let (first, end) = (i64::from(WEEK.from) * DAY, i64::from(WEEK.to + 1) * DAY);
    store.record_usage(&arranged.shop, &[first - 1, first, end - 1, end].map(at)).await.unwrap();
    store.record_usage(&arranged.other_shop, &[at(START)]).await.unwrap();

    let (mut all, mut after, mut pages): (Vec<UsageRecord>, _, _) = (Vec::new(), None, Vec::new());
    loop {
        let (page, next) = store.records(&who, WEEK, after).await.unwrap();
        pages.push(page.len());
        all.extend(page);
        after = next;
        if after.is_none() {
            break;
        }
    }

    assert_eq!(pages, [1_000, 1_000, 302]);
    assert_eq!((all[0].at.micros(), all[2_301].at.micros()), (first, end - 1));
    let mut numbers: Vec<u64> = all[1..2_301].iter().map(|record| record.tokens_in).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..2_300));
    assert_eq!((all[5].provider.as_str(), all[5].provider_id, all[5].who.as_str(), all[5].outcome.as_str()), ("One", one.id, "Ada", "ok"));
    for bad in ["", "x", "1", "1.2", "x.00000000000000000000000000000001", "1.00000000000000000000000000000001"] {
        assert!(matches!(store.records(&who, WEEK, Some(bad.into())).await, Err(AppError::Invalid(_))), "{bad:?}");
    }
}

/// Providers say what they like of the tokens they took.
pub async fn a_call_that_claims_too_much_is_in_no_others_way(arranged: &Arranged) {
    let (store, who) = (&arranged.store, arranged.who(Role::Viewer));
    let much = NewUsage { tokens_in: u64::MAX, tokens_out: u64::MAX, milliseconds: u64::MAX, cost: Cost(i64::MAX), ..call(ProviderId::BUILT_IN) };

    for calls in [vec![much.clone(); 3], vec![much], vec![call(ProviderId::BUILT_IN)]] {
        store.record_usage(&arranged.shop, &calls).await.unwrap();
    }

    let total = store.usage(&who, WEEK).await.unwrap().total;
    let calls = store.records(&who, WEEK, None).await.unwrap().0;
    assert_eq!((total.calls, calls.len()), (5, 5));
    let sums = |of: fn(&UsageRecord) -> u64| calls.iter().map(of).sum::<u64>();
    assert_eq!((sums(|call| call.tokens_in), sums(|call| call.tokens_out)), (total.tokens_in, total.tokens_out));
    assert_eq!((sums(|call| call.milliseconds), sums(|call| call.cost.0 as u64)), (total.milliseconds, total.cost.0 as u64));
    assert_eq!(store.budget_now(&arranged.shop).await.unwrap().spent, total.cost);
    assert!(total.tokens_in > 4_000_000_000 && total.cost > Cost(4 * Cost::MAX.0), "{total:?}");
}

pub async fn a_provider_is_measured_by_its_latest_good_answers(arranged: &Arranged) {
    let (store, shop, one) = (&arranged.store, &arranged.shop, provider("One").id);
    assert_eq!(store.measured(shop, one, "small").await.unwrap(), Measured::default());
    let at = |micros: i64| NewUsage { at: Timestamp::from_micros(START + micros), ..call(one) };
    let old = (0..50).map(|number| NewUsage { tokens_in: 9_999, ..at(number) });
    let bad = (100..150).map(|number| NewUsage { outcome: "timeout", ..at(number) });
    let other = (200..250).map(|number| NewUsage { model: "large".into(), ..at(number) });
    let good = (300..500).map(|number| NewUsage { tokens_in: 3, tokens_out: 2, milliseconds: 5, ..at(number) });
    store.record_usage(shop, &old.chain(bad).chain(other).chain(good).collect::<Vec<_>>()).await.unwrap();

    let measured = store.measured(shop, one, "small").await.unwrap();

    assert_eq!(measured, Measured { answers: 200, tokens_in: 600, tokens_out: 400, milliseconds: 1_000 });
    assert_eq!(store.measured(shop, one, "large").await.unwrap().answers, 50);
    assert_eq!(store.measured(&arranged.other_shop, one, "small").await.unwrap().answers, 0);
}
