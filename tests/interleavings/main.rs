//! Every interleaving: the crate itself, between an honest server and an attacker, in each order of events that there
//! is.
//!
//! `cargo test --test interleavings -- --nocapture` prints what was explored, and the attacks that are found where a
//! defence is switched off.
//!
//! # Who is there
//!
//! - The **client**: one program built on this crate, the shipped code and no drawing of it. It knows two servers. A
//!   step of a login resumes a real state, gives it a real URL or response, and stores what comes of it (`shipped`).
//! - The **honest server**: gives codes, each bound to client, redirect URI, challenge and account, good once; checks
//!   the verifier by SHA-256 (`honest_server`).
//! - **Alice**: logs in at the honest server (in two tabs, where the setting says so) and at the attacker's, all at the
//!   same time, in one browser. At the honest server she agrees or says no.
//! - **Mallory**, the attacker. He
//!     - runs the other server: sees the authorization URL of the login there (`state`, challenge, redirect URI) and
//!       the token request, if the crate sends him one, whole; answers it as he likes;
//!     - has an account at the honest server, uses the client like anybody, and sees his own browser: the `state` and
//!       the code of his own login; and gets codes of his account for any challenge that he knows;
//!     - makes Alice's browser start a login, go to the honest server with a request made of any challenge and any
//!       `state` that he knows (she is logged in there, and agrees), and open any URL at the client;
//!     - makes redirects of all that he knows: codes of his, codes of his server, guesses, errors, both, tokens; any
//!       `state` that he knows, a guess, or none; any `iss`, or none; to each redirect URI;
//!     - holds back, repeats, and brings to another login what the honest server sends back through Alice's browser. It
//!       goes over TLS: he cannot read it (but see `answers_leak`) or change it;
//!     - makes the token endpoint unavailable, less often than ends a login by itself (`limits::MAX_ATTEMPTS`).
//!
//!   He does not know: `state` and verifier of Alice's logins at the honest server, the verifier of any login, and
//!   Alice's codes. What the crate lets him learn, he uses.
//!
//! # The bound
//!
//! Each login starts once. Each account agrees once to each request. Alice's browser goes to the honest server on
//! Mallory's behalf twice. All else is unbounded: a redirect that is refused leaves the same world behind, so there
//! may be any number of them, at any time. Within it, every world is visited (a world is known by 64 bits of hash).
//!
//! Not in it: renewal; a response of the token endpoint that is lost after the honest server has acted on it (then the
//! code is spent, and no client can help); Mallory taking a code to the honest server by himself (he has none that is
//! worth it unless the first property is broken already).
//!
//! # What must hold, in every world
//!
//! 1. *No code and no verifier of the honest server reaches the attacker's.* In no request that goes to him is a code
//!    of Alice's account that he did not know, or the verifier of a login at the honest server.
//! 2. *No login ends with the token for another's code.* A login of Alice's at the honest server gets the token for the
//!    code that she got for this very login, and no login of one person gets a token for the account of the other. Else
//!    Alice is in Mallory's account (login CSRF), or he in hers (code injection).
//! 3. *Nothing but the honest server's answer ends an honest login*: one of Alice's at the honest server ends by the
//!    "no" that she said to it there, and by nothing else.
//! 4. *Every honest login can still finish*: wherever it is, if the honest answer came now and the exchange with it,
//!    both on the real code, she would be logged in (or the login ended, if her answer was no).
//! 5. *A refused redirect leaves no trace*: a login that waits is stored byte for byte as when it started.
//!
//! And some things must happen in some world, so that the above do not hold only because nothing does.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    reason = "a test may fail, and has `std`"
)]

mod honest_server;
mod people;
mod refreshes;
mod setting;
mod shipped;
mod world;

use std::collections::BTreeSet;
use std::time::Instant;

use authcode::IssParameter;
use stateright::{Checker as _, Expectation, Model as _};

use crate::setting::{Setting, TellsServersApart};
use crate::world::{CAN_FINISH, Everything, NO_OTHER_CODE, NO_STRANGER_ENDS_IT, NOTHING_LEAKS, changes};

/// Visits every world within the bound. Gives the properties that do not hold in all of them.
#[track_caller]
fn broken(name: &str, setting: Setting) -> BTreeSet<&'static str> {
    let start = Instant::now();
    let checker = Everything::new(setting).checker().spawn_bfs().join();
    println!(
        "{name}: {} worlds, {} steps between them, up to {} steps deep, in {:.1} s; {}",
        checker.unique_state_count(),
        checker.state_count(),
        checker.max_depth(),
        start.elapsed().as_secs_f64(),
        checker.model().shipped.summary(),
    );
    assert!(checker.unique_state_count() > 5_000, "the bound has shrunk: is there anything left that happens?");
    let properties = checker.model().properties();
    for property in properties.iter().filter(|property| property.expectation == Expectation::Sometimes) {
        checker.assert_any_discovery(property.name);
    }
    let always = properties.iter().filter(|property| property.expectation == Expectation::Always);
    always.map(|property| property.name).filter(|name| checker.discovery(name).is_some()).collect()
}

#[track_caller]
fn assert_nothing_broken(name: &str, setting: Setting) {
    assert_eq!(broken(name, setting), BTreeSet::new());
}

/// Looks for the shortest way to break a property. Prints it, and gives what its last step does.
#[track_caller]
fn attack(name: &str, setting: Setting, property: &'static str) -> String {
    let found_within = |depth: usize| {
        let checker = Everything::new(setting).checker().target_max_depth(depth).spawn_bfs().join();
        checker.discovery(property).map(|path| (checker.unique_state_count(), path.into_vec()))
    };
    let (worlds, path) = (1..12).find_map(found_within).unwrap_or_else(|| panic!("{name} is not found"));
    let mut trace = format!("{name}, the shortest way, found among {worlds} worlds. Broken: {property}\n");
    let mut last = String::new();
    for (number, pair) in path.windows(2).enumerate() {
        let [(before, Some(step)), (after, _)] = pair else { unreachable!() };
        last = changes(before, after);
        let arrow = if last.is_empty() { "" } else { "\n       -> " };
        trace += &format!("  {}. {step}{arrow}{last}\n", number + 1);
    }
    println!("{trace}");
    last
}

// What holds.

#[test]
fn iss_tells_the_servers_apart() {
    assert_nothing_broken("iss", Setting { has_two_tabs: true, ..Setting::SAFE });
}

#[test]
fn so_does_a_redirect_uri_for_each() {
    let tells_servers_apart = TellsServersApart::ByRedirectUri;
    assert_nothing_broken("redirect URIs", Setting { tells_servers_apart, has_two_tabs: true, ..Setting::SAFE });
}

/// An `iss` that is there is compared, whether it must be there or not.
#[test]
fn iss_may_be_optional_or_required() {
    use IssParameter::{Optional, Required};
    for (honest, attackers) in [(Optional, Optional), (Required, Required)] {
        let tells_servers_apart = TellsServersApart::ByIss(honest, attackers);
        let name = format!("iss {honest:?} and {attackers:?}");
        assert_nothing_broken(&name, Setting { tells_servers_apart, ..Setting::SAFE });
    }
}

/// Where the honest server does not send `iss`, the attacker's must be known to have to.
#[test]
fn a_missing_iss_is_refused_where_it_is_required() {
    let tells_servers_apart = TellsServersApart::ByIss(IssParameter::Optional, IssParameter::Required);
    let setting = Setting { tells_servers_apart, honest_sends_iss: false, ..Setting::SAFE };
    assert_nothing_broken("iss of the attacker's alone", setting);
}

/// A server that does not know PKCE: `state` is enough, as long as nobody reads the redirects.
#[test]
fn state_protects_where_a_server_ignores_pkce() {
    assert_nothing_broken("no PKCE at the server", Setting { checks_verifier: false, ..Setting::SAFE });
}

/// Who reads the redirects knows `state`, and can end a login by it. He gets into no account.
#[test]
fn pkce_protects_where_redirects_leak() {
    let setting = Setting { answers_leak: true, ..Setting::SAFE };
    assert_eq!(broken("redirects leak", setting), [NO_STRANGER_ENDS_IT, CAN_FINISH].into());
}

// The checker can fail: each of these is a double, with a defence switched off, and the known attack on it.

#[test]
fn without_state_and_pkce_login_csrf_is_found() {
    let setting = Setting { compares_state: false, checks_verifier: false, lures: 0, ..Setting::SAFE };
    let last = attack("login CSRF", setting, NO_OTHER_CODE);
    assert!(last.starts_with("AliceAtHonest HAS THE TOKEN for the honest server's code for Mallory's account"));
}

/// With PKCE alone Alice does not get into Mallory's account, but he can end her login.
#[test]
fn without_state_a_stranger_ends_a_login() {
    let setting = Setting { compares_state: false, ..Setting::SAFE };
    assert_eq!(attack("a forged redirect", setting, NO_STRANGER_ENDS_IT), "AliceAtHonest IS ENDED");
    assert_eq!(broken("no state", Setting { lures: 1, ..setting }), [NO_STRANGER_ENDS_IT, CAN_FINISH].into());
}

#[test]
fn without_iss_and_with_one_redirect_uri_mix_up_is_found() {
    let setting = Setting { tells_servers_apart: TellsServersApart::Not, ..Setting::SAFE };
    let last = attack("mix-up", setting, NOTHING_LEAKS);
    assert!(last.contains("the attacker's server READS the honest server's code for Alice's account"));
}

/// An attacker does not promise to send `iss`, so it helps only if the honest server sends it.
#[test]
fn without_iss_from_the_honest_server_mix_up_is_found() {
    let tells_servers_apart = TellsServersApart::ByIss(IssParameter::Optional, IssParameter::Optional);
    let setting = Setting { tells_servers_apart, honest_sends_iss: false, ..Setting::SAFE };
    let last = attack("mix-up where no server sends iss", setting, NOTHING_LEAKS);
    assert!(last.contains("the attacker's server READS the honest server's code for Alice's account"));
}

#[test]
fn without_pkce_code_injection_is_found() {
    let setting = Setting { answers_leak: true, checks_verifier: false, ..Setting::SAFE };
    let last = attack("code injection", setting, NO_OTHER_CODE);
    assert!(last.starts_with("MalloryAtHonest HAS THE TOKEN for the honest server's code for Alice's account"));
}

/// The duty of the host: only the browser that started a login may finish it.
#[test]
fn without_sessions_of_their_own_one_gets_into_the_account_of_the_other() {
    let setting = Setting { keeps_sessions_apart: false, ..Setting::SAFE };
    let last = attack("session fixation", setting, NO_OTHER_CODE);
    assert!(last.starts_with("MalloryAtHonest HAS THE TOKEN for the honest server's code for Alice's account"));
}
