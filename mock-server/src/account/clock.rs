//! An account's clock: it can be read, frozen, set and advanced, and every time in bodies, journal, limits and jobs
//! follows it.

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::world::Clock;

/// The clock of one account.
#[derive(Debug)]
pub struct AccountClock {
    initial: Clock,
    setting: Mutex<Setting>,
}

#[derive(Debug, Clone, Copy)]
enum Setting {
    /// Stands still.
    Frozen(Timestamp),
    /// Goes on, so far ahead of the machine's (or behind).
    Running(SignedDuration),
}

impl Setting {
    fn of(clock: Clock) -> Self {
        match clock {
            Clock::Real => Self::Running(SignedDuration::ZERO),
            Clock::Fixed(at) => Self::Frozen(at),
        }
    }

    fn now(self) -> Timestamp {
        match self {
            Self::Frozen(at) => at,
            // Setting and advancing keep within the range of times; only an age on a running clock could leave it.
            Self::Running(ahead) => Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX),
        }
    }

    /// The same kind of clock, showing `at`.
    fn showing(self, at: Timestamp) -> Self {
        match self {
            Self::Frozen(_) => Self::Frozen(at),
            Self::Running(_) => Self::Running(Timestamp::now().duration_until(at)),
        }
    }

    /// A clock that shows the same time and stands still, or goes on from there.
    fn frozen(self, frozen: bool) -> Self {
        let kind = if frozen { Self::Frozen(Timestamp::MIN) } else { Self::Running(SignedDuration::ZERO) };
        kind.showing(self.now())
    }

    fn advanced(self, by: SignedDuration) -> Result<Self, OutOfRange> {
        Ok(self.showing(self.now().checked_add(by).map_err(|_| OutOfRange)?))
    }
}

/// What is told to a clock at once: all of it happens, in this order, or nothing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ClockChange {
    /// Stand still, or go on.
    pub(crate) frozen: Option<bool>,
    /// Show this time.
    pub(crate) now: Option<Timestamp>,
    /// Move by so much, forwards or back.
    pub(crate) advance: Option<SignedDuration>,
}

/// A time that no clock can show.
#[derive(Debug, thiserror::Error)]
#[error("this leads out of the range of times, which are the years -9999 to 9999")]
pub struct OutOfRange;

impl AccountClock {
    /// A clock that starts as `initial`.
    #[must_use]
    pub(crate) fn new(initial: Clock) -> Self {
        Self { initial, setting: Mutex::new(Setting::of(initial)) }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.setting.lock().now()
    }

    /// The time, and whether it is another than the machine's.
    #[must_use]
    pub(crate) fn read(&self) -> (Timestamp, bool) {
        let setting = *self.setting.lock();
        (setting.now(), !matches!(setting, Setting::Running(SignedDuration::ZERO)))
    }

    /// Whether it stands still.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(*self.setting.lock(), Setting::Frozen(_))
    }

    /// Makes it show `at`: a frozen clock stands there, a running one goes on from there.
    pub fn set(&self, at: Timestamp) {
        let mut setting = self.setting.lock();
        *setting = setting.showing(at);
    }

    /// Moves it by `by`, which may be negative.
    ///
    /// # Errors
    /// When there is no such time; the clock is as it was then.
    pub fn advance(&self, by: SignedDuration) -> Result<(), OutOfRange> {
        self.change(ClockChange { advance: Some(by), ..ClockChange::default() })
    }

    /// Makes it stand still where it is, or go on from there.
    pub fn freeze(&self, frozen: bool) {
        let mut setting = self.setting.lock();
        *setting = setting.frozen(frozen);
    }

    /// Does all of a change, or nothing.
    ///
    /// # Errors
    /// When it leads to no time that there is.
    pub(crate) fn change(&self, change: ClockChange) -> Result<(), OutOfRange> {
        // One lock over reading and writing: of two who advance at once, neither is lost.
        let mut setting = self.setting.lock();
        let mut next = *setting;
        if let Some(frozen) = change.frozen {
            next = next.frozen(frozen);
        }
        if let Some(at) = change.now {
            next = next.showing(at);
        }
        if let Some(by) = change.advance {
            next = next.advanced(by)?;
        }
        *setting = next;
        Ok(())
    }

    /// Back to what it was at the start.
    pub fn reset(&self) {
        *self.setting.lock() = Setting::of(self.initial);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_frozen_clock_moves_when_it_is_told_to() {
        let clock = AccountClock::new(Clock::fixed(at("2026-01-02T03:04:05Z")));
        clock.advance(SignedDuration::from_secs(60)).unwrap();
        assert_eq!(clock.now(), at("2026-01-02T03:05:05Z"));
        clock.set(at("2027-01-01T00:00:00Z"));
        assert_eq!((clock.now(), clock.is_frozen()), (at("2027-01-01T00:00:00Z"), true));
        clock.reset();
        assert_eq!(clock.now(), at("2026-01-02T03:04:05Z"));
    }

    #[test]
    fn a_running_clock_goes_on_from_where_it_is_set() {
        let clock = AccountClock::new(Clock::real());
        clock.set(at("2030-01-01T00:00:00Z"));
        assert!(clock.now() >= at("2030-01-01T00:00:00Z") && !clock.is_frozen());
        clock.freeze(true);
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn none_of_many_who_advance_at_once_is_lost() {
        let clock = AccountClock::new(Clock::fixed(at("2026-01-02T03:00:00Z")));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| clock.advance(SignedDuration::from_secs(1)).unwrap()));
            }
        });
        assert_eq!(clock.now(), at("2026-01-02T04:06:40Z"));
    }

    #[test]
    fn a_change_that_fails_changes_nothing() {
        let clock = AccountClock::new(Clock::fixed(at("2026-01-02T03:04:05Z")));
        let advance = Some(SignedDuration::MAX);
        let now = Some(at("2030-01-01T00:00:00Z"));
        assert!(clock.change(ClockChange { frozen: Some(false), now, advance }).is_err());
        assert_eq!((clock.now(), clock.is_frozen()), (at("2026-01-02T03:04:05Z"), true));
    }

    #[test]
    fn a_clock_does_not_leave_the_range_of_times() {
        let clock = AccountClock::new(Clock::fixed(at("2026-01-02T03:04:05Z")));
        assert!(clock.advance(SignedDuration::MAX).is_err());
        assert_eq!(clock.now(), at("2026-01-02T03:04:05Z"));
    }
}
