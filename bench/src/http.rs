//! A persistent HTTP/1.1 connection, with as little between the socket and the clock as possible.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A request with its whole body.
pub type Ask = Request<Full<Bytes>>;

/// A connection to a server.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

/// An answer with its whole body.
pub struct HttpAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Connection {
    /// Connects; the connection ends with this value.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("nobody listens at {address}"))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&mut self, ask: Ask) -> Result<HttpAnswer> {
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(ask).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(HttpAnswer { status: head.status, headers: head.headers, body })
    }
}

impl Connection {
    /// Sends a request and answers with its body as it comes.
    pub async fn stream(&mut self, ask: Ask) -> Result<Incoming> {
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(ask).await?.into_parts();
        if !head.status.is_success() {
            let body = body.collect().await?.to_bytes();
            HttpAnswer { status: head.status, headers: head.headers, body }.accepted()?;
            bail!("the answer was {}, which is no stream", head.status);
        }
        Ok(body)
    }
}

impl HttpAnswer {
    /// Returns an error for a failed response, with the beginning of its body.
    pub fn accepted(self) -> Result<Self> {
        if self.status.is_success() || self.status.is_redirection() {
            return Ok(self);
        }
        bail!("the answer was {}: {}", self.status, self.beginning())
    }

    /// The body as JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("the answer is not JSON: {}", self.beginning()))
    }

    fn beginning(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }
}

/// A request that sends JSON.
pub fn post(path: &str, token: &str, body: &Value) -> Result<Ask> {
    let builder = Request::post(path)
        .header(header::HOST, "127.0.0.1")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    Ok(builder.body(Full::from(body.to_string()))?)
}

/// A request for something that needs no body.
pub fn get(path: &str, name: header::HeaderName, value: &str) -> Result<Ask> {
    Ok(Request::get(path).header(header::HOST, "127.0.0.1").header(name, value).body(Full::default())?)
}
