//! A body is waited for before there is a place for its request: somebody who sends slowly would hold it, and a slow line is no slow
//! server. What all of them take meanwhile is bounded, and what each address takes of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::{Body, Bytes},
    extract::Request,
};
use futures::{StreamExt, stream};

/// As much as any handler reads at once. What is longer goes on as it comes, and is refused there.
const LONGEST: usize = 2 * 1024 * 1024;

/// What all bodies that are waited for, or whose requests are not answered yet, may take together, and those of one place.
const MOST: usize = 128 * 1024 * 1024;
const MOST_OF_A_PLACE: usize = MOST / 4;

/// How much room is asked for at once.
const STEP: usize = 64 * 1024;

/// Where bodies are while they are waited for.
#[derive(Debug, Default)]
pub(super) struct Room(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_place: HashMap<[u8; 16], usize>,
}

/// A part of it, which is free again with this.
#[derive(Debug)]
struct Part {
    room: Arc<Room>,
    place: [u8; 16],
    bytes: usize,
}

/// A body that has been waited for, and the room it takes.
#[derive(Debug)]
pub(super) struct Received {
    /// None when it is longer than any handler reads at once, or has broken off.
    pub(super) whole: Option<Bytes>,
    _part: Part,
}

/// Too many bodies are waited for.
#[derive(Debug)]
pub(super) struct NoRoom;

impl Room {
    fn state(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    fn grow(&mut self) -> Result<(), NoRoom> {
        let mut taken = self.room.state();
        let of_place = taken.by_place.get(&self.place).copied().unwrap_or_default();
        if taken.all + STEP > MOST || of_place + STEP > MOST_OF_A_PLACE {
            return Err(NoRoom);
        }
        taken.all += STEP;
        taken.by_place.insert(self.place, of_place + STEP);
        self.bytes += STEP;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut taken = self.room.state();
        taken.all -= self.bytes;
        if let Some(of_place) = taken.by_place.get_mut(&self.place) {
            *of_place -= self.bytes;
            if *of_place == 0 {
                taken.by_place.remove(&self.place);
            }
        }
    }
}

/// Waits for the body of somebody at a place and leaves it as it was.
pub(super) async fn receive(request: &mut Request, room: &Arc<Room>, place: [u8; 16]) -> Result<Received, NoRoom> {
    let _receiving = traces::receiving();
    let mut parts = std::mem::take(request.body_mut()).into_data_stream();
    let mut read = Vec::new();
    let mut part = Part { room: room.clone(), place, bytes: 0 };
    while let Some(next) = parts.next().await {
        match next {
            Ok(next) => {
                while part.bytes < read.len() + next.len() && part.bytes <= LONGEST {
                    part.grow()?;
                }
                read.extend_from_slice(&next);
            }
            Err(error) => {
                *request.body_mut() = Body::from_stream(stream::iter([Ok(Bytes::from(read)), Err(error)]));
                return Ok(Received { whole: None, _part: part });
            }
        }
        if read.len() > LONGEST {
            *request.body_mut() = Body::from_stream(stream::iter([Ok(Bytes::from(read))]).chain(parts));
            return Ok(Received { whole: None, _part: part });
        }
    }
    let whole = Bytes::from(read);
    *request.body_mut() = Body::from(whole.clone());
    Ok(Received { whole: Some(whole), _part: part })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    const HOME: [u8; 16] = [1; 16];
    const NEXT_DOOR: [u8; 16] = [2; 16];

    async fn received(body: Body) -> (bool, Option<usize>) {
        let mut request = Request::new(body);
        let whole = receive(&mut request, &Arc::default(), HOME).await.unwrap().whole;
        let after = to_bytes(request.into_body(), usize::MAX).await.ok();
        assert!(whole.is_none() || whole == after);
        (whole.is_some(), after.map(|after| after.len()))
    }

    fn parts(count: usize) -> impl Iterator<Item = Result<Bytes, std::io::Error>> {
        std::iter::repeat_with(|| Ok(Bytes::from(vec![b' '; 1_024]))).take(count)
    }

    fn of_parts(count: usize) -> Request {
        Request::new(Body::from_stream(stream::iter(parts(count))))
    }

    #[tokio::test]
    async fn a_body_is_as_before() {
        assert_eq!(received(Body::empty()).await, (true, Some(0)));
        assert_eq!(received(Body::from_stream(stream::iter(parts(1_000)))).await, (true, Some(1_024_000)));
        assert_eq!(received(Body::from_stream(stream::iter(parts(3_000)))).await, (false, Some(3_072_000)));
    }

    #[tokio::test]
    async fn one_that_breaks_off_still_does() {
        let broken = parts(1).chain([Err(std::io::Error::other("gone"))]).collect::<Vec<_>>();
        assert_eq!(received(Body::from_stream(stream::iter(broken))).await, (false, None));
    }

    #[tokio::test]
    async fn bodies_take_so_much_room_and_no_more() {
        let room = Arc::<Room>::default();
        let mut held = Vec::new();
        while let Ok(received) = receive(&mut of_parts(2_000), &room, HOME).await {
            held.push(received);
        }
        assert_eq!(held.len(), MOST_OF_A_PLACE / (2_000_usize * 1_024).next_multiple_of(STEP));
        // Somebody else, and what has no body, is not held up by that.
        assert!(receive(&mut of_parts(2_000), &room, NEXT_DOOR).await.is_ok());
        assert!(receive(&mut Request::new(Body::empty()), &room, HOME).await.is_ok());

        held.clear();

        assert!(receive(&mut of_parts(2_000), &room, HOME).await.is_ok());
        let taken = room.state();
        assert_eq!((taken.all, taken.by_place.len()), (0, 0));
    }

    #[tokio::test]
    async fn all_places_together_have_an_end_too() {
        let room = Arc::<Room>::default();
        let mut held = Vec::new();
        for place in 0..100 {
            held.extend(receive(&mut of_parts(2_000), &room, [place; 16]).await.ok());
        }
        assert_eq!(held.len(), MOST / (2_000_usize * 1_024).next_multiple_of(STEP));
    }
}
