//! The kinds of redirect URI (RFC 8252 §7).

use std::net::TcpListener;

use authcode::Redirect;
use url::Position;

use super::{Found, passed};
use crate::browser::{self, Arrival, User};
use crate::site::Site;
use crate::{Error, check, walk};

pub(super) fn loopback_ipv4(site: &Site) -> Found {
    loopback(site, "http://127.0.0.1/cb")
}

pub(super) fn loopback_ipv6(site: &Site) -> Found {
    loopback(site, "http://[::1]/cb")
}

pub(super) fn loopback_by_name(site: &Site) -> Found {
    loopback(site, "http://localhost/cb")
}

pub(super) fn private_use_scheme(site: &Site) -> Found {
    drop(walk::to_token(&site.login_to("native", "com.example.app:/cb")?)?);
    passed("")
}

/// Servers may encode a query differently when they add to it.
pub(super) fn query_of_its_own(site: &Site) -> Found {
    let pending = site.login_to("web", "https://client.example/cb?tenant=a%20b")?.start(getrandom::SysRng)?;
    let Arrival::Redirect(url) = browser::visit(&pending.authorization_url(), User::Allows)? else {
        return Err("a form instead of a redirect".into());
    };
    let tenant = url.query().and_then(|query| query.split('&').find(|pair| pair.starts_with("tenant=")));
    let seen = format!("comes back as `{}`", tenant.unwrap_or("nothing"));
    drop(walk::code_to_token(check::succeeds(pending.receive_redirect(&url))?)?);
    passed(seen)
}

/// As a native program does it, except that nothing listens: the browser stops before the redirect.
fn loopback(site: &Site, redirect_uri: &str) -> Found {
    let port = free_port()?;
    let pending = site.login_to("native", redirect_uri)?.loopback_port(port)?.start(getrandom::SysRng)?;
    let Arrival::Redirect(url) = browser::visit(&pending.authorization_url(), User::Allows)? else {
        return Err("a form instead of a redirect".into());
    };
    check::is_equal("the port", &url.port(), &Some(port))?;
    // The part that a listener sees.
    let target = Redirect::target(&url[Position::BeforePath..Position::AfterQuery]);
    drop(walk::code_to_token(check::succeeds(pending.receive_redirect(target))?)?);
    passed("")
}

fn free_port() -> Result<u16, Error> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
