//! Whatever `Uri` accepts, `url::Url` reads with the same scheme, host, port, path and query.

use authcode::Uri;

pub fn run(input: &[u8]) {
    let Ok(text) = core::str::from_utf8(input) else { return };
    let Ok(ours) = Uri::parse(text) else { return };
    let theirs = url::Url::parse(text).unwrap();
    assert_eq!(ours.as_str(), text);
    assert_eq!(ours.scheme(), theirs.scheme());
    assert_eq!(ours.host(), theirs.host_str().unwrap_or_default());
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
