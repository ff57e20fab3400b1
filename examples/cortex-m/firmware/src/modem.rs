//! The modem at the other end of the line: it does HTTP and TLS, has a clock, and reaches the user's browser.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::line::{self, Decimal};
use crate::protocol::Kind;

/// The longest body that is accepted. A token response has a few hundred bytes, or two thousand with an ID token.
pub const MAX_BODY_LEN: usize = 2048;
const MAX_URL_LEN: usize = 2048;
/// Seconds, or a date of 29 bytes.
const MAX_RETRY_AFTER_LEN: usize = 40;

/// The response of a server.
#[derive(Debug)]
pub struct Answer {
    /// When it was received, in seconds since 1970.
    pub now: u64,
    /// The HTTP status.
    pub status: u16,
    /// The value of `Retry-After`, as it came. Empty if the response has no such header.
    pub retry_after: Vec<u8>,
    /// The body. `None` if it is too long.
    pub body: Option<Vec<u8>>,
}

/// The endpoints. A product has them in its firmware, or gets them when it is set up.
#[derive(Debug)]
pub struct Config {
    text: String,
}

impl Config {
    /// The authorization endpoint.
    pub fn authorization_endpoint(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// The token endpoint.
    pub fn token_endpoint(&self) -> &str {
        self.text.lines().nth(1).unwrap_or_default()
    }

    /// The API.
    pub fn api(&self) -> &str {
        self.text.lines().nth(2).unwrap_or_default()
    }
}

/// Asks the modem for the configuration.
pub fn config() -> Config {
    line::send(Kind::Hello, [crate::board::NAME]);
    Config { text: text(line::receive(&[Kind::Config])) }
}

/// Sends a request. `None` if there was no response, or one that is invalid.
pub fn exchange<'n, 'v>(
    method: &str,
    url: &str,
    headers: impl IntoIterator<Item = (&'n str, &'v str), IntoIter: Clone>,
    body: &str,
    max_body_len: usize,
) -> Option<Answer> {
    let max_body_len = max_body_len.min(MAX_BODY_LEN);
    let limit = Decimal::new(max_body_len as u32);
    let head = [method, "\n", url, "\n", limit.as_str(), "\n"].into_iter();
    let headers = headers.into_iter().flat_map(|(name, value)| [name, ": ", value, "\n"]);
    line::send(Kind::HttpRequest, head.chain(headers).chain(["\n", body]));

    let mut incoming = line::receive(&[Kind::HttpResponse, Kind::NoResponse]);
    if incoming.kind == Kind::NoResponse {
        incoming.skip();
        return None;
    }
    let (Some(now), Some(status)) = (incoming.number_line(), incoming.number_line()) else {
        incoming.skip();
        return None;
    };
    let retry_after = incoming.text_line(MAX_RETRY_AFTER_LEN);
    let body = incoming.rest(max_body_len);
    Some(Answer { now, status: u16::try_from(status).ok()?, retry_after, body })
}

/// Shows the user a URL: on a screen, as a QR code, on the phone that the device is paired with. The user has so many
/// seconds.
pub fn open(url: &str, seconds: u32) {
    line::send(Kind::OpenUrl, [Decimal::new(seconds).as_str(), "\n", url]);
}

/// Waits for a URL that the user's browser was redirected to. It contains a code, so it is wiped on drop. `None` if the
/// time of the user is over.
pub fn redirect() -> Option<Zeroizing<String>> {
    line::send(Kind::NextRedirect, []);
    let incoming = line::receive(&[Kind::Redirect, Kind::NoRedirect]);
    if incoming.kind == Kind::NoRedirect {
        incoming.skip();
        return None;
    }
    Some(Zeroizing::new(text(incoming)))
}

/// Waits for this many seconds, by the modem's clock.
pub fn wait(seconds: u32) {
    line::send(Kind::Wait, [Decimal::new(seconds).as_str()]);
    line::receive(&[Kind::Woken]).skip();
}

fn text(incoming: line::Incoming) -> String {
    String::from_utf8(incoming.rest(MAX_URL_LEN).unwrap_or_default()).unwrap_or_default()
}
