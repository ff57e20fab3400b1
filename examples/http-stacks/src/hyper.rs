//! The glue for `hyper`, with the client of `hyper-util` on `tokio`. For TLS, use a connector of `hyper-rustls` or
//! `hyper-tls`: `Client::builder(…).build(connector)` in place of `build_http()`, which refuses `https`.

use core::error::Error;
use core::time::Duration;

use authcode::{HttpRequest, HttpResponse};
use http::Request;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

/// Sends a request and returns the response, whatever its status is. `hyper` follows no redirect.
pub(crate) async fn send(request: HttpRequest) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
    let limit = request.max_response_len;
    let request = Request::try_from(request)?.map(Full::from);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let exchange = async {
        let (head, body) = client.request(request).await?.into_parts();
        let status = head.status.as_u16();
        let response = match Limited::new(body, limit).collect().await {
            Ok(body) => HttpResponse::new(status, body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => HttpResponse::too_long(status),
            Err(error) => return Err(error),
        };
        Ok(response.with_headers(&head.headers))
    };
    timeout(Duration::from_secs(30), exchange).await?
}
