//! What the replicas share: pending logins, sessions, and who is at which of them.
//!
//! Each method is one atomic step of the store. The `README.md` has them as a table, with what happens if a replica dies
//! between two of them.

mod memory;
mod redis;

use core::time::Duration;

use async_trait::async_trait;

pub(crate) use self::memory::Memory;
pub(crate) use self::redis::Redis;
use crate::id::{self, Id};

/// The store does not answer.
#[derive(Debug)]
pub(crate) struct StoreError(pub(crate) String);

#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Keeps a pending login for the browser that started it, until `limit` is over.
    async fn keep_login(&self, login: &LoginKey, form: &str, limit: Duration) -> Result<(), StoreError>;

    /// Takes a pending login, once: whoever gets [`Taken::Mine`] is the only one, and is `owner` for so long as `lease`.
    async fn take_login(&self, login: &LoginKey, owner: &Id, lease: Duration) -> Result<Taken, StoreError>;

    /// What has become of a login without a session. `false` if `owner` no longer has it.
    async fn settle_login(&self, login: &LoginKey, owner: &Id, outcome: Outcome<'_>) -> Result<bool, StoreError>;

    /// Opens the session of a login. `false` if `owner` no longer has it: then there is none.
    async fn finish_login(&self, login: &LoginKey, owner: &Id, session: Session<'_>) -> Result<bool, StoreError>;

    /// The tokens of a session, if there is one.
    async fn tokens(&self, session: &Id) -> Result<Option<String>, StoreError>;

    /// Whether `owner` is now the only one who may refresh, for so long as `lease`.
    async fn lock_session(&self, session: &Id, owner: &Id, lease: Duration) -> Result<bool, StoreError>;

    /// Writes the new tokens over the `old` ones. `false` if those are no longer there.
    async fn replace_tokens(&self, session: &Id, old: &str, new: &str) -> Result<bool, StoreError>;

    /// Lets the lock go, if `owner` still has it.
    async fn unlock_session(&self, session: &Id, owner: &Id) -> Result<(), StoreError>;

    async fn end_session(&self, session: &Id) -> Result<(), StoreError>;
}

/// How often a step is tried that must not get lost.
const MAX_ATTEMPTS: u32 = 8;

/// Does a step that must not get lost, because what it writes is nowhere else: through a store that is away for a moment.
pub(crate) async fn insist<T, Step>(mut step: impl FnMut() -> Step) -> Result<T, StoreError>
where
    Step: Future<Output = Result<T, StoreError>>,
{
    let mut attempt = 1;
    loop {
        match step().await {
            Err(_) if attempt < MAX_ATTEMPTS => tokio::time::sleep(Duration::from_millis(50) * attempt).await,
            done => return done,
        }
        attempt += 1;
    }
}

/// Where a pending login is kept: another browser, or another `state`, is another place.
pub(crate) struct LoginKey(String);

impl LoginKey {
    pub(crate) fn new(browser: &Id, state: &str) -> Self {
        Self(format!("login:{}", id::digest(&[browser.as_str(), state])))
    }
}

/// What came of an attempt to take a pending login.
#[derive(Debug, PartialEq)]
pub(crate) enum Taken {
    /// Nobody else will ever get it.
    Mine(String),
    /// Somebody is at it.
    Busy,
    /// Somebody has been at it, and has not come to an end: start anew.
    Lapsed,
    /// It has led to this session.
    Done(String),
    /// There is none. It has run out, or never was.
    Gone,
}

/// What becomes of a login that has been taken and gave no session.
pub(crate) enum Outcome<'a> {
    /// It goes on waiting, for what is left of its time.
    Waits(&'a str),
    /// It must start anew: see [`Taken::Lapsed`].
    Lapsed,
    /// It is over: the user said no.
    Over,
}

/// A session to be opened.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) id: &'a Id,
    pub(crate) tokens: &'a str,
    pub(crate) limit: Duration,
}

/// How a pending login is written down, in either store: one word for the phase, then what belongs to it.
mod phase {
    /// The stored form.
    pub(super) const WAITING: &str = "waiting ";
    /// The owner, and the end of the lease in milliseconds.
    pub(super) const TAKEN: &str = "taken ";
    /// Nothing.
    pub(super) const LAPSED: &str = "lapsed ";
    /// The identifier of the session.
    pub(super) const DONE: &str = "done ";
}

fn session_key(session: &Id) -> String {
    format!("session:{}", id::digest(&[session.as_str()]))
}

fn lock_key(session: &Id) -> String {
    format!("lock:{}", id::digest(&[session.as_str()]))
}

/// The entry that an outcome leaves. Empty: none.
fn entry(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::Waits(form) => format!("{}{form}", phase::WAITING),
        Outcome::Lapsed => phase::LAPSED.to_owned(),
        Outcome::Over => String::new(),
    }
}
