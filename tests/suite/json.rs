//! The crate's own reader of JSON, held against `serde_json`.

use authcode::{HttpResponse, TokenError};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::scenario::*;

/// What the crate takes for JSON at all, whatever is in it.
fn is_json(text: &[u8]) -> bool {
    match code_received().receive_token_response(HttpResponse::new(200, text), NOW) {
        Err(refused) => !matches!(refused.error(), TokenError::NotJson { .. }),
        Ok(_) => true,
    }
}

/// What `serde_json` takes for it. It looks at every value and makes none, so that nothing is too deep for it.
fn is_json_to_serde(text: &[u8]) -> bool {
    let text = core::str::from_utf8(text).ok().map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
    text.is_some_and(|text| serde_json::from_str::<&RawValue>(text).is_ok())
}

#[test]
fn what_is_json_and_what_is_not() {
    for (text, expected) in [
        (r#"{"a":[1,-2.5e+7,0.0E-1,true,false,null,"\u00e9\"\\\/\b\f\n\r\t"],"":{}}"#, true),
        (" \t\r\n{ } ", true),
        ("[[],{},[{}],[ ] , { }]", true),
        ("\"\u{7f}\u{2028}\"", true),
        (r#""\ud800""#, true),
        ("0", true),
        ("-0", true),
        ("1e999", true),
        ("", false),
        (" ", false),
        ("{", false),
        ("{}}", false),
        ("{} {}", false),
        ("[1,]", false),
        ("[,1]", false),
        ("[1 2]", false),
        ("{\"a\"}", false),
        ("{\"a\":}", false),
        ("{\"a\":1,}", false),
        ("{,}", false),
        ("{a:1}", false),
        ("{1:1}", false),
        ("{'a':1}", false),
        ("[}", false),
        ("{]", false),
        ("{\"a\":[}", false),
        ("01", false),
        ("-", false),
        ("+1", false),
        (".5", false),
        ("1.", false),
        ("1e", false),
        ("1e+", false),
        ("0x1", false),
        ("NaN", false),
        ("tru", false),
        ("truee", false),
        ("True", false),
        ("\"", false),
        ("\"\\\"", false),
        (r#""\x""#, false),
        (r#""\u12g4""#, false),
        (r#""\u123""#, false),
        ("\"\n\"", false),
        ("\"\0\"", false),
        ("{}//", false),
        ("\u{a0}{}", false),
        ("\u{feff}\u{feff}{}", false),
    ] {
        assert_eq!(is_json(text.as_bytes()), expected, "{text:?}");
        assert_eq!(is_json_to_serde(text.as_bytes()), expected, "{text:?}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A string is passed over in blocks, so each character stands at each place of them, with short and long texts behind it.
#[test]
fn a_character_in_a_string_is_seen_at_each_place() {
    let characters: Vec<char> = ('\0'..='\u{80}').chain(['é', '\u{2028}', '😀']).collect();
    for place in 0..130 {
        for c in &characters {
            for behind in [0, 3, 100] {
                let text = format!("[\"{}{c}{}\"]", "a".repeat(place), "b".repeat(behind));
                assert_eq!(is_json(text.as_bytes()), is_json_to_serde(text.as_bytes()), "{text:?}");
            }
        }
    }
}

proptest! {
    /// Whatever is written by one is read by the other, and comes out as it was.
    #[test]
    fn a_member_comes_out_as_it_went_in(value in value(), is_pretty in any::<bool>()) {
        let body = serde_json::json!({ "before": [{}], "access_token": "a", "x": value, "after": "\"" });
        let text = if is_pretty { serde_json::to_string_pretty(&body) } else { serde_json::to_string(&body) };
        let token = code_received().receive_token_response(HttpResponse::new(200, text.unwrap()), NOW).unwrap();
        prop_assert_eq!(token.response_member::<Value>("x"), Some(value));
    }

    /// Texts are unescaped alike, whichever way each character is written.
    #[test]
    fn a_text_is_unescaped_alike(token in "[ -~]{1,40}", how in prop::collection::vec(0..4_u8, 40)) {
        let escaped: String = token.chars().zip(how).map(|(c, how)| match (how, c) {
            (0, '"' | '\\') | (1, '"' | '\\' | '/') => format!("\\{c}"),
            (0 | 1, plain) => plain.to_string(),
            (2, c) => format!("\\u{:04x}", u32::from(c)),
            (_, c) => format!("\\u{:04X}", u32::from(c)),
        }).collect();
        let quoted = format!("\"{escaped}\"");
        let theirs: String = serde_json::from_str(&quoted).unwrap();
        let body = format!(r#"{{"access_token":{quoted},"refresh_token":{quoted}}}"#);
        let ours = code_received().receive_token_response(HttpResponse::new(200, body), NOW).unwrap();
        prop_assert_eq!(&theirs, &token);
        prop_assert_eq!(ours.access_token().expose(), &theirs);
        prop_assert_eq!(ours.refresh_token().unwrap().expose(), &theirs);
    }

    /// A byte that is changed, taken out or put in: both say the same of what is left.
    #[test]
    fn damaged_json_is_as_damaged_to_the_other(
        value in value(),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:\\/0-.eEu \t\n".to_vec())],
        change in 0..3_u8,
    ) {
        let mut text = serde_json::to_vec(&value).unwrap();
        let at = at.index(text.len());
        match change {
            0 => text[at] = byte,
            1 => text.insert(at, byte),
            _ => drop(text.remove(at)),
        }
        prop_assert_eq!(is_json(&text), is_json_to_serde(&text), "{:?}", String::from_utf8_lossy(&text));
    }
}
