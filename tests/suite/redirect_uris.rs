//! Redirect URIs of the three kinds of RFC 8252 §7.

use authcode::{AwaitingRedirect, Client, ConfigError, ParameterError, Redirect, RedirectError, Server, UriError};

use crate::scenario::*;

fn client(redirect_uri: &str) -> Result<Client, ConfigError> {
    Client::new(Server::new(AUTHORIZE, TOKEN).unwrap(), "id", redirect_uri)
}

fn pending(redirect_uri: &str) -> AwaitingRedirect {
    client(redirect_uri).unwrap().login().start_with_entropy(&ENTROPY).unwrap()
}

#[test]
// rows 66
fn the_three_kinds_are_accepted() {
    for uri in [
        "https://app.example.com/oauth2redirect/example-provider",
        "https://app.example.com",
        "https://app.example.com:8443/cb?tenant=7",
        "http://127.0.0.1:51004/oauth2redirect/example-provider",
        "http://127.0.0.1",
        "http://[::1]:61023/oauth2redirect/example-provider",
        "http://localhost/cb",
        "com.example.app:/oauth2redirect/example-provider",
        "com.example.app://login.example.com/cb",
    ] {
        assert!(client(uri).is_ok(), "{uri}");
    }
}

/// The redirect URI of a UWP app, one with an empty host, and one that is a number. None of it is for `http` and `https`.
#[test]
fn custom_schemes_of_real_apps_are_accepted() {
    for uri in [
        "ms-app://s-1-15-2-1352796503-54529114-405753024-3540103335-3203256200-511895534-1429095407/",
        "myapp:///callback",
        "myapp://",
        "myapp://1234",
        "myapp://1234/cb?x=1",
        "fb1234://authorize",
    ] {
        let server = || Server::new(AUTHORIZE, TOKEN).unwrap();
        let client = Client::with_custom_scheme(server(), "id", uri).unwrap();
        let pending = client.login().start_with_entropy(&ENTROPY).unwrap();
        assert_eq!(value_of(&query_pairs(&pending.authorization_url()), "redirect_uri").as_deref(), Some(uri));
        let separator = if uri.contains('?') { '&' } else { '?' };
        let code = pending.receive_redirect(&format!("{uri}{separator}{}", answer())).unwrap();
        assert_eq!(value_of(&pairs(code.request().body.expose()), "redirect_uri").as_deref(), Some(uri));
        let (_, rest) = uri.split_once(':').unwrap();
        for scheme in ["http", "https"] {
            if uri != "fb1234://authorize" {
                let refused = Client::with_custom_scheme(server(), "id", format!("{scheme}:{rest}")).unwrap_err();
                assert_eq!(refused, ConfigError::RedirectUri(UriError::Host), "{scheme}:{rest}");
            }
        }
    }
}

#[test]
// rows 12, 66, 94
fn other_kinds_are_refused() {
    for uri in [
        "http://app.example.com/cb",
        "http://127.0.0.2/cb",
        "http://localhost.example.com/cb",
        "myapp:/cb",
        "myapp://cb",
        "javascript:/alert(1)",
        "data:/text",
        "file:///etc/passwd",
        "about:/blank",
        "ftp://app.example.com/cb",
    ] {
        let error = client(uri).unwrap_err();
        assert!(matches!(error, ConfigError::RedirectUriKind | ConfigError::RedirectUri(_)), "{uri}: {error}");
    }
    assert_eq!(client("myapp:/cb").unwrap_err(), ConfigError::RedirectUriKind);
    assert_eq!(client("http://app.example.com/cb").unwrap_err(), ConfigError::RedirectUriKind);
}

/// They would come back beside the server's own, as duplicates.
#[test]
fn a_redirect_uri_may_not_bring_parameters_of_the_response() {
    for name in
        ["code", "state", "iss", "error", "error_description", "error_uri", "response", "access_token", "id_token"]
    {
        let error = client(&format!("https://app.example.com/cb?a=b&{name}=x")).unwrap_err();
        assert_eq!(error, ConfigError::ReservedParameter("redirect uri", name.into()));
    }
}

#[test]
// rows 11, 28
fn it_goes_out_byte_for_byte_on_both_legs() {
    for uri in [
        "https://app.example.com",
        "https://app.example.com/",
        "https://app.example.com:443/cb",
        "https://app.example.com/CB/%7euser;a,b?x=%2F&y",
        "http://127.0.0.1:51004/cb",
        "http://[::1]:51004/cb",
        "com.example.app:/cb",
    ] {
        let pending = pending(uri);
        let sent = value_of(&query_pairs(&pending.authorization_url()), "redirect_uri").unwrap();
        assert_eq!(sent, uri);
        let own = uri.split_once('?').map_or("", |(_, query)| query);
        let code = pending.receive_redirect(Redirect::query(&format!("{own}&{}", answer()))).unwrap();
        let sent = value_of(&pairs(code.request().body.expose()), "redirect_uri").unwrap();
        assert_eq!(sent, uri);
    }
}

#[test]
// rows 67
fn a_native_app_sets_the_port_that_it_listens_on() {
    for (registered, sent) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:1/cb?x=y", "http://127.0.0.1:51004/cb?x=y"),
        ("http://[::1]/cb", "http://[::1]:51004/cb"),
        ("http://localhost", "http://localhost:51004"),
    ] {
        let mut login = client(registered).unwrap().login();
        login.loopback_port(51004).unwrap();
        let pending = login.start_with_entropy(&ENTROPY).unwrap();
        assert_eq!(value_of(&query_pairs(&pending.authorization_url()), "redirect_uri").unwrap(), sent);
        let (base, own) = sent.split_once('?').unwrap_or((sent, ""));
        let code = pending.receive_redirect(&format!("{base}?{own}&{}", answer())).unwrap();
        assert_eq!(value_of(&pairs(code.request().body.expose()), "redirect_uri").unwrap(), sent);
    }
}

#[test]
// rows 73
fn a_redirect_to_another_port_is_not_ours() {
    let mut login = client("http://127.0.0.1/cb").unwrap().login();
    login.loopback_port(51004).unwrap();
    let pending = login.start_with_entropy(&ENTROPY).unwrap();
    for base in
        ["http://127.0.0.1:51005/cb", "http://127.0.0.1/cb", "http://localhost:51004/cb", "http://127.0.0.1:051004/cb"]
    {
        let refused = login_again(&pending).receive_redirect(&format!("{base}?{}", answer())).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::NotOurs, "{base}");
    }
}

fn login_again(pending: &AwaitingRedirect) -> AwaitingRedirect {
    AwaitingRedirect::resume(pending.suspend(), &client("http://127.0.0.1/cb").unwrap()).unwrap()
}

#[test]
fn a_port_can_be_set_on_loopback_alone() {
    for uri in ["https://app.example.com/cb", "com.example.app:/cb", "https://127.0.0.1/cb"] {
        assert_eq!(client(uri).unwrap().login().loopback_port(51004).unwrap_err(), ParameterError::Port);
    }
    assert_eq!(client("http://127.0.0.1/cb").unwrap().login().loopback_port(0).unwrap_err(), ParameterError::Port);
}

/// Browsers write an empty path as `/`, omit the port of the scheme, and write hosts in lower case. Microsoft writes the
/// `/` for custom schemes, too. Schemes ignore case (RFC 3986 §3.1), and a server writes one as it was registered there.
#[test]
fn what_browsers_change_in_a_url_does_not_matter() {
    for (registered, received) in [
        ("https://app.example.com", "https://app.example.com/"),
        ("https://app.example.com/", "https://app.example.com"),
        ("https://app.example.com:443/cb", "https://app.example.com/cb"),
        ("https://app.example.com/cb", "https://app.example.com:443/cb"),
        ("http://localhost:80/cb", "http://localhost/cb"),
        ("https://App.Example.com/cb", "https://app.example.com/cb"),
        ("https://app.example.com/cb", "https://APP.example.com/cb"),
        ("com.example.app://host/cb", "com.example.app://host/cb"),
        ("com.example.app://Host/cb", "com.example.app://host/cb"),
        ("com.example.app:/cb", "com.example.app:/cb"),
        ("msauth.com.example.app://auth", "msauth.com.example.app://auth/"),
        ("com.example.app://host/", "com.example.app://host"),
        ("com.example.MyApp://host/cb", "com.example.myapp://host/cb"),
        ("com.example.MyApp:/cb", "com.example.MyApp:/cb"),
        ("com.example.MyApp:/cb", "com.example.MYAPP:/cb"),
        ("msauth.com.example.myapp://auth", "MSAUTH.com.example.MyApp://auth"),
        ("https://app.example.com/cb", "HTTPS://app.example.com/cb"),
        ("http://localhost/cb", "Http://localhost/cb"),
        ("com.example.app:///cb", "com.example.app:///cb"),
        ("com.example.app:///cb", "Com.Example.App:///cb"),
        ("com.example.app://", "com.example.app://"),
        ("com.example.app://1234", "com.example.app://1234"),
        ("com.example.app://1234/", "com.example.app://1234"),
    ] {
        assert!(pending(registered).receive_redirect(&format!("{received}?{}", answer())).is_ok(), "{registered}");
    }
    for (registered, received) in [
        ("com.example.app://host", "com.example.app://host/x"),
        ("com.example.app://host/cb", "com.example.app://host/CB"),
        ("com.example.app:/", "com.example.app:"),
        ("com.example.app:/cb", "com.example.app:///cb"),
        ("com.example.app:/cb", "com.example.app://cb"),
        ("com.example.app:/cb", "com.example.app:cb"),
        ("https://app.example.com:80/cb", "https://app.example.com/cb"),
        ("com.example.MyApp:/cb", "com.example.myapp2:/cb"),
        ("com.example.MyApp:/cb", "com.example.MyApp:/CB"),
        ("com.example.app:///cb", "com.example.app:/cb"),
        ("com.example.app:///cb", "com.example.app://cb"),
        ("com.example.app:///cb", "com.example.app:////cb"),
        ("com.example.app:///cb", "com.example.app:///CB"),
        ("com.example.app:///cb", "com.example.app://host/cb"),
        ("com.example.app:///cb", "com.example.app://:1/cb"),
        ("com.example.app://", "com.example.app:"),
        ("com.example.app://1234", "com.example.app://12345"),
        ("com.example.app://1234", "com.example.app://0.0.4.210"),
    ] {
        let refused = pending(registered).receive_redirect(&format!("{received}?{}", answer())).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::NotOurs, "{registered} is not {received}");
    }
}

/// Servers write the registered query again in their own way: `a%20b` comes back as `a+b`.
#[test]
fn the_query_of_a_redirect_uri_is_compared_decoded() {
    let registered = "https://app.example.com/cb?tenant=a%20b&x=1&x=1";
    for query in ["tenant=a+b&x=1&x=1", "x=%31&x=1&tenant=a%20b", "other=z&tenant=a%20b&x=1&x=1"] {
        let redirect = format!("https://app.example.com/cb?{query}&{}", answer());
        assert!(pending(registered).receive_redirect(&redirect).is_ok(), "{query}");
    }
    for query in [
        "",
        "tenant=a+b",
        "tenant=a+b&x=1",
        "tenant=a+b&x=1&x=2",
        "tenant=A+b&x=1&x=1",
        "tenant=ab&x=1&x=1",
        "tenant=evil&tenant=a+b&x=1&x=1",
        "tenant=a+b&tenant=a+b&x=1&x=1",
        "tenant=a+b&x=1&x=1&x=2",
    ] {
        let redirect = format!("https://app.example.com/cb?{query}&{}", answer());
        let refused = pending(registered).receive_redirect(&redirect).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::NotOurs, "{query}");
    }
}

#[test]
fn a_query_that_cannot_be_decoded_never_matches() {
    let refused = client("https://app.example.com/cb?t=%FF").unwrap_err();
    assert_eq!(refused, ConfigError::MalformedQuery("redirect uri"));
    let registered = "https://app.example.com/cb?t=a";
    for query in ["t=%zz", "%zz=a", "t=%FF"] {
        let redirect = format!("https://app.example.com/cb?{query}&{}", answer());
        assert_eq!(pending(registered).receive_redirect(&redirect).unwrap_err().error(), &RedirectError::NotOurs);
    }
}

#[test]
fn the_query_must_be_there_in_a_target_and_in_a_bare_query_too() {
    let registered = "https://app.example.com/cb?tenant=7";
    for (query, is_ours) in [("tenant=7", true), ("tenant=8", false), ("x=7", false)] {
        let query = format!("{query}&{}", answer());
        assert_eq!(pending(registered).receive_redirect(Redirect::query(&query)).is_ok(), is_ours);
        let target = format!("/cb?{query}");
        assert_eq!(pending(registered).receive_redirect(Redirect::target(&target)).is_ok(), is_ours);
    }
}

/// It is not `http`, so it has no default port.
#[test]
fn a_scheme_that_begins_like_http_is_a_custom_scheme() {
    for received in ["http.example://cb:80", "http://cb", "http.example:/cb"] {
        let refused = pending("http.example://cb").receive_redirect(&format!("{received}?{}", answer()));
        assert_eq!(refused.unwrap_err().error(), &RedirectError::NotOurs, "{received}");
    }
    for received in ["http.example://cb", "HTTP.example://cb"] {
        assert!(pending("http.example://cb").receive_redirect(&format!("{received}?{}", answer())).is_ok());
    }
}
