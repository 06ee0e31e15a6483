//! What goes wrong in a world. Each world has some kinds of faults and not others, as with all of them at once little else would happen.

use crate::rng::Rng;

/// How often something goes wrong, in a thousand times that it could; 0 in worlds without it.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    // Of the network.
    pub lose: u64,
    pub silence: u64,
    pub duplicate: u64,
    pub slow: u64,
    pub cut: u64,
    pub portal: u64,
    pub status: u64,
    pub offline: u64,
    // Of tabs and storage.
    pub kill: u64,
    pub abort: u64,
    pub lost_report: u64,
    // Of the server.
    pub crash: u64,
    pub import: u64,
    // What happens once or twice, and no oftener.
    pub happenings: Vec<Happens>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happens {
    PowerCut,
    DiskFull,
    OutboxLost,
    ReplicaEvicted,
    ReplicaMadeSmaller,
    ReplicaGarbage,
    Cloned,
    UserSwitched,
    RoleRevoked,
    MemberLost,
    ClockOff,
    CopyTaken,
    WentBack,
    WentBackOnPurpose,
    OldServer,
    OldBuild,
    GreatImport,
    Poison,
    Stumble,
    ServerRows,
}

impl Happens {
    pub const ALL: [Self; 20] = [
        Self::PowerCut,
        Self::DiskFull,
        Self::OutboxLost,
        Self::ReplicaEvicted,
        Self::ReplicaMadeSmaller,
        Self::ReplicaGarbage,
        Self::Cloned,
        Self::UserSwitched,
        Self::RoleRevoked,
        Self::MemberLost,
        Self::ClockOff,
        Self::CopyTaken,
        Self::WentBack,
        Self::WentBackOnPurpose,
        Self::OldServer,
        Self::OldBuild,
        Self::GreatImport,
        Self::Poison,
        Self::Stumble,
        Self::ServerRows,
    ];
}

impl Faults {
    pub fn drawn(rng: &mut Rng) -> Self {
        let mut often = |most: u64| if rng.chance(350) { rng.between(most / 8 + 1, most) } else { 0 };
        let mut faults = Self {
            lose: often(300),
            silence: often(150),
            duplicate: often(300),
            slow: often(300),
            cut: often(200),
            portal: often(200),
            status: often(250),
            offline: often(400),
            kill: often(25),
            abort: often(100),
            lost_report: often(60),
            crash: often(250),
            import: often(400),
            happenings: Vec::new(),
        };
        for _ in 0..rng.below(6) {
            faults.happenings.extend(rng.pick(&Happens::ALL));
        }
        if faults.happenings.iter().any(|happens| matches!(happens, Happens::WentBack | Happens::WentBackOnPurpose)) {
            faults.happenings.push(Happens::CopyTaken);
        }
        faults
    }
}
