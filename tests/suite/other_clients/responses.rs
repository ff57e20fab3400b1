//! Token responses, and tokens that a client did not know what to do with.

use core::time::Duration;

use authcode::{GrantedScope, HttpResponse, Lifetime, NextStep, Renewal, TokenErrorKind, UnusableToken};

use super::receive;
use crate::scenario::*;

/// Tokens of Salesforce, Amazon and JetBrains, with characters that RFC 6750 does not have.
///
/// <https://github.com/googleworkspace/apps-script-oauth2/issues/10>, <https://github.com/yadayada/acd_cli/issues/294>,
/// <https://github.com/symfony/symfony/pull/38248>
#[test]
fn bearer_header_refused_for_a_token_of_a_large_provider() {
    for token in [
        "00Dx0000000BV7z!AR8AQP0jITN80ESEsj5EbaZTFG0RNBaT1cyWk7TrqoDjoNIWQ2ME_sTZzBjfmOE6zMHq6y8PIW4eWze9JksNEkWUl.Cju7m4",
        "Atza|IQEBLjAsAhR_d_2GufCLL31jnGQq_EIIgIUDgKQluhbRKMpOgR66trUaSLpWHzI32CHkL-MZAf4GIhLmaphkHGbye3q1c6eksY",
        "perm:c3RlcGhhbg==.NTUtMw==.NiZw16agafhsQAShTvclhb78hyJh2H",
    ] {
        let authorized = receive(200, &format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#)).unwrap();
        assert_eq!(authorized.bearer().unwrap().expose(), format!("Bearer {token}"));
    }
}

/// Salesforce says when the token was issued, and not how long it is valid. The API's 401 is the only sign.
///
/// <https://github.com/googleworkspace/apps-script-oauth2/issues/10>,
/// <https://github.com/louislam/uptime-kuma/issues/3902>, <https://github.com/NangoHQ/nango/issues/327>
#[test]
fn token_without_a_lifetime_never_refreshed() {
    let body = r#"{"id":"https://login.salesforce.com/id/00Dx0000000BV7z/005x00000012Q9P",
        "issued_at":"1278448101416","refresh_token":"5Aep8614iLM.Dq661ePDmPEgaAW9Oh_L3JKkDpB4xReb54_pZebnUG0h6Sb4KUVD
        pNtWEofWM39yg==","instance_url":"https://na1.salesforce.com","signature":"CMJ4l+CCaPQiKjoOEwEig9H4wqhpuLSk",
        "access_token":"00Dx0000000BV7z!AR8AQP0jITN80ESE","token_type":"Bearer","scope":"id api refresh_token"}"#;
    let authorized = receive(200, &body.replace("\n        ", "")).unwrap();
    assert_eq!(authorized.tokens().lifetime(), Lifetime::Unstated);
    // Neither due at each use, nor without a way on.
    assert!(!authorized.needs_renewal(NOW.saturating_add(Duration::from_secs(86_400)), Duration::from_secs(30)));
    assert!(matches!(authorized.renewal(), Renewal::Refresh(_)));
    assert_eq!(authorized.tokens().member_text("instance_url"), Some("\"https://na1.salesforce.com\""));
}

/// A framework writes an absent body as `null`, at any status. The client's message was about the type `null`.
///
/// <https://github.com/archestra-ai/archestra/pull/7078>
#[test]
fn body_of_null_hides_the_status() {
    let not_an_object = TokenErrorKind::Unusable(UnusableToken::NotAnObject);
    for (status, kind) in
        [(200, not_an_object), (400, TokenErrorKind::UnexpectedStatus), (500, TokenErrorKind::Unavailable)]
    {
        let error = receive(status, "null").unwrap_err();
        assert_eq!((error.kind(), error.status()), (kind, status));
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

/// <https://github.com/dotnet/aspnetcore/issues/53457>
#[test]
fn success_with_an_empty_error_refused() {
    let body = r#"{"access_token":"xxxxx","refresh_token":"xxxx","expires_in":7199,"token_type":"Bearer","error":""}"#;
    let authorized = receive(200, body).unwrap();
    assert_eq!(authorized.bearer().unwrap().expose(), "Bearer xxxxx");
    assert_eq!(authorized.tokens().lifetime(), Lifetime::Stated(Duration::from_secs(7199)));
}

/// <https://github.com/ory/hydra/issues/126>
#[test]
fn scope_that_repeats_taken_for_another_one() {
    let code = Scenario { scope: "core hydra", ..Scenario::default() }.to_code_received();
    let body = r#"{"access_token":"e4apjI","expires_in":"3600","scope":"core hydra core","token_type":"bearer"}"#;
    let authorized = code.receive_response(HttpResponse::new(200, body), NOW).unwrap();
    let GrantedScope::Stated(granted) = authorized.tokens().granted_scope() else { panic!("it is stated") };
    assert!(granted.difference(authorized.requested_scope()).is_empty());
    assert!(authorized.requested_scope().difference(granted).is_empty());
}

/// The server counted characters, and the name has one of two bytes: the end of the body is missing.
///
/// <https://github.com/ORCID/ORCID-Source/issues/3396>
#[test]
fn success_cut_off_behind_a_name_with_an_umlaut() {
    let whole =
        r#"{"access_token":"leaked-at","token_type":"bearer","refresh_token":"leaked-rt","name":"Erik Hetzné"}"#;
    for missing in 1..6 {
        let response = HttpResponse::new(200, &whole.as_bytes()[..whole.len() - missing]);
        let (error, code) = recovered(code_received().receive_response(response, NOW).unwrap_err());
        assert_eq!((error.kind(), error.status()), (TokenErrorKind::NotJson, 200));
        // The code may be spent, so it is not sent again by itself. The tokens are in no message.
        assert_eq!(error.next_step(), NextStep::Fix);
        assert!(error.body().is_none());
        assert_still_has_code(code.unwrap());
    }
}

/// A proxy removed `Content-Encoding`, or the HTTP stack does not know it: the bytes are those of gzip.
///
/// <https://github.com/modelcontextprotocol/typescript-sdk/issues/2408>, <https://github.com/medplum/medplum/issues/9558>
#[test]
fn compressed_success_crashes_the_login() {
    let compressed = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xabVJLNN-.\x8e/\xc9\xcfN\xcdS\xb2";
    let (error, code) =
        recovered(code_received().receive_response(HttpResponse::new(200, compressed), NOW).unwrap_err());
    assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::NotJson, NextStep::Fix));
    // Whoever finds out can still pass the text that it stands for.
    assert_still_has_code(code.unwrap());
}

/// A challenge for browsers in front of the token endpoint. The server has not seen the code.
///
/// <https://github.com/KickEngineering/KickDevDocs/issues/148>
#[test]
fn code_lost_to_the_page_of_a_firewall() {
    let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title>";
    let (error, code) = recovered(code_received().receive_response(HttpResponse::new(403, page), NOW).unwrap_err());
    assert_eq!((error.kind(), error.next_step()), (TokenErrorKind::UnexpectedStatus, NextStep::Fix));
    assert!(error.body().unwrap().raw().contains("Just a moment"));
    assert_still_has_code(code.unwrap());
}

/// The leeway was taken from the time instead of the lifetime, so that tokens were used after their end; and two checks
/// disagreed for the last second.
///
/// <https://github.com/spring-projects/spring-security/issues/7511>,
/// <https://github.com/manfredsteyer/angular-oauth2-oidc/issues/1225>,
/// <https://github.com/spring-attic/spring-security-oauth/issues/1287>
#[test]
fn token_used_after_its_end_because_of_the_leeway() {
    let authorized = receive(200, r#"{"access_token":"a","token_type":"Bearer","expires_in":300}"#).unwrap();
    for leeway in [0, 30, 60] {
        for second in 0..400 {
            let (now, leeway) = (NOW.saturating_add(Duration::from_secs(second)), Duration::from_secs(leeway));
            let is_due = second >= 300 - leeway.as_secs();
            assert_eq!(authorized.needs_renewal(now, leeway), is_due, "{second}");
            assert_eq!(authorized.tokens().time_left(now, leeway).unwrap().is_zero(), is_due, "{second}");
        }
    }
}
