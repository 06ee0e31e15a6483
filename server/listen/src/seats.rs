//! How many connections there are, of everybody and of each.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::limits::{Limits, PerAddress};

/// How many connections there are of how many there may be, for whoever wants to know. Nothing before anybody is served.
#[derive(Debug, Default)]
pub struct Connections {
    taken: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Debug)]
pub(crate) struct Seats {
    per_address: PerAddress,
    connections: Arc<Connections>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// Held by a connection, and free again with its end.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    Everywhere,
    ForThisAddress,
}

impl Connections {
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    pub fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

impl Seats {
    pub(crate) fn new(limits: &Limits, connections: Arc<Connections>) -> Arc<Self> {
        connections.most.store(limits.connections, Ordering::Relaxed);
        Arc::new(Self { per_address: limits.per_address, connections, by_address: Mutex::default() })
    }

    pub(crate) fn take(self: &Arc<Self>, peer: IpAddr) -> Result<Seat, Full> {
        if self.taken() >= self.connections.most() {
            return Err(Full::Everywhere);
        }
        let address = household(peer);
        let mut by_address = self.by_address();
        let of_it = by_address.get(&address).copied().unwrap_or_default();
        if of_it >= self.per_address.connections && (self.per_address.this_machine_too || !address.is_loopback()) {
            return Err(Full::ForThisAddress);
        }
        by_address.insert(address, of_it + 1);
        self.connections.taken.fetch_add(1, Ordering::Relaxed);
        Ok(Seat { seats: Arc::clone(self), address })
    }

    pub(crate) fn taken(&self) -> usize {
        self.connections.taken()
    }

    /// Whether three quarters are taken.
    pub(crate) fn are_scarce(&self) -> bool {
        self.taken() >= self.connections.most() - self.connections.most() / 4
    }

    fn by_address(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut by_address = self.seats.by_address();
        let left = by_address.get(&self.address).map_or(0, |of_it| of_it.saturating_sub(1));
        if left == 0 {
            by_address.remove(&self.address);
        } else {
            by_address.insert(self.address, left);
        }
        self.seats.connections.taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What one customer of a network has: an address of the fourth version, or a network of 2^64 of the sixth.
fn household(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(connections: usize, per_address: usize, this_machine_too: bool) -> Arc<Seats> {
        Seats::new(
            &Limits { connections, per_address: PerAddress { connections: per_address, this_machine_too }, ..Limits::default() },
            Arc::default(),
        )
    }

    fn of(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    #[test]
    fn a_seat_is_free_again_when_it_is_given_back() {
        let seats = seats(2, 2, false);
        let (one, _two) = (seats.take(of("192.0.2.1")).unwrap(), seats.take(of("192.0.2.2")).unwrap());
        assert_eq!(seats.take(of("192.0.2.3")).unwrap_err(), Full::Everywhere);

        drop(one);

        assert!(seats.take(of("192.0.2.3")).is_ok());
        assert_eq!((seats.taken(), seats.by_address().len()), (1, 1));
    }

    #[test]
    fn one_address_does_not_take_them_all() {
        let seats = seats(100, 1, false);
        let _held = [seats.take(of("192.0.2.1")).unwrap(), seats.take(of("2001:db8::1")).unwrap()];

        for again in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::2"] {
            assert_eq!(seats.take(of(again)).unwrap_err(), Full::ForThisAddress, "{again}");
        }
        assert!(seats.take(of("192.0.2.2")).is_ok() && seats.take(of("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn a_proxy_on_this_machine_speaks_for_everybody() {
        let (open, strict) = (seats(100, 1, false), seats(100, 1, true));
        let _held = [open.take(of("127.0.0.1")).unwrap(), strict.take(of("127.0.0.1")).unwrap()];

        assert!(open.take(of("127.0.0.1")).is_ok());
        assert_eq!(strict.take(of("127.0.0.1")).unwrap_err(), Full::ForThisAddress);
    }

    #[test]
    fn three_quarters_are_many() {
        let seats = seats(4, 4, false);
        let mut held = vec![seats.take(of("192.0.2.1")).unwrap(), seats.take(of("192.0.2.1")).unwrap()];
        assert!(!seats.are_scarce());

        held.push(seats.take(of("192.0.2.1")).unwrap());

        assert!(seats.are_scarce());
    }
}
