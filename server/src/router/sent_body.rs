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
    match permit.filter(|_| holds_permit(&answer)) {
        Some(permit) => answer.map(|body| Body::new(SentBody { body, rest: Bytes::new(), _permit: permit })),
        None => answer,
    }
}

/// Whether an answer holds its permit while it is sent.
fn holds_permit(answer: &Response) -> bool {
    let is_stream = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let is_small = answer.body().size_hint().upper().is_some_and(|size| size <= SMALL);
    !is_stream && !is_small
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
    use std::sync::Arc;

    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_large_answer_is_sent_in_pieces_and_holds_its_permit_until_the_last_is_taken() {
        let permit = Arc::new(());
        let mut sent = SentBody { body: Body::from(vec![7; 2 * PIECE + 1]), rest: Bytes::new(), _permit: Arc::clone(&permit) };
        assert_eq!(sent.size_hint().exact(), Some(2 * PIECE as u64 + 1));
        for piece in [PIECE, PIECE, 1] {
            assert!(!sent.is_end_stream() && Arc::strong_count(&permit) == 2);
            let frame = sent.frame().await.expect("a piece").expect("a frame");
            assert_eq!(frame.into_data().expect("data").len(), piece);
        }
        assert!(sent.is_end_stream() && sent.frame().await.is_none());
        drop(sent);
        assert_eq!(Arc::strong_count(&permit), 1);
    }

    #[test]
    fn a_small_answer_and_a_stream_of_events_hold_none() {
        let answer = |kind: &'static str, size: usize| {
            let body = Body::from(vec![7; size]);
            Response::builder().header(header::CONTENT_TYPE, kind).body(body).expect("a response")
        };
        assert!(holds_permit(&answer("application/json", PIECE + 1)));
        assert!(!holds_permit(&answer("application/json", PIECE)));
        assert!(!holds_permit(&answer("text/event-stream", PIECE + 1)));
    }
}
