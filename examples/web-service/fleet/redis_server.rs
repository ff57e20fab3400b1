//! Runs a Redis in a directory of its own, which can be stopped and started again.

use core::net::Ipv4Addr;
use core::time::Duration;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::{env, fs, process};

use redis::{Client, FromRedisValue};
use tokio::process::{Child, Command};
use tokio::time::sleep;

use crate::Failure;

pub(crate) struct RedisServer {
    program: String,
    directory: PathBuf,
    port: u16,
    child: Child,
}

/// The size of the entries of the store.
pub(crate) struct Usage {
    pub(crate) entries: usize,
    /// The mean length of an entry.
    pub(crate) value: usize,
    /// The memory that Redis states for an entry, with its key and overhead.
    pub(crate) entry: usize,
}

impl RedisServer {
    pub(crate) async fn start(program: &str) -> Result<Self, Failure> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let directory = env::temp_dir().join(format!("authcode-fleet-{}-{port}", process::id()));
        fs::create_dir_all(&directory)?;
        let child = spawn(program, &directory, port)?;
        let server = Self { program: program.to_owned(), directory, port, child };
        server.wait().await?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Stops it by `SHUTDOWN`, and waits until it has ended.
    pub(crate) async fn stop(&mut self) -> Result<(), Failure> {
        // There is no response to this command.
        drop(self.command::<String>(&["SHUTDOWN"]).await);
        self.child.wait().await?;
        Ok(())
    }

    pub(crate) async fn start_again(&mut self) -> Result<(), Failure> {
        self.child = spawn(&self.program, &self.directory, self.port)?;
        self.wait().await
    }

    pub(crate) async fn command<T: FromRedisValue>(&self, words: &[&str]) -> Result<T, Failure> {
        let mut connection = Client::open(self.url())?.get_multiplexed_async_connection().await?;
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(*word);
        }
        Ok(command.query_async(&mut connection).await?)
    }

    /// The size of the pending logins, from a sample of a hundred.
    pub(crate) async fn pending_logins(&self) -> Result<Usage, Failure> {
        let keys: Vec<String> = self.command(&["KEYS", "login:*"]).await?;
        let (mut value, mut entry) = (0, 0);
        let sample = &keys[..keys.len().min(100)];
        for key in sample {
            value += self.command::<usize>(&["STRLEN", key]).await?;
            entry += self.command::<usize>(&["MEMORY", "USAGE", key]).await?;
        }
        let count = sample.len().max(1);
        Ok(Usage { entries: keys.len(), value: value / count, entry: entry / count })
    }

    async fn wait(&self) -> Result<(), Failure> {
        for _ in 0..200 {
            // It answers `LOADING` while it reads its log.
            if self.command::<String>(&["PING"]).await.is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err("redis-server does not answer".into())
    }
}

/// With an append-only file, so that a restart loses nothing.
fn spawn(program: &str, directory: &PathBuf, port: u16) -> Result<Child, Failure> {
    let log = fs::File::options().create(true).append(true).open(directory.join("log"))?;
    let mut command = Command::new(program);
    command.args(["--bind", "127.0.0.1", "--appendonly", "yes", "--save", ""]);
    command.arg("--port").arg(port.to_string()).arg("--dir").arg(directory);
    command.stdin(Stdio::null()).stdout(log).stderr(Stdio::null()).kill_on_drop(true);
    Ok(command.spawn().map_err(|error| format!("{program}: {error}"))?)
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.directory));
    }
}
