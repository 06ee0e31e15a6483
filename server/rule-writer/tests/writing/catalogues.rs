//! Rules hold for thousands of products, and make them better.

use domain::words::{
    brief::Brief,
    check::{FindingKind, findings},
    score::scores,
    source::Source,
};

use crate::support::{demo, real, taken_over, write};

const COUNT: u64 = 2_000;

fn demo_products() -> impl Iterator<Item = Source> {
    (0..COUNT).map(demo)
}

fn nothing_is_claimed(sources: impl Iterator<Item = Source>) {
    let brief = Brief::default();
    let wrong = [FindingKind::Unsupported, FindingKind::TooLong, FindingKind::Instruction, FindingKind::WrongLanguage];
    for source in sources {
        let words = write(&source);
        let found: Vec<_> = findings(&words, &source, &brief).into_iter().filter(|finding| wrong.contains(&finding.kind)).collect();
        assert!(found.is_empty(), "{found:#?}\n{source:#?}\n{words:#?}");
    }
}

#[test]
fn nothing_is_claimed_that_the_record_does_not_say() {
    nothing_is_claimed(demo_products());
}

#[test]
fn nothing_is_claimed_of_real_products_either() {
    let Some(sources) = real() else {
        eprintln!("skipped: VITRINE_TEST_CATALOGUES names no folder with shopify-new-retail-demo.csv.gz");
        return;
    };
    assert!(sources.len() > 2_000);
    nothing_is_claimed(sources.into_iter());
}

#[derive(Default)]
struct Mean {
    before: f64,
    after: f64,
    count: f64,
}

impl Mean {
    fn add(&mut self, before: u8, after: u8) {
        (self.before, self.after, self.count) = (self.before + f64::from(before), self.after + f64::from(after), self.count + 1.0);
    }

    fn gain(&self) -> f64 {
        (self.after - self.before) / self.count
    }
}

/// How much better poor products (quality below 70) and all products get, on average; none gets worse by more than some points.
fn better(sources: impl Iterator<Item = Source>, at_worst: u8) -> [Mean; 4] {
    let brief = Brief::default();
    let [mut poor_quality, mut poor_seo, mut quality, mut seo] = [const { Mean { before: 0.0, after: 0.0, count: 0.0 } }; 4];
    for source in sources {
        let (before, words) = (source.words(), write(&source));
        let (old, new) = (scores(&before, &source, &brief), scores(&words.over(&before), &source, &brief));
        for (old, new) in [(&old.quality, &new.quality), (&old.seo, &new.seo)] {
            assert!(
                new.value + at_worst >= old.value,
                "{} -> {}\n{source:#?}\n{words:#?}\n{:#?}\n{:#?}",
                old.value,
                new.value,
                old.points,
                new.points
            );
        }
        quality.add(old.quality.value, new.quality.value);
        seo.add(old.seo.value, new.seo.value);
        if old.quality.value < 70 {
            poor_quality.add(old.quality.value, new.quality.value);
            poor_seo.add(old.seo.value, new.seo.value);
        }
    }
    [poor_quality, poor_seo, quality, seo]
}

#[test]
fn poor_words_get_much_better_and_good_ones_no_worse() {
    let means = better(demo_products(), 4);
    let gains = means.each_ref().map(Mean::gain);
    eprintln!("{:?}", means.map(|mean| (mean.before / mean.count, mean.after / mean.count, mean.count)));
    assert!(gains[0] > 20.0 && gains[1] > 25.0 && gains[2] > 8.0 && gains[3] > 15.0, "{gains:?}");
}

#[test]
fn real_words_get_better() {
    let Some(sources) = real() else {
        eprintln!("skipped: VITRINE_TEST_CATALOGUES names no folder with shopify-new-retail-demo.csv.gz");
        return;
    };
    let means = better(sources.into_iter(), 4);
    let gains = means.each_ref().map(Mean::gain);
    eprintln!("{:?}", means.map(|mean| (mean.before / mean.count, mean.after / mean.count, mean.count)));
    assert!(gains[2] > 2.0 && gains[3] > 10.0, "{gains:?}");
}

/// What is written of what was written is the same again.
fn settled(sources: impl Iterator<Item = Source>) -> (usize, usize) {
    let (mut settled, mut all) = (0, 0);
    for source in sources {
        let once = taken_over(&source, &write(&source));
        let twice = taken_over(&once, &write(&once));
        all += 1;
        settled += usize::from(once == twice);
        if once != twice && all - settled < 12 {
            eprintln!("{:?}\n{:#?}\n{:#?}", source.title, once, twice);
        }
    }
    (settled, all)
}

#[test]
fn written_again_it_stays_as_it_is() {
    let (settled, all) = settled(demo_products());
    assert!(settled * 1_000 >= all * 998, "{settled} of {all}");
}

#[test]
fn real_words_stay_as_they_are_too() {
    let Some(sources) = real() else {
        eprintln!("skipped: VITRINE_TEST_CATALOGUES names no folder with shopify-new-retail-demo.csv.gz");
        return;
    };
    let (settled, all) = settled(sources.into_iter());
    assert!(settled * 1_000 >= all * 990, "{settled} of {all}");
}
