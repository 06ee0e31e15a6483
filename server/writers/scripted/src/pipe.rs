//! A way to the scripted provider inside the process: real HTTP over a pipe in memory, so that a test's clock can stand still.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::Scripted;
use writers::{Body, Broken, Wire};

pub(super) struct Pipe(pub(super) Arc<Scripted>);

const BUFFER: usize = 64 * 1024;

#[async_trait]
impl Wire for Pipe {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Body>, Broken> {
        if self.0.refuses_connection() {
            return Err(Broken::Unreachable("Connection refused".into()));
        }
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        tokio::spawn(Arc::clone(&self.0).serve(TokioIo::new(theirs)));
        let (mut sender, connection) = http1::handshake(TokioIo::new(ours)).await.map_err(lost)?;
        tokio::spawn(connection);
        let host = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
        let path = request.uri().path_and_query().and_then(|path| path.as_str().parse::<Uri>().ok()).unwrap_or_default();
        request.headers_mut().insert(header::HOST, host.unwrap_or(HeaderValue::from_static("provider.test")));
        *request.uri_mut() = path;
        let response = sender.send_request(request.map(Full::new)).await.map_err(lost)?;
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }
}

fn lost(error: hyper::Error) -> Broken {
    Broken::Lost(error.to_string())
}
