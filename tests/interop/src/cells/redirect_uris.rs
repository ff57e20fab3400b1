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
    drop(walk::to_token(site.login_to("native", "com.example.app:/cb")?)?);
    passed("")
}

/// Servers write a query anew when they add to it.
pub(super) fn query_of_its_own(site: &Site) -> Found {
    let pending = site.login_to("web", "https://client.example/cb?tenant=a%20b")?.try_start(getrandom::SysRng)?;
    let Arrival::Redirect(url) = browser::visit(&pending.authorization_url(), User::Allows)? else {
        return Err("a form in place of a redirect".into());
    };
    let tenant = url.query().and_then(|query| query.split('&').find(|pair| pair.starts_with("tenant=")));
    let seen = format!("comes back as `{}`", tenant.unwrap_or("nothing"));
    drop(walk::exchange(pending.receive_redirect(&url)?)??);
    passed(seen)
}

/// As a native program does it, but that nobody listens: the browser stops before.
fn loopback(site: &Site, redirect_uri: &str) -> Found {
    let port = free_port()?;
    let pending = site.login_to("native", redirect_uri)?.loopback_port(port)?.try_start(getrandom::SysRng)?;
    let Arrival::Redirect(url) = browser::visit(&pending.authorization_url(), User::Allows)? else {
        return Err("a form in place of a redirect".into());
    };
    check::is_equal("the port", &url.port(), &Some(port))?;
    // What a listener sees of it.
    let target = Redirect::target(&url[Position::BeforePath..Position::AfterQuery]);
    drop(walk::exchange(pending.receive_redirect(target)?)??);
    passed("")
}

fn free_port() -> Result<u16, Error> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
