//! No metadata makes it panic, and whatever server comes of one is at an `https` URL that another parser reads alike.

use authcode::{Discovery, HttpResponse};

pub fn run(input: &[u8]) {
    let Some((choice, body)) = input.split_first() else { return };
    let discovery = Discovery::new("https://a.example/t").unwrap();
    let discovery = if choice & 1 == 1 { discovery.accept_unadvertised_s256() } else { discovery };
    let discovery = if choice & 2 == 2 { discovery.require_same_origin() } else { discovery };
    let status = [200, 302, 404, 503][usize::from(choice >> 2 & 3)];
    let place = discovery.request().url;
    match discovery.receive_metadata(HttpResponse::new(status, body)) {
        Ok(metadata) => {
            assert_eq!(status, 200);
            let server = metadata.server();
            assert_eq!(server.issuer().unwrap().as_str(), "https://a.example/t");
            for endpoint in [server.authorization_endpoint(), server.token_endpoint()] {
                let url = url::Url::parse(endpoint.as_str()).unwrap();
                assert_eq!((url.scheme(), url.host_str().unwrap()), ("https", endpoint.host()));
                assert!(matches!(url.host(), Some(url::Host::Domain(_))), "an address");
                assert!(choice & 2 == 0 || endpoint.host() == "a.example");
            }
            let _ = format!("{metadata:?} {:?}", metadata.member::<Vec<String>>("scopes_supported"));
        }
        Err(refused) => {
            let _ = format!("{refused} {refused:?}");
            if let Ok(next) = refused.recover() {
                assert_eq!(status == 503, next.request().url == place);
            }
        }
    }
}
