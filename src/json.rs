//! JSON where the shape is not known beforehand, without a copy of a secret that is not wiped.

use alloc::string::String;
use core::fmt::{self, Write};
use core::ops::Deref;
use core::str::Chars;

use serde::de::{DeserializeOwned, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// Some servers put one in front.
pub(crate) fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
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
pub(crate) fn find<'a>(text: &'a str, place: &str) -> Result<Option<&'a RawValue>, Twice> {
    let Some(path) = place.strip_prefix('/') else { return child(text, place) };
    let mut found = None;
    for step in path.split('/') {
        found = child(found.map_or(text, RawValue::get), step)?;
        if found.is_none() {
            break;
        }
    }
    Ok(found)
}

/// A member of an object by its name, or of a list by its number. Anything else has none.
fn child<'a>(text: &'a str, step: &str) -> Result<Option<&'a RawValue>, Twice> {
    struct Child<'s>(&'s str);

    impl<'de> Visitor<'de> for Child<'_> {
        type Value = Result<Option<&'de RawValue>, Twice>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object or a list")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = Ok(None);
            while let Some(key) = map.next_key::<&RawValue>()? {
                let value = map.next_value()?;
                if string(key).is_some_and(|key| *key == *self.0) {
                    found = found.and_then(|earlier| if earlier.is_some() { Err(Twice) } else { Ok(Some(value)) });
                }
            }
            Ok(found)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut found = None;
            let mut index = 0_usize;
            while let Some(value) = list.next_element()? {
                if self.0.parse() == Ok(index) {
                    found = Some(value);
                }
                index += 1;
            }
            Ok(Ok(found))
        }
    }

    // The library would copy a string, to say what it found.
    if !is_container(text) {
        return Ok(None);
    }
    serde_json::Deserializer::from_str(text).deserialize_any(Child(step)).unwrap_or(Ok(None))
}

/// Whether it is an object or a list, if it is JSON at all.
pub(crate) fn is_container(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\r']).starts_with(['{', '['])
}

/// Whether it is JSON of any kind.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// The text of a JSON string, borrowed where nothing in it is escaped.
///
/// Unescaped here and not by the JSON library: a token or a code may be in it, and the library's own buffer is not
/// wiped. PHP escapes each `/`.
pub(crate) fn string(raw: &RawValue) -> Option<Text<'_>> {
    let escaped = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if !escaped.contains('\\') {
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
pub(crate) fn object<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> String {
    let mut length = Length(0);
    // Neither of the two can fail.
    let _ = write_object(&mut length, pairs.clone());
    let mut out = String::with_capacity(length.0);
    let _ = write_object(&mut out, pairs);
    out
}

/// Counts what would be written.
struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

fn write_object<'a>(out: &mut impl Write, pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> fmt::Result {
    let mut start = '{';
    for (index, (name, value)) in pairs.clone().enumerate() {
        let same = |(other, _): &(&str, &str)| *other == name;
        if pairs.clone().take(index).any(|pair| same(&pair)) {
            continue;
        }
        out.write_char(start)?;
        start = ',';
        write_string(out, name)?;
        out.write_char(':')?;
        let mut others = pairs.clone().skip(index + 1).filter(same).peekable();
        if others.peek().is_none() {
            write_string(out, value)?;
            continue;
        }
        out.write_char('[')?;
        write_string(out, value)?;
        for (_, value) in others {
            out.write_char(',')?;
            write_string(out, value)?;
        }
        out.write_char(']')?;
    }
    out.write_str(if start == '{' { "{}" } else { "}" })
}

fn write_string(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.write_char('\\')?;
                out.write_char(c)?;
            }
            '\0'..='\u{1F}' => write!(out, "\\u{:04x}", u32::from(c))?,
            _ => out.write_char(c)?,
        }
    }
    out.write_char('"')
}
