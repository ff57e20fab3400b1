//! No metadata causes a panic, and the endpoints of every accepted one are `https` URLs that another parser reads alike.

use authcode::{Discovery, HttpResponse, NextStep, UnixTime};

pub fn run(input: &[u8]) {
    let Some((choice, body)) = input.split_first() else { return };
    let discovery = Discovery::new("https://a.example/t").unwrap();
    let discovery = if choice & 1 == 1 { discovery.accept_unadvertised_s256() } else { discovery };
    let discovery = if choice & 2 == 2 { discovery.require_same_origin() } else { discovery };
    let status = [200, 302, 404, 503][usize::from(choice >> 2 & 3)];
    let place = discovery.request().url;
    match discovery.receive_response(HttpResponse::new(status, body), UnixTime::from_secs(1_700_000_000)) {
        Ok(metadata) => {
            assert_eq!(status, 200);
            let server = metadata.server();
            assert_eq!(server.issuer().unwrap(), "https://a.example/t");
            for endpoint in [server.authorization_endpoint(), server.token_endpoint()] {
                let url = url::Url::parse(endpoint.as_str()).unwrap();
                assert_eq!((url.scheme(), url.host_str().unwrap()), ("https", endpoint.host()));
                assert!(matches!(url.host(), Some(url::Host::Domain(_))), "an address");
                assert!(choice & 2 == 0 || endpoint.host() == "a.example");
            }
            let _ = format!("{metadata:?} {:?}", metadata.member_text("scopes_supported"));
        }
        Err(rejected) => {
            let _ = format!("{} {rejected:?}", rejected.error());
            let next_step = rejected.next_step();
            match rejected.recover() {
                Ok(next) => {
                    assert!(matches!(next_step, NextStep::Retry { .. }));
                    assert_ne!(next.request().url, place);
                }
                Err(_) => assert_eq!(next_step, NextStep::StartOver),
            }
        }
    }
}
