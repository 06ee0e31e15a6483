//! The minute, the hour and the day that are under way, and what is to be written of them.

use std::collections::{HashMap, VecDeque};

use crate::{Level, Series, Sketch};

/// What a process has measured in the periods that are not over, and what it has not yet written. A row is always the whole of what this
/// process has of a series and a period, so that it may be written again.
#[derive(Debug)]
pub struct Periods {
    current: [Current; 3],
    waiting: VecDeque<Row>,
    /// Rows that wait at most; the oldest go first.
    most: usize,
    lost: u64,
    /// Which of this process's own rows these are: one more whenever the clock went back by more than some minutes, as the rows of the
    /// times before are still there.
    generation: u32,
}

/// A row of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub level: Level,
    pub series: Series,
    /// The beginning of the period, in minutes since 1970.
    pub at: i64,
    pub generation: u32,
    pub sketch: Sketch,
}

#[derive(Debug, Default)]
struct Current {
    /// None before the first.
    at: Option<i64>,
    sketches: HashMap<Series, Sketch>,
}

/// Series of a process that are told apart in an hour or a day, half of them of whatever browsers say.
const MOST_SERIES: usize = 8_000;

/// How many minutes a clock may go back before what it says is believed: until then everything is of the latest period there was. Each
/// time it goes back further there is one more row of each series, hour and day; what NTP sets a clock back by is not worth that.
const BELIEVED_FROM: i64 = 5;

impl Periods {
    /// `most` rows are kept while they cannot be written.
    pub fn new(most: usize) -> Self {
        Self { current: Default::default(), waiting: VecDeque::new(), most, lost: 0, generation: 0 }
    }

    /// Takes what was measured up to a minute, and makes the rows that say so.
    pub fn add(&mut self, minute: i64, taken: Vec<(Series, Sketch)>) {
        let latest = self.current[0].at.unwrap_or(minute);
        if minute < latest - BELIEVED_FROM {
            self.generation += 1;
            self.current = Default::default();
        }
        let minute = minute.max(self.current[0].at.unwrap_or(minute));
        for (series, sketch) in taken {
            for level in Level::ALL {
                let row = self.merged(level, minute, &series, &sketch);
                self.waiting.push_back(row);
            }
        }
        while self.waiting.len() > self.most {
            self.waiting.pop_front();
            self.lost += 1;
        }
    }

    /// What is to be written now, the oldest first. Of what was made twice meanwhile, the later is the whole of both.
    pub fn take(&mut self) -> Vec<Row> {
        let mut latest: HashMap<(Level, i64, u32, Series), usize> = HashMap::new();
        let rows: Vec<Row> = self.waiting.drain(..).collect();
        for (at, row) in rows.iter().enumerate() {
            latest.insert((row.level, row.at, row.generation, row.series.clone()), at);
        }
        let keep = |at: usize, row: &Row| latest.get(&(row.level, row.at, row.generation, row.series.clone())) == Some(&at);
        rows.into_iter().enumerate().filter(|(at, row)| keep(*at, row)).map(|(_, row)| row).collect()
    }

    /// What could not be written waits for the next time.
    pub fn put_back(&mut self, rows: Vec<Row>) {
        for row in rows.into_iter().rev() {
            self.waiting.push_front(row);
        }
        while self.waiting.len() > self.most {
            self.waiting.pop_front();
            self.lost += 1;
        }
    }

    /// Rows that were given up since the start.
    pub const fn lost(&self) -> u64 {
        self.lost
    }

    fn merged(&mut self, level: Level, minute: i64, series: &Series, sketch: &Sketch) -> Row {
        let current = &mut self.current[level.number() as usize];
        let at = level.begin(minute);
        if current.at != Some(at) {
            *current = Current { at: Some(at), sketches: HashMap::new() };
        }
        let has_room = current.sketches.contains_key(series) || series.fits(current.sketches.len(), MOST_SERIES);
        let series = if has_room { series.clone() } else { series.among_others() };
        let merged = current.sketches.entry(series.clone()).or_default();
        merged.merge(sketch);
        Row { level, series, at, generation: self.generation, sketch: merged.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ALL, OTHERS};

    fn series() -> Series {
        Series::new("http.duration", "GET /products", "2xx")
    }

    fn add(periods: &mut Periods, minute: i64, value: u64) {
        periods.add(minute, vec![(series(), Sketch::of(value))]);
    }

    /// Level, period and count of each row.
    fn told(rows: &[Row]) -> Vec<(Level, i64, u64)> {
        rows.iter().map(|row| (row.level, row.at, row.sketch.count())).collect()
    }

    #[test]
    fn a_minute_is_a_row_of_each_level() {
        let mut periods = Periods::new(100);
        add(&mut periods, 1_445, 7);

        assert_eq!(told(&periods.take()), [(Level::Minute, 1_445, 1), (Level::Hour, 1_440, 1), (Level::Day, 1_440, 1)]);
        assert!(periods.take().is_empty());
    }

    #[test]
    fn a_row_is_the_whole_of_its_period_so_far() {
        let mut periods = Periods::new(100);
        add(&mut periods, 1_445, 7);
        periods.take();
        add(&mut periods, 1_446, 7);
        add(&mut periods, 1_446, 7);

        let rows = periods.take();

        assert_eq!(told(&rows), [(Level::Minute, 1_446, 2), (Level::Hour, 1_440, 3), (Level::Day, 1_440, 3)]);
    }

    #[test]
    fn what_could_not_be_written_is_written_later_and_the_oldest_is_given_up() {
        let mut periods = Periods::new(5);
        add(&mut periods, 1_445, 7);
        let rows = periods.take();
        periods.put_back(rows);
        add(&mut periods, 1_446, 7);

        assert_eq!(periods.lost(), 1);
        assert_eq!(told(&periods.take()), [(Level::Minute, 1_446, 1), (Level::Hour, 1_440, 2), (Level::Day, 1_440, 2)]);
    }

    #[test]
    fn a_clock_that_goes_back_a_little_adds_to_the_latest_period() {
        let mut periods = Periods::new(100);
        add(&mut periods, 1_445, 7);
        periods.take();
        add(&mut periods, 1_440, 7);

        assert_eq!(told(&periods.take())[0], (Level::Minute, 1_445, 2));
    }

    #[test]
    fn a_clock_that_was_days_or_minutes_ahead_is_believed_again_and_writes_rows_of_its_own() {
        for ahead in [90_000, 60, 6] {
            let mut periods = Periods::new(100);
            add(&mut periods, 10_000 + ahead, 7);
            periods.take();
            add(&mut periods, 10_000, 7);

            let rows = periods.take();

            assert_eq!((told(&rows)[0], rows[0].generation), ((Level::Minute, 10_000, 1), 1), "{ahead}");
        }
    }

    #[test]
    fn a_day_that_a_clock_went_back_in_is_told_by_both_rows_together() {
        let mut periods = Periods::new(100);
        add(&mut periods, 1_500, 7);
        add(&mut periods, 1_450, 7);

        let rows = periods.take();

        let days: Vec<_> = rows.iter().filter(|row| row.level == Level::Day).map(|row| (row.at, row.generation, row.sketch.count())).collect();
        assert_eq!(days, [(1_440, 0, 1), (1_440, 1, 1)]);
    }

    #[test]
    fn more_series_than_there_is_room_for_are_told_together_and_those_of_browsers_first() {
        let mut periods = Periods::new(100_000);
        let flood = |class: &'static str| (0..MOST_SERIES / 2 + 9).map(move |name| (Series::new("a", &name.to_string(), class), Sketch::of(1)));
        let mut names: Vec<_> = flood("device:phone").chain(flood("2xx")).collect();
        names.push((Series::new("a", "late", "5xx"), Sketch::of(1)));
        names.push((Series::new("a", ALL, "5xx"), Sketch::of(1)));
        periods.add(5, names);

        let rows = periods.take();

        // Made again with each that is put to them: the last is the whole.
        let count = |of: &str, class: &str| {
            let is_it = |row: &&Row| row.level == Level::Day && (row.series.of.as_str(), row.series.class.as_str()) == (of, class);
            rows.iter().filter(is_it).map(|row| row.sketch.count()).collect::<Vec<_>>()
        };
        assert_eq!((count(OTHERS, ""), count(OTHERS, "5xx"), count(ALL, "5xx")), (vec![9], vec![1], vec![1]));
        // What stands for the others of browsers takes the place of one.
        assert_eq!((count(OTHERS, "2xx"), count(&(MOST_SERIES / 2 - 2).to_string(), "2xx")), (vec![10], vec![1]));
    }
}
