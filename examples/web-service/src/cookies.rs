//! The two cookies. Neither holds more than a random number: what it stands for is in the store.

use core::time::Duration;

use http::HeaderMap;
use http::header::COOKIE;

use crate::id::Id;

/// What a cookie stands for.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    /// The browser that started a login. It outlives the login, so that two of them in two tabs do not disturb one
    /// another.
    Browser,
    /// A session. It is always a new one after a login, so that nobody can choose it beforehand.
    Session,
}

/// How cookies are written: `Secure`, wherever the browser speaks https.
#[derive(Clone, Copy)]
pub(crate) struct Cookies {
    pub(crate) secure: bool,
}

impl Cookies {
    /// `__Host-`: no other host of the domain can set it, and it never leaves https.
    const fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Browser, true) => "__Host-login",
            (Cookie::Browser, false) => "login",
            (Cookie::Session, true) => "__Host-session",
            (Cookie::Session, false) => "session",
        }
    }

    /// What the browser sends, if it is one of ours by its form. If it sends two, it is not.
    pub(crate) fn read(self, headers: &HeaderMap, cookie: Cookie) -> Option<Id> {
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name(cookie)).map(|(_, value)| value);
        let value = values.next().filter(|_| values.next().is_none())?;
        Id::from_text(value)
    }

    /// The value of `Set-Cookie`. `Lax`: it comes along when the server sends the browser back.
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
