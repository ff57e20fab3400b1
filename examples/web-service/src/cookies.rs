//! The two cookies. Each contains a random identifier alone; the data is in the store.

use core::time::Duration;

use http::HeaderMap;
use http::header::COOKIE;

use crate::id::Id;

/// What a cookie identifies.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    /// The browser that started a login. It outlives the login, so that logins in two tabs do not interfere.
    Browser,
    /// A session. Each login creates a new one, so that an attacker cannot fix its identifier beforehand.
    Session,
}

/// How cookies are written: `Secure` if the browser uses https.
#[derive(Clone, Copy)]
pub(crate) struct Cookies {
    pub(crate) secure: bool,
}

impl Cookies {
    /// `__Host-`: no other host of the domain can set it, and it is sent over https alone.
    const fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Browser, true) => "__Host-login",
            (Cookie::Browser, false) => "login",
            (Cookie::Session, true) => "__Host-session",
            (Cookie::Session, false) => "session",
        }
    }

    /// The identifier that the browser sends. `None` if it is absent or malformed, or if there are two.
    pub(crate) fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<Id> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name(cookie)).map(|(_, value)| value);
        let value = values.next().filter(|_| values.next().is_none())?;
        Id::from_text(value)
    }

    /// The value of `Set-Cookie`. `Lax`, because the browser must send it with the redirect from the server.
    pub(crate) fn set(self, cookie: Cookie, id: &Id, limit: Duration) -> String {
        self.line(cookie, id.as_str(), limit)
    }

    pub(crate) fn clear(self, cookie: Cookie) -> String {
        self.line(cookie, "", Duration::ZERO)
    }

    fn line(self, cookie: Cookie, value: &str, limit: Duration) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let (name, age) = (self.name(cookie), limit.as_secs());
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
    }
}
