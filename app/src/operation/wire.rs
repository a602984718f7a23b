//! The wire format between a page and an operation: urlencoded arguments, as a form sends them, and a JSON answer.

#[cfg(not(feature = "ssr"))]
use leptos::server_fn::Http;
use leptos::server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType,
    codec::{JsonEncoding, Post},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Error, Value};

use super::answer_json::from_json;

#[cfg(feature = "ssr")]
pub use server::Urlencoded;

/// The protocol of an operation, by the method of its requests. In the browser it is the framework's own.
#[cfg(not(feature = "ssr"))]
pub type Urlencoded<Method> = Http<Method, AnswerEncoding>;

/// The prefix of the fields in which an update form sends the values that it showed: `shown.name` beside `name`. A field that was
/// not changed is not sent on as an argument.
pub const SHOWN_PREFIX: &str = "shown.";

/// The path by which a refusal names a field of a form: `lines[0].price` for `lines[0][price]`.
pub fn place(name: &str) -> String {
    let Some((first, rest)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) else { return name.to_owned() };
    let further = rest.split("][").filter(|part| !part.is_empty());
    further.fold(first.to_owned(), |place, part| match part.parse::<usize>() {
        Ok(_) => format!("{place}[{part}]"),
        Err(_) => format!("{place}.{part}"),
    })
}

/// The path of an argument in words, as a refusal names it to a person: *Lines 1 price* for `lines[0].price`.
pub fn in_words(place: &str) -> String {
    let steps = place.split(['.', '[']).map(|step| match step.strip_suffix(']').and_then(|item| item.parse::<usize>().ok()) {
        Some(item) => (item + 1).to_string(),
        None => step.replace('_', " "),
    });
    let words = steps.collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// The encoding of every answer.
pub type AnswerEncoding = Post<Json>;

/// JSON that is deserialized in two steps. A parser for each type would be a third of the program in the browser; this way there
/// is one parser, and each type is built from the `Value` that it has read.
pub struct Json;

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Json {
    type Error = Error;

    fn encode(answer: &T) -> Result<server_fn::Bytes, Error> {
        JsonEncoding::encode(answer)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Json {
    type Error = Error;

    fn decode(bytes: server_fn::Bytes) -> Result<T, Error> {
        serde_json::from_slice::<Value>(&bytes).and_then(from_json)
    }
}

#[cfg(feature = "ssr")]
mod server {
    use std::marker::PhantomData;

    use http::Method as Verb;
    use leptos::server_fn::{
        Http, Protocol,
        client::Client,
        codec::{Encoding, FromReq, FromRes, IntoReq, IntoRes},
        request::Req,
        server::Server,
    };
    use serde::de::DeserializeOwned;

    use super::AnswerEncoding;
    use crate::{
        context::Caller,
        error::Error,
        operation::{Effect, OperationFn, form_changes, registry},
    };

    /// The protocol of an operation, by the method of its requests. The arguments are parsed and validated by the operation's
    /// schema, so that a call from a page obeys the same rules as every other channel.
    pub struct Urlencoded<Method>(PhantomData<Method>);

    impl<Method, I, O, C, S> Protocol<I, O, C, S, Error> for Urlencoded<Method>
    where
        Method: Encoding,
        I: OperationFn + DeserializeOwned + IntoReq<Method, C::Request, Error> + FromReq<Method, S::Request, Error> + Send,
        O: IntoRes<AnswerEncoding, S::Response, Error> + FromRes<AnswerEncoding, C::Response, Error> + Send,
        C: Client<Error>,
        S: Server<Error>,
    {
        const METHOD: Verb = Method::METHOD;

        async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, Error>
        where
            F: Fn(I) -> Fut + Send,
            Fut: Future<Output = Result<O, Error>> + Send,
        {
            let caller = Caller::current()?;
            let operation = registry::find(I::DECLARATION.name).ok_or_else(Error::internal)?;
            let sent = match Method::METHOD {
                Verb::GET => Req::<Error>::as_query(&request).unwrap_or_default().to_owned(),
                _ => Req::<Error>::try_into_string(request).await?,
            };
            let sent = match operation.declaration.effect {
                Effect::Read => sent,
                _ => form_changes::split_changes(&operation.input, operation.fields_max(), &sent).changed.join("&"),
            };
            let input: I = operation.parse_form(&caller, &sent)?;
            let answering = server_fn(input);
            O::into_res(answering.await?).await
        }

        fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, Error>> + Send {
            <Http<Method, AnswerEncoding> as Protocol<I, O, C, S, Error>>::run_client(path, input)
        }
    }
}
