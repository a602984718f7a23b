//! Token bucket, for the rate of calls.

use std::{
    num::NonZeroU32,
    time::{Duration, Instant},
};

/// The rate at which something may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The number per minute, in the long run.
    pub per_minute: NonZeroU32,
    /// The number at once, after a pause.
    pub burst: NonZeroU32,
}

impl Rate {
    /// A rate of `per_minute` and a burst, each at least one.
    pub const fn of(per_minute: u32, burst: u32) -> Self {
        Self { per_minute: at_least_once(per_minute), burst: at_least_once(burst) }
    }

    /// A rate of `often` per minute, with a burst of twice as many.
    pub fn per_minute(often: NonZeroU32) -> Self {
        Self { per_minute: often, burst: often.saturating_mul(NonZeroU32::MIN.saturating_add(1)) }
    }

    /// The number of calls that are reported to the other processes together: a twentieth of the burst.
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

/// The bucket of one key. Several processes share it: each takes from its own copy, and reports to the others in blocks.
#[derive(Debug, Clone)]
pub struct Bucket {
    rate: Rate,
    left: f64,
    at: Instant,
    unsynced: u32,
    sync_in_flight: bool,
}

/// The outcome of taking one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TakeOutcome {
    /// One was taken.
    Granted,
    /// One was taken, and this number is to be reported to the other processes now.
    GrantedAndSync(u32),
    /// Too many are not reported yet: first the bucket must be synchronized with the other processes.
    SyncFirst,
    /// None is left; there will be one after this time.
    RetryAfter(Duration),
}

impl Bucket {
    /// A full bucket.
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self { rate, left: f64::from(rate.burst.get()), at: now, unsynced: 0, sync_in_flight: false }
    }

    /// Takes one, if there is one. A process that is two blocks ahead has to synchronize first.
    pub fn take(&mut self, now: Instant) -> TakeOutcome {
        if self.sync_in_flight && self.unsynced >= self.rate.block() * 2 && self.left >= 1.0 {
            return TakeOutcome::SyncFirst;
        }
        self.take_without_sync(now)
    }

    /// The same without synchronization: when the database is slow, a process goes on by itself.
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

    /// Takes one from a bucket of this process alone, or answers how long it takes until there is one.
    pub fn take_local(&mut self, now: Instant) -> Result<(), Duration> {
        let taken = self.take_without_sync(now);
        self.unsynced = 0;
        self.sync_in_flight = false;
        match taken {
            TakeOutcome::RetryAfter(wait) => Err(wait),
            _ => Ok(()),
        }
    }

    /// Puts one back that was not used. If it has been reported to the other processes meanwhile, it is lost at the next synchronization.
    pub fn put_back(&mut self) {
        self.unsynced = self.unsynced.saturating_sub(1);
        self.left = (self.left + 1.0).min(f64::from(self.rate.burst.get()));
    }

    /// Synchronizes after `told` calls were reported: `left` is what all processes have left together at this instant. Without an
    /// answer it is none, and this process goes on by itself.
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

    /// The number of `wished` that are taken at this instant, by a process that is never synchronized.
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
