//! Replicas are killed between and during the steps of logins; callbacks arrive twice, late, in a foreign browser, and with
//! a forged `state`.

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;

use http::StatusCode;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::authority::{Authority, Manner};
use crate::browser::{Browser, Finished, Web};
use crate::fleet::Fleet;
use crate::load::collect;
use crate::one::OPTIONS;
use crate::redis_server::RedisServer;
use crate::report::Report;

/// How the browser of a login comes back.
#[derive(Clone, Copy)]
enum Return {
    Plainly,
    /// Two callbacks at once.
    Twice,
    /// Once more, after the login has finished.
    AgainLater,
    /// The first request is canceled after some milliseconds: the user reloads the page.
    Impatiently,
    /// Another browser sends the callback first.
    AfterStranger,
    /// A callback with a forged `state` comes first.
    AfterForgery,
}

impl Return {
    const fn of(number: usize) -> Self {
        match number % 10 {
            0 => Self::Twice,
            1 => Self::AgainLater,
            2 => Self::Impatiently,
            3 => Self::AfterStranger,
            4 => Self::AfterForgery,
            _ => Self::Plainly,
        }
    }
}

#[derive(Default)]
struct Counts {
    strangers_let_in: AtomicUsize,
    strangers: AtomicUsize,
    forgeries: AtomicUsize,
    forgeries_let_in: AtomicUsize,
}

pub(crate) async fn run(report: &mut Report, redis_server: &str, logins: usize) -> Result<(), Failure> {
    report.part(&format!("{logins} logins, and replicas that are killed"));
    let redis = RedisServer::start(redis_server).await?;
    let authority = Authority::start().await?;
    let fleet = Arc::new(Fleet::start(&authority, Some(&redis.url()), 3, &OPTIONS).await?);
    let web = Web::new(&fleet);

    // All users press the button. Then two of three replicas are killed.
    let mut tasks = JoinSet::new();
    for number in 0..logins {
        let browser = Arc::new(Browser::new(&web, number));
        tasks.spawn(async move { browser.start_login().await.map(|url| (number, browser, url)) });
    }
    let started = tasks.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    kill_and_restart(&fleet, 0).await?;
    kill_and_restart(&fleet, 1).await?;

    // All users press Allow. Then the third one is killed.
    let mut tasks = JoinSet::new();
    for (number, browser, url) in started {
        tasks.spawn(async move { browser.consent(&url, "allow").await.map(|callback| (number, browser, callback)) });
    }
    let consented = tasks.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    kill_and_restart(&fleet, 2).await?;

    // All browsers come back, while replicas are killed one after the other.
    authority.behave(Manner { delay: Duration::from_millis(60), ..Manner::default() });
    let is_over = Arc::new(AtomicBool::new(false));
    let killer = tokio::spawn({
        let (fleet, is_over) = (Arc::clone(&fleet), Arc::clone(&is_over));
        async move {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                kill_and_restart(&fleet, number % 3).await?;
                sleep(Duration::from_millis(150)).await;
                number += 1;
            }
            Ok::<(), Failure>(())
        }
    });
    let counts = Arc::new(Counts::default());
    let mut tasks = JoinSet::new();
    for (number, browser, callback) in consented {
        let (web, counts) = (Arc::clone(&web), Arc::clone(&counts));
        tasks.spawn(async move {
            // Over two seconds, so that each kill meets some of them.
            sleep(Duration::from_millis((number % 400) as u64 * 5)).await;
            come_back(&web, &counts, number, &browser, &callback).await
        });
    }
    let finished = collect(tasks).await;
    is_over.store(true, Ordering::Relaxed);
    killer.await??;

    let seen = authority.seen();
    report.figure("replicas killed", fleet.kills());
    report.figure("logins finished", finished.len());
    report.equal("logins lost", logins - finished.len(), 0);
    let restarts = finished.iter().map(|finished| finished.restarts).sum::<usize>();
    report.figure("visits to the server for a second time, because a replica died with the code", restarts);
    report.figure("codes sent", seen.codes);
    report.equal("codes sent twice", seen.codes_sent_again, 0);
    report.equal("double redemptions", seen.codes_granted_twice, 0);
    report.figure("callbacks in a foreign browser", counts.strangers.load(Ordering::Relaxed));
    report.equal("foreign sessions let in", counts.strangers_let_in.load(Ordering::Relaxed), 0);
    report.figure("callbacks with a forged state", counts.forgeries.load(Ordering::Relaxed));
    report.equal("forged callbacks let in", counts.forgeries_let_in.load(Ordering::Relaxed), 0);
    Ok(())
}

/// Meanwhile the balancer still sends requests to it.
async fn kill_and_restart(fleet: &Fleet, number: usize) -> Result<(), Failure> {
    fleet.kill(number).await?;
    sleep(Duration::from_millis(50)).await;
    fleet.start_replica(number).await
}

async fn come_back(
    web: &Arc<Web>,
    counts: &Counts,
    number: usize,
    browser: &Arc<Browser>,
    callback: &str,
) -> Result<Finished, Failure> {
    match Return::of(number) {
        Return::Plainly => browser.come_back(callback).await,
        Return::Twice => {
            let (first, second) = tokio::join!(browser.come_back(callback), browser.come_back(callback));
            second?;
            first
        }
        Return::AgainLater => {
            let first = browser.come_back(callback).await?;
            let session = browser.cookie("session");
            sleep(Duration::from_millis(500)).await;
            let mut again = browser.come_back(callback).await?;
            // A login that started over does so again: the old callback leads to no session.
            if again.restarts == 0 && session != browser.cookie("session") {
                return Err("the late callback has changed the session".into());
            }
            again.restarts += first.restarts;
            Ok(again)
        }
        Return::Impatiently => {
            drop(timeout(Duration::from_millis((number % 50) as u64), browser.get(callback)).await);
            browser.come_back(callback).await
        }
        Return::AfterStranger => {
            let stranger = Browser::new(web, number);
            if number % 20 < 10 {
                stranger.start_login().await?;
            }
            let answer = stranger.insist(http::Method::GET, callback, None).await?;
            let home = stranger.insist(http::Method::GET, &stranger.url("/"), None).await?;
            counts.strangers.fetch_add(1, Ordering::Relaxed);
            if answer.status != StatusCode::BAD_REQUEST || home.is_logged_in() {
                counts.strangers_let_in.fetch_add(1, Ordering::Relaxed);
            }
            browser.come_back(callback).await
        }
        Return::AfterForgery => {
            let (before, state) = callback.split_once("state=").ok_or("a callback without a state")?;
            let (state, after) = state.split_at(state.find('&').unwrap_or(state.len()));
            let forged = state.chars().rev().collect::<String>();
            let forged = format!("{before}state={forged}{after}");
            let answer = browser.insist(http::Method::GET, &forged, None).await?;
            counts.forgeries.fetch_add(1, Ordering::Relaxed);
            if answer.status != StatusCode::BAD_REQUEST || browser.cookie("session").is_some() {
                counts.forgeries_let_in.fetch_add(1, Ordering::Relaxed);
            }
            browser.come_back(callback).await
        }
    }
}
