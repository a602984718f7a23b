//! Response bodies that hold the caller's admission permit until they are sent: an answer that nobody reads keeps its memory, so it has to
//! count among the calls that its caller makes at once.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use app::admission::Permit;
use axum::{
    body::{Body, Bytes, HttpBody},
    response::Response,
};
use http::header;
use hyper::body::{Frame, SizeHint};

/// The size up to which an answer holds no permit, in bytes: the system takes it whole, whether it is read or not.
const SMALL: u64 = 64 * 1024;

/// The size of the pieces in which a large answer is sent, in bytes. What is not sent yet stays in the body, and not in the connection.
const PIECE: usize = 64 * 1024;

/// Lets a large answer hold the permit until it is sent or given up. An open stream of events holds none.
pub fn hold_permit(answer: Response, permit: Option<Permit>) -> Response {
    let is_stream = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let is_small = answer.body().size_hint().upper().is_some_and(|size| size <= SMALL);
    match permit.filter(|_| !is_stream && !is_small) {
        Some(permit) => answer.map(|body| Body::new(SentBody { body, rest: Bytes::new(), _permit: permit })),
        None => answer,
    }
}

/// A body in pieces, with the permit of the call that it answers.
struct SentBody<P> {
    body: Body,
    /// What was taken from the body and not sent yet.
    rest: Bytes,
    _permit: P,
}

impl<P: Unpin> HttpBody for SentBody<P> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return other,
            }
        }
        let piece = self.rest.len().min(PIECE);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, of_body) = (self.rest.len() as u64, self.body.size_hint());
        let mut hint = SizeHint::new();
        hint.set_lower(of_body.lower() + rest);
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_large_answer_is_sent_in_pieces() {
        let mut sent = SentBody { body: Body::from(vec![7; 2 * PIECE + 1]), rest: Bytes::new(), _permit: () };
        assert_eq!(sent.size_hint().exact(), Some(2 * PIECE as u64 + 1));
        let mut sizes = Vec::new();
        while let Some(frame) = sent.frame().await {
            sizes.push(frame.expect("a frame").into_data().expect("data").len());
        }
        assert_eq!(sizes, [PIECE, PIECE, 1]);
        assert!(sent.is_end_stream());
    }
}
