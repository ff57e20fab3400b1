//! Several replicas refresh one token at once; replicas are stopped and killed during refreshes.

use core::time::Duration;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::authority::{Authority, Manner};
use crate::browser::Web;
use crate::fleet::Fleet;
use crate::load::logged_in;
use crate::one::{OPTIONS, UNTIL_RENEWAL};
use crate::redis_server::RedisServer;
use crate::report::Report;

const SESSIONS: usize = 50;

pub(crate) async fn run(report: &mut Report, redis_server: &str) -> Result<(), Failure> {
    report.part(&format!("{SESSIONS} sessions whose token has expired"));
    let redis = RedisServer::start(redis_server).await?;
    let authority = Authority::start().await?;
    let fleet = Fleet::start(&authority, Some(&redis.url()), 3, &OPTIONS).await?;
    let web = Web::new(&fleet);
    let browsers = logged_in(&web, SESSIONS).await?;
    sleep(UNTIL_RENEWAL).await;

    // Three pages at once: one at each replica.
    authority.behave(Manner { delay: Duration::from_millis(100), ..Manner::default() });
    let mut tasks = JoinSet::new();
    for browser in browsers.iter().flat_map(|browser| [(); 3].map(|()| Arc::clone(browser))) {
        tasks.spawn(async move { Ok::<_, Failure>(browser.get(&browser.url("/me")).await?.text.contains("Ada")) });
    }
    let pages = tasks.join_all().await;
    let good = pages.iter().filter(|page| matches!(page, Ok(true))).count();
    report.equal("pages, three at once for each session, with a response of the API", good, 3 * SESSIONS);
    report.equal("refresh requests for them", authority.seen().refreshes, SESSIONS);
    report.equal("refresh tokens sent twice", authority.seen().refreshes_sent_again, 0);

    // Every replica is asked to stop during refreshes whose browsers have disconnected: each finishes them first.
    sleep(UNTIL_RENEWAL).await;
    let before = authority.seen().refreshes;
    authority.behave(Manner { delay: Duration::from_millis(800), ..Manner::default() });
    let mut tasks = JoinSet::new();
    for browser in &browsers {
        let browser = Arc::clone(browser);
        tasks.spawn(async move { drop(timeout(Duration::from_millis(300), browser.get(&browser.url("/me"))).await) });
    }
    drop(tasks.join_all().await);
    for number in 0..3 {
        fleet.stop(number).await?;
    }
    for number in 0..3 {
        fleet.start_replica(number).await?;
    }
    authority.behave(Manner::default());
    let mut renewed = 0;
    for browser in &browsers {
        renewed += usize::from(browser.get(&browser.url("/me")).await?.text.contains("Ada"));
    }
    report.equal(
        "all replicas stopped during refreshes, and their browsers gone: sessions that go on",
        renewed,
        SESSIONS,
    );
    report.equal("refresh requests for them", authority.seen().refreshes - before, SESSIONS);

    // Every replica is killed during refreshes. If the server has acted, the user logs in again.
    sleep(UNTIL_RENEWAL).await;
    authority.behave(Manner { delay: Duration::from_millis(400), ..Manner::default() });
    let mut tasks = JoinSet::new();
    for (number, browser) in browsers.iter().cloned().enumerate() {
        tasks.spawn(async move {
            // So that some of them are killed before the server has acted, and some after that.
            sleep(Duration::from_millis(number as u64 * 8)).await;
            drop(browser.get(&browser.url("/me")).await);
        });
    }
    sleep(Duration::from_millis(400)).await;
    for number in 0..3 {
        fleet.kill(number).await?;
    }
    drop(tasks.join_all().await);
    for number in 0..3 {
        fleet.start_replica(number).await?;
    }
    authority.behave(Manner::default());
    let (mut renewed, mut over, mut stuck) = (0, 0, 0);
    let mut tasks = JoinSet::new();
    for browser in browsers {
        tasks.spawn(async move { browser.insist(http::Method::GET, &browser.url("/me"), None).await });
    }
    for page in tasks.join_all().await {
        match page {
            Ok(page) if page.text.contains("Ada") => renewed += 1,
            Ok(page) if page.text.contains("Log in") => over += 1,
            _ => stuck += 1,
        }
    }
    report.figure("all replicas killed during refreshes: sessions that went on", renewed);
    report.figure("sessions that had to log in again", over);
    report.equal("sessions that hang", stuck, 0);
    Ok(())
}
