//! The glue for `reqwest` on `tokio`. The default features of `reqwest` include TLS (`rustls`, or `native-tls`).

use core::error::Error;
use core::time::Duration;

use authcode::{HttpRequest, HttpResponse};
use http::Request;
use reqwest::Client;
use reqwest::redirect::Policy;

/// Sends a request and returns the response, whatever its status is.
pub(crate) async fn send(request: HttpRequest) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
    let limit = request.max_response_len;
    let client = Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(30)).build()?;
    let mut response = client.execute(Request::try_from(request)?.try_into()?).await?;
    let (status, mut body) = (response.status().as_u16(), Vec::new());
    while let Some(part) = response.chunk().await? {
        body.extend_from_slice(&part);
        if body.len() > limit {
            return Ok(HttpResponse::too_long(status).with_headers(response.headers()));
        }
    }
    Ok(HttpResponse::new(status, body).with_headers(response.headers()))
}
