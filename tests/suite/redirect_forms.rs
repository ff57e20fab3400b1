//! An authorization response comes as a whole URL, a request target, a bare query or a `form_post` body.

use authcode::limits::{MAX_ERROR_BODY_LEN, MAX_REDIRECT_LEN};
use authcode::{Redirect, RedirectError};

use crate::scenario::*;

fn code_of(redirect: Redirect<'_>) -> String {
    let code = awaiting_redirect().receive_redirect(redirect).unwrap();
    value_of(&pairs(code.request().body.expose()), "code").unwrap()
}

#[test]
fn every_form_gives_the_same_code() {
    assert_eq!(code_of(Redirect::url(&redirect_with(""))), CODE);
    assert_eq!(code_of(Redirect::target(&format!("/cb?{}", answer()))), CODE);
    assert_eq!(code_of(Redirect::query(&answer())), CODE);
    assert_eq!(code_of(Redirect::form_post(answer().as_bytes())), CODE);
}

#[test]
fn a_text_is_a_whole_url() {
    let url = redirect_with("");
    assert!(awaiting_redirect().receive_redirect(&url).is_ok());
    assert!(awaiting_redirect().receive_redirect(url.as_str()).is_ok());
    #[cfg(feature = "url")]
    assert!(awaiting_redirect().receive_redirect(&url::Url::parse(&url).unwrap()).is_ok());
}

/// A user pastes more than the URL: a space, the end of the line.
#[test]
fn white_space_around_a_pasted_url_is_ignored() {
    let url = redirect_with("");
    for space in [" ", "\t", "\n", "\r", "\x0C", "\r\n", " \n\t "] {
        for pasted in [format!("{space}{url}"), format!("{url}{space}"), format!("{space}{url}{space}")] {
            assert_eq!(code_of(Redirect::url(&pasted)), CODE, "{pasted:?}");
            assert_eq!(code_of((&pasted).into()), CODE, "{pasted:?}");
            assert_eq!(Redirect::url(&pasted).claimed_state().as_deref(), Some(STATE), "{pasted:?}");
        }
        // Not within it, and not around what no user pastes.
        let within = url.replacen("/cb", &format!("/{space}cb"), 1);
        assert!(awaiting_redirect().receive_redirect(&within).is_err(), "{space:?}");
        for redirect in [
            Redirect::target(&format!("{space}/cb?{}", answer())),
            Redirect::query(&format!("{}{space}", answer())),
            Redirect::form_post(&format!("{}{space}", answer())),
        ] {
            assert!(awaiting_redirect().receive_redirect(redirect).is_err(), "{space:?}");
        }
    }
    for other in ["\u{a0}", "\u{2003}", "\x0B", "\0", "\u{feff}"] {
        assert!(awaiting_redirect().receive_redirect(&format!("{other}{url}")).is_err(), "{other:?}");
        assert!(awaiting_redirect().receive_redirect(&format!("{url}{other}")).is_err(), "{other:?}");
    }
}

#[test]
fn the_path_of_a_target_must_be_ours() {
    for target in ["/favicon.ico", "/", "", "/cb/", "cb", "//client.example.com/cb", "/CB", "*"] {
        let target = format!("{target}?{}", answer());
        let refused = awaiting_redirect().receive_redirect(Redirect::target(&target)).unwrap_err();
        assert_eq!(refused.error(), &RedirectError::NotOurs, "{target}");
    }
}

/// Facebook adds `#_=_`, Instagram `#_`, and some a bare `#`.
#[test]
fn a_fragment_is_ignored() {
    for fragment in ["#_=_", "#_", "#", "#code=other&state=other", "#a#b"] {
        assert_eq!(code_of(Redirect::url(&redirect_with(fragment))), CODE);
        assert_eq!(code_of(Redirect::query(&format!("{}{fragment}", answer()))), CODE);
        assert_eq!(code_of(Redirect::target(&format!("/cb?{}{fragment}", answer()))), CODE);
    }
}

#[test]
fn a_form_post_body_has_no_fragment() {
    let body = format!("code={CODE}#x&state={STATE}");
    assert_eq!(code_of(Redirect::form_post(&body)), format!("{CODE}#x"));
}

#[test]
fn a_form_post_body_need_not_repeat_the_query_of_the_redirect_uri() {
    let scenario = Scenario { redirect_uri: "https://client.example.com/cb?tenant=7", ..Scenario::default() };
    assert!(scenario.to_awaiting_redirect().receive_redirect(Redirect::form_post(&answer())).is_ok());
    let refused = scenario.to_awaiting_redirect().receive_redirect(Redirect::query(&answer())).unwrap_err();
    assert_eq!(refused.error(), &RedirectError::NotOurs);
}

#[test]
fn a_code_is_decoded_and_encoded_again() {
    let redirect = format!("state={STATE}&code=bu8OQxkhBddwyf8bDeKN%2Fg%3D%3D+%2B");
    let code = awaiting_redirect().receive_redirect(Redirect::query(&redirect)).unwrap();
    assert!(code.request().body.expose().contains("&code=bu8OQxkhBddwyf8bDeKN%2Fg%3D%3D+%2B&"));
}

#[test]
fn order_and_empty_pairs_do_not_matter() {
    for query in [
        format!("state={STATE}&code={CODE}"),
        format!("&&code={CODE}&&state={STATE}&"),
        format!("=&=x&x&code={CODE}&state={STATE}"),
    ] {
        assert_eq!(code_of(Redirect::query(&query)), CODE);
    }
}

#[test]
fn names_are_exact() {
    for name in ["Code", "CODE", "code ", " code", "cod%C3%A9", "code[]", "\u{FF43}ode"] {
        let query = format!("{name}=other&{}", answer());
        assert_eq!(code_of(Redirect::query(&query)), CODE, "{name}");
    }
}

#[test]
fn a_second_question_mark_is_part_of_the_query() {
    let refused = awaiting_redirect().receive_redirect(&format!("{REDIRECT_URI}?close?{}", answer())).unwrap_err();
    // The first name is `close?code`, so there is a `state` and nothing else.
    assert_eq!(refused.error(), &RedirectError::NoCodeNoError);
}

#[test]
// rows 9
fn unknown_parameters_may_repeat_and_be_malformed() {
    let more = "&x=1&x=2&session_state=%zz&y=%FF&%zz=1&realmId=12+3";
    let code = awaiting_redirect().receive_redirect(&redirect_with(more)).unwrap();
    assert_eq!(code.redirect_param("x").as_deref(), Some("1"));
    assert_eq!(code.redirect_param("realmId").as_deref(), Some("12 3"));
    assert_eq!(code.redirect_param("session_state").as_deref(), None);
    assert_eq!(code.redirect_param("code").as_deref(), None);
}

/// `location.search` of a page has the `?` in front.
#[test]
fn a_bare_query_may_have_its_question_mark() {
    assert_eq!(code_of(Redirect::query(&format!("?{}", answer()))), CODE);
}

#[test]
fn the_claimed_state_finds_the_pending_login() {
    let pending = awaiting_redirect();
    assert_eq!(pending.state(), STATE);
    assert_eq!(pending.redirect_uri().as_str(), REDIRECT_URI);
    for redirect in [
        Redirect::url(&redirect_with("#state=x")),
        Redirect::target(&format!("/cb?{}", answer())),
        Redirect::query(&format!("?{}", answer())),
        Redirect::form_post(&answer()),
    ] {
        assert_eq!(redirect.claimed_state().as_deref(), Some(STATE));
    }
    let twice = format!("state={STATE}&state={STATE}");
    for query in ["", "code=x", "state=%zz", "state=a", &twice, &format!("State={STATE}")] {
        assert_eq!(Redirect::query(query).claimed_state(), None, "{query}");
    }
    let escaped = format!("st%61te=%{:x}{}", STATE.as_bytes()[0], &STATE[1..]);
    assert_eq!(Redirect::query(&escaped).claimed_state().as_deref(), Some(STATE));
    let long = format!("state={STATE}&{}", "x".repeat(MAX_REDIRECT_LEN));
    assert_eq!(Redirect::query(&long).claimed_state(), None);
    let fits = &long[..MAX_REDIRECT_LEN];
    assert_eq!(Redirect::query(fits).claimed_state().as_deref(), Some(STATE));
}

/// A router that removes a prefix of the path is found by a look at both paths.
#[test]
fn a_redirect_says_where_it_came_to() {
    for (redirect, place) in [
        (Redirect::url("https://client.example.com/app/cb?code=SECRET#SECRET"), "https://client.example.com/app/cb"),
        (Redirect::target("/cb?code=SECRET"), "/cb"),
        (Redirect::target("/cb#SECRET"), "/cb"),
        (Redirect::query("code=SECRET"), ""),
        (Redirect::form_post("code=SECRET"), ""),
    ] {
        assert_eq!(redirect.received_at().raw(), place);
    }
    assert_eq!(Redirect::target("/a\u{202e}\n").received_at().to_string(), r"/a\u{202e}\u{a}");
    let long = format!("/{}", "x".repeat(MAX_REDIRECT_LEN));
    assert_eq!(Redirect::target(&long).received_at().raw().len(), MAX_ERROR_BODY_LEN);
}
