//! One replica with its store in memory: its pages, attacks on them, and a server in trouble.

use core::time::Duration;

use authcode::limits::{MAX_FOREIGN_REFUSALS, MIN_RENEWAL_INTERVAL};
use http::{Method, StatusCode};
use tokio::time::sleep;

use crate::Failure;
use crate::authority::{Authority, Manner, Refusal};
use crate::browser::{Browser, Web};
use crate::fleet::Fleet;
use crate::redis_server::RedisServer;
use crate::report::Report;

pub(crate) const OPTIONS: [&str; 4] = ["--leeway", "1", "--request-limit", "2"];
/// After this time the API refuses a token of the embedded server.
const TOKEN_LIFETIME: Duration = Duration::from_millis(3600);
/// After this time the application refreshes it unasked. It is later, because no token is renewed in its first seconds.
pub(crate) const UNTIL_RENEWAL: Duration = Duration::from_secs(MIN_RENEWAL_INTERVAL);

pub(crate) async fn run(report: &mut Report) -> Result<(), Failure> {
    report.part("One replica, its store in memory");
    let authority = Authority::start().await?;
    let fleet = Fleet::start(&authority, None, 1, &OPTIONS).await?;
    let web = Web::new(&fleet);
    pages(report, &web).await?;
    attacks(report, &web, &authority).await?;
    server_in_trouble(report, &web, &authority).await?;
    refreshes(report, &web, &authority).await?;

    let in_a_hurry = Fleet::start(&authority, None, 1, &["--login-limit", "1"]).await?;
    late(report, &Web::new(&in_a_hurry), &authority).await?;

    let seen = authority.seen();
    report.equal("codes sent twice, though a response had come that did not refuse them", seen.codes_sent_again, 0);
    report.equal("refresh tokens sent twice in the same way", seen.refreshes_sent_again, 0);
    Ok(())
}

async fn pages(report: &mut Report, web: &std::sync::Arc<Web>) -> Result<(), Failure> {
    let browser = Browser::new(web, 0);
    let home = browser.get(&browser.url("/")).await?;
    report.check("a stranger sees a login button", home.status == StatusCode::OK && home.text.contains("Log in"));
    let policy = home.header("content-security-policy");
    let is_guarded = policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'");
    let is_private = home.header("cache-control") == "no-store" && home.header("referrer-policy") == "no-referrer";
    report.check("no page is cached or framed, or sends a Referer", is_guarded && is_private);

    browser.set_cookie("session", "chosen-by-somebody-else-0000000000000000000");
    let login = browser.send(Method::POST, &browser.url("/login"), Some(""), &[]).await?;
    let cookie = login.header("set-cookie");
    let has_flags = ["; Path=/", "; HttpOnly", "; SameSite=Lax"].iter().all(|flag| cookie.contains(flag));
    report.check("the cookie is HttpOnly and Lax", has_flags);
    let callback = browser.consent(login.location(), "allow").await?;
    let back = browser.get(&callback).await?;
    report.check(
        "the code does not stay in the address bar",
        back.status == StatusCode::SEE_OTHER && back.location() == "/",
    );
    let session = browser.cookie("session").unwrap_or_default();
    report.check("the session is a new one", session.len() == 43 && !session.starts_with("chosen"));
    report.check("the user is logged in", browser.get(&browser.url("/")).await?.is_logged_in());
    report.check("the API knows the user", browser.get(&browser.url("/me")).await?.text.contains("Ada"));

    browser.post(&browser.url("/logout"), "").await?;
    browser.set_cookie("session", &session);
    report.check("after the logout the session is gone", !browser.get(&browser.url("/")).await?.is_logged_in());
    drop(browser.get(&callback).await?);
    report.check("the old callback does not bring it back", !browser.get(&browser.url("/")).await?.is_logged_in());

    let url = browser.start_login().await?;
    let denied = browser.get(&browser.consent(&url, "deny").await?).await?;
    let is_told = denied.status == StatusCode::FORBIDDEN && denied.text.contains("You did not allow it");
    report.check("a user who declines is not logged in, and is told so", is_told);
    Ok(())
}

async fn attacks(report: &mut Report, web: &std::sync::Arc<Web>, authority: &Authority) -> Result<(), Failure> {
    let (victim, stranger, other) = (Browser::new(web, 0), Browser::new(web, 1), Browser::new(web, 2));
    let url = victim.start_login().await?;
    let callback = victim.consent(&url, "allow").await?;
    other.start_login().await?;
    let before = authority.seen().codes;
    for (browser, name) in [(&stranger, "without a login"), (&other, "with a login of its own")] {
        let refused = browser.get(&callback).await?;
        let is_out = !browser.get(&browser.url("/")).await?.is_logged_in();
        report.check(
            &format!("a foreign browser {name} is not let in"),
            refused.status == StatusCode::BAD_REQUEST && is_out,
        );
    }
    let forged = victim.url(&format!("/callback?code=stolen&state={}", "A".repeat(43)));
    report.check("a forged state is refused", victim.get(&forged).await?.status == StatusCode::BAD_REQUEST);
    let doubled = format!("{callback}&code=stolen");
    report.check("a second code in it is refused", victim.get(&doubled).await?.status == StatusCode::BAD_REQUEST);
    let cross_site = [("sec-fetch-site", "cross-site")];
    let elsewhere = victim.send(Method::POST, &victim.url("/login"), Some(""), &cross_site).await?;
    report.check("a form of another site is refused", elsewhere.status == StatusCode::FORBIDDEN);
    report.equal("codes sent for all that", authority.seen().codes - before, 0);

    // Twice at once, as if the user clicked twice, and once more later.
    let (first, second) = tokio::join!(victim.get(&callback), victim.get(&callback));
    let third = victim.get(&callback).await?;
    let cookies = [&first?, &second?, &third].map(|page| page.header("set-cookie").to_owned());
    let is_same = cookies.iter().all(|cookie| *cookie == cookies[0] && cookie.starts_with("session="));
    report.check("the victim's login finishes, and three callbacks lead to one session", is_same);
    report.check("the victim is logged in", victim.get(&victim.url("/")).await?.is_logged_in());
    report.equal("codes sent for them", authority.seen().codes - before, 1);

    let tabs = Browser::new(web, 0);
    let (one, two) = (tabs.start_login().await?, tabs.start_login().await?);
    let (one, two) = (tabs.consent(&one, "allow").await?, tabs.consent(&two, "allow").await?);
    let both = tabs.come_back(&two).await.is_ok() && tabs.come_back(&one).await.is_ok();
    report.check("logins in two tabs both finish", both);
    Ok(())
}

async fn server_in_trouble(
    report: &mut Report,
    web: &std::sync::Arc<Web>,
    authority: &Authority,
) -> Result<(), Failure> {
    authority.behave(Manner { refuses: Some((Refusal::Unavailable, 1)), ..Manner::default() });
    let finished = Browser::new(web, 0).log_in().await;
    report.check(
        "a server that is busy at first: the login finishes",
        finished.is_ok_and(|finished| finished.restarts == 0),
    );
    authority.behave(Manner { loses: 1, ..Manner::default() });
    let finished = Browser::new(web, 0).log_in().await;
    let is_new = finished.is_ok_and(|finished| finished.restarts == 1);
    report
        .check("a response that is lost: the code is refused when it is sent once more, a new login finishes", is_new);
    authority.behave(Manner { drops: 1, ..Manner::default() });
    let finished = Browser::new(web, 0).log_in().await;
    report.check(
        "a request that is lost: the code is sent once more, and the login finishes",
        finished.is_ok_and(|finished| finished.restarts == 0),
    );
    for (what, manner, restarts) in [
        ("every request is lost", Manner { drops: usize::MAX, ..Manner::default() }, 0),
        ("every response is lost", Manner { loses: usize::MAX, ..Manner::default() }, 1),
    ] {
        authority.behave(manner);
        let browser = Browser::new(web, 0);
        let callback = browser.consent(&browser.start_login().await?, "allow").await?;
        let before = authority.seen().code_requests;
        let busy = browser.get(&callback).await?;
        report.check(&format!("{what}: the user is told"), busy.status == StatusCode::SERVICE_UNAVAILABLE);
        report.equal("requests with the code", authority.seen().code_requests - before, 2);
        authority.behave(Manner::default());
        let finished = browser.come_back(&callback).await;
        report.check(
            "when the server is back, the user tries again, and the login finishes",
            finished.is_ok_and(|finished| finished.restarts == restarts),
        );
    }
    kept_logins(report, web, authority).await
}

/// The server does not use the code, and the login cannot go on now: it is kept for the user's next try.
async fn kept_logins(report: &mut Report, web: &std::sync::Arc<Web>, authority: &Authority) -> Result<(), Failure> {
    let pause = 3;
    authority.behave(Manner { refuses: Some((Refusal::Pause(pause), 1)), ..Manner::default() });
    let browser = Browser::new(web, 0);
    let callback = browser.consent(&browser.start_login().await?, "allow").await?;
    let before = authority.seen().code_requests;
    let first = browser.get(&callback).await?;
    let is_told = first.status == StatusCode::SERVICE_UNAVAILABLE && first.header("retry-after") == pause.to_string();
    report.check("a server that wants a longer pause than a request may take: the user is told how long", is_told);
    let early = browser.get(&callback).await?;
    report.check("a reload before that gets the same page", early.status == StatusCode::SERVICE_UNAVAILABLE);
    report.equal("requests for both", authority.seen().code_requests - before, 1);
    sleep(Duration::from_secs(u64::from(pause))).await;
    let finished = browser.come_back(&callback).await;
    report.check("after the pause the login finishes", finished.is_ok_and(|finished| finished.restarts == 0));

    authority.behave(Manner { refuses: Some((Refusal::Client, 1)), ..Manner::default() });
    let browser = Browser::new(web, 0);
    let callback = browser.consent(&browser.start_login().await?, "allow").await?;
    let broken = browser.get(&callback).await?;
    let is_told = broken.status == StatusCode::INTERNAL_SERVER_ERROR && broken.text.contains("Nothing is lost");
    report.check("a server that refuses the credentials: the user is told that it must be fixed", is_told);
    let finished = browser.come_back(&callback).await;
    report.check("when it is fixed, the login finishes", finished.is_ok_and(|finished| finished.restarts == 0));

    authority.behave(Manner { refuses: Some((Refusal::Client, usize::MAX)), ..Manner::default() });
    let browser = Browser::new(web, 0);
    let callback = browser.consent(&browser.start_login().await?, "allow").await?;
    let before = authority.seen().code_requests;
    let mut reloads = 0;
    while browser.get(&callback).await?.status == StatusCode::INTERNAL_SERVER_ERROR && reloads < 20 {
        reloads += 1;
    }
    report.equal("when it is never fixed: requests with the code", authority.seen().code_requests - before, 6);
    authority.behave(Manner::default());
    Ok(())
}

async fn refreshes(report: &mut Report, web: &std::sync::Arc<Web>, authority: &Authority) -> Result<(), Failure> {
    let browser = Browser::new(web, 0);
    browser.log_in().await?;
    let home = browser.get(&browser.url("/")).await?;
    let form = format!("mark={}", home.field("mark").unwrap_or_default());
    authority.behave(Manner { delay: Duration::from_millis(100), ..Manner::default() });
    let before = authority.seen().refreshes;
    let url = browser.url("/refresh");
    let (first, second) = tokio::join!(browser.post(&url, &form), browser.post(&url, &form));
    let are_good = first?.status == StatusCode::SEE_OTHER && second?.status == StatusCode::SEE_OTHER;
    report.check("the refresh button pressed twice works", are_good);
    report.equal("requests for it", authority.seen().refreshes - before, 1);

    for (what, pause) in [("the API refuses", TOKEN_LIFETIME), ("has expired", UNTIL_RENEWAL)] {
        sleep(pause).await;
        let before = authority.seen().refreshes;
        let url = browser.url("/me");
        let (first, second) = tokio::join!(browser.get(&url), browser.get(&url));
        let are_good = first?.text.contains("Ada") && second?.text.contains("Ada");
        report.check(&format!("a token that {what} is renewed"), are_good);
        report.equal("requests for two pages at once", authority.seen().refreshes - before, 1);
    }

    authority.behave(Manner { refuses: Some((Refusal::Unavailable, 1)), ..Manner::default() });
    let url = browser.url("/refresh");
    let form = format!("mark={}", browser.get(&browser.url("/")).await?.field("mark").unwrap_or_default());
    let renewed = browser.post(&url, &form).await?.status == StatusCode::SEE_OTHER;
    let home = browser.get(&browser.url("/")).await?;
    let form_after = format!("mark={}", home.field("mark").unwrap_or_default());
    report.check("a server that is busy at first: the token is renewed", renewed && form_after != form);

    authority.behave(Manner { refuses: Some((Refusal::UnknownCode, usize::MAX)), ..Manner::default() });
    let mut kept = 1;
    while browser.post(&url, &form_after).await?.status == StatusCode::SERVICE_UNAVAILABLE && kept < 20 {
        kept += 1;
    }
    let limit = usize::from(MAX_FOREIGN_REFUSALS);
    report.equal(
        "a server that refuses refreshes in words of its own: requests until the user logs in again",
        kept,
        limit,
    );
    let asked = browser.post(&url, &form_after).await?;
    report.check("the user is asked to log in again", asked.text.contains("Log in") && !asked.is_logged_in());
    report.check("the session is kept", browser.get(&browser.url("/")).await?.is_logged_in());
    authority.behave(Manner::default());
    let renewed = browser.post(&url, &form_after).await?.status == StatusCode::SEE_OTHER;
    report.check("when the server is back, its refresh token works", renewed);

    authority.behave(Manner { refuses: Some((Refusal::Dead, 1)), ..Manner::default() });
    let form = format!("mark={}", browser.get(&browser.url("/")).await?.field("mark").unwrap_or_default());
    let asked = browser.post(&url, &form).await?;
    let home = browser.get(&browser.url("/")).await?;
    report.check(
        "a refresh token that the server calls dead: the session ends, and the user is asked to log in again",
        asked.text.contains("Log in") && !home.is_logged_in(),
    );
    authority.behave(Manner::default());
    Ok(())
}

async fn late(report: &mut Report, web: &std::sync::Arc<Web>, authority: &Authority) -> Result<(), Failure> {
    let browser = Browser::new(web, 0);
    let url = browser.start_login().await?;
    let callback = browser.consent(&url, "allow").await?;
    let before = authority.seen().codes;
    sleep(Duration::from_millis(1300)).await;
    let refused = browser.get(&callback).await?;
    let is_told = refused.status == StatusCode::BAD_REQUEST && refused.text.contains("no longer open");
    report.check("a user who comes back too late is told so", is_told);
    report.equal("codes sent for it", authority.seen().codes - before, 0);
    Ok(())
}

/// Runs until Ctrl-C, for manual tests.
pub(crate) async fn serve(redis_server: Option<&str>) -> Result<(), Failure> {
    let authority = Authority::start().await?;
    let redis = match redis_server {
        Some(program) => Some(RedisServer::start(program).await?),
        None => None,
    };
    let url = redis.as_ref().map(RedisServer::url);
    let replicas = if redis.is_some() { 3 } else { 1 };
    let fleet = Fleet::start(&authority, url.as_deref(), replicas, &["--leeway", "1"]).await?;
    println!("open http://{} in your browser; Ctrl-C stops it", fleet.balancer.address);
    tokio::signal::ctrl_c().await?;
    Ok(())
}
