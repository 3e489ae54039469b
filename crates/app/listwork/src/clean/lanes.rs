//! Pieces of work on several threads, handed out and taken back in turn: the result does not depend on their number.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::error::ListError;

/// Pieces that wait for each thread.
const QUEUE: usize = 2;

/// Fills pieces by `next` until it says that there is none, works on them on `threads` threads, and gives them to `take`
/// in the order in which they were filled. `next` and `take` are called on this thread. Pieces are used again and again, as
/// is what a thread keeps from one to the next.
pub(crate) fn in_turn<P: Default + Send, S: Default>(
    threads: usize,
    mut next: impl FnMut(&mut P) -> Result<bool, ListError>,
    work: impl Fn(&mut S, &mut P) -> Result<(), ListError> + Sync,
    mut take: impl FnMut(&mut P) -> Result<(), ListError>,
) -> Result<(), ListError> {
    if threads <= 1 {
        let (mut piece, mut state) = (P::default(), S::default());
        while next(&mut piece)? {
            work(&mut state, &mut piece)?;
            take(&mut piece)?;
        }
        return Ok(());
    }
    let work = &work;
    std::thread::scope(|scope| {
        let lanes: Vec<Lane<P>> = (0..threads).map(|_| Lane::start(scope, work)).collect();
        let (mut given, mut taken) = (0, 0);
        let mut spare = Vec::new();
        let mut more = true;
        while more || taken < given {
            if more && given - taken < lanes.len() * QUEUE {
                let mut piece = spare.pop().unwrap_or_default();
                more = next(&mut piece)?;
                if more {
                    lanes[given % lanes.len()].give.send(piece).map_err(|_| ListError::Thread)?;
                    given += 1;
                }
                continue;
            }
            let mut piece = lanes[taken % lanes.len()].take.recv().map_err(|_| ListError::Thread)??;
            taken += 1;
            take(&mut piece)?;
            spare.push(piece);
        }
        Ok(())
    })
}

/// A thread with its way in and its way out.
struct Lane<P> {
    give: SyncSender<P>,
    take: Receiver<Result<P, ListError>>,
}

impl<P: Send> Lane<P> {
    fn start<'scope, 'env, S: Default>(
        scope: &'scope std::thread::Scope<'scope, 'env>,
        work: &'env (impl Fn(&mut S, &mut P) -> Result<(), ListError> + Sync),
    ) -> Self
    where
        P: 'scope,
    {
        let (give, to_do) = sync_channel::<P>(QUEUE);
        let (done, take) = sync_channel(QUEUE);
        scope.spawn(move || {
            let mut state = S::default();
            while let Ok(mut piece) = to_do.recv() {
                let worked = work(&mut state, &mut piece);
                if done.send(worked.map(|()| piece)).is_err() {
                    return;
                }
            }
        });
        Self { give, take }
    }
}

#[cfg(test)]
mod tests {
    use super::in_turn;
    use crate::error::ListError;

    #[test]
    fn pieces_come_back_in_the_order_in_which_they_went() {
        for threads in [0, 1, 2, 5] {
            let (mut sent, mut seen) = (0, Vec::new());
            in_turn(
                threads,
                |piece: &mut u64| {
                    sent += 1;
                    *piece = sent;
                    Ok(sent <= 1_000)
                },
                |sum: &mut u64, piece| {
                    *sum += *piece;
                    *piece *= 2;
                    Ok(())
                },
                |piece| {
                    seen.push(*piece);
                    Ok(())
                },
            )
            .unwrap();
            assert!(seen.iter().copied().eq((1..=1_000).map(|n| n * 2)), "{threads}");
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        for (threads, where_from) in [(1, 0), (1, 1), (1, 2), (3, 0), (3, 1), (3, 2)] {
            let mut sent = 0;
            let stop = |at, piece: u32| if at == where_from && piece == 10 { Err(ListError::Stopped) } else { Ok(()) };
            let mut last = 0;
            let end = in_turn(
                threads,
                |piece: &mut u32| {
                    sent += 1;
                    *piece = sent;
                    stop(0, sent).map(|()| true)
                },
                |_: &mut u32, piece| stop(1, *piece),
                |piece| {
                    last = *piece;
                    stop(2, last)
                },
            );
            assert!(matches!(end, Err(ListError::Stopped)), "{threads} {where_from}");
            assert!(last <= 10, "{threads} {where_from}: {last}");
        }
    }
}
