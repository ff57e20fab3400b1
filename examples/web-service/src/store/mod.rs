//! The store that the replicas share: pending logins, sessions, and leases on both.
//!
//! Each method is one atomic step. The table in the `README.md` says what happens if a replica dies between two of them.

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
    /// Stores a pending login for the browser that started it. It expires after `limit`.
    async fn keep_login(&self, login: &LoginKey, form: &str, limit: Duration) -> Result<(), StoreError>;

    /// Takes a pending login: one caller gets [`Taken::Mine`], and owns the login until `lease` ends.
    async fn take_login(&self, login: &LoginKey, owner: &Id, lease: Duration) -> Result<Taken, StoreError>;

    /// Ends the ownership of a login that has led to no session. `false` if `owner` no longer owns it.
    async fn settle_login(&self, login: &LoginKey, owner: &Id, outcome: Outcome<'_>) -> Result<bool, StoreError>;

    /// Creates the session of a login. `false`, and no session, if `owner` no longer owns the login.
    async fn finish_login(&self, login: &LoginKey, owner: &Id, session: Session<'_>) -> Result<bool, StoreError>;

    /// The tokens of a session, if it exists.
    async fn tokens(&self, session: &Id) -> Result<Option<String>, StoreError>;

    /// Takes the lock for a refresh until `lease` ends. `false` if another owner has it.
    async fn lock_session(&self, session: &Id, owner: &Id, lease: Duration) -> Result<bool, StoreError>;

    /// Replaces the `old` tokens. `false` if those are no longer stored.
    async fn replace_tokens(&self, session: &Id, old: &str, new: &str) -> Result<bool, StoreError>;

    /// Releases the lock, if `owner` still has it.
    async fn unlock_session(&self, session: &Id, owner: &Id) -> Result<(), StoreError>;

    async fn end_session(&self, session: &Id) -> Result<(), StoreError>;
}

/// How many times a write is tried whose data is nowhere else.
const MAX_ATTEMPTS: u32 = 8;

/// Retries a write whose data is nowhere else, for a store that is down for about a second.
pub(crate) async fn with_retries<T, Step>(mut step: impl FnMut() -> Step) -> Result<T, StoreError>
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

/// The key of a pending login, derived from the browser and `state`: no other browser and no other `state` has it.
pub(crate) struct LoginKey(String);

impl LoginKey {
    pub(crate) fn new(browser: &Id, state: &str) -> Self {
        Self(format!("login:{}", id::digest(&[browser.as_str(), state])))
    }
}

/// The result of [`Store::take_login`].
#[derive(Debug, PartialEq)]
pub(crate) enum Taken {
    /// The stored form. No other caller gets it, unless it is put back.
    Mine(String),
    /// Another caller owns it.
    Busy,
    /// The lease of its owner has ended, and nobody knows whether its code was sent: the login must start over.
    Lapsed,
    /// It has led to this session.
    Done(String),
    /// The entry has expired, or never existed.
    Gone,
}

/// What becomes of a login that was taken and has led to no session.
pub(crate) enum Outcome<'a> {
    /// It is put back, with this form and for the rest of its time.
    Waits(&'a str),
    /// It must start over: see [`Taken::Lapsed`].
    Lapsed,
    /// It has ended, and is deleted.
    Over,
}

/// A session to create.
#[derive(Clone, Copy)]
pub(crate) struct Session<'a> {
    pub(crate) id: &'a Id,
    pub(crate) tokens: &'a str,
    pub(crate) limit: Duration,
}

/// The phases of a pending login: the first word of its entry, in both stores.
mod phase {
    /// Followed by the stored form.
    pub(super) const WAITING: &str = "waiting ";
    /// Followed by the owner, and the end of the lease in milliseconds.
    pub(super) const TAKEN: &str = "taken ";
    /// Followed by nothing.
    pub(super) const LAPSED: &str = "lapsed ";
    /// Followed by the identifier of the session.
    pub(super) const DONE: &str = "done ";
}

fn session_key(session: &Id) -> String {
    format!("session:{}", id::digest(&[session.as_str()]))
}

fn lock_key(session: &Id) -> String {
    format!("lock:{}", id::digest(&[session.as_str()]))
}

/// The entry to write for an outcome. Empty if the entry is to be deleted.
fn entry(outcome: &Outcome<'_>) -> String {
    match outcome {
        Outcome::Waits(form) => format!("{}{form}", phase::WAITING),
        Outcome::Lapsed => phase::LAPSED.to_owned(),
        Outcome::Over => String::new(),
    }
}
