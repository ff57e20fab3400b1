//! Redis is stopped and started again.

use core::time::Duration;
use std::sync::Arc;

use http::{Method, StatusCode};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Failure;
use crate::authority::{Authority, Manner};
use crate::browser::{Browser, Web};
use crate::fleet::Fleet;
use crate::load::{collect, logged_in};
use crate::one::OPTIONS;
use crate::redis_server::RedisServer;
use crate::report::Report;

const LOGINS: usize = 50;
const IN_FLIGHT: usize = 20;

pub(crate) async fn run(report: &mut Report, redis_server: &str) -> Result<(), Failure> {
    report.part("Redis is down");
    let mut redis = RedisServer::start(redis_server).await?;
    let authority = Authority::start().await?;
    let fleet = Fleet::start(&authority, Some(&redis.url()), 3, &OPTIONS).await?;
    let web = Web::new(&fleet);
    let users = logged_in(&web, LOGINS).await?;
    let mut waiting = Vec::new();
    for number in 0..LOGINS + IN_FLIGHT {
        let browser = Arc::new(Browser::new(&web, number));
        let url = browser.start_login().await?;
        waiting.push((browser, url));
    }
    // Their codes are on their way when Redis stops. What becomes of them is counted, not tested.
    authority.behave(Manner { delay: Duration::from_millis(600), ..Manner::default() });
    let mut in_flight = JoinSet::new();
    for (browser, url) in waiting.split_off(LOGINS) {
        let callback = browser.consent(&url, "allow").await?;
        in_flight.spawn(async move { browser.come_back(&callback).await });
    }
    sleep(Duration::from_millis(300)).await;
    redis.stop().await?;

    let user = &users[0];
    for (method, path) in [
        (Method::GET, "/"),
        (Method::POST, "/login"),
        (Method::GET, "/me"),
        (Method::POST, "/refresh"),
        (Method::POST, "/logout"),
    ] {
        let body = (method == Method::POST).then_some("");
        let page = user.send(method.clone(), &user.url(path), body, &[]).await?;
        report.check(&format!("{method} {path}: a clear 503"), is_clear(&page));
    }
    // Users who come back meanwhile are told to try again.
    let mut callbacks = Vec::new();
    for (browser, url) in waiting {
        let callback = browser.consent(&url, "allow").await?;
        callbacks.push((browser, callback));
    }
    let (browser, callback) = &callbacks[0];
    report.check("GET /callback: a clear 503", is_clear(&browser.get(callback).await?));
    let codes = authority.seen().codes;
    report.equal("codes sent without a store", codes - LOGINS, IN_FLIGHT);

    redis.start_again().await?;
    authority.behave(Manner::default());
    let mut tasks = JoinSet::new();
    for (browser, callback) in callbacks {
        tasks.spawn(async move { browser.come_back(&callback).await });
    }
    let finished = collect(tasks).await;
    report.equal("Redis is back: logins that were not in flight, and are lost", LOGINS - finished.len(), 0);
    let mut sessions = 0;
    for user in &users {
        let home = user.insist(Method::GET, &user.url("/"), None).await?;
        sessions += usize::from(home.is_logged_in());
    }
    report.equal("sessions lost", users.len() - sessions, 0);
    let finished = collect(in_flight).await;
    report.figure("logins that were in flight", IN_FLIGHT);
    report.figure("of them finished", finished.len());
    report
        .figure("of these by a second visit to the server", finished.iter().map(|login| login.restarts).sum::<usize>());
    report.equal("codes sent twice", authority.seen().codes_sent_again, 0);
    Ok(())
}

fn is_clear(page: &crate::browser::Page) -> bool {
    page.status == StatusCode::SERVICE_UNAVAILABLE
        && page.header("retry-after").parse::<u32>().is_ok()
        && page.header("cache-control") == "no-store"
        && page.text.contains("Nothing is lost")
}
