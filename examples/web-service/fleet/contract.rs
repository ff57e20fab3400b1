//! Tests of the `Store` trait, run against both stores.

use core::time::Duration;
use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Failure;
use crate::id::Id;
use crate::redis_server::RedisServer;
use crate::report::Report;
use crate::store::{LoginKey, Memory, Outcome, Redis, Session, Store, StoreError, Taken, with_retries};

const MINUTE: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(100);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        error.0.into()
    }
}

pub(crate) async fn run(report: &mut Report, redis_server: Option<&str>) -> Result<(), Failure> {
    report.part("The store in memory");
    promises(report, Arc::new(Memory::default())).await?;
    if let Some(program) = redis_server {
        report.part("The store in Redis");
        let redis = RedisServer::start(program).await?;
        promises(report, Arc::new(Redis::new(&redis.url())?)).await?;
    }
    Ok(())
}

async fn promises(report: &mut Report, store: Arc<dyn Store>) -> Result<(), Failure> {
    pending_logins(report, &store).await?;
    leases(report, &*store).await?;
    sessions(report, &*store).await
}

async fn pending_logins(report: &mut Report, store: &Arc<dyn Store>) -> Result<(), Failure> {
    let (browser, owner) = (Id::random()?, Id::random()?);
    store.keep_login(&LoginKey::new(&browser, "once"), "form", MINUTE).await?;
    let foreign = store.take_login(&LoginKey::new(&Id::random()?, "once"), &owner, MINUTE).await?;
    let forged = store.take_login(&LoginKey::new(&browser, "other"), &owner, MINUTE).await?;
    report.check("another browser, or another state, gets nothing", foreign == Taken::Gone && forged == Taken::Gone);

    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let (store, key, owner) = (Arc::clone(store), LoginKey::new(&browser, "once"), Id::random()?);
        tasks.spawn(async move { store.take_login(&key, &owner, MINUTE).await });
    }
    let taken = tasks.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mine = taken.iter().filter(|taken| **taken == Taken::Mine("form".to_owned())).count();
    let busy = taken.iter().filter(|taken| **taken == Taken::Busy).count();
    report.equal("a hundred take one login at once: those that get it", mine, 1);
    report.equal("those that must wait", busy, 99);

    let key = LoginKey::new(&browser, "back");
    store.keep_login(&key, "form", 4 * MOMENT).await?;
    store.take_login(&key, &owner, MINUTE).await?;
    let by_another = store.settle_login(&key, &Id::random()?, Outcome::Waits("forged")).await?;
    let by_owner = store.settle_login(&key, &owner, Outcome::Waits("form")).await?;
    let again = store.take_login(&key, &owner, MINUTE).await?;
    let is_back = !by_another && by_owner && again == Taken::Mine("form".to_owned());
    report.check("its owner alone can put it back", is_back);
    store.settle_login(&key, &owner, Outcome::Waits("form")).await?;
    sleep(5 * MOMENT).await;
    let late = store.take_login(&key, &owner, MINUTE).await?;
    report.check("it expires, and putting it back does not extend its life", late == Taken::Gone);

    let key = LoginKey::new(&browser, "over");
    store.keep_login(&key, "form", MINUTE).await?;
    store.take_login(&key, &owner, MINUTE).await?;
    store.settle_login(&key, &owner, Outcome::Over).await?;
    let over = store.take_login(&key, &owner, MINUTE).await?;
    store.keep_login(&key, "form", MINUTE).await?;
    store.take_login(&key, &owner, MINUTE).await?;
    store.settle_login(&key, &owner, Outcome::Lapsed).await?;
    let lapsed = store.take_login(&key, &owner, MINUTE).await?;
    let is_known = over == Taken::Gone && lapsed == Taken::Lapsed;
    report.check("one that is over is gone, and one that must start over is known to", is_known);
    Ok(())
}

async fn leases(report: &mut Report, store: &dyn Store) -> Result<(), Failure> {
    let (browser, owner, session) = (Id::random()?, Id::random()?, Id::random()?);
    let opened = Session { id: &session, tokens: "tokens", limit: MINUTE };
    let key = LoginKey::new(&browser, "dies");
    store.keep_login(&key, "form", MINUTE).await?;
    store.take_login(&key, &owner, MOMENT).await?;
    sleep(2 * MOMENT).await;
    let other = Id::random()?;
    let lapsed = store.take_login(&key, &other, MINUTE).await? == Taken::Lapsed;
    let still = store.take_login(&key, &other, MINUTE).await? == Taken::Lapsed;
    report.check("a login whose owner died is never given to another", lapsed && still);
    let is_fenced = !store.finish_login(&key, &owner, opened).await? && store.tokens(&session).await?.is_none();
    report.check("an owner whose lease has ended opens no session", is_fenced);

    let key = LoginKey::new(&browser, "done");
    store.keep_login(&key, "form", MINUTE).await?;
    store.take_login(&key, &owner, MINUTE).await?;
    let first = with_retries(|| store.finish_login(&key, &owner, opened)).await?;
    let second = with_retries(|| store.finish_login(&key, &owner, opened)).await?;
    report.check("finishing twice has the effect of once", first && second);
    let Taken::Done(done) = store.take_login(&key, &other, MINUTE).await? else { return Err("not done".into()) };
    report.check("a later callback gets the same session", Id::from_text(&done).is_some_and(|done| done == session));
    Ok(())
}

async fn sessions(report: &mut Report, store: &dyn Store) -> Result<(), Failure> {
    let (browser, owner, other, session) = (Id::random()?, Id::random()?, Id::random()?, Id::random()?);
    let key = LoginKey::new(&browser, "session");
    store.keep_login(&key, "form", MINUTE).await?;
    store.take_login(&key, &owner, MINUTE).await?;
    store.finish_login(&key, &owner, Session { id: &session, tokens: "old", limit: MINUTE }).await?;

    let locked = store.lock_session(&session, &owner, MINUTE).await?;
    let twice = store.lock_session(&session, &other, MINUTE).await?;
    store.unlock_session(&session, &other).await?;
    let stolen = store.lock_session(&session, &other, MINUTE).await?;
    store.unlock_session(&session, &owner).await?;
    let free = store.lock_session(&session, &other, MOMENT).await?;
    report.check("one holder at a time may refresh, and no other can unlock", locked && !twice && !stolen && free);
    sleep(2 * MOMENT).await;
    report.check("a lock expires", store.lock_session(&session, &owner, MINUTE).await?);

    let first = store.replace_tokens(&session, "old", "new").await?;
    let again = store.replace_tokens(&session, "old", "new").await?;
    let stale = store.replace_tokens(&session, "old", "stale").await?;
    let is_new = store.tokens(&session).await?.as_deref() == Some("new");
    report.check("new tokens replace those that were read, and no others", first && again && !stale && is_new);
    store.end_session(&session).await?;
    let revived = store.replace_tokens(&session, "new", "newer").await?;
    let is_over = !revived && store.tokens(&session).await?.is_none();
    report.check("a session that has ended is not revived", is_over);
    Ok(())
}
