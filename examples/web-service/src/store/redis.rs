//! The store in Redis. A step of several commands is a script, which Redis runs atomically.

use core::time::Duration;

use async_trait::async_trait;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, FromRedisValue, RedisError, Script, ScriptInvocation};

use super::{LoginKey, Outcome, Session, Store, StoreError, Taken, entry, lock_key, session_key};
use crate::id::Id;

/// Uses the clock of Redis, since those of the replicas may differ. `KEEPTTL` keeps the rest of the entry's life.
const TAKE_LOGIN: &str = r"
local entry = redis.call('GET', KEYS[1])
if not entry then return {'gone', ''} end
local phase, rest = entry:match('^(%l+) (.*)$')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if phase == 'waiting' then
  local lease = string.format('taken %s %.0f', ARGV[1], now + ARGV[2])
  redis.call('SET', KEYS[1], lease, 'KEEPTTL')
  return {'mine', rest}
end
if phase == 'done' then return {'done', rest} end
if phase == 'taken' and now < tonumber(rest:match(' (%d+)$')) then return {'busy', ''} end
redis.call('SET', KEYS[1], 'lapsed ', 'KEEPTTL')
return {'lapsed', ''}
";

const SETTLE_LOGIN: &str = r"
local holder = 'taken ' .. ARGV[1] .. ' '
if (redis.call('GET', KEYS[1]) or ''):sub(1, #holder) ~= holder then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') end
return 1
";

/// Idempotent, because the response to a first call may have been lost.
const FINISH_LOGIN: &str = r"
if redis.call('GET', KEYS[1]) == 'done ' .. ARGV[2] then return 1 end
local holder = 'taken ' .. ARGV[1] .. ' '
if (redis.call('GET', KEYS[1]) or ''):sub(1, #holder) ~= holder then return 0 end
redis.call('SET', KEYS[1], 'done ' .. ARGV[2], 'KEEPTTL')
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
return 1
";

/// Idempotent, for the same reason.
const REPLACE_TOKENS: &str = r"
local tokens = redis.call('GET', KEYS[1])
if tokens == ARGV[2] then return 1 end
if tokens ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
";

const UNLOCK_SESSION: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
";

/// How long a command may take before the store is considered down.
const COMMAND_LIMIT: Duration = Duration::from_secs(2);

pub(crate) struct Redis {
    connection: ConnectionManager,
    take_login: Script,
    settle_login: Script,
    finish_login: Script,
    replace_tokens: Script,
    unlock_session: Script,
}

impl Redis {
    /// Connects at the first use, and again after Redis was down.
    pub(crate) fn new(url: &str) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(COMMAND_LIMIT))
            .set_response_timeout(Some(COMMAND_LIMIT))
            // Fail early, so that the user is told that the store is down. The next request tries again.
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(50));
        Ok(Self {
            connection: ConnectionManager::new_lazy_with_config(Client::open(url)?, config)?,
            take_login: Script::new(TAKE_LOGIN),
            settle_login: Script::new(SETTLE_LOGIN),
            finish_login: Script::new(FINISH_LOGIN),
            replace_tokens: Script::new(REPLACE_TOKENS),
            unlock_session: Script::new(UNLOCK_SESSION),
        })
    }

    async fn command<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        Ok(command.query_async(&mut self.connection.clone()).await?)
    }

    async fn script<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        Ok(script.invoke_async(&mut self.connection.clone()).await?)
    }
}

impl From<RedisError> for StoreError {
    /// The category alone: the text of an error may repeat arguments.
    fn from(error: RedisError) -> Self {
        Self(format!("redis: {}", error.category()))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[async_trait]
impl Store for Redis {
    async fn keep_login(&self, login: &LoginKey, form: &str, limit: Duration) -> Result<(), StoreError> {
        let entry = entry(&Outcome::Waits(form));
        self.command(redis::cmd("SET").arg(&login.0).arg(entry).arg("PX").arg(millis(limit))).await
    }

    async fn take_login(&self, login: &LoginKey, owner: &Id, lease: Duration) -> Result<Taken, StoreError> {
        let mut script = self.take_login.key(&login.0);
        let (phase, rest): (String, String) = self.script(script.arg(owner.as_str()).arg(millis(lease))).await?;
        Ok(match phase.as_str() {
            "mine" => Taken::Mine(rest),
            "busy" => Taken::Busy,
            "lapsed" => Taken::Lapsed,
            "done" => Taken::Done(rest),
            _ => Taken::Gone,
        })
    }

    async fn settle_login(&self, login: &LoginKey, owner: &Id, outcome: Outcome<'_>) -> Result<bool, StoreError> {
        let mut script = self.settle_login.key(&login.0);
        self.script(script.arg(owner.as_str()).arg(entry(&outcome))).await
    }

    async fn finish_login(&self, login: &LoginKey, owner: &Id, session: Session<'_>) -> Result<bool, StoreError> {
        let Session { id, tokens, limit } = session;
        let mut script = self.finish_login.key(&login.0);
        script.key(session_key(id)).arg(owner.as_str()).arg(id.as_str()).arg(tokens).arg(millis(limit));
        self.script(&script).await
    }

    async fn tokens(&self, session: &Id) -> Result<Option<String>, StoreError> {
        self.command(redis::cmd("GET").arg(session_key(session))).await
    }

    async fn lock_session(&self, session: &Id, owner: &Id, lease: Duration) -> Result<bool, StoreError> {
        let mut command = redis::cmd("SET");
        command.arg(lock_key(session)).arg(owner.as_str()).arg("NX").arg("PX").arg(millis(lease));
        Ok(self.command::<Option<String>>(&command).await?.is_some())
    }

    async fn replace_tokens(&self, session: &Id, old: &str, new: &str) -> Result<bool, StoreError> {
        self.script(self.replace_tokens.key(session_key(session)).arg(old).arg(new)).await
    }

    async fn unlock_session(&self, session: &Id, owner: &Id) -> Result<(), StoreError> {
        self.script(self.unlock_session.key(lock_key(session)).arg(owner.as_str())).await
    }

    async fn end_session(&self, session: &Id) -> Result<(), StoreError> {
        self.command(redis::cmd("DEL").arg(session_key(session))).await
    }
}
