//! The store in memory, for one replica. Each step runs under one mutex, as each script runs alone in Redis.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;

use super::{LoginKey, Outcome, Session, Store, StoreError, Taken, entry, lock_key, phase, session_key};
use crate::id::Id;

/// Anyone can press the login button any number of times. With entries of half a kilobyte these are 64 MiB.
const MAX_ENTRIES: usize = 128 * 1024;
/// How many entries are added before expired ones are removed.
const SWEEP_AFTER: usize = 1024;

#[derive(Default)]
pub(crate) struct Memory(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    entries: HashMap<String, Entry>,
    added: usize,
}

struct Entry {
    value: String,
    end: Instant,
}

impl Entries {
    /// An entry that has not expired.
    fn get(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.get_mut(key).filter(|entry| Instant::now() < entry.end)
    }

    /// `false` if there is no room.
    fn set(&mut self, key: String, value: String, limit: Duration) -> bool {
        let now = Instant::now();
        self.added += 1;
        if self.added > SWEEP_AFTER {
            self.added = 0;
            self.entries.retain(|_, entry| now < entry.end);
        }
        let has_room = self.entries.len() < MAX_ENTRIES;
        if has_room {
            self.entries.insert(key, Entry { value, end: now + limit });
        }
        has_room
    }

    /// The entry of a login that `owner` owns.
    fn taken_by(&mut self, login: &LoginKey, owner: &Id) -> Option<&mut Entry> {
        let is_owner = |entry: &&mut Entry| {
            let lease = entry.value.strip_prefix(phase::TAKEN).and_then(|rest| rest.split_once(' '));
            lease.is_some_and(|(holder, _)| holder == owner.as_str())
        };
        self.get(&login.0).filter(is_owner)
    }
}

impl Memory {
    fn entries(&self) -> std::sync::MutexGuard<'_, Entries> {
        // No step below panics between two changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock of the leases. It is read by this process alone.
fn now_millis() -> u128 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis()
}

#[async_trait]
impl Store for Memory {
    async fn keep_login(&self, login: &LoginKey, form: &str, limit: Duration) -> Result<(), StoreError> {
        let entry = entry(&Outcome::Waits(form));
        let has_room = self.entries().set(login.0.clone(), entry, limit);
        if has_room { Ok(()) } else { Err(StoreError("too many logins are pending".to_owned())) }
    }

    async fn take_login(&self, login: &LoginKey, owner: &Id, lease: Duration) -> Result<Taken, StoreError> {
        let mut entries = self.entries();
        let Some(Entry { value, .. }) = entries.get(&login.0) else { return Ok(Taken::Gone) };
        let until = now_millis() + lease.as_millis();
        if let Some(form) = value.strip_prefix(phase::WAITING) {
            let form = form.to_owned();
            *value = format!("{}{} {until}", phase::TAKEN, owner.as_str());
            return Ok(Taken::Mine(form));
        }
        if let Some(session) = value.strip_prefix(phase::DONE) {
            return Ok(Taken::Done(session.to_owned()));
        }
        let until = value.strip_prefix(phase::TAKEN).and_then(|rest| rest.split_once(' ')?.1.parse::<u128>().ok());
        if until.is_some_and(|until| now_millis() < until) {
            return Ok(Taken::Busy);
        }
        phase::LAPSED.clone_into(value);
        Ok(Taken::Lapsed)
    }

    async fn settle_login(&self, login: &LoginKey, owner: &Id, outcome: Outcome<'_>) -> Result<bool, StoreError> {
        let mut entries = self.entries();
        let Some(taken) = entries.taken_by(login, owner) else { return Ok(false) };
        taken.value = entry(&outcome);
        if taken.value.is_empty() {
            entries.entries.remove(&login.0);
        }
        Ok(true)
    }

    async fn finish_login(&self, login: &LoginKey, owner: &Id, session: Session<'_>) -> Result<bool, StoreError> {
        let mut entries = self.entries();
        let done = format!("{}{}", phase::DONE, session.id.as_str());
        if entries.get(&login.0).is_some_and(|entry| entry.value == done) {
            return Ok(true);
        }
        let Some(taken) = entries.taken_by(login, owner) else { return Ok(false) };
        taken.value = done;
        Ok(entries.set(session_key(session.id), session.tokens.to_owned(), session.limit))
    }

    async fn tokens(&self, session: &Id) -> Result<Option<String>, StoreError> {
        Ok(self.entries().get(&session_key(session)).map(|entry| entry.value.clone()))
    }

    async fn lock_session(&self, session: &Id, owner: &Id, lease: Duration) -> Result<bool, StoreError> {
        let key = lock_key(session);
        let mut entries = self.entries();
        Ok(entries.get(&key).is_none() && entries.set(key, owner.as_str().to_owned(), lease))
    }

    async fn replace_tokens(&self, session: &Id, old: &str, new: &str) -> Result<bool, StoreError> {
        let mut entries = self.entries();
        let entry = entries.get(&session_key(session));
        let Some(entry) = entry.filter(|entry| entry.value == old || entry.value == new) else { return Ok(false) };
        new.clone_into(&mut entry.value);
        Ok(true)
    }

    async fn unlock_session(&self, session: &Id, owner: &Id) -> Result<(), StoreError> {
        let key = lock_key(session);
        let mut entries = self.entries();
        if entries.get(&key).is_some_and(|entry| entry.value == owner.as_str()) {
            entries.entries.remove(&key);
        }
        Ok(())
    }

    async fn end_session(&self, session: &Id) -> Result<(), StoreError> {
        self.entries().entries.remove(&session_key(session));
        Ok(())
    }
}
