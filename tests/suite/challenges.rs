//! `WWW-Authenticate`: what an API wants, read by the grammar of RFC 9110 §11, whatever stands in a quoted string.

use authcode::limits::{MAX_CHALLENGE_PARAMS, MAX_CHALLENGES, MAX_CHALLENGES_LEN};
use authcode::{Challenge, ChallengeError, ErrorCode};
use core::time::Duration;
use proptest::collection::vec;
use proptest::prelude::*;

const METADATA: &str = "https://mcp.example.com/prm";

fn parse(header: &str) -> Vec<Result<Challenge, ChallengeError>> {
    Challenge::parse([header]).collect()
}

/// The only challenge of this header.
#[track_caller]
fn only(header: &str) -> Challenge {
    let [challenge] = <[_; 1]>::try_from(parse(header)).unwrap();
    challenge.unwrap()
}

/// The challenges of this header that can be read, by scheme and scope.
fn scopes(header: &str) -> Vec<(String, Option<String>)> {
    let scope = |challenge: &Challenge| challenge.scope().map(|scope| scope.to_string());
    Challenge::parse([header]).flatten().map(|challenge| (challenge.scheme().to_owned(), scope(&challenge))).collect()
}

fn pair(scheme: &str, scope: Option<&str>) -> (String, Option<String>) {
    (scheme.to_owned(), scope.map(ToOwned::to_owned))
}

#[test]
fn scope_and_metadata_are_read_in_any_order() {
    let challenge = only(&format!(r#"Bearer resource_metadata="{METADATA}", scope="files:read""#));
    assert_eq!(challenge.scope().unwrap().as_str(), "files:read");
    assert_eq!(challenge.resource_metadata(), Some(METADATA));
    let challenge = only(&format!(r#"Bearer scope="mcp:basic", resource_metadata="{METADATA}""#));
    assert_eq!((challenge.scope().unwrap().as_str(), challenge.resource_metadata()), ("mcp:basic", Some(METADATA)));
}

/// Other clients search the header for `scope=`, and take what a description or a realm says.
#[test]
fn what_stands_in_a_quoted_string_is_no_parameter() {
    let evil = r#"needs resource_metadata=https://evil.example/x"#;
    let challenge = only(&format!(r#"Bearer error_description="{evil}", resource_metadata="{METADATA}""#));
    assert_eq!(challenge.resource_metadata(), Some(METADATA));
    assert_eq!(challenge.param("error_description"), Some(evil));
    let real = r#"Bearer error_description="say \"scope=\\x\" please", scope="real""#;
    assert_eq!(only(real).param("error_description"), Some(r#"say "scope=\x" please"#));
    for header in [real, r#"Bearer realm="scope=fake", scope="real""#, r#"Bearer xscope="no", scope="real""#] {
        assert_eq!(scopes(header), [pair("Bearer", Some("real"))], "{header}");
    }
    let inside = r#"Basic realm="a, Bearer scope=\"evil\"", Bearer scope="files:read""#;
    assert_eq!(scopes(inside), [pair("Basic", None), pair("Bearer", Some("files:read"))]);
}

#[test]
fn a_header_has_several_challenges() {
    let header = r#"DPoP scope="d", resource_metadata="https://mcp.example.com/d", Bearer scope="b""#;
    assert_eq!(scopes(header), [pair("DPoP", Some("d")), pair("Bearer", Some("b"))]);
    assert_eq!(scopes(r#"Negotiate YII=, Bearer scope="b""#), [pair("Negotiate", None), pair("Bearer", Some("b"))]);
    assert_eq!(scopes(r#"Bearer, DPoP algs="ES256 PS256""#), [pair("Bearer", None), pair("DPoP", None)]);
    // RFC 9110 §11.6.1.
    let header = r#"Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple""#;
    let [newauth, basic] = <[_; 2]>::try_from(parse(header)).unwrap().map(Result::unwrap);
    assert_eq!((newauth.param("type"), newauth.param("title")), (Some("1"), Some(r#"Login to "apps""#)));
    assert_eq!((basic.scheme(), basic.param("realm"), basic.scope()), ("Basic", Some("simple"), None));
    // A scope of another scheme is not that of a bearer token.
    assert!(!only(r#"Basic realm="x", scope="not-bearer""#).has_scheme("Bearer"));
}

#[test]
fn a_response_has_several_headers() {
    let schemes = |headers: &[&str]| -> Vec<String> {
        Challenge::parse(headers).flatten().map(|challenge| challenge.scheme().to_owned()).collect()
    };
    assert_eq!(schemes(&[r#"Basic realm="x""#, r#"Bearer scope="a""#]), ["Basic", "Bearer"]);
    // They are one list.
    let [challenge] = <[_; 1]>::try_from(Challenge::parse(["Bearer", r#"scope="a""#]).collect::<Vec<_>>()).unwrap();
    assert_eq!(challenge.unwrap().scope().unwrap().as_str(), "a");
}

#[test]
fn case_white_space_and_empty_elements_do_not_count() {
    let challenge = only(r#"bearer SCOPE="b", Error="insufficient_scope""#);
    assert!(challenge.has_scheme("Bearer"));
    assert_eq!(challenge.scope().unwrap().as_str(), "b");
    assert_eq!(challenge.error_code(), Some(ErrorCode::Other("insufficient_scope".into())));
    for header in [
        r#"Bearer scope = "a b" , error = invalid_token"#,
        r#"Bearer , , scope="a b",, error="invalid_token","#,
        "\t,Bearer\tscope\t=\t\"a b\"\t,error=invalid_token ",
    ] {
        let challenge = only(header);
        assert_eq!(challenge.scope().unwrap().as_str(), "a b", "{header}");
        assert_eq!(challenge.error_code().unwrap().as_str(), "invalid_token", "{header}");
    }
    assert_eq!(scopes("Bearer"), [pair("Bearer", None)]);
    assert_eq!(scopes(""), []);
    assert_eq!(scopes(" , ,"), []);
}

#[test]
fn a_malformed_challenge_costs_itself_alone() {
    let read = |headers: &[&str]| -> Vec<_> { Challenge::parse(headers).map(|result| result.map(drop)).collect() };
    for header in [
        "Bearer =x",
        r#"Bearer "x""#,
        "Bearer a=b c=d",
        r#"Bearer scope="a"b"#,
        "Bearer a=b, scope=",
        "Bearer a=, b=c",
        "Bearer\0",
        "Bearer scope=\"a\0b\"",
        "Bearer scope=\"a\\\0b\"",
        "Bearer/x",
        r#"scope="a""#,
        "Béarer",
    ] {
        let together = format!("{header}, DPoP algs=ES256");
        for headers in [[header, "DPoP algs=ES256"].as_slice(), &[&together]] {
            assert_eq!(read(headers), [Err(ChallengeError::Malformed), Ok(())], "{header}");
        }
    }
    // A quoted string without an end takes the rest of its header with it.
    for header in [r#"Bearer scope="unterminated"#, r#"Bearer scope="a\"#, r#"Bearer scope="a, Basic realm=x"#] {
        assert_eq!(read(&[header]), [Err(ChallengeError::Malformed)], "{header}");
        assert_eq!(read(&[header, "DPoP"]), [Err(ChallengeError::Malformed), Ok(())], "{header}");
    }
    // Credentials in one piece, not a name without a value.
    for header in ["Bearer scope=", "Bearer a=="] {
        assert_eq!(scopes(header), [pair("Bearer", None)], "{header}");
    }
}

/// The URL stands twice, and nobody can say which of them is meant.
#[test]
fn a_challenge_with_a_parameter_twice_is_refused() {
    let header = format!(
        r#"Bearer realm="OAuth", resource_metadata="https://mcp.example/one", error="invalid_token", resource_metadata="{METADATA}", Basic realm="x""#
    );
    assert_eq!(parse(&header)[0], Err(ChallengeError::RepeatedParameter));
    assert_eq!(scopes(&header), [pair("Basic", None)]);
    assert_eq!(parse(r#"Bearer scope="a", SCOPE="a""#), [Err(ChallengeError::RepeatedParameter)]);
}

#[test]
fn what_is_read_is_limited() {
    let many = "Bearer, ".repeat(MAX_CHALLENGES + 1);
    let (last, whole) = parse(&many).split_last().map(|(last, rest)| (last.clone(), rest.len())).unwrap();
    assert_eq!((whole, last), (MAX_CHALLENGES, Err(ChallengeError::TooLong)));
    assert!(parse(&"Bearer, ".repeat(MAX_CHALLENGES)).iter().all(Result::is_ok));

    let params = |count| {
        let params: Vec<_> = (0..count).map(|index| format!("p{index}=1")).collect();
        parse(&format!("Bearer {}", params.join(",")))
    };
    assert!(params(MAX_CHALLENGE_PARAMS)[0].is_ok());
    assert_eq!(params(MAX_CHALLENGE_PARAMS + 1), [Err(ChallengeError::TooLong)]);

    let padded = |len: usize| format!("Bearer{}", " ".repeat(len - "Bearer".len()));
    assert!(parse(&padded(MAX_CHALLENGES_LEN))[0].is_ok());
    assert_eq!(parse(&padded(MAX_CHALLENGES_LEN + 1)), [Err(ChallengeError::TooLong)]);
    let halves = [padded(MAX_CHALLENGES_LEN / 2), padded(MAX_CHALLENGES_LEN / 2 + 1)];
    let parsed: Vec<_> = Challenge::parse(&halves).map(|result| result.map(drop)).collect();
    assert_eq!(parsed, [Ok(()), Err(ChallengeError::TooLong)]);
}

#[test]
fn a_value_that_is_not_utf8_cannot_be_read_and_costs_itself_alone() {
    let header = b"Bearer error_description=\"caf\xE9\", scope=\"a\"".as_slice();
    let challenge = Challenge::parse([header]).next().unwrap().unwrap();
    assert_eq!(challenge.param("error_description"), None);
    assert_eq!(challenge.params().collect::<Vec<_>>(), [("scope", "a")]);
    assert_eq!(challenge.scope().unwrap().as_str(), "a");
    let twice = b"Bearer a=\"\xE9\", a=\"\xE9\"".as_slice();
    assert_eq!(Challenge::parse([twice]).next(), Some(Err(ChallengeError::RepeatedParameter)));
}

#[test]
fn the_members_of_step_up_and_of_dpop_are_typed() {
    let challenge = only(
        r#"Bearer error="insufficient_user_authentication", acr_values="urn:loa:2 urn:loa:3", max_age="5", error_uri=x"#,
    );
    let error = challenge.oauth_error().unwrap();
    assert_eq!(error.code.unwrap().as_str(), "insufficient_user_authentication");
    assert_eq!((error.description, error.uri.unwrap().raw()), (None, "x"));
    assert_eq!(challenge.acr_values(), Some("urn:loa:2 urn:loa:3"));
    assert_eq!(challenge.max_age(), Some(Duration::from_secs(5)));
    for (text, seconds) in [("0", Some(0)), ("99999999999999999999999", Some(authcode::limits::MAX_LIFETIME))] {
        let age = only(&format!("Bearer max_age={text}")).max_age();
        assert_eq!(age, seconds.map(Duration::from_secs), "{text}");
    }
    for text in ["\"\"", "-1", "\"5 \"", "5.0", "+5", "1e3"] {
        assert_eq!(only(&format!("Bearer max_age={text}")).max_age(), None, "{text}");
    }

    let challenge = only(
        r#"DPoP algs="RS256 ES256", error="use_dpop_nonce", error_description="Authorization server requires nonce in DPoP proof""#,
    );
    assert_eq!(challenge.algs().collect::<Vec<_>>(), ["RS256", "ES256"]);
    assert_eq!(challenge.error_code().unwrap().as_str(), "use_dpop_nonce");
    assert!(only("DPoP").algs().next().is_none());
    assert!(only("DPoP").oauth_error().is_none());
    // An error whose code cannot be read is an error.
    assert_eq!(only(r#"Bearer error="""#).oauth_error().unwrap().code, None);
}

#[test]
fn a_scope_that_cannot_be_asked_for_is_left_out() {
    assert_eq!(only(r#"Bearer scope="a  b a \"c\" d""#).scope().unwrap().as_str(), "a b d");
    assert_eq!(only(&format!("Bearer scope={}", "a".repeat(16_000))).scope().unwrap().as_str().len(), 16_000);
}

#[test]
fn nothing_that_came_is_shown() {
    let shown = format!("{:?}", only(r#"Bearer error_description="SECRET", scope="SECRET""#));
    assert!(!shown.contains("SECRET"), "{shown}");
    assert!(shown.contains("error_description"), "{shown}");
}

prop_compose! {
    fn value()(text in "[ -~\t]{0,12}", quoted in any::<bool>()) -> (String, String) {
        let is_token = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let escaped = text.replace('\\', r"\\").replace('"', "\\\"");
        let written = if is_token && !quoted { text.clone() } else { format!("\"{escaped}\"") };
        (text, written)
    }
}

proptest! {
    /// Written in any of the ways that the grammar allows, it reads as what was meant.
    #[test]
    fn a_challenge_reads_as_it_was_meant(
        challenges in vec(("[A-Za-z][A-Za-z0-9-]{0,6}", vec((value(), " {0,2}", " {0,2}"), 0..5)), 1..6),
        split in any::<bool>(),
    ) {
        let written: Vec<_> = challenges.iter().map(|(scheme, params)| {
            let params: Vec<_> = params.iter().enumerate()
                .map(|(index, ((_, written), before, after))| format!("{before}p{index}{before}={after}{written}{after}"))
                .collect();
            format!("{scheme} {}", params.join(","))
        }).collect();
        let headers = if split { written } else { vec![written.join(", ")] };
        let read: Vec<_> = Challenge::parse(&headers).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read.len(), challenges.len());
        for (read, (scheme, params)) in read.iter().zip(&challenges) {
            prop_assert_eq!(read.scheme(), scheme);
            for (index, ((text, _), ..)) in params.iter().enumerate() {
                prop_assert_eq!(read.param(&format!("p{index}")), Some(text.as_str()));
            }
        }
    }

    #[test]
    fn any_bytes_are_read(header in vec(any::<u8>(), 0..200)) {
        for challenge in Challenge::parse([header]).flatten() {
            prop_assert!(!challenge.scheme().is_empty());
        }
    }
}
