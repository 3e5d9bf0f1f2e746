//! What a reply without success means, by the rules of Segment's platform.

use reqwest::Response;
use reqwest::header::RETRY_AFTER;

use crate::protocol::{DeliveryResult, Outcome};

/// What a refusal means: 4xx is final except 408, 423 and 429; 5xx may be retried except 501.
pub(super) fn refused(status: u16, retry_after_ms: Option<u64>, text: String) -> DeliveryResult {
    let may_retry = matches!(status, 408 | 423 | 429) || (status >= 500 && status != 501);
    let outcome = if may_retry { Outcome::Retryable } else { Outcome::Rejected };
    DeliveryResult {
        outcome,
        status: Some(status),
        retry_after_ms: retry_after_ms.filter(|_| may_retry),
        message: (!text.is_empty()).then_some(text),
    }
}

/// `Retry-After`, which may be seconds or a date; one in the past, or that cannot be read, says nothing.
pub(super) fn retry_after(reply: &Response) -> Option<u64> {
    let text = reply.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u64>() {
        Ok(seconds) => seconds.checked_mul(1000),
        Err(_) => {
            let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
            u64::try_from(at.duration_since(jiff::Timestamp::now()).as_millis()).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_final_or_not_as_segment_has_it() {
        for (status, outcome) in [
            (400, Outcome::Rejected),
            (401, Outcome::Rejected),
            (404, Outcome::Rejected),
            (422, Outcome::Rejected),
            (501, Outcome::Rejected),
            (301, Outcome::Rejected),
            (408, Outcome::Retryable),
            (423, Outcome::Retryable),
            (429, Outcome::Retryable),
            (500, Outcome::Retryable),
            (502, Outcome::Retryable),
            (503, Outcome::Retryable),
            (529, Outcome::Retryable),
        ] {
            let result = refused(status, Some(5), String::new());
            assert_eq!(result.outcome, outcome, "{status}");
            assert_eq!(result.retry_after_ms.is_some(), outcome == Outcome::Retryable, "{status}");
        }
    }
}
