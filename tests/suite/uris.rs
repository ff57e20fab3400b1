//! `Uri` accepts a strict subset of RFC 3986: what it accepts, `url::Url` reads in the same way.

use authcode::{Uri, UriError};
use proptest::prelude::*;

/// The crate and the independent reader agree on every part.
fn assert_agrees(text: &str) {
    let Ok(ours) = Uri::parse(text) else { return };
    let theirs = url::Url::parse(text).unwrap_or_else(|error| panic!("{text}: only we accept it: {error}"));
    assert_eq!(ours.as_str(), text);
    assert_eq!(ours.scheme(), theirs.scheme(), "{text}");
    assert_eq!(ours.host(), theirs.host_str().unwrap_or_default(), "{text}");
    let default_port = match ours.scheme() {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    };
    assert_eq!(ours.port().or(default_port), theirs.port_or_known_default(), "{text}");
    let path = if ours.path().is_empty() && !theirs.path().is_empty() { "/" } else { ours.path() };
    assert_eq!(path, theirs.path(), "{text}");
    assert_eq!(ours.query(), theirs.query(), "{text}");
    assert_eq!((theirs.username(), theirs.password(), theirs.fragment()), ("", None, None), "{text}");
}

#[test]
fn good_uris_are_kept_byte_for_byte() {
    for text in [
        "https://a.example",
        "https://a.example/",
        "https://a.example:8443/x/y;z=1,2/@:!$&'()*+~_-./%41?q=/?&a=%20",
        "https://a.example?x",
        "https://a.example/?",
        "https://sub-domain.a_b.example/",
        "https://1a.example2/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]:1/",
        "https://[::1]",
        "http://localhost:65535/cb",
        "com.example.app:/cb",
        "com.example.app://host:1/cb?x=y",
        "a+b-c.d:/",
        "https://a.example//double//slash",
        "https://a.example/.hidden/..x/x../a.b/...",
    ] {
        assert_eq!(Uri::parse(text).map(|uri| uri.as_str().to_owned()), Ok(text.to_owned()));
        assert_agrees(text);
    }
}

#[test]
fn each_part_can_be_read() {
    let uri = Uri::parse("https://[2001:db8::1]:8443/a/b?c=d").unwrap();
    assert_eq!(
        (uri.scheme(), uri.host(), uri.port(), uri.path(), uri.query()),
        ("https", "[2001:db8::1]", Some(8443), "/a/b", Some("c=d"))
    );
    let uri = Uri::parse("com.example.app:/").unwrap();
    assert_eq!(
        (uri.scheme(), uri.host(), uri.port(), uri.path(), uri.query()),
        ("com.example.app", "", None, "/", None)
    );
    assert_eq!(format!("{uri} {uri:?}"), "com.example.app:/ Uri(com.example.app:/)");
}

#[test]
// rows 7, 11
fn bad_uris_say_what_is_wrong() {
    use UriError::*;
    for (text, error) in [
        ("", Scheme),
        ("a.example/x", Scheme),
        ("//a.example/x", Scheme),
        ("HTTPS://a.example/", Scheme),
        ("1a:/x", Scheme),
        ("a b:/x", Scheme),
        (":/x", Scheme),
        ("ftp://a.example/x", Scheme),
        ("file:///etc/passwd", Scheme),
        ("ws:/x", Scheme),
        ("wss://a.example/", Scheme),
        ("https:/a.example", Host),
        ("https:a.example", Host),
        ("https://", Host),
        ("https:///x", Host),
        ("https://:1/x", Host),
        ("https://A.example/", Host),
        ("https://a..example/", Host),
        ("https://.a.example/", Host),
        ("https://a.example./", Host),
        ("https://-a.example/", Host),
        ("https://a-.example/", Host),
        ("https://a%2eexample/", Host),
        ("https://b\u{fc}cher.example/", Host),
        ("https://a b.example/", Host),
        ("https://a\\b.example/", Host),
        ("https://1.2.3/", Host),
        ("https://1.2.3.4.5/", Host),
        ("https://2130706433/", Host),
        ("https://0x7f.1/", Host),
        ("https://a.0x/", Host),
        ("https://01.2.3.4/", Host),
        ("https://256.2.3.4/", Host),
        ("https://[::1/", Port),
        ("https://::1/", Port),
        ("https://[::01]/", Host),
        ("https://[0:0:0:0:0:0:0:1]/", Host),
        ("https://[2001:DB8::1]/", Host),
        ("https://[::ffff:192.0.2.1]/", Host),
        ("https://[::ffff:c000:201]/", Host),
        ("https://[fe80::1%25eth0]/", Host),
        ("https://[]/", Host),
        ("https://[v1.x]/", Host),
        ("https://xn--bcher-kva.example/", InternationalHost),
        ("https://a.xn--zz/", InternationalHost),
        ("https://u@a.example/", UserInfo),
        ("https://u:p@a.example/", UserInfo),
        ("http://localhost:80@evil.example/cb", UserInfo),
        ("https://@a.example/", UserInfo),
        ("https://a.example:/", Port),
        ("https://a.example:0/", Port),
        ("https://a.example:080/", Port),
        ("https://a.example:65536/", Port),
        ("https://a.example:+1/", Port),
        ("https://a.example:1a/", Port),
        ("https://[::1]x/", Port),
        ("com.example.app:cb", Path),
        ("com.example.app:", Path),
        ("com.example.app:?x", Path),
        ("https://a.example/.", DotSegment),
        ("https://a.example/./x", DotSegment),
        ("https://a.example/x/..", DotSegment),
        ("https://a.example/%2e/x", DotSegment),
        ("https://a.example/x/.%2E", DotSegment),
        ("https://a.example/%2E%2e/", DotSegment),
        ("com.example.app:/..", DotSegment),
        ("https://a.example/#", Fragment),
        ("https://a.example/?x#y", Fragment),
        ("https://a.example#", Fragment),
        ("https://a.example/%", PercentEncoding),
        ("https://a.example/%4", PercentEncoding),
        ("https://a.example/%zz", PercentEncoding),
        ("https://a.example/?%4g", PercentEncoding),
        ("https://a.example/a b", Character),
        ("https://a.example/a\tb", Character),
        ("https://a.example/a\nb", Character),
        ("https://a.example/\\b", Character),
        ("https://a.example/\u{e9}", Character),
        ("https://a.example/<", Character),
        ("https://a.example/{x}", Character),
        ("https://a.example/^", Character),
        ("https://a.example/|", Character),
        ("https://a.example/[", Character),
        ("https://a.example/?'", Character),
        ("https://a.example/?\"", Character),
        ("https://a.example/?\u{0}", Character),
    ] {
        assert_eq!(Uri::parse(text).unwrap_err(), error, "{text}");
    }
}

#[test]
fn a_label_and_a_host_have_a_length() {
    let host = |label: usize| format!("https://{}.example/", "a".repeat(label));
    assert!(Uri::parse(&host(63)).is_ok());
    assert_eq!(Uri::parse(&host(64)).unwrap_err(), UriError::Host);
    let long = |count: usize| format!("https://{}example/", "a.".repeat(count));
    assert!(Uri::parse(&long(123)).is_ok());
    assert_eq!(Uri::parse(&long(124)).unwrap_err(), UriError::Host);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_is_accepted_is_read_by_others_in_the_same_way(text in "(https?|ftp|ws|com\\.example|a):(//)?[a-z0-9.:/?%@#\\[\\]\\\\'x_~ -]{0,24}") {
        assert_agrees(&text);
    }

    #[test]
    fn hosts_are_read_by_others_in_the_same_way(host in "[0-9a-fxn.:_\\[\\]-]{0,16}", port in "(:[0-9]{0,6})?") {
        assert_agrees(&format!("https://{host}{port}/"));
        assert_agrees(&format!("com.example://{host}{port}"));
    }

    #[test]
    fn addresses_are_read_by_others_in_the_same_way(six in any::<std::net::Ipv6Addr>(), four in any::<std::net::Ipv4Addr>()) {
        assert_agrees(&format!("https://[{six}]/"));
        let four = format!("https://{four}/");
        prop_assert!(Uri::parse(&four).is_ok());
        assert_agrees(&four);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        assert_agrees(&text);
        assert_agrees(&format!("https://{text}"));
        assert_agrees(&format!("https://a.example/{text}"));
    }
}
