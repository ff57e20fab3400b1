// E0277
use authcode::*;

struct Mine;

impl Exchange for Mine {
    type Next = ();
    type Error = TokenError;
    const RESEND: Resend = Resend::Freely;

    fn request(&self) -> HttpRequest {
        loop {}
    }

    fn receive_response(self, _: HttpResponse, _: UnixTime) -> Result<(), Rejected<Self, TokenError>> {
        Ok(())
    }
}

fn main() {}
