//! Bugs that are planted one at a time, in what stands around the core: each is one that such systems have had. The suite is good for
//! nothing if it does not find them.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// "Saved" is said when the transaction is begun.
    AcknowledgeBeforeCommit,
    /// Ops are deleted when they are sent.
    DeleteBeforeResult,
    /// The outbox is written as the replica is: a power cut takes its tail.
    RelaxedOutbox,
    /// No second journal.
    NoJournal,
    /// The cookie is written, and then the rows.
    CookieBeforeRows,
    /// Frames are put in wherever the replica is.
    FramesOntoAnyCookie,
    /// Nothing is tried again by itself.
    RetryOnlyOnNewEdit,
    /// One queue for all products: the first op of it has to go first.
    FifoBlock,
    /// What answers with 200 has done it.
    TrustsAnyAnswer,
    /// A result counts whichever server it is of.
    SettlesAnyLife,
    /// After a reset nothing is offered again.
    NothingOfferedAgain,
    /// A reset empties the outbox as well.
    ResetDropsOutbox,
    /// Pulls say where the replica is, and nothing of what ended here.
    NoWitness,
    /// The replica is made smaller without looking at what is pending.
    EvictsOwnWork,
    /// A number that is taken is an error, and the op is thrown away.
    RekeyThrowsAway,
    /// What is turned away is thrown away.
    ForbiddenThrowsAway,
    /// Whoever is signed in sends everything.
    SendsAsWhoeverIsThere,
    /// What is old by the device's clock is no longer kept.
    KeepsByOwnClock,
    /// An own change is not shown between its result and its row.
    ForgetsUntilPulled,
    /// Sums are not compared.
    NoSums,
    /// The later one wins.
    LastWriterWins,
    /// Versions are compared, and not what was seen.
    VersionsAlone,
    /// An own op before is taken for done, whatever became of it.
    AfterIsAlwaysDone,
    /// Results are forgotten after some time.
    DedupeByTime,
    /// The result is written after what it is the result of.
    ResultAfterChange,
    /// What changed nothing gets no change number.
    NoNumberForNoChange,
    /// An op's hash has its number in it.
    HashWithNumber,
    /// A conflict keeps theirs.
    ConflictForgetsMine,
    /// One op that cannot be read spoils the push.
    WholePushRefused,
    /// The place is read after the rows.
    TornPull,
    /// The server compares nothing but the epoch.
    EpochAlone,
    /// A lane goes on behind an op that has to wait.
    OvertakesInLane,
}

impl Bug {
    pub const ALL: [Self; 32] = [
        Self::AcknowledgeBeforeCommit,
        Self::DeleteBeforeResult,
        Self::RelaxedOutbox,
        Self::NoJournal,
        Self::CookieBeforeRows,
        Self::FramesOntoAnyCookie,
        Self::RetryOnlyOnNewEdit,
        Self::FifoBlock,
        Self::TrustsAnyAnswer,
        Self::SettlesAnyLife,
        Self::NothingOfferedAgain,
        Self::ResetDropsOutbox,
        Self::NoWitness,
        Self::EvictsOwnWork,
        Self::RekeyThrowsAway,
        Self::ForbiddenThrowsAway,
        Self::SendsAsWhoeverIsThere,
        Self::KeepsByOwnClock,
        Self::ForgetsUntilPulled,
        Self::NoSums,
        Self::LastWriterWins,
        Self::VersionsAlone,
        Self::AfterIsAlwaysDone,
        Self::DedupeByTime,
        Self::ResultAfterChange,
        Self::NoNumberForNoChange,
        Self::HashWithNumber,
        Self::ConflictForgetsMine,
        Self::WholePushRefused,
        Self::TornPull,
        Self::EpochAlone,
        Self::OvertakesInLane,
    ];
}
