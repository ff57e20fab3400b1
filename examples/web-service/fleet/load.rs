//! Two thousand logins at once, with one, two and three replicas: logins per second, and the size of a pending login.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use crate::Failure;
use crate::authority::Authority;
use crate::browser::{Browser, Finished, Web};
use crate::fleet::Fleet;
use crate::one::OPTIONS;
use crate::redis_server::RedisServer;
use crate::report::Report;

pub(crate) async fn run(report: &mut Report, redis_server: &str, logins: usize) -> Result<(), Failure> {
    report.part(&format!("{logins} logins at once, in Redis"));
    for replicas in 1..=3 {
        let redis = RedisServer::start(redis_server).await?;
        let authority = Authority::start().await?;
        let fleet = Fleet::start(&authority, Some(&redis.url()), replicas, &OPTIONS).await?;
        let web = Web::new(&fleet);
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for number in 0..logins {
            let browser = Browser::new(&web, number);
            tasks.spawn(async move { browser.log_in().await });
        }
        let finished = collect(tasks).await;
        let seconds = start.elapsed().as_secs_f64();
        let of = if replicas == 1 { "replica" } else { "replicas" };
        report.equal(&format!("{replicas} {of}: logins lost"), logins - finished.len(), 0);
        let seen = authority.seen();
        report.equal(&format!("{replicas} {of}: codes sent"), seen.codes, logins);
        report.equal(&format!("{replicas} {of}: codes sent twice"), seen.codes_sent_again, 0);
        report.figure(&format!("{replicas} {of}: logins a second"), format!("{:.0}", logins as f64 / seconds));
        if replicas > 1 {
            // The home page and the callback, and before them the login button.
            let moves = finished.iter().filter(|finished| finished.replicas.windows(2).all(|legs| legs[0] != legs[1]));
            report.equal(&format!("{replicas} {of}: logins that met another one at each leg"), moves.count(), logins);
        }
    }
    size_of_pending_logins(report, redis_server, logins).await
}

async fn size_of_pending_logins(report: &mut Report, redis_server: &str, logins: usize) -> Result<(), Failure> {
    let redis = RedisServer::start(redis_server).await?;
    let authority = Authority::start().await?;
    let fleet = Fleet::start(&authority, Some(&redis.url()), 3, &OPTIONS).await?;
    let web = Web::new(&fleet);
    let before = used_memory(&redis).await?;
    let mut tasks = JoinSet::new();
    for number in 0..logins {
        let browser = Browser::new(&web, number);
        tasks.spawn(async move { browser.start_login().await.is_ok() });
    }
    tasks.join_all().await;
    let all = used_memory(&redis).await?.saturating_sub(before) / logins.max(1);
    let usage = redis.pending_logins().await?;
    report.equal("logins pending at once", usage.entries, logins);
    report.figure("bytes of a pending login as it is stored", usage.value);
    report.figure("bytes of it in Redis, by MEMORY USAGE", usage.entry);
    report.figure("bytes of it in Redis, by what all of them take", all);
    Ok(())
}

async fn used_memory(redis: &RedisServer) -> Result<usize, Failure> {
    let info: String = redis.command(&["INFO", "memory"]).await?;
    let line = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    Ok(line.ok_or("INFO without used_memory")?.parse()?)
}

/// Waits for all logins, and returns those that finished. The first failures are printed.
pub(crate) async fn collect(mut tasks: JoinSet<Result<Finished, Failure>>) -> Vec<Finished> {
    let (mut finished, mut shown) = (Vec::new(), 0);
    while let Some(done) = tasks.join_next().await {
        let done = done.unwrap_or_else(|error| Err(error.into()));
        match done {
            Ok(login) => finished.push(login),
            Err(failure) if shown < 5 => {
                println!("          lost: {failure}");
                shown += 1;
            }
            Err(_) => {}
        }
    }
    finished
}

/// Browsers that are all logged in.
pub(crate) async fn logged_in(web: &Arc<Web>, count: usize) -> Result<Vec<Arc<Browser>>, Failure> {
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let browser = Arc::new(Browser::new(web, number));
        tasks.spawn(async move { browser.log_in().await.map(|_| browser) });
    }
    tasks.join_all().await.into_iter().collect()
}
