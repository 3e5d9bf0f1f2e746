//! The verdict on one scenario for one destination.

/// What came out. Every listed scenario has one; there is no way to leave a scenario out of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every check passed.
    Passed,
    /// A check of a `must` scenario failed.
    Failed,
    /// A check of a `should` scenario failed: shown, but it does not make the destination nonconforming.
    Advised,
    /// The scenario does not concern this destination.
    NotApplicable {
        /// Which claim of the destination and which demand of the scenario do not meet.
        reason: String,
    },
    /// The destination's process ended, or broke the connection, while the scenario was in flight.
    Crashed {
        /// What was seen.
        message: String,
    },
    /// The destination did not answer in time.
    TimedOut {
        /// What was waited for, and how long.
        message: String,
    },
    /// The adapter says that it could not even try, which is neither a pass nor a failure of the destination.
    /// It is red all the same, because the scenario was claimed and stays unjudged.
    Untestable {
        /// What the adapter said.
        message: String,
    },
    /// Failed in just the way that the known-failures file describes.
    KnownFailure {
        /// Why it is accepted, from that file.
        reason: String,
    },
    /// Repetitions came to different verdicts.
    Flaky {
        /// The verdict of each repetition, in order.
        seen: Vec<&'static str>,
    },
}

impl Verdict {
    /// Whether a known-failures file may cover it: only what was judged to the end.
    pub(super) fn may_be_accepted(&self) -> bool {
        match self {
            Self::Failed | Self::Advised => true,
            Self::Flaky { seen } => seen.iter().all(|name| {
                [Self::Passed, Self::Failed, Self::Advised].iter().any(|judged| judged.name() == *name)
            }),
            _ => false,
        }
    }

    /// The word that reports use.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Advised => "advised",
            Self::NotApplicable { .. } => "not-applicable",
            Self::Crashed { .. } => "crashed",
            Self::TimedOut { .. } => "timed-out",
            Self::Untestable { .. } => "untestable",
            Self::KnownFailure { .. } => "known-failure",
            Self::Flaky { .. } => "flaky",
        }
    }

    /// Whether this verdict alone says that the destination does not conform.
    #[must_use]
    pub fn is_red(&self) -> bool {
        match self {
            Self::Failed
            | Self::Crashed { .. }
            | Self::TimedOut { .. }
            | Self::Untestable { .. }
            | Self::Flaky { .. } => true,
            Self::Passed | Self::Advised | Self::NotApplicable { .. } | Self::KnownFailure { .. } => false,
        }
    }

    /// What there is to say beyond the word.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Passed | Self::Failed | Self::Advised => None,
            Self::NotApplicable { reason } | Self::KnownFailure { reason } => Some(reason.clone()),
            Self::Crashed { message } | Self::TimedOut { message } | Self::Untestable { message } => {
                Some(message.clone())
            }
            Self::Flaky { seen } => {
                Some(format!("repetitions came to different verdicts: {}", seen.join(", ")))
            }
        }
    }
}
