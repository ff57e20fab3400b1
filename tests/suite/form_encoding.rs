//! The form encoding, held against two independent readers and writers.

use authcode::Redirect;
use proptest::prelude::*;

use crate::scenario::*;

/// What the crate writes for one value, in a URL and in a body.
fn written(value: &str) -> (String, String) {
    let mut login = Scenario::default().to_unstarted();
    login.authorization_param("x", value).unwrap().token_param("x", value).unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    let url = pending.authorization_url();
    let code = pending.receive_redirect(&redirect_with("")).unwrap();
    let body = code.request().body.into_exposed();
    (url.rsplit_once("&x=").unwrap().1.to_owned(), body.rsplit_once("&x=").unwrap().1.to_owned())
}

/// RFC 6749 appendix B.
#[test]
// rows 44
fn vector_of_rfc_6749() {
    let (url, body) = written(" %&+£€");
    assert_eq!(body, "+%25%26%2B%C2%A3%E2%82%AC");
    assert_eq!(url, "%20%25%26%2B%C2%A3%E2%82%AC");
}

#[test]
fn every_byte_of_ascii_is_written_as_the_others_write_it() {
    let all: String = (1..0x80_u8).map(char::from).collect();
    assert_eq!(written(&all).1, form_urlencoded::byte_serialize(all.as_bytes()).collect::<String>());
}

proptest! {
    #[test]
    fn what_is_written_is_read_by_others_as_it_was(value in ".+") {
        let (url, body) = written(&value);
        let expected = vec![("x".to_owned(), value.clone())];
        prop_assert_eq!(pairs(&format!("x={url}")), expected.clone());
        prop_assert_eq!(pairs(&format!("x={body}")), expected.clone());
        let body_pair = format!("x={body}");
        let read: Vec<(String, String)> = serde_urlencoded::from_str(&body_pair).unwrap();
        prop_assert_eq!(&read, &expected);
        prop_assert_eq!(body_pair, serde_urlencoded::to_string(&expected).unwrap());
        prop_assert_eq!(body, form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>());
    }

    #[test]
    fn what_is_written_is_visible_ascii(value in ".+") {
        let (url, body) = written(&value);
        let is_visible = |text: &str| text.bytes().all(|byte| matches!(byte, 0x21..=0x7E));
        prop_assert!(is_visible(&url) && is_visible(&body));
    }

    #[test]
    fn what_others_write_is_read_as_it_was(value in ".*") {
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let query = format!("{}&x={encoded}", answer());
        let code = awaiting_redirect().receive_redirect(Redirect::query(&query)).unwrap();
        prop_assert_eq!(code.redirect_param("x"), Some(value));
    }

    #[test]
    // rows 53
    fn no_query_makes_it_panic(query in any::<Vec<u8>>()) {
        let mut bytes = answer().into_bytes();
        bytes.push(b'&');
        bytes.extend(query);
        let _ = awaiting_redirect().receive_redirect(Redirect::query(&bytes));
    }

    /// What both readers accept, they read in the same way.
    #[test]
    fn readers_agree(query in "([a-c+=&%2 ]|%[0-9a-f]{2}){0,30}") {
        let whole = format!("{}&{query}", answer());
        if let Ok(code) = awaiting_redirect().receive_redirect(Redirect::query(&whole)) {
            for (name, value) in pairs(&query) {
                if let Some(ours) = code.redirect_param(&name).as_deref() {
                    let all = pairs(&query);
                    prop_assert!(all.iter().any(|(known, other)| *known == name && other == ours), "{name}: {value} {ours}");
                }
            }
        }
    }
}
