//! Where the signatures of a request go.

use crate::encoding::form::Pair;
use crate::http::HttpRequest;
use crate::jose::assertion::ASSERTION_TYPE;
use crate::jose::draft::{Purpose, Signable};
use crate::secret::Secret;

/// The proof goes into a header (RFC 9449 §4.1), the assertion into the body, which must be a form (RFC 7523 §2.2).
impl Signable for HttpRequest {
    fn attach(&mut self, purpose: Purpose, jws: Secret) {
        match purpose {
            Purpose::Dpop => self.set_dpop(jws),
            Purpose::ClientAuthentication => self.add_form_params([
                Pair::new("client_assertion_type", ASSERTION_TYPE),
                Pair::new("client_assertion", jws.expose()),
            ]),
        }
    }
}
