//! The crate itself. A state is a pointer that the host keeps between the steps, and gives back once.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use core::ptr::null_mut;

use authcode::{
    Authorized, AwaitingRedirect, Client, CodeReceived, ConfigError, HttpResponse, ParameterError, Redirect, Server,
    UnixTime, Unstarted,
};

use crate::{Text, given};

fn client() -> Result<Client, ConfigError> {
    let server = Server::new("https://login.loom.example/authorize", "https://login.loom.example/oauth/token")?;
    Client::new(server, "3kX9mR2vT7pLqW5z", "https://app.example/callback")
}

fn login(client: &Client) -> Result<Unstarted, ParameterError> {
    let mut login = client.login();
    login.scope("openid profile offline_access")?.audience("https://api.loomai.example/")?;
    Ok(login)
}

/// An error becomes text at once, so that its `Debug` is not linked.
fn pending(entropy: [u8; 64]) -> Result<AwaitingRedirect, String> {
    let client = client().map_err(|error| error.to_string())?;
    let login = login(&client).map_err(|error| error.to_string())?;
    login.start_with_entropy(&entropy).map_err(|error| error.to_string())
}

/// # Safety
/// `entropy` are 64 bytes, and nobody else has `url` meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn start(entropy: *const [u8; 64], url: &mut Text) -> *mut AwaitingRedirect {
    // SAFETY: as above.
    match pending(unsafe { *entropy }) {
        Ok(pending) => {
            url.set(pending.authorization_url());
            Box::into_raw(Box::new(pending))
        }
        Err(error) => {
            url.set(error);
            null_mut()
        }
    }
}

/// # Safety
/// `pending` is of `start`, the redirect of `buffer`, each given once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn receive_redirect(
    pending: *mut AwaitingRedirect,
    redirect: *mut u8,
    len: usize,
    url: &mut Text,
    body: &mut Text,
) -> *mut CodeReceived {
    // SAFETY: as above.
    let (pending, redirect) = unsafe { (Box::from_raw(pending), given(redirect, len)) };
    match pending.receive_redirect(Redirect::url(&redirect)) {
        Ok(code) => {
            let request = code.request();
            url.set(request.url);
            body.set(request.body.into_exposed());
            Box::into_raw(Box::new(code))
        }
        Err(refused) => {
            body.set(refused.error().to_string());
            null_mut()
        }
    }
}

/// # Safety
/// `code` is of `receive_redirect`, the body of `buffer`, each given once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn receive_token_response(
    code: *mut CodeReceived,
    status: u16,
    body: *mut u8,
    len: usize,
    now: u64,
    token: &mut Text,
) -> *mut Authorized {
    // SAFETY: as above.
    let (code, body) = unsafe { (Box::from_raw(code), given(body, len)) };
    match code.receive_response(HttpResponse::new(status, body), UnixTime::from_secs(now)) {
        Ok(authorized) => {
            token.set(authorized.tokens().access_token().expose().into());
            Box::into_raw(Box::new(authorized))
        }
        Err(refused) => {
            token.set(refused.error().to_string());
            null_mut()
        }
    }
}

/// So that the linker keeps them.
pub fn entries() -> [usize; 3] {
    [start as *const () as usize, receive_redirect as *const () as usize, receive_token_response as *const () as usize]
}
