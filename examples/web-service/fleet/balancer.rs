//! A round-robin load balancer. Each request goes to the next replica, unless its header `x-leg` names one.

use core::net::{Ipv4Addr, SocketAddr};
use core::sync::atomic::{AtomicUsize, Ordering};
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;

/// More than there are browsers.
const BACKLOG: u32 = 4096;
const PLACES: usize = 512;

pub(crate) struct Balancer {
    pub(crate) address: SocketAddr,
    replicas: Arc<Replicas>,
}

struct Replicas {
    addresses: RwLock<Vec<SocketAddr>>,
    next: AtomicUsize,
    /// Limits the requests that are with the replicas at a time. The others wait here, not in the queue of a socket.
    places: Semaphore,
    http: Client<HttpConnector, Body>,
}

impl Balancer {
    pub(crate) async fn start() -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let replicas = Arc::new(Replicas {
            addresses: RwLock::default(),
            next: AtomicUsize::new(0),
            places: Semaphore::new(PLACES),
            http: Client::builder(TokioExecutor::new()).build_http(),
        });
        let routes = Router::new().fallback(forward).with_state(Arc::clone(&replicas));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, replicas })
    }

    pub(crate) fn set(&self, addresses: Vec<SocketAddr>) {
        *self.replicas.addresses.write().unwrap_or_else(PoisonError::into_inner) = addresses;
    }
}

async fn forward(State(replicas): State<Arc<Replicas>>, request: Request) -> Response {
    let leg = request.headers().get("x-leg").and_then(|leg| leg.to_str().ok()?.parse::<usize>().ok());
    let leg = leg.unwrap_or_else(|| replicas.next.fetch_add(1, Ordering::Relaxed));
    let addresses = replicas.addresses.read().unwrap_or_else(PoisonError::into_inner).clone();
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, 64 * 1024).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let _place = replicas.places.acquire().await;
    let path = head.uri.path_and_query().map(|path| path.as_str()).unwrap_or("/");
    for turn in 0..addresses.len() {
        let address = addresses[(leg + turn) % addresses.len()];
        let Ok(uri) = format!("http://{address}{path}").parse::<Uri>() else { break };
        let mut request = Request::new(Body::from(body.clone()));
        *request.method_mut() = head.method.clone();
        *request.headers_mut() = head.headers.clone();
        *request.uri_mut() = uri;
        match replicas.http.request(request).await {
            Ok(response) => return response.map(Body::new),
            // It is down, and has not seen the request: try the next one.
            Err(error) if error.is_connect() => {}
            // It went down during the request, which may have had an effect: the user decides whether to reload.
            Err(_) => break,
        }
    }
    StatusCode::BAD_GATEWAY.into_response()
}
