//! Whole numbers in decimal. What `core` has for it knows signs, bases and widths, and is the larger part of a small
//! program that prints one number.

use alloc::string::String;

/// One digit or more and nothing else. More than a `u64` holds gives the largest one.
pub(crate) fn read(text: &str) -> Option<u64> {
    let mut number: u64 = 0;
    for byte in text.bytes() {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number = number.saturating_mul(10).saturating_add(digit.into());
    }
    (!text.is_empty()).then_some(number)
}

/// Without zeros in front.
pub(crate) fn write(number: u64) -> String {
    let mut text = String::new();
    let mut power = 10_000_000_000_000_000_000;
    while power > 0 {
        let digit = number / power % 10;
        if digit > 0 || power == 1 || !text.is_empty() {
            text.push(char::from(b'0' + digit as u8));
        }
        power /= 10;
    }
    text
}
