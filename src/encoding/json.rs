//! Reads JSON (RFC 8259) without building values: it borrows slices of the input.
//!
//! The crate has its own reader because a library's copies are not wiped, and because of its size. The suite and the
//! fuzzers compare it with `serde_json`.
//!
//! It reads bytes. Strings are validated as UTF-8 when they are read, so that a byte that is not UTF-8 costs the member
//! it is in, and not the document.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::Chars;

use zeroize::Zeroizing;

use crate::encoding::text::Text;

/// Some servers send a byte order mark.
pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text)
}

/// The text of a JSON value, as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a>(&'a [u8]);

impl<'a> Raw<'a> {
    pub(crate) const NULL: Self = Self(b"null");

    pub(crate) fn get(self) -> &'a [u8] {
        self.0
    }

    /// `None` if it is not UTF-8.
    pub(crate) fn text(self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }
}

/// The text is not JSON.
#[derive(Debug)]
pub(crate) struct NotJson;

/// Whether the text is one JSON value of any kind.
pub(crate) fn is_json(text: &[u8]) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.space();
    scanner.value().is_some() && scanner.is_at_end()
}

/// The members of an object, as name and value. `None` if the text does not begin an object.
///
/// The last item is an error if the text is not JSON from there on.
pub(crate) fn members(text: &[u8]) -> Option<impl Iterator<Item = Result<(Raw<'_>, Raw<'_>), NotJson>>> {
    Children::new(text, Container::Object)
}

/// The items of an array, as [`members`] does it.
pub(crate) fn items(text: &[u8]) -> Option<impl Iterator<Item = Result<Raw<'_>, NotJson>>> {
    Some(Children::new(text, Container::Array)?.map(|child| child.map(|(_, value)| value)))
}

/// A name that occurs twice in the same object.
#[derive(Debug)]
pub(crate) struct Twice;

/// The value at a path: each step is the name of an object's member or the index of an array's item.
pub(crate) fn find<'a, 's>(text: &'a [u8], steps: impl Iterator<Item = &'s str>) -> Result<Option<Raw<'a>>, Twice> {
    let mut found = Raw(text);
    for step in steps {
        match child(found.0, step)? {
            Some(value) => found = value,
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

fn child<'a>(text: &'a [u8], step: &str) -> Result<Option<Raw<'a>>, Twice> {
    let Some(members) = members(text) else {
        let item = items(text).zip(step.parse().ok()).and_then(|(mut items, index)| items.nth(index));
        return Ok(item.and_then(Result::ok));
    };
    let mut found = None;
    for (name, value) in members.flatten() {
        if string(name).is_some_and(|name| *name == *step) && found.replace(value).is_some() {
            return Err(Twice);
        }
    }
    Ok(found)
}

#[derive(Clone, Copy, PartialEq)]
enum Container {
    Array,
    Object,
}

impl Container {
    fn start(self) -> u8 {
        if self == Self::Object { b'{' } else { b'[' }
    }

    fn end(self) -> u8 {
        if self == Self::Object { b'}' } else { b']' }
    }
}

/// The children of an object or an array, one after the other, up to the end of the text.
struct Children<'a> {
    scanner: Scanner<'a>,
    container: Container,
    is_first: bool,
    is_over: bool,
}

/// The name, which is empty in an array, and the value.
type Child<'a> = (Raw<'a>, Raw<'a>);

impl<'a> Children<'a> {
    fn new(text: &'a [u8], container: Container) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        scanner.space();
        scanner.eat(container.start())?;
        Some(Self { scanner, container, is_first: true, is_over: false })
    }

    /// `None`: not JSON. `Some(None)`: the end.
    fn step(&mut self) -> Option<Option<Child<'a>>> {
        let scanner = &mut self.scanner;
        scanner.space();
        if scanner.eat(self.container.end()).is_some() {
            return scanner.is_at_end().then_some(None);
        }
        if !self.is_first {
            scanner.eat(b',')?;
            scanner.space();
        }
        self.is_first = false;
        let start = scanner.position;
        if self.container == Container::Object {
            scanner.string()?;
        }
        let name = scanner.since(start);
        scanner.colon(self.container)?;
        let start = scanner.position;
        scanner.value()?;
        Some(Some((name, scanner.since(start))))
    }
}

impl<'a> Iterator for Children<'a> {
    type Item = Result<Child<'a>, NotJson>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let step = self.step();
        self.is_over = !matches!(step, Some(Some(_)));
        step.map_or(Some(Err(NotJson)), |child| child.map(Ok))
    }
}

/// The open containers of a value, one bit each, so that nesting costs little memory, and up to 64 levels none.
#[derive(Default)]
struct Nesting {
    depth: usize,
    /// The innermost levels, the last one in the lowest bit: 1 for an object.
    inner: u64,
    /// 64 levels each.
    outer: Vec<u64>,
}

impl Nesting {
    fn push(&mut self, container: Container) {
        if self.depth > 0 && self.depth % 64 == 0 {
            self.outer.push(self.inner);
        }
        self.inner = self.inner << 1 | u64::from(container == Container::Object);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.inner >>= 1;
        self.depth = self.depth.saturating_sub(1);
        if self.depth > 0 && self.depth % 64 == 0 {
            self.inner = self.outer.pop().unwrap_or_default();
        }
    }

    fn last(&self) -> Option<Container> {
        let container = if self.inner & 1 == 1 { Container::Object } else { Container::Array };
        (self.depth > 0).then_some(container)
    }
}

/// Skips over JSON. Each step is `None` where the text is not JSON.
struct Scanner<'a> {
    text: &'a [u8],
    position: usize,
    /// Empty between values.
    nesting: Nesting,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, position: 0, nesting: Nesting::default() }
    }

    fn since(&self, start: usize) -> Raw<'a> {
        Raw(self.text.get(start..self.position).unwrap_or_default())
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.position += 1;
        Some(byte)
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.position += 1)
    }

    fn skip_while(&mut self, fits: impl Fn(u8) -> bool) {
        let rest = self.text.get(self.position..).unwrap_or_default();
        self.position += rest.iter().position(|byte| !fits(*byte)).unwrap_or(rest.len());
    }

    fn space(&mut self) {
        self.skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn is_at_end(&mut self) -> bool {
        self.space();
        self.peek().is_none()
    }

    /// Skips a value. In a loop rather than by recursion, so that deep nesting cannot exhaust the stack.
    fn value(&mut self) -> Option<()> {
        loop {
            match self.peek()? {
                b'{' => {
                    if self.open(Container::Object)? {
                        continue;
                    }
                }
                b'[' => {
                    if self.open(Container::Array)? {
                        continue;
                    }
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => self.word()?,
            }
            // A value has ended, and with it perhaps the containers that it is in.
            loop {
                let Some(container) = self.nesting.last() else { return Some(()) };
                self.space();
                if self.eat(container.end()).is_none() {
                    self.eat(b',')?;
                    self.space();
                    self.name(container)?;
                    break;
                }
                self.nesting.pop();
            }
        }
    }

    /// Enters a container, up to its first value. `false` if it is empty, and so has ended.
    fn open(&mut self, container: Container) -> Option<bool> {
        self.eat(container.start())?;
        self.space();
        if self.eat(container.end()).is_some() {
            return Some(false);
        }
        self.nesting.push(container);
        self.name(container)?;
        Some(true)
    }

    /// In an object, the name of a member and the colon after it. In an array, nothing.
    fn name(&mut self, container: Container) -> Option<()> {
        if container == Container::Object {
            self.string()?;
        }
        self.colon(container)
    }

    fn colon(&mut self, container: Container) -> Option<()> {
        if container == Container::Object {
            self.space();
            self.eat(b':')?;
            self.space();
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            self.skip_while(is_unescaped);
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// The rest of an escape, after its backslash.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => (0..4).try_for_each(|_| self.next().filter(u8::is_ascii_hexdigit).map(drop)),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.eat(b'-');
        if self.eat(b'0').is_none() {
            self.digits()?;
        }
        if self.eat(b'.').is_some() {
            self.digits()?;
        }
        if self.eat(b'e').or_else(|| self.eat(b'E')).is_some() {
            let _ = self.eat(b'-').or_else(|| self.eat(b'+'));
            self.digits()?;
        }
        Some(())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        self.next().filter(u8::is_ascii_digit)?;
        self.skip_while(|byte| byte.is_ascii_digit());
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        self.position += words.into_iter().find(|word| rest.starts_with(word))?.len();
        Some(())
    }
}

/// The bytes that are written unescaped in a string (RFC 8259 §7). A token has hundreds of them, and a table takes half the
/// instructions of three comparisons.
#[expect(clippy::indexing_slicing, reason = "at compile time")]
const UNESCAPED: [bool; 256] = {
    let mut unescaped = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        unescaped[byte] = !matches!(byte as u8, 0..b' ' | b'"' | b'\\');
        byte += 1;
    }
    unescaped
};

fn is_unescaped(byte: u8) -> bool {
    UNESCAPED.get(usize::from(byte)).is_some_and(|unescaped| *unescaped)
}

/// The content of a JSON string, borrowed if nothing in it is escaped. `None` if the value is not a string, not UTF-8, or
/// has half of a surrogate pair.
pub(crate) fn string(raw: Raw<'_>) -> Option<Text<'_>> {
    let escaped = core::str::from_utf8(raw.0.strip_prefix(b"\"")?.strip_suffix(b"\"")?).ok()?;
    if !has_backslash(escaped) {
        return Some(Text::Borrowed(escaped));
    }
    // Escaped text is never shorter, so the buffer does not grow and leaves no copies.
    let mut out = Zeroizing::new(String::with_capacity(escaped.len()));
    let mut rest = escaped.chars();
    while let Some(c) = rest.next() {
        out.push(if c == '\\' { unescape(&mut rest)? } else { c });
    }
    Some(Text::Decoded(out))
}

/// Without a branch for each byte, since a token has hundreds.
fn has_backslash(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | (byte == b'\\'))
}

/// The character of an escape, after its backslash (RFC 8259 §7).
fn unescape(rest: &mut Chars<'_>) -> Option<char> {
    Some(match rest.next()? {
        plain @ ('"' | '\\' | '/') => plain,
        'b' => '\u{8}',
        'f' => '\u{C}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = hex4(rest)?;
            if !matches!(first, 0xD800..=0xDBFF) {
                return char::from_u32(first);
            }
            let is_pair = rest.next() == Some('\\') && rest.next() == Some('u');
            let second = hex4(rest).filter(|second| is_pair && matches!(second, 0xDC00..=0xDFFF))?;
            char::from_u32(0x1_0000 + (first - 0xD800) * 0x400 + (second - 0xDC00))?
        }
        _ => return None,
    })
}

fn hex4(rest: &mut Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |code, _| Some(code * 16 + rest.next()?.to_digit(16)?))
}

/// The document, with an empty string in the place of each string that is to go, by the name before it and its text.
pub(crate) fn without_strings(document: &[u8], goes: impl Fn(&str, &str) -> bool) -> Vec<u8> {
    let mut scanner = Scanner::new(document);
    // It does not grow: growing would leave copies.
    let mut kept = Vec::with_capacity(document.len());
    let mut name = None;
    while let Some(byte) = scanner.peek() {
        let start = scanner.position;
        if byte != b'"' || scanner.string().is_none() {
            scanner.position = start + 1;
            kept.push(byte);
            continue;
        }
        let found = scanner.since(start);
        let text = string(found);
        scanner.space();
        if scanner.peek() == Some(b':') {
            name = text;
            kept.extend_from_slice(found.get());
        } else {
            let is_gone = name.as_ref().zip(text).is_some_and(|(name, text)| goes(name, &text));
            kept.extend_from_slice(if is_gone { b"\"\"" } else { found.get() });
        }
    }
    kept
}

/// An object of strings, in one allocation of the exact size. A name that repeats has an array of them.
pub(crate) fn object(pairs: &[(&str, &str)]) -> String {
    let mut len = 0;
    write_object(&mut |part| len += part.len(), pairs);
    let mut out = String::with_capacity(len);
    write_object(&mut |part| out.push_str(part), pairs);
    out
}

fn write_object(out: &mut dyn FnMut(&str), pairs: &[(&str, &str)]) {
    let mut start = "{";
    for (index, (name, value)) in pairs.iter().enumerate() {
        let same = |(other, _): &&(&str, &str)| other == name;
        if pairs.iter().take(index).any(|pair| same(&pair)) {
            continue;
        }
        out(start);
        start = ",";
        write_string(out, name);
        out(":");
        let mut others = pairs.iter().skip(index + 1).filter(same).peekable();
        if others.peek().is_none() {
            write_string(out, value);
            continue;
        }
        out("[");
        write_string(out, value);
        for (_, value) in others {
            out(",");
            write_string(out, value);
        }
        out("]");
    }
    out(if start == "{" { "{}" } else { "}" });
}

/// A string with its quotes, in one allocation of the exact size.
pub(crate) fn quoted(text: &str) -> String {
    let mut len = 0;
    write_string(&mut |part| len += part.len(), text);
    let mut out = String::with_capacity(len);
    write_string(&mut |part| out.push_str(part), text);
    out
}

fn write_string(out: &mut dyn FnMut(&str), text: &str) {
    out("\"");
    let mut start = 0;
    for (end, byte) in text.bytes().enumerate() {
        // Only ASCII is escaped, so this is never inside of a character.
        if !is_unescaped(byte) {
            out(text.get(start..end).unwrap_or_default());
            write_escaped(out, byte);
            start = end + 1;
        }
    }
    out(text.get(start..).unwrap_or_default());
    out("\"");
}

fn write_escaped(out: &mut dyn FnMut(&str), byte: u8) {
    let escape = match byte {
        b'"' => "\\\"",
        b'\\' => "\\\\",
        0x08 => "\\b",
        b'\t' => "\\t",
        b'\n' => "\\n",
        0x0C => "\\f",
        b'\r' => "\\r",
        _ => {
            let digit = usize::from(byte % 16);
            out(if byte < 16 { "\\u000" } else { "\\u001" });
            "0123456789abcdef".get(digit..=digit).unwrap_or_default()
        }
    };
    out(escape);
}
