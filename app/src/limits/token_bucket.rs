//! How often: a token bucket.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

/// How often something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How often per minute, in the long run.
    pub per_minute: NonZeroU32,
    /// How often at once, after a pause.
    pub burst: NonZeroU32,
}

impl Rate {
    /// So often per minute and so often at once, each at least once.
    pub const fn of(per_minute: u32, burst: u32) -> Self {
        Self { per_minute: at_least_once(per_minute), burst: at_least_once(burst) }
    }

    /// So often per minute, and twice as often at once.
    pub fn per_minute(often: NonZeroU32) -> Self {
        Self { per_minute: often, burst: often.saturating_mul(NonZeroU32::MIN.saturating_add(1)) }
    }

    /// How many calls are told to the other processes together: a twentieth of the burst.
    pub fn block(self) -> u32 {
        (self.burst.get() / 20).max(1)
    }

    fn per_second(self) -> f64 {
        f64::from(self.per_minute.get()) / 60.0
    }
}

const fn at_least_once(often: u32) -> NonZeroU32 {
    match NonZeroU32::new(often) {
        Some(often) => often,
        None => NonZeroU32::MIN,
    }
}

/// What is left for one key. Several processes share a bucket: each takes from its own copy, and tells the others in blocks.
#[derive(Debug, Clone)]
pub struct Bucket {
    rate: Rate,
    left: f64,
    at: Instant,
    unsynced: u32,
    sync_in_flight: bool,
}

/// What came of a wish to take one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TakeOutcome {
    /// It was taken.
    Granted,
    /// It was taken, and so many are to be told to the other processes now.
    GrantedAndSync(u32),
    /// Too many are unsynced: first it has to be heard what the others have left.
    SyncFirst,
    /// Nothing is left; there will be something after this time.
    RetryAfter(Duration),
}

impl Bucket {
    /// A full bucket.
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self { rate, left: f64::from(rate.burst.get()), at: now, unsynced: 0, sync_in_flight: false }
    }

    /// Takes one, if there is one. Who is two blocks ahead has to hear of the others first.
    pub fn take(&mut self, now: Instant) -> TakeOutcome {
        if self.sync_in_flight && self.unsynced >= self.rate.block() * 2 && self.left >= 1.0 {
            return TakeOutcome::SyncFirst;
        }
        self.take_without_sync(now)
    }

    /// The same without hearing of the others: when the database is slow, a process goes on by itself.
    pub fn take_without_sync(&mut self, now: Instant) -> TakeOutcome {
        self.refill(now);
        if self.left < 1.0 {
            return TakeOutcome::RetryAfter(Duration::from_secs_f64((1.0 - self.left) / self.rate.per_second()));
        }
        self.left -= 1.0;
        self.unsynced = self.unsynced.saturating_add(1);
        if self.sync_in_flight || self.unsynced < self.rate.block() {
            return TakeOutcome::Granted;
        }
        self.sync_in_flight = true;
        TakeOutcome::GrantedAndSync(self.unsynced)
    }

    /// Takes one from a bucket that this process shares with no other; when there is none, how long until there is.
    pub fn take_local(&mut self, now: Instant) -> Result<(), Duration> {
        let taken = self.take_without_sync(now);
        self.unsynced = 0;
        self.sync_in_flight = false;
        match taken {
            TakeOutcome::RetryAfter(wait) => Err(wait),
            _ => Ok(()),
        }
    }

    /// Puts back one that was taken for nothing.
    pub fn put_back(&mut self) {
        self.left = (self.left + 1.0).min(f64::from(self.rate.burst.get()));
    }

    /// What all processes have left together after `told` were told, at this instant; nothing when it could not be heard, and
    /// then this process goes on by itself.
    pub fn heard(&mut self, told: u32, left: Option<f64>, now: Instant) {
        self.sync_in_flight = false;
        self.unsynced = self.unsynced.saturating_sub(told);
        self.refill(now);
        if let Some(left) = left {
            self.left = self.left.min(left - f64::from(self.unsynced));
        }
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * self.rate.per_second()).min(f64::from(self.rate.burst.get()));
        self.at = self.at.max(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::of(60, 100);

    /// How many of `wished` are taken at this instant, by a process that hears of no other.
    fn taken(bucket: &mut Bucket, wished: u32, now: Instant) -> u32 {
        let mut taken = 0;
        for _ in 0..wished {
            match bucket.take(now) {
                TakeOutcome::Granted => taken += 1,
                TakeOutcome::GrantedAndSync(told) => {
                    taken += 1;
                    bucket.heard(told, None, now);
                }
                TakeOutcome::SyncFirst | TakeOutcome::RetryAfter(_) => {}
            }
        }
        taken
    }

    #[test]
    fn a_pause_fills_the_bucket_and_no_more_than_that() {
        let (mut bucket, start) = (Bucket::full(RATE, Instant::now()), Instant::now());
        assert_eq!(taken(&mut bucket, 150, start), 100);
        assert_eq!(taken(&mut bucket, 150, start + Duration::from_secs(10)), 10);
        assert_eq!(taken(&mut bucket, 150, start + Duration::from_secs(3_600)), 100);
    }

    #[test]
    fn whoever_has_to_wait_is_told_how_long() {
        let (mut bucket, start) = (Bucket::full(RATE, Instant::now()), Instant::now());
        taken(&mut bucket, 100, start);
        let TakeOutcome::RetryAfter(wait) = bucket.take(start) else { panic!("nothing is left") };
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert_eq!(taken(&mut bucket, 1, start + wait), 1);
    }

    #[test]
    fn what_is_put_back_can_be_taken_again_and_never_makes_more_than_a_full_bucket() {
        let (mut bucket, now) = (Bucket::full(RATE, Instant::now()), Instant::now());
        bucket.put_back();
        assert_eq!(taken(&mut bucket, 150, now), 100);
        bucket.put_back();
        assert_eq!(taken(&mut bucket, 150, now), 1);
    }

    #[test]
    fn no_more_than_two_blocks_are_taken_before_the_others_are_heard() {
        let (mut bucket, now) = (Bucket::full(RATE, Instant::now()), Instant::now());
        let all: Vec<TakeOutcome> = (0..11).map(|_| bucket.take(now)).collect();
        assert_eq!((all[4], all[9], all[10]), (TakeOutcome::GrantedAndSync(5), TakeOutcome::Granted, TakeOutcome::SyncFirst));
        bucket.heard(5, Some(3.0 + 5.0), now);
        let left = (0..10).filter(|_| !matches!(bucket.take(now), TakeOutcome::RetryAfter(_))).count();
        assert_eq!(left, 3, "what the others took is gone here too");
    }
}
