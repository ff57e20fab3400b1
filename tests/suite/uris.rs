//! `Uri` accepts a strict subset of RFC 3986: what it accepts, `url::Url` reads in the same way.

use authcode::{Uri, UriError};
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The crate and the independent reader agree on every part.
fn assert_agrees(text: &str) {
    let Ok(ours) = Uri::parse(text) else { return };
    let theirs = url::Url::parse(text).unwrap_or_else(|error| panic!("{text}: only we accept it: {error}"));
    let kept = match text.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let (host, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
            format!("{scheme}://{}{rest}", host.to_ascii_lowercase())
        }
        _ => text.to_owned(),
    };
    assert_eq!(ours.as_str(), kept);
    assert_eq!(ours.scheme().to_ascii_lowercase(), theirs.scheme(), "{text}");
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
        "msauth.com.example.MyApp://auth",
        "COMPANY:/audits",
        "myapp:///callback",
        "myapp://",
        "myapp:///",
        "myapp://?x",
        "myapp:////x//",
        "myapp://1234",
        "myapp://1234:1/cb",
        "myapp://01.2.3.256/",
        "fb1234://authorize/",
        "exp://127.0.0.1:19000/--/cb",
        "ms-app://s-1-15-2-1352796503-54529114-405753024-3540103335-3203256200-511895534-1429095407/",
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
        ("HtTp://localhost/x", Scheme),
        ("FTP://a.example/x", Scheme),
        ("File:/etc/passwd", Scheme),
        ("WS:/x", Scheme),
        ("wss://a.example/", Scheme),
        ("https:/a.example", Host),
        ("https:a.example", Host),
        ("https://", Host),
        ("https:///x", Host),
        ("https://:1/x", Host),
        ("myapp://:1/x", Host),
        ("myapp://a..b/x", Host),
        ("myapp://a%2eb/x", Host),
        ("myapp://a_b-/x", Host),
        ("myapp://[::01]/x", Host),
        ("myapp://@/x", UserInfo),
        ("myapp://1:0/x", Port),
        ("myapp:///..", DotSegment),
        ("file:///x", Scheme),
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
        ("myapp://0x7f.1/", Host),
        ("https://a.0x/", Host),
        ("https://01.2.3.4/", Host),
        ("https://256.2.3.4/", Host),
        ("https://[::1/", Port),
        ("https://::1/", Port),
        ("https://[::01]/", Host),
        ("https://[0:0:0:0:0:0:0:1]/", Host),
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

/// What is in brackets is accepted if the standard library reads it, writes it in the same way, and sees no IPv4
/// address in it.
fn assert_ipv6_is_canonical(text: &str) {
    let canonical =
        text.parse::<Ipv6Addr>().is_ok_and(|read| !text.contains('.') && read.to_string() == text.to_ascii_lowercase());
    assert_eq!(Uri::parse(&format!("http://[{text}]/")).is_ok(), canonical, "{text}");
}

/// A host that ends in a number is accepted if the standard library reads it.
fn assert_ipv4(text: &str) {
    assert_eq!(Uri::parse(&format!("http://{text}/")).is_ok(), text.parse::<Ipv4Addr>().is_ok(), "{text}");
}

#[test]
fn an_ipv6_address_has_one_form() {
    for (text, canonical) in [
        ("::", true),
        ("::1", true),
        ("1::", true),
        ("1::2", true),
        ("1:2:3:4:5:6:7:8", true),
        ("1:2:3:4:5:6:7:0", true),
        ("0:2:3:4:5:6:7:0", true),
        ("1:0:3:0:5:0:7:0", true),
        ("::3:4:5:6:7:8", true),
        ("1:2:3:4:5:6::", true),
        ("1:2:3::6:7:8", true),
        ("1::4:0:0:7:8", true),
        ("1::5:0:0:8", true),
        ("1:0:0:4::", true),
        ("1:0:0:4::8", true),
        ("::ffff", true),
        ("::ffff:1", true),
        ("::c000:201", true),
        ("::ffff:0:c000:201", true),
        ("::fffe:c000:201", true),
        ("1::ffff:c000:201", true),
        ("64:ff9b::c000:201", true),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", true),
        // Not an address.
        ("", false),
        (":", false),
        (":::", false),
        ("::::", false),
        ("1", false),
        ("1:", false),
        (":1", false),
        ("1:2:3:4:5:6:7", false),
        ("1:2:3:4:5:6:7:", false),
        (":1:2:3:4:5:6:7", false),
        (":1:2:3:4:5:6:7:8", false),
        ("1:2:3:4:5:6:", false),
        ("1:2:3:4:5:6:7:8:", false),
        ("1:2:3:4:5:6:7:8:9", false),
        ("1:2:3:4::5:6:7:8", false),
        ("1::2::3", false),
        ("1:::2", false),
        ("::1:", false),
        (":1::", false),
        ("::g", false),
        ("::12345", false),
        ("::+1", false),
        ("::1%1", false),
        ("::\u{661}", false),
        // An address in another form.
        ("::A", true),
        ("::01", false),
        ("::0000", false),
        ("::0", false),
        ("0::", false),
        ("0::0", false),
        ("0:0:0:0:0:0:0:0", false),
        ("1::3:4:5:6:7:8", false),
        ("1:2:3:4:5:6:7::", false),
        ("::2:3:4:5:6:7:8", false),
        ("1:0:0:4:5:6:7:8", false),
        ("1:2:3:4:5:6:0:0", false),
        ("1:0::4:5:6:7", false),
        ("1::0:4:5:6:7", false),
        ("1:0:0:4:5::8", false),
        ("1:0:0:0:5::8", false),
        ("1::4:0:0:0:8", false),
        ("::ffff:c000:201", false),
        ("::ffff:0:0", false),
        ("::ffff:192.0.2.1", false),
        ("::192.0.2.1", false),
        ("64:ff9b::192.0.2.1", false),
    ] {
        assert_eq!(Uri::parse(&format!("http://[{text}]/")).is_ok(), canonical, "{text}");
        assert_ipv6_is_canonical(text);
    }
}

/// All places of zeros, and all that can be written for them.
#[test]
fn any_run_of_zeros_has_one_form() {
    for zeros in 0_u16..256 {
        let groups = |shift: u16| if zeros >> shift & 1 == 1 { "0".to_owned() } else { format!("{shift:x}a") };
        let groups: Vec<String> = (0..8).map(groups).collect();
        assert_ipv6_is_canonical(&groups.join(":"));
        for (start, end) in (0..=8).flat_map(|start| (start..=8).map(move |end| (start, end))) {
            assert_ipv6_is_canonical(&format!("{}::{}", groups[..start].join(":"), groups[end..].join(":")));
        }
    }
}

#[test]
fn an_ipv4_address_has_one_form() {
    for (text, good) in [
        ("0.0.0.0", true),
        ("255.255.255.255", true),
        ("1.20.100.249", true),
        ("192.0.2", false),
        ("192.0.2.1.1", false),
        ("192.0.2.1.", false),
        (".192.0.2.1", false),
        ("192..2.1", false),
        ("256.0.2.1", false),
        ("192.0.2.260", false),
        ("192.0.2.300", false),
        ("192.0.2.999", false),
        ("192.0.2.0001", false),
        ("192.0.2.1000", false),
        ("192.0.2.00", false),
        ("192.0.02.1", false),
        ("192.0.2.+1", false),
        ("192.0.2.0x1", false),
        ("192.0.a.1", false),
        ("192.0.\u{662}.1", false),
    ] {
        assert_eq!(Uri::parse(&format!("http://{text}/")).is_ok(), good, "{text}");
        assert_ipv4(text);
    }
    for number in 0..=1000 {
        assert_ipv4(&format!("{number}.1.1.1"));
        assert_ipv4(&format!("1.1.{number:03}.1"));
        assert_ipv4(&format!("1.1.1.{number}"));
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
    // After a custom scheme, only the host has one.
    let host = |label: usize| format!("myapp://{}/", "a".repeat(label));
    assert!(Uri::parse(&host(253)).is_ok());
    assert_eq!(Uri::parse(&host(254)).unwrap_err(), UriError::Host);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_is_accepted_is_read_by_others_in_the_same_way(text in "(https?|ftp|ws|com\\.example|a):(//)?[a-z0-9.:/?%@#\\[\\]\\\\'x_~ -]{0,24}") {
        assert_agrees(&text);
    }

    #[test]
    fn the_host_of_an_app_is_read_by_others_in_the_same_way(host in "[0-9a-fxXA.:_\\[\\]-]{0,16}", end in "(:[0-9]{0,6})?(/[a./?]{0,6})?") {
        assert_agrees(&format!("myapp://{host}{end}"));
    }

    #[test]
    fn hosts_are_read_by_others_in_the_same_way(host in "[0-9a-fxn.:_\\[\\]-]{0,16}", port in "(:[0-9]{0,6})?") {
        assert_agrees(&format!("https://{host}{port}/"));
        assert_agrees(&format!("com.example://{host}{port}"));
    }

    #[test]
    fn addresses_are_read_by_others_in_the_same_way(six in any::<Ipv6Addr>(), four in any::<Ipv4Addr>()) {
        assert_agrees(&format!("https://[{six}]/"));
        let four = format!("https://{four}/");
        prop_assert!(Uri::parse(&four).is_ok());
        assert_agrees(&four);
    }

    #[test]
    fn an_ipv6_address_is_held_against_the_standard_library(
        groups in prop::collection::vec(prop_oneof![
            4 => Just("0".to_owned()),
            4 => any::<u16>().prop_map(|group| format!("{group:x}")),
            1 => any::<u16>().prop_map(|group| format!("{group:04x}")),
            1 => any::<u16>().prop_map(|group| format!("{group:X}")),
            1 => Just("ffff".to_owned()),
            1 => Just(String::new()),
            1 => "[0-9a-g]{0,5}",
        ], 0..10),
    ) {
        assert_ipv6_is_canonical(&groups.join(":"));
        assert_ipv6_is_canonical(&format!("::{}", groups.join(":")));
        assert_ipv6_is_canonical(&format!("{}::", groups.join(":")));
    }

    #[test]
    fn an_ipv6_address_in_its_form_and_beside_it(
        segments in prop::array::uniform8(prop_oneof![Just(0), Just(0xffff), any::<u16>()]),
        mapped in any::<u32>(),
        place in any::<prop::sample::Index>(),
        other in "[0-9a-fA-F:.]{0,2}",
    ) {
        for address in [Ipv6Addr::from(segments), Ipv4Addr::from(mapped).to_ipv6_mapped(), Ipv4Addr::from(mapped).to_ipv6_compatible()] {
            let [a, b, c, d, e, f, g, h] = address.segments();
            let hex = format!("::{f:x}:{g:x}:{h:x}");
            assert_ipv6_is_canonical(&hex);
            assert_ipv6_is_canonical(&format!("{a:x}:{b:x}:{c:x}:{d:x}:{e:x}:{f:x}:{g:x}:{h:x}"));
            let mut text = address.to_string();
            assert_ipv6_is_canonical(&text);
            let place = place.index(text.len());
            text.replace_range(place..=place, &other);
            assert_ipv6_is_canonical(&text);
        }
    }

    #[test]
    fn an_ipv4_address_is_held_against_the_standard_library(text in "[0-9]{0,4}(\\.[0-9]{0,4}){2,4}") {
        assert_ipv4(&text);
    }

    #[test]
    fn no_text_makes_it_panic(text in ".*") {
        assert_agrees(&text);
        assert_agrees(&format!("https://{text}"));
        assert_agrees(&format!("https://a.example/{text}"));
    }
}
