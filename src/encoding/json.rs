//! JSON where the shape is not known beforehand: values as they stand in the text, passed over and not made.
//!
//! A reader of its own, because what a library makes of a response is not wiped, and because of its size (*Decisions* on
//! the front page). The suite and the fuzzers hold it against `serde_json`.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Deref;
use core::str::Chars;

use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::encoding::{decimal, text};

/// Some servers put one in front.
pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// A JSON value as it stands in the text.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    pub(crate) fn get(self) -> &'a str {
        self.0
    }
}

/// The text is not JSON (RFC 8259).
#[derive(Debug)]
pub(crate) struct NotJson;

/// Whether it is JSON of any kind.
pub(crate) fn is_json(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.space();
    scanner.value().is_some() && scanner.ends()
}

/// The members of an object, each with its name. `None`: it is no object.
pub(crate) fn members(text: &str) -> Option<impl Iterator<Item = Result<(Raw<'_>, Raw<'_>), NotJson>>> {
    Children::of(text, b'{')
}

/// The items of a list. `None`: it is no list.
pub(crate) fn items(text: &str) -> Option<impl Iterator<Item = Result<Raw<'_>, NotJson>>> {
    Some(Children::of(text, b'[')?.map(|child| child.map(|(_, value)| value)))
}

/// One member of an object by its name, if it is there once and of this type.
pub(crate) fn member<T: DeserializeOwned>(text: &str, name: &str) -> Option<T> {
    let value = child(without_byte_order_mark(text), name).ok()??;
    serde_json::from_str(value.get()).ok()
}

/// A name that comes twice in the same object.
#[derive(Debug)]
pub(crate) struct Twice;

/// The value at a place: a member of the object by its name, or by a path such as `/data/access_token` or
/// `/errors/0/message`.
pub(crate) fn find<'a>(text: &'a str, place: &str) -> Result<Option<Raw<'a>>, Twice> {
    let Some(path) = place.strip_prefix('/') else { return child(text, place) };
    let mut found = None;
    for step in text::parts(path, b'/') {
        found = child(found.map_or(text, Raw::get), step)?;
        if found.is_none() {
            break;
        }
    }
    Ok(found)
}

/// A member of an object by its name, or of a list by its number. Anything else has none. In a text that is cut off it
/// is looked for as far as that goes.
fn child<'a>(text: &'a str, step: &str) -> Result<Option<Raw<'a>>, Twice> {
    let Some(members) = members(text) else {
        let index = decimal::read(step).and_then(|index| index.try_into().ok());
        let item = items(text).zip(index).and_then(|(mut items, index)| items.nth(index));
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

/// What an object or a list has in it, one after the other, to the end of the text.
struct Children<'a> {
    scanner: Scanner<'a>,
    end: u8,
    is_first: bool,
    is_over: bool,
}

/// The name, which is empty in a list, and the value.
type Child<'a> = (Raw<'a>, Raw<'a>);

impl<'a> Children<'a> {
    fn of(text: &'a str, start: u8) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        scanner.space();
        scanner.eat(start)?;
        Some(Self { scanner, end: closing(start), is_first: true, is_over: false })
    }

    /// `None`: not JSON. `Some(None)`: the end.
    fn step(&mut self) -> Option<Option<Child<'a>>> {
        let scanner = &mut self.scanner;
        scanner.space();
        if scanner.eat(self.end).is_some() {
            return scanner.ends().then_some(None);
        }
        if !self.is_first {
            scanner.eat(b',')?;
            scanner.space();
        }
        self.is_first = false;
        let start = scanner.at();
        if self.end == b'}' {
            scanner.string()?;
        }
        let name = scanner.since(start)?;
        scanner.colon(self.end)?;
        let start = scanner.at();
        scanner.value()?;
        Some(Some((name, scanner.since(start)?)))
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

/// `}` for `{`, and `]` for `[`: in ASCII, they stand two places on.
fn closing(opening: u8) -> u8 {
    opening + 2
}

/// Passes over JSON (RFC 8259). Each step is `None` where the text is not JSON.
struct Scanner<'a> {
    text: &'a str,
    rest: &'a [u8],
    /// The ends that are to come within a value. It is empty between values, and keeps its room.
    open: Vec<u8>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, rest: text.as_bytes(), open: Vec::new() }
    }

    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn since(&self, start: usize) -> Option<Raw<'a>> {
        self.text.get(start..self.at()).map(Raw)
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        self.rest = self.rest.strip_prefix(&[byte])?;
        Some(())
    }

    /// Passes over bytes as long as they fit.
    fn skip(&mut self, fits: impl Fn(u8) -> bool) {
        while let Some((_, rest)) = self.rest.split_first().filter(|(byte, _)| fits(**byte)) {
            self.rest = rest;
        }
    }

    fn space(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    }

    /// Whether nothing but space is left.
    fn ends(&mut self) -> bool {
        self.space();
        self.rest.is_empty()
    }

    /// Any value. In a loop, so that one that is nested deeply needs heap, and no stack.
    fn value(&mut self) -> Option<()> {
        loop {
            match self.rest.first()? {
                byte @ (b'{' | b'[') => {
                    let end = closing(*byte);
                    self.eat(*byte)?;
                    self.space();
                    if self.eat(end).is_none() {
                        self.open.push(end);
                        self.name(end)?;
                        continue;
                    }
                }
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => self.word()?,
            }
            // A value has ended here, and with it perhaps what it was in.
            loop {
                let Some(end) = self.open.last().copied() else { return Some(()) };
                self.space();
                if self.eat(end).is_none() {
                    self.eat(b',')?;
                    self.space();
                    self.name(end)?;
                    break;
                }
                self.open.pop();
            }
        }
    }

    /// The name of a member, and the colon behind it, in an object. In a list there is none.
    fn name(&mut self, end: u8) -> Option<()> {
        if end == b'}' {
            self.string()?;
        }
        self.colon(end)
    }

    fn colon(&mut self, end: u8) -> Option<()> {
        if end == b'}' {
            self.space();
            self.eat(b':')?;
            self.space();
        }
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            self.plain_text();
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// Passes over what stands for itself in a string. Most of them end within eight bytes or so. One that goes on may be
    /// a token: of that the compiler looks at a long block in one step.
    fn plain_text(&mut self) {
        if !self.eight_plain() {
            return;
        }
        while let Some((block, rest)) = self.rest.split_first_chunk::<48>() {
            if !block.iter().fold(true, |all, byte| all & is_plain(*byte)) {
                break;
            }
            self.rest = rest;
        }
        while self.eight_plain() {}
    }

    /// Passes over eight bytes, or what is plain of them. Whether there may be more behind them.
    fn eight_plain(&mut self) -> bool {
        let Some(block) = self.rest.first_chunk() else {
            self.skip(is_plain);
            return false;
        };
        let plain = plain_bytes(*block);
        self.rest = self.rest.get(plain..).unwrap_or_default();
        plain == block.len()
    }

    /// What follows a backslash.
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

    /// One or more.
    fn digits(&mut self) -> Option<()> {
        self.next().filter(u8::is_ascii_digit)?;
        self.skip(|byte| byte.is_ascii_digit());
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let words: [&[u8]; 3] = [b"true", b"false", b"null"];
        self.rest = words.into_iter().find_map(|word| self.rest.strip_prefix(word))?;
        Some(())
    }
}

/// How many of eight bytes stand for themselves in a string, before one that does not. All at once: a byte that is less
/// than another one borrows from its highest bit when that is taken from it.
fn plain_bytes(block: [u8; 8]) -> usize {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    let word = u64::from_le_bytes(block);
    let less = |word: u64, than: u8| word.wrapping_sub(EACH * u64::from(than)) & !word;
    let is = |byte: u8| less(word ^ (EACH * u64::from(byte)), 1);
    let special = (less(word, b' ') | is(b'"') | is(b'\\')) & (EACH << 7);
    // A borrow can only reach bytes behind the first one that is found.
    special.trailing_zeros() as usize / 8
}

/// Whether the byte stands for itself in a string.
fn is_plain(byte: u8) -> bool {
    (byte >= b' ') & (byte != b'"') & (byte != b'\\')
}

/// The text of a JSON string, borrowed where nothing in it is escaped.
///
/// A token or a code may be in it, so what is unescaped is wiped. PHP escapes each `/`.
pub(crate) fn string(raw: Raw<'_>) -> Option<Text<'_>> {
    let escaped = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    // Without an early end, so that the compiler takes many bytes in one step.
    if !escaped.bytes().fold(false, |found, byte| found | (byte == b'\\')) {
        return Some(Text::Plain(escaped));
    }
    // Escaped text is never shorter, so the buffer does not grow.
    let mut out = Zeroizing::new(String::with_capacity(escaped.len()));
    let mut rest = escaped.chars();
    while let Some(c) = rest.next() {
        out.push(if c == '\\' { unescape(&mut rest)? } else { c });
    }
    Some(Text::Unescaped(out))
}

/// A text that is wiped where it was copied.
pub(crate) enum Text<'a> {
    Plain(&'a str),
    Unescaped(Zeroizing<String>),
}

impl Text<'_> {
    pub(crate) fn into_owned(self) -> Zeroizing<String> {
        match self {
            Self::Plain(text) => Zeroizing::new(text.into()),
            Self::Unescaped(text) => text,
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Unescaped(text) => text,
        }
    }
}

/// What follows a backslash (RFC 8259 §7). Half of a surrogate pair is no character.
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

/// An object of strings, in one allocation of the exact size. A name that repeats has a list of them.
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

fn write_string(out: &mut dyn FnMut(&str), text: &str) {
    out("\"");
    let mut start = 0;
    for (end, byte) in text.bytes().enumerate() {
        // What is escaped is ASCII, so this is never within a character.
        if !is_plain(byte) {
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
