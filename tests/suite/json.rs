//! The crate's own reader of JSON, compared with `serde_json`.

use authcode::{Authorized, Dialect, HttpResponse, TokenErrorKind};
use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::scenario::*;

/// Tokens inside of an object in a list.
const NESTED: Dialect = Dialect::STANDARD.with_response_paths(&[
    ("access_token", &["data", "1", "access_token"]),
    ("refresh_token", &["data", "1", "refresh_token"]),
]);

fn receive(dialect: Dialect, body: String) -> Authorized {
    let code = Scenario { dialect, ..Scenario::default() }.to_code_received();
    code.receive_response(HttpResponse::new(200, body), NOW).unwrap()
}

/// Whether the crate takes the text for JSON.
fn is_json(text: &[u8]) -> bool {
    match code_received().receive_response(HttpResponse::new(200, text), NOW) {
        Err(refused) => refused.error().kind() != TokenErrorKind::NotJson,
        Ok(_) => true,
    }
}

/// Whether `serde_json` takes the text for JSON. It builds no value, so that nothing is nested too deeply for it.
///
/// The crate accepts bytes that are not UTF-8 inside of strings, where a replacement character may also be.
fn is_json_to_serde(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    serde_json::from_str::<&RawValue>(text).is_ok()
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

#[test]
fn bytes_that_are_not_utf8_are_accepted_inside_of_strings_alone() {
    for (text, expected) in [
        (b"{\"a\":\"\xe9\"}" as &[u8], true),
        (b"{\"\xe9\":1}", true),
        (b"[\"\xff\",\"\xf0\x9f\",\"\xed\xa0\x80\",\"\xc0\x80\"]", true),
        (b"\"\xe9\"", true),
        (b"{\xe9:1}", false),
        (b"{\"a\":\xe9}", false),
        (b"{\"a\":1\xe9}", false),
        (b"{\"a\":1}\xe9", false),
        (b"\xe9{}", false),
        (b"\xef\xbb{}", false),
        (b"{\"a\":\"\\\xe9\"}", false),
        (b"{\"a\":\"\\u00\xe9\"}", false),
        (b"{\"a\":\"\xe9\n\"}", false),
    ] {
        assert_eq!(is_json(text), expected, "{:?}", String::from_utf8_lossy(text));
        assert_eq!(is_json_to_serde(text), expected, "{:?}", String::from_utf8_lossy(text));
    }
}

/// Open containers are kept as bits, in groups of 64.
#[test]
fn nesting_is_followed_to_any_depth() {
    let only_lists = |_| false;
    let only_objects = |_| true;
    let mixed = |level: usize| (level * level + level / 3) % 3 == 0;
    for depth in [1, 2, 63, 64, 65, 127, 128, 129, 200, 1000] {
        for is_object in [only_lists as fn(usize) -> bool, only_objects, mixed] {
            let open: String = (0..depth).map(|level| if is_object(level) { "{\"a\":" } else { "[" }).collect();
            let close: Vec<u8> = (0..depth).rev().map(|level| if is_object(level) { b'}' } else { b']' }).collect();
            let text = |close: &[u8]| [format!("{open}1").as_bytes(), close].concat();
            assert!(is_json(&text(&close)), "{depth}");
            assert!(!is_json(&text(&close[1..])), "{depth}");
            assert!(!is_json(&text(&[&close[..], b"]"].concat())), "{depth}");
            for place in 0..close.len().min(300) {
                let mut wrong = close.clone();
                wrong[place] = if close[place] == b']' { b'}' } else { b']' };
                assert!(!is_json(&text(&wrong)), "{depth} {place}");
            }
        }
    }
    let half = 400_000;
    assert!(is_json(format!("{}{}", "[".repeat(half), "]".repeat(half)).as_bytes()));
    assert!(!is_json("[".repeat(2 * half).as_bytes()));
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

/// Each character at each offset of a string, followed by a short and by a long text.
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
    /// What `serde_json` writes is read as it was.
    #[test]
    fn a_member_comes_out_as_it_went_in(value in value(), is_pretty in any::<bool>()) {
        let body = serde_json::json!({ "before": [{}], "access_token": "a", "x": value, "after": "\"" });
        let text = if is_pretty { serde_json::to_string_pretty(&body) } else { serde_json::to_string(&body) };
        let token = code_received().receive_response(HttpResponse::new(200, text.unwrap()), NOW).unwrap();
        prop_assert_eq!(token.tokens().member_text("x").and_then(parsed::<Value>), Some(value));
    }

    /// In the stored form an empty text is in the place of each token; every other member is left as it was, wherever the
    /// tokens stood.
    #[test]
    fn what_is_beside_the_tokens_stays_as_it_was(
        value in value(),
        name in ".*",
        // No other text is one of them.
        tokens in ["[!-~]{9,20}", "[!-~]{9,20}"],
        order in 0..5_usize,
        is_pretty in any::<bool>(),
        is_nested in any::<bool>(),
    ) {
        let name = format!("x{name}\\\"");
        let [access_token, refresh_token] = &tokens;
        let text = |value: Value| {
            if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap()
        };
        let mut members = [
            (text("before".into()), text(value.clone())),
            (text("access_token".into()), text(access_token.as_str().into())),
            (text(name.as_str().into()), text(value.clone())),
            (text("refresh_token".into()), text(refresh_token.as_str().into())),
            (text("\"".into()), text("}".into())),
        ];
        members.rotate_left(order);
        let separator = if is_pretty { " ,\n\t" } else { "," };
        let colon = if is_pretty { " : " } else { ":" };
        let pairs = members.map(|(name, value)| format!("{name}{colon}{value}"));
        let object = format!("{{{}}}", pairs.join(separator));
        let (body, dialect) = if is_nested {
            (format!(r#"{{"data":[0,{object}]}}"#), NESTED)
        } else {
            (object, Dialect::STANDARD)
        };
        let login = receive(dialect, body);
        prop_assert_eq!(login.tokens().access_token().expose(), access_token);
        prop_assert_eq!(login.tokens().refresh_token().unwrap().expose(), refresh_token);
        let stored = login.suspend();
        let login = Authorized::resume(stored, login.client()).unwrap();
        prop_assert_eq!(login.tokens().access_token().expose(), access_token);
        let members: Value = serde_json::to_value(login.suspend()).unwrap()["members"].as_str().and_then(parsed).unwrap();
        let left = if is_nested { &members["data"][1] } else { &members };
        let expected =
            serde_json::json!({ "before": value, &name: value, "\"": "}", "access_token": "", "refresh_token": "" });
        prop_assert_eq!(left, &expected);
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
        let ours = code_received().receive_response(HttpResponse::new(200, body), NOW).unwrap();
        prop_assert_eq!(&theirs, &token);
        prop_assert_eq!(ours.tokens().access_token().expose(), &theirs);
        prop_assert_eq!(ours.tokens().refresh_token().unwrap().expose(), &theirs);
    }

    /// A byte is changed, removed or inserted: both readers agree about the result.
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
