//! Logins that did not survive the end of a process, or survived what they should not have.

use core::time::Duration;

use authcode::{Authorized, ResumeError, Suspended};

use crate::scenario::*;

fn stored() -> String {
    authorized().suspend().to_json().expose().to_owned()
}

fn resume(text: &str) -> Result<Authorized, ResumeError> {
    Authorized::resume(Suspended::from_json(text)?, &Scenario::default().client())
        .map_err(|refused| refused.into_error())
}

/// The lifetime was counted from the start of the process, so that an old token looked new.
///
/// <https://github.com/PrefectHQ/fastmcp/pull/3572>, <https://github.com/knowsuchagency/mcp2cli/issues/57>,
/// <https://github.com/mainmatter/ember-simple-auth/issues/906>
#[test]
fn lifetime_counted_anew_after_a_restart() {
    let mut text = stored();
    for hours in 0..3 {
        let login = resume(&text).unwrap();
        let now = NOW.saturating_add(Duration::from_secs(hours * 3600));
        assert_eq!(login.tokens().expires_at(), authorized().tokens().expires_at());
        assert_eq!(login.needs_renewal(now, Duration::from_secs(30)), hours > 0);
        text = login.suspend().to_json().expose().to_owned();
    }
}

/// A shorter form was written over a longer one, and the old end is still there; or the write was cut short.
///
/// <https://github.com/gaubert/gmvault/issues/209>, <https://github.com/openclaw/mcporter/issues/207>
#[test]
fn stored_form_damaged_by_an_interrupted_write() {
    let text = stored();
    let ends = [r#"BactUREZofsF9C7P"}"#, "}", "\0\0\0"].map(|end| format!("{text}{end}"));
    let cuts = (0..text.len()).map(|length| text[..length].to_owned());
    for damaged in cuts.chain(ends) {
        let error = resume(&damaged).unwrap_err();
        assert_eq!(error, ResumeError::Damaged);
        assert!(!format!("{error} {error:?}").contains("rt-1"));
    }
    assert!(resume(&text).is_ok());
}

/// A program blanked each secret in its store, and then took the login for a good one.
///
/// <https://github.com/anthropics/claude-code/issues/84331>
#[test]
fn stored_form_with_empty_tokens_taken_for_a_login() {
    for token in ["at-1", "rt-1"] {
        let blanked = stored().replace(&format!("\"{token}\""), "\"\"");
        assert_ne!(blanked, stored());
        assert_eq!(resume(&blanked).unwrap_err(), ResumeError::Damaged, "{token}");
    }
}
