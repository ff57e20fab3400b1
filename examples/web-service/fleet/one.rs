//! One replica with its store in memory: what each page does, and what it does not let happen.

use core::time::Duration;

use http::{Method, StatusCode};
use tokio::time::sleep;

use crate::Failure;
use crate::authority::{Authority, Manner};
use crate::browser::{Browser, Web};
use crate::fleet::Fleet;
use crate::redis_server::RedisServer;
use crate::report::Report;

/// Tokens of the embedded server live for 3 seconds.
pub(crate) const OPTIONS: [&str; 4] = ["--leeway", "1", "--request-limit", "2"];
pub(crate) const TOKEN_LIFETIME: Duration = Duration::from_secs(3);

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
    report.equal("codes sent twice, though the server had not turned them away", seen.codes_sent_again, 0);
    report.equal("refresh tokens sent twice", seen.refreshes_sent_again, 0);
    Ok(())
}

async fn pages(report: &mut Report, web: &std::sync::Arc<Web>) -> Result<(), Failure> {
    let browser = Browser::new(web, 0);
    let home = browser.get(&browser.url("/")).await?;
    report.check("a stranger sees a login button", home.status == StatusCode::OK && home.text.contains("Log in"));
    let policy = home.header("content-security-policy");
    let is_guarded = policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'");
    let is_private = home.header("cache-control") == "no-store" && home.header("referrer-policy") == "no-referrer";
    report.check("no page is cached, framed, or tells where the user comes from", is_guarded && is_private);

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
    report.check("who says no is not logged in, and is told so", is_told);
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

    // Twice at once, as of a user who clicks twice, and once more later.
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
    authority.behave(Manner { is_unavailable_at_first: true, ..Manner::default() });
    let finished = Browser::new(web, 0).log_in().await;
    report.check(
        "a server that is busy at first: the login finishes",
        finished.is_ok_and(|finished| finished.restarts == 0),
    );
    authority.behave(Manner { loses: 1, ..Manner::default() });
    let finished = Browser::new(web, 0).log_in().await;
    let is_new = finished.is_ok_and(|finished| finished.restarts == 1);
    report.check("an answer that is lost: the code is not sent again, a new login finishes", is_new);
    authority.behave(Manner { loses: 100, ..Manner::default() });
    let refused = Browser::new(web, 0).log_in().await;
    let is_told = refused.is_err_and(|refused| refused.to_string().starts_with("502"));
    report.check("a server that never answers: the user is told, and is not sent round in circles", is_told);
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

    sleep(TOKEN_LIFETIME).await;
    let url = browser.url("/me");
    let (first, second) = tokio::join!(browser.get(&url), browser.get(&url));
    report.check("a token that has run out is renewed", first?.text.contains("Ada") && second?.text.contains("Ada"));
    report.equal("requests for two pages at once", authority.seen().refreshes - before, 2);
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
    report.check("who comes back too late is told so", is_told);
    report.equal("codes sent for it", authority.seen().codes - before, 0);
    Ok(())
}

/// To try by hand.
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
