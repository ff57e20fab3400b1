//! Splits a `WWW-Authenticate` header (RFC 9110 §11.3 and §11.6.1) into its parts.
//!
//! A comma separates both challenges and the parameters of one challenge. After a comma, a token and `=` is a parameter,
//! and any other token begins a challenge.

use alloc::vec::Vec;

use crate::encoding::grammar::is_token_byte;

/// A part of a header. What follows a scheme, up to the next one, belongs to it.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    Scheme(&'a str),
    /// Credentials in one piece, as in `Negotiate YII=`.
    Token68,
    Parameter(&'a str, Value<'a>),
    /// Something else, up to the next comma that is not in quotes.
    Malformed,
}

/// The value of a parameter: a token, or the content of a quoted string.
#[derive(Debug)]
pub(crate) struct Value<'a>(&'a [u8]);

impl Value<'_> {
    /// The bytes that it stands for. A token contains no backslash.
    pub(crate) fn decoded(&self) -> Vec<u8> {
        let mut bytes = self.0.iter();
        let mut decoded = Vec::with_capacity(self.0.len());
        while let Some(byte) = bytes.next() {
            decoded.extend(if *byte == b'\\' { bytes.next() } else { Some(byte) });
        }
        decoded
    }
}

/// The parts of one header line.
pub(crate) struct Parts<'a> {
    rest: &'a [u8],
    /// Whether what comes next belongs to the scheme before it, without a comma between them.
    is_after_scheme: bool,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(header: &'a [u8]) -> Self {
        Self { rest: header, is_after_scheme: false }
    }

    /// A token at the start of an element of the list: a scheme, or the name of a parameter.
    fn element(&mut self) -> Part<'a> {
        let (token, after) = split_at_end(self.rest, is_token_byte);
        match after.first() {
            _ if token.is_empty() => self.malformed(),
            _ if without_space(after).first() == Some(&b'=') => self.parameter(),
            None | Some(b' ' | b'\t' | b',') => {
                self.rest = without_space(after);
                self.is_after_scheme = !matches!(self.rest.first(), None | Some(b','));
                Part::Scheme(ascii(token))
            }
            Some(_) => self.malformed(),
        }
    }

    /// What follows a scheme directly.
    fn after_scheme(&mut self) -> Part<'a> {
        let (token, after) = split_at_end(self.rest, is_token68_byte);
        let (_, after) = split_at_end(after, |byte| byte == b'=');
        if !token.is_empty() && self.end_element(after) { Part::Token68 } else { self.parameter() }
    }

    fn parameter(&mut self) -> Part<'a> {
        let (name, after) = split_at_end(self.rest, is_token_byte);
        let value = without_space(after).strip_prefix(b"=").and_then(|after| value(without_space(after)));
        match value {
            Some((value, after)) if !name.is_empty() && self.end_element(after) => Part::Parameter(ascii(name), value),
            _ => self.malformed(),
        }
    }

    /// Goes on after this element of the list, if it does end here.
    fn end_element(&mut self, after: &'a [u8]) -> bool {
        let after = without_space(after);
        let ends = matches!(after.first(), None | Some(b','));
        if ends {
            self.rest = after;
        }
        ends
    }

    /// Skips the rest of the element.
    fn malformed(&mut self) -> Part<'a> {
        let (mut is_quoted, mut is_escaped) = (false, false);
        let ends = |byte: &u8| {
            let ends = *byte == b',' && !is_quoted;
            is_quoted ^= *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && is_quoted && !is_escaped;
            ends
        };
        let end = self.rest.iter().position(ends).unwrap_or(self.rest.len());
        self.rest = self.rest.get(end..).unwrap_or_default();
        Part::Malformed
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        if core::mem::take(&mut self.is_after_scheme) {
            return Some(self.after_scheme());
        }
        // Empty elements of a list are to be ignored (RFC 9110 §5.6.1.2).
        let (_, rest) = split_at_end(self.rest, |byte| is_space(byte) || byte == b',');
        self.rest = rest;
        (!rest.is_empty()).then(|| self.element())
    }
}

/// A value at the start of the text, and what follows it.
fn value(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let (token, after) = split_at_end(text, is_token_byte);
        return (!token.is_empty()).then_some((Value(token), after));
    };
    let mut is_escaped = false;
    let ends = |byte: &u8| {
        let ends = *byte == b'"' && !is_escaped || !is_text_byte(*byte);
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    };
    let end = quoted.iter().position(ends)?;
    let (content, after) = quoted.split_at_checked(end)?;
    Some((Value(content), after.strip_prefix(b"\"")?))
}

fn split_at_end(text: &[u8], is_part: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !is_part(*byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// A token is ASCII.
fn ascii(token: &[u8]) -> &str {
    core::str::from_utf8(token).unwrap_or_default()
}

fn without_space(text: &[u8]) -> &[u8] {
    split_at_end(text, is_space).1
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// RFC 9110 §11.2, without the padding.
fn is_token68_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte)
}

/// What a quoted string may contain, quoted or escaped (RFC 9110 §5.6.4).
fn is_text_byte(byte: u8) -> bool {
    matches!(byte, b'\t' | b' '..=b'~' | 0x80..)
}
