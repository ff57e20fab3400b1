//! `url::Url` parses each URI that `Uri` accepts, with the same scheme, host, port, path and query.

use authcode::Uri;

pub fn run(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let Ok(ours) = Uri::parse(text) else { return };
    let theirs = url::Url::parse(text).unwrap();
    if matches!(ours.scheme(), "http" | "https") {
        // The host, and nothing else, is converted to lower case.
        let rest = text.len() - ours.path().len() - ours.query().map_or(0, |query| query.len() + 1);
        assert!(ours.as_str().eq_ignore_ascii_case(text));
        assert_eq!(ours.as_str()[rest..], text[rest..]);
        assert_eq!(ours.host(), ours.host().to_ascii_lowercase());
    } else {
        assert_eq!(ours.as_str(), text);
    }
    assert_eq!(ours.scheme().to_ascii_lowercase(), theirs.scheme());
    // `url` also converts an IPv6 address in a custom scheme to lower case.
    let is_address = ours.host().starts_with('[');
    let host = if is_address { ours.host().to_ascii_lowercase() } else { ours.host().to_owned() };
    assert_eq!(host, theirs.host_str().unwrap_or_default());
    let default_port = match ours.scheme() {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    };
    assert_eq!(ours.port().or(default_port), theirs.port_or_known_default());
    let path = if ours.path().is_empty() && !theirs.path().is_empty() { "/" } else { ours.path() };
    assert_eq!(path, theirs.path());
    assert_eq!(ours.query(), theirs.query());
    assert!(theirs.username().is_empty() && theirs.password().is_none() && theirs.fragment().is_none());
}
