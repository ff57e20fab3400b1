//! The glue for `hyper`, with the client of `hyper-util` on `tokio`. For TLS, use a connector of `hyper-rustls` or
//! `hyper-tls`: `Client::builder(…).build(connector)` in place of `build_http()`, which refuses `https`.

use core::error::Error;
use core::time::Duration;

use authcode::{HttpRequest, HttpResponse};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
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
        let body = Limited::new(body, limit).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body).into())
    };
    timeout(Duration::from_secs(30), exchange).await?
}
