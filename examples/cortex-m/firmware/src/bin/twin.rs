//! What the program `login` does, without the login. The difference in size is the cost of the crate.
#![no_std]
#![no_main]

use authcode_cortex_m::line::{self, Decimal, log, report};
use authcode_cortex_m::modem;
use authcode_cortex_m::page::{self, Content};
use authcode_cortex_m::protocol::Kind;
use authcode_cortex_m::{bare, board};
use cortex_m_rt::entry;

#[entry]
fn main() -> ! {
    bare::init();
    board::init();
    let config = modem::config();
    match page::take() {
        Content::Empty => log("stored: ", "nothing"),
        Content::Torn => log("stored: ", "torn"),
        Content::Whole(_) => log("stored: ", "something"),
    }
    let mut entropy = [0; 64];
    board::fill_random(&mut entropy);
    modem::open(config.authorization_endpoint(), 600);
    let redirect = modem::redirect().unwrap_or_default();
    if page::write(&entropy).is_err() || page::write(redirect.as_bytes()).is_err() {
        log("too long: ", "for the page");
    }
    report("stored");
    let headers = [("accept", "application/json")];
    match modem::exchange("POST", config.token_endpoint(), headers, &redirect, modem::MAX_BODY_LEN) {
        Some(answer) => log("token: ", Decimal::new(answer.status.into()).as_str()),
        None => modem::wait(1),
    }
    match modem::exchange("GET", config.api(), headers, "", modem::MAX_BODY_LEN) {
        Some(answer) if answer.retry_after.is_empty() => log("api: ", Decimal::new(answer.status.into()).as_str()),
        Some(answer) => log("api: ", Decimal::new(answer.now as u32).as_str()),
        None => log("api: ", "no response"),
    }
    report("api");
    page::erase();
    line::send(Kind::Exit, ["done"]);
    bare::halt()
}
