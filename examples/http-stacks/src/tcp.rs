//! The glue for a bare `std::net::TcpStream`: HTTP/1.0, so that the response is not chunked and ends with the
//! connection. `httparse` parses its head. It is plain HTTP, for loopback; for TLS, wrap the stream, as
//! `rustls::StreamOwned` does, and check for `https` in place of `http`.

use core::error::Error;
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use authcode::{HttpRequest, HttpResponse};
use http::Uri;
use httparse::{EMPTY_HEADER, Response, Status};

/// The longest head of a response.
const MAX_HEAD_LEN: usize = 16 * 1024;

/// Sends a request and returns the response, whatever its status is.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
    let url: Uri = request.url.parse()?;
    let (Some("http"), Some(site)) = (url.scheme_str(), url.authority()) else { return Err("not an http URL".into()) };
    let (path, body) = (url.path_and_query().map_or("/", |path| path.as_str()), request.body.expose());
    let fields: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("{} {path} HTTP/1.0\r\nhost: {site}\r\n{length}{fields}", request.method);
    let mut stream = TcpStream::connect((site.host().trim_matches(['[', ']']), site.port_u16().unwrap_or(80)))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    let (mut answer, mut headers) = (Vec::new(), [EMPTY_HEADER; 64]);
    stream.take((MAX_HEAD_LEN + request.max_response_len) as u64 + 1).read_to_end(&mut answer)?;
    let mut head = Response::new(&mut headers);
    let Status::Complete(start) = head.parse(&answer)? else { return Err("not a whole head".into()) };
    let response = HttpResponse::new(head.code.unwrap_or(0), &answer[start..]);
    Ok(response.with_headers(head.headers.iter().map(|header| (header.name, header.value))))
}
