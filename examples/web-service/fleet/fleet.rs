//! Replicas behind a balancer, which can be killed, stopped and started again.

use core::net::SocketAddr;
use core::time::Duration;
use std::env;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::Failure;
use crate::authority::Authority;
use crate::balancer::Balancer;
use crate::server::{AUDIENCE, CLIENT_ID};

/// The command line of the replicas, and the redirect URI by which the browser reaches them.
pub(crate) struct Setup {
    pub(crate) arguments: Vec<String>,
    pub(crate) client_secret: Option<String>,
    pub(crate) redirect_uri: String,
}

pub(crate) struct Fleet {
    pub(crate) balancer: Balancer,
    pub(crate) setup: Setup,
    replicas: Mutex<Vec<Option<Replica>>>,
    kills: AtomicUsize,
}

struct Replica {
    child: Child,
    address: SocketAddr,
}

const NAMES: [&str; 3] = ["a", "b", "c"];

impl Fleet {
    /// Against the authorization server of the example `login`.
    pub(crate) async fn start(
        authority: &Authority,
        redis: Option<&str>,
        replicas: usize,
        options: &[&str],
    ) -> Result<Self, Failure> {
        let balancer = Balancer::start().await?;
        let redirect_uri = format!("http://{}/callback", balancer.address);
        let mut arguments = ["--client-id", CLIENT_ID, "--audience", AUDIENCE, "--danger-loopback-http"]
            .into_iter()
            .chain(["--scope", "profile offline_access", "--redirect-uri", &redirect_uri])
            .chain(options.iter().copied())
            .map(str::to_owned)
            .collect::<Vec<_>>();
        arguments.extend(["--authorize-url".to_owned(), authority.authorize_url()]);
        arguments.extend(["--token-url".to_owned(), authority.token_url()]);
        arguments.extend(["--api".to_owned(), authority.api_url()]);
        if let Some(url) = redis {
            arguments.extend(["--redis".to_owned(), url.to_owned()]);
        }
        Self::start_with(balancer, Setup { arguments, client_secret: None, redirect_uri }, replicas).await
    }

    pub(crate) async fn start_with(balancer: Balancer, setup: Setup, replicas: usize) -> Result<Self, Failure> {
        let slots = (0..replicas).map(|_| None).collect();
        let fleet = Self { balancer, setup, replicas: Mutex::new(slots), kills: AtomicUsize::new(0) };
        for number in 0..replicas {
            fleet.start_replica(number).await?;
        }
        Ok(fleet)
    }

    /// Kills a replica by `SIGKILL`, which it cannot handle.
    pub(crate) async fn kill(&self, number: usize) -> Result<(), Failure> {
        let mut replicas = self.replicas.lock().await;
        if let Some(mut replica) = replicas.get_mut(number).and_then(Option::take) {
            replica.child.kill().await?;
            self.kills.fetch_add(1, Ordering::Relaxed);
        }
        // The balancer is not told: until the replica is started again, connections to it are refused.
        Ok(())
    }

    /// Stops a replica by `SIGTERM`, as a deployment does, and waits until it has ended.
    pub(crate) async fn stop(&self, number: usize) -> Result<(), Failure> {
        let replica = self.replicas.lock().await.get_mut(number).and_then(Option::take);
        if let Some(mut replica) = replica {
            let id = replica.child.id().ok_or("the replica has ended")?;
            Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
            timeout(Duration::from_secs(20), replica.child.wait()).await??;
        }
        Ok(())
    }

    pub(crate) fn kills(&self) -> usize {
        self.kills.load(Ordering::Relaxed)
    }

    pub(crate) async fn start_replica(&self, number: usize) -> Result<(), Failure> {
        let replica = self.spawn(number).await?;
        let mut replicas = self.replicas.lock().await;
        if let Some(slot) = replicas.get_mut(number) {
            *slot = Some(replica);
        }
        self.balancer.set(replicas.iter().flatten().map(|replica| replica.address).collect());
        Ok(())
    }

    async fn spawn(&self, number: usize) -> Result<Replica, Failure> {
        // Cargo puts it beside this program.
        let program = env::current_exe()?.with_file_name("web-service");
        let mut command = Command::new(program);
        command.args(&self.setup.arguments).args(["--name", NAMES[number % NAMES.len()]]);
        if let Some(secret) = &self.setup.client_secret {
            command.env("CLIENT_SECRET", secret);
        }
        command.env("NO_PROXY", "127.0.0.1").stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        if env::var_os("FLEET_VERBOSE").is_none() {
            command.stderr(Stdio::null());
        }
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("a replica without an output")?;
        let line = timeout(Duration::from_secs(20), BufReader::new(stdout).lines().next_line()).await??;
        let line = line.ok_or("a replica has ended before it began: try FLEET_VERBOSE=1")?;
        let address = line.strip_prefix("listening on http://").ok_or("a replica says something else")?;
        Ok(Replica { child, address: address.parse()? })
    }
}
