//! The glue for a bare `std::net::TcpStream`: HTTP/1.0, so that the response is not chunked and ends with the
//! connection. `httparse` parses its head. It is plain HTTP, for loopback; for TLS, wrap the stream, as
//! `rustls::StreamOwned` does, and check for `https` in place of `http`.

use core::error::Error;
use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Instant;

use authcode::{HttpRequest, HttpResponse};
use http::Uri;
use httparse::{EMPTY_HEADER, Response, Status};

/// The longest head of a response.
const MAX_HEAD_LEN: usize = 16 * 1024;

/// Sends a request and returns the response, whatever its status is.
pub(crate) fn send(request: HttpRequest) -> Result<HttpResponse, Box<dyn Error + Send + Sync>> {
    let (url, limit) = (request.url.parse::<Uri>()?, MAX_HEAD_LEN + request.max_response_len);
    let (Some("http"), Some(site)) = (url.scheme_str(), url.authority()) else { return Err("not an http URL".into()) };
    let (path, body) = (url.path_and_query().map_or("/", |path| path.as_str()), request.body.expose());
    let fields: String = request.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("{} {path} HTTP/1.0\r\nhost: {site}\r\n{length}{fields}", request.method);
    let (host, port) = (site.host().trim_matches(['[', ']']), site.port_u16().unwrap_or(80));
    let mut stream = TimedStream::connect((host, port), Duration::from_secs(30))?;
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    let (mut answer, mut headers) = (Vec::new(), [EMPTY_HEADER; 64]);
    stream.take(limit as u64 + 1).read_to_end(&mut answer)?;
    let mut head = Response::new(&mut headers);
    let Status::Complete(start) = head.parse(&answer)? else { return Err("not a whole head".into()) };
    let (status, is_too_long) = (head.code.unwrap_or(0), answer.len() > limit);
    let response =
        if is_too_long { HttpResponse::too_long(status) } else { HttpResponse::new(status, &answer[start..]) };
    Ok(response.with_headers(head.headers.iter().map(|header| (header.name, header.value))))
}

/// A stream with one limit for all that is done with it. A timeout of `TcpStream` alone is for each read, so a server that
/// sends a byte now and then would never reach it. The system's resolver has timeouts of its own.
pub(crate) struct TimedStream {
    stream: TcpStream,
    end: Instant,
}

impl TimedStream {
    pub(crate) fn connect(site: (&str, u16), limit: Duration) -> io::Result<Self> {
        let end = Instant::now() + limit;
        let mut failure = ErrorKind::NotFound.into();
        for address in site.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, left(end)?) {
                Ok(stream) => return Ok(Self { stream, end }),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

impl Read for TimedStream {
    fn read(&mut self, part: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.end)?))?;
        self.stream.read(part)
    }
}

impl Write for TimedStream {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.end)?))?;
        self.stream.write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn left(end: Instant) -> io::Result<Duration> {
    end.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()).ok_or(ErrorKind::TimedOut.into())
}
