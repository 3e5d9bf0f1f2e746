//! Amounts of money, as JSON has them.

use serde_json::{Number, Value};

/// Digits after the point that are kept: more than any currency has, and few enough to hide that 3 x 9.99 is not 29.97
/// in binary.
const SCALE: f64 = 1e8;
/// Amounts from here on stay as they are.
const LARGE: f64 = 9e15;

/// An amount as a JSON number; a whole one without a point, as recorded.
pub(super) fn amount(value: f64) -> Value {
    // Two numbers that JSON can write may have a product or a sum that it cannot.
    let value = value.clamp(f64::MIN, f64::MAX);
    // Beyond this, not every whole number exists as a float, and neither does a cent.
    if value.abs() >= LARGE {
        return Number::from_f64(value).map_or(Value::Null, Value::Number);
    }
    let rounded = (value * SCALE).round() / SCALE;
    if rounded.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within the range of i64")]
        return Value::from(rounded as i64);
    }
    Number::from_f64(rounded).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_what_a_person_would_write() {
        assert_eq!(amount(3.0 * 9.99).to_string(), "29.97");
        assert_eq!(amount(90.0).to_string(), "90");
        assert_eq!(amount(0.0).to_string(), "0");
        assert_eq!(amount(0.1 + 0.2).to_string(), "0.3");
    }

    #[test]
    fn an_amount_is_always_a_number() {
        for huge in [1e15, 9e15, 1e300, f64::MAX, 1e200 * 1e200, -1e200 * 1e200] {
            assert!(amount(huge).is_number(), "{huge}");
        }
        assert_eq!(amount(1e200 * 1e200), Value::from(f64::MAX));
    }
}
