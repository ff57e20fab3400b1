//! The glue for `curl` (libcurl), whose default features include TLS (the system's own, or OpenSSL).

use core::time::Duration;
use std::io::Write as _;

use authcode::{HttpRequest, HttpResponse};
use curl::Error;
use curl::easy::{Easy, List};

/// Sends a request and returns the response, whatever its status is. libcurl follows no redirect by default, and
/// stops with a write error if a part is not taken: here, of a body that is too long.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, Error> {
    let (mut easy, mut fields, limit) = (Easy::new(), List::new(), request.max_response_len);
    easy.url(&request.url)?;
    easy.timeout(Duration::from_secs(30))?;
    request.headers.iter().try_for_each(|(name, value)| fields.append(&format!("{name}: {value}")))?;
    easy.http_headers(fields)?;
    easy.post_fields_copy(request.body.expose().as_bytes())?;
    easy.get(request.method == "GET")?;
    let (mut head, mut body) = (Vec::new(), Vec::new());
    let mut transfer = easy.transfer();
    transfer.header_function(|line| head.write_all(line).is_ok())?;
    transfer.write_function(|part| Ok(if body.len() > limit { 0 } else { body.write(part).unwrap_or(0) }))?;
    let outcome = transfer.perform();
    drop(transfer);
    let status = easy.response_code()? as u16;
    let response = match outcome {
        Ok(()) => HttpResponse::new(status, body),
        Err(error) if error.is_write_error() => HttpResponse::too_long(status),
        Err(error) => return Err(error),
    };
    Ok(response.with_headers(String::from_utf8_lossy(&head).lines().filter_map(|line| line.split_once(':'))))
}
