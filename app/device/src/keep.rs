//! What an engine does for the replica without being asked at each row: fills it with the newest products and with the views that somebody has made
//! available offline, and keeps it within its bounds. All of it in steps, between which a page can do something else.

mod views;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use domain::{
    ids::{Seq, UserId},
    query::ListQuery,
    sync::{
        outbox::Failed,
        pins::{Figures, Pins, Trouble},
        replica::{Meta, Reason, STEP, Survey, Tx, for_pins, kept, lacking, rows_in},
        wire::{Extent, Span},
    },
};

use self::views::Viewed;
use crate::{
    chance::now,
    idb::Db,
    pins::{Board, Goes},
    replica,
    survey::{mine, most_bytes, survey},
    view,
};

/// Rows above the bound before some are given up, where there is room for that.
const SLACK: usize = STEP / 2;

/// What waits to be reviewed, and how many of it are kept.
const QUEUE: (&str, usize) = ("optimisation=suggested", STEP);

/// For so many milliseconds it is not looked again whether there is something to do, when there was not.
const RESTS: u64 = 60_000;

/// After so many milliseconds everything is looked through again: rows become old.
const OLD: u64 = 30 * 60_000;

/// What is to be asked for, and whether there is news for a screen.
#[derive(Default)]
pub(crate) struct Turn {
    pub(crate) want: Vec<(Vec<Span>, Reason)>,
    pub(crate) news: bool,
    /// Whether something came in between that this turn does not know of.
    pub(crate) again: bool,
}

pub(crate) struct Keeper {
    address: String,
    user: UserId,
    board: Board,
    who: u64,
    known: RefCell<Found>,
    figures: Cell<Option<Figures>>,
    opened: RefCell<BTreeSet<u32>>,
    is_reviewing: Cell<bool>,
    is_busy: Cell<bool>,
    again: Cell<bool>,
    is_full: Cell<bool>,
    /// More rows than that the browser did not take.
    limit: Cell<Option<usize>>,
}

/// What was found out since this engine began.
#[derive(Default)]
struct Found {
    survey: Option<Survey>,
    surveyed: u64,
    /// How often the replica had changed when it was looked at last.
    changes: u64,
    /// How large the store was when there was nothing to do, and when that was.
    rested: Option<(Extent, u64)>,
    /// What there is in each view.
    views: BTreeMap<String, Viewed>,
}

impl Keeper {
    /// `address` is where the rows of a view are asked for.
    pub(crate) fn new(store: &str, user: UserId, address: String) -> Self {
        Self {
            address,
            user,
            board: Board::new(store, &user.0.simple().to_string()),
            who: u64::from_le_bytes(now().random[..8].try_into().unwrap_or_default()),
            known: RefCell::default(),
            figures: Cell::new(None),
            opened: RefCell::default(),
            is_reviewing: Cell::new(false),
            is_busy: Cell::new(false),
            again: Cell::new(false),
            is_full: Cell::new(false),
            limit: Cell::new(None),
        }
    }

    pub(crate) fn pins(&self) -> Pins {
        self.board.read()
    }

    /// Whether it could be written down.
    pub(crate) fn pin(&self, query: &ListQuery) -> bool {
        let mut has_room = false;
        self.board.change(|pins| has_room = pins.add(query));
        self.limit.set(None);
        has_room && self.pins().find(query).is_some()
    }

    pub(crate) fn unpin(&self, query: &ListQuery) {
        self.board.change(|pins| pins.remove(query));
        self.limit.set(None);
    }

    pub(crate) fn opened(&self, row: u32) {
        self.opened.borrow_mut().insert(row);
    }

    /// Somebody reviews: what waits for them is wanted here.
    pub(crate) fn reviewing(&self) {
        self.is_reviewing.set(true);
    }

    /// The browser gave no more room.
    pub(crate) fn full(&self) {
        self.is_full.set(true);
    }

    /// The server cannot be reached. Whether that is news.
    pub(crate) fn away(&self) -> bool {
        self.board.change(|pins| {
            if pins.trouble.is_none() && pins.pins.iter().any(|pin| !pin.is_done()) {
                pins.trouble = Some(Trouble::Away);
            }
        })
    }

    /// Its person leaves, and with them which views they wanted.
    pub(crate) fn leave(&self) {
        self.board.leave();
    }

    /// Nobody looks any more.
    pub(crate) fn rest(&self) {
        self.board.give_back(self.who);
    }

    /// After a pull, which has told how large the store is, and when somebody has changed what is to be here.
    pub(crate) async fn turn(&self, replica: &Db, outbox: &Db) -> Result<Turn, Failed> {
        if self.is_busy.replace(true) {
            self.again.set(true);
            return Ok(Turn::default());
        }
        let mut known = self.known.take();
        let turn = self.go_on(&mut known, replica, outbox).await;
        if turn.is_err() {
            // What has been done is not known.
            known.survey = None;
        }
        *self.known.borrow_mut() = known;
        self.is_busy.set(false);
        let again = self.again.take();
        turn.map(|turn| Turn { again, ..turn })
    }

    /// Looks through what is here, if nobody has yet.
    pub(crate) async fn figures(&self, replica: &Db, outbox: &Db) -> Result<Figures, Failed> {
        if let Some(figures) = self.figures.get() {
            return Ok(figures);
        }
        Ok(self.figure(&survey(replica, outbox).await?, 0).await)
    }

    async fn figure(&self, survey: &Survey, wanted: usize) -> Figures {
        let allowed = most_bytes().await;
        let (room, each) = rows_in(allowed, survey);
        let rows = survey.len().saturating_sub(wanted);
        let each_u64 = each as u64;
        let figures = Figures { rows, bytes: rows as u64 * each_u64, allowed, each: each_u64, room: room.min(self.limit.get().unwrap_or(room)) };
        self.figures.set(Some(figures));
        figures
    }

    async fn go_on(&self, known: &mut Found, replica: &Db, outbox: &Db) -> Result<Turn, Failed> {
        let meta = replica::meta(replica).await?;
        let Some(extent) = meta.extent else { return Ok(Turn::default()) };
        if self.is_at_rest(known, &meta) {
            return Ok(Turn::default());
        }
        let before = (self.pins(), self.figures.get());
        let goes = self.goes(&meta);
        if goes == Some(Goes::Begins) {
            known.survey = None;
        }
        let mut survey = self.look(known, &meta, replica, outbox).await?;
        // Perhaps less is here than one thought.
        let goes = goes.or_else(|| self.goes(&meta));
        if self.is_full.take() {
            self.limit.set(Some(survey.len().saturating_sub(meta.wanted.len()) / 20 * 19));
            self.board.change(|pins| pins.trouble = Some(Trouble::Full));
        }
        let room = self.figure(&survey, meta.wanted.len()).await.room;
        let slack = SLACK.min(room / 20);
        let room = room - slack;

        let mut want = Vec::new();
        let views = self.pins().views();
        let wished = if goes.is_some() { self.wished(known, &meta, for_pins(room)).await } else { None };
        if let Some(wished) = &wished {
            let missing = settle(replica, &mut survey, wished, Reason::Pinned).await?;
            self.board.change(|pins| pins.settle(&views));
            // What is on its way comes first.
            if meta.wanted.len() < STEP && self.pins().trouble != Some(Trouble::Full) {
                want.push((missing, Reason::Pinned));
            }
        }
        let asked: BTreeSet<u32> = self.opened.borrow().clone();
        let opened = Span::of(asked.iter().copied().filter(|row| *row < extent.rows));
        want.push((hold(replica, &mut survey, &opened, Reason::Opened).await?, Reason::Opened));
        // What is wished is forgotten when it has been heeded.
        self.opened.borrow_mut().retain(|row| !asked.contains(row));
        if self.is_reviewing.get()
            && let Ok(queue) = view::rows(&self.address, self.user, QUEUE.0, QUEUE.1).await
        {
            let queue = Span::newest(&queue.spans, QUEUE.1);
            want.push((settle(replica, &mut survey, &queue, Reason::Review).await?, Reason::Review));
            self.is_reviewing.set(false);
        }
        want.retain(|(rows, _)| !rows.is_empty());
        for (rows, reason) in &want {
            survey.hold(rows, *reason, now().wall);
        }
        let keep = kept(extent.rows, room, &survey.outlived(&[], Reason::Pinned));
        if want.is_empty() {
            let newest = lacking(extent.rows, keep, &survey);
            survey.hold(&newest, Reason::Viewport, now().wall);
            want.extend((!newest.is_empty()).then_some((newest, Reason::Viewport)));
        }
        let spare = survey.spare(if survey.len() > keep + slack { keep } else { usize::MAX });
        if !spare.is_empty() {
            let mine = mine(outbox).await?;
            for (reasons, rows) in spare {
                if reasons.has(Reason::Pinned) {
                    // There is less room than there was.
                    self.board.change(|pins| pins.pins.iter_mut().for_each(|pin| pin.told = None));
                }
                for rows in Span::parts(&rows, STEP) {
                    survey.forget(&rows);
                    replica::carry_out(replica, &Tx::Forget { rows, reasons, at: now().wall, mine: mine.clone() }).await?;
                }
            }
        }
        if wished.is_some() {
            self.note(known, &survey, &replica::meta(replica).await?);
        }
        if goes.is_some() && !self.pins().is_open(seq(&meta), now().wall) {
            self.rest();
        }
        known.rested = (want.is_empty() && meta.wanted.is_empty()).then(|| (extent, now().mono));
        (known.survey, known.changes) = (Some(survey), meta.changes);
        Ok(Turn { want, news: (self.pins(), self.figures.get()) != before, again: false })
    }

    /// Whether there was nothing to do a moment ago, and nothing has happened that would change that: most pulls bring a row that is here already.
    fn is_at_rest(&self, known: &Found, meta: &Meta) -> bool {
        let is_same = meta.changes >= known.changes;
        let is_quiet = is_same && known.rested.is_some_and(|(extent, at)| meta.extent == Some(extent) && now().mono < at + RESTS);
        let is_asked = !self.opened.borrow().is_empty() || self.is_reviewing.get() || self.is_full.get();
        is_quiet && !is_asked && meta.wanted.is_empty() && !self.pins().is_open(seq(meta), now().wall)
    }

    /// Whether something is to be done about views, and by this tab.
    fn goes(&self, meta: &Meta) -> Option<Goes> {
        let at = now().wall;
        self.pins().is_open(seq(meta), at).then(|| self.board.take_turn(self.who, at)).flatten()
    }

    /// What is here: as it is known, unless that is too old, or of a replica that is another by now.
    async fn look(&self, known: &mut Found, meta: &Meta, replica: &Db, outbox: &Db) -> Result<Survey, Failed> {
        let is_good = meta.changes >= known.changes && now().mono < known.surveyed + OLD;
        if let Some(survey) = known.survey.take().filter(|_| is_good) {
            return Ok(survey);
        }
        known.surveyed = now().mono;
        let survey = survey(replica, outbox).await?;
        // Perhaps it is another replica than the one in which views were complete.
        let pinned = Span::total(&survey.outlived(&[], Reason::Pinned));
        self.board.change(|pins| {
            for pin in &mut pins.pins {
                pin.here = pin.here.min(u32::try_from(pinned).unwrap_or(u32::MAX));
            }
        });
        Ok(survey)
    }
}

/// Sees to it that rows that are here are held for a reason if they are wished, and not otherwise. Those that are not here come next.
async fn settle(replica: &Db, survey: &mut Survey, wished: &[Span], reason: Reason) -> Result<Vec<Span>, Failed> {
    for rows in Span::parts(&survey.outlived(wished, reason), STEP) {
        survey.unhold(&rows, reason);
        replica::carry_out(replica, &Tx::Unhold { rows, reason }).await?;
    }
    hold(replica, survey, wished, reason).await
}

async fn hold(replica: &Db, survey: &mut Survey, wished: &[Span], reason: Reason) -> Result<Vec<Span>, Failed> {
    for rows in Span::parts(&survey.unmet(wished, reason, true, usize::MAX), STEP) {
        let at = now().wall;
        survey.hold(&rows, reason, at);
        replica::carry_out(replica, &Tx::Hold { rows, reason, at }).await?;
    }
    Ok(survey.unmet(wished, reason, false, STEP))
}

fn seq(meta: &Meta) -> Seq {
    meta.cookie.map(|cookie| cookie.seq).unwrap_or_default()
}
