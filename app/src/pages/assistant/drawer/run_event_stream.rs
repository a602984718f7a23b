//! The server-sent events of a run.

use leptos::{
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::{EventSource, MessageEvent},
};

use crate::assistant::RunEvent;

/// A message from the stream.
pub(super) enum StreamMessage {
    /// A connection is open: all events follow from the first one on, including those received before.
    Connected,
    /// An event of the run.
    Event(Box<RunEvent>),
    /// The connection was interrupted; the browser reconnects by itself.
    Interrupted,
    /// The run does not exist, or not any more.
    Lost,
}

/// The event types that the server sends.
const KINDS: [&str; 4] = ["message", "text", "step", "end"];

/// A connection to a run, closed when it is dropped.
pub(super) struct RunEventStream {
    source: EventSource,
    _opened: Closure<dyn FnMut()>,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _failed: Closure<dyn FnMut()>,
}

impl RunEventStream {
    /// Subscribes to the run at this address; `None` when no connection can be opened.
    pub(super) fn open(address: &str, hear: impl Fn(StreamMessage) + Clone + 'static) -> Option<Self> {
        let source = EventSource::new(address).ok()?;
        let opened = Closure::new({
            let hear = hear.clone();
            move || hear(StreamMessage::Connected)
        });
        let heard = Closure::new({
            let hear = hear.clone();
            move |event: MessageEvent| {
                if let Some(event) = event.data().as_string().and_then(|data| serde_json::from_str(&data).ok()) {
                    hear(StreamMessage::Event(Box::new(event)));
                }
            }
        });
        let failed = Closure::new({
            let source = source.clone();
            move || hear(if source.ready_state() == EventSource::CLOSED { StreamMessage::Lost } else { StreamMessage::Interrupted })
        });
        source.set_onopen(Some(function(&opened)));
        source.set_onerror(Some(function(&failed)));
        for kind in KINDS {
            source.add_event_listener_with_callback(kind, function(&heard)).ok()?;
        }
        Some(Self { source, _opened: opened, _heard: heard, _failed: failed })
    }

    /// Closes the connection: the run is over, or its events are not needed any more.
    pub(super) fn close(&self) {
        self.source.close();
    }
}

impl Drop for RunEventStream {
    fn drop(&mut self) {
        self.source.set_onopen(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

fn function<F: ?Sized + leptos::wasm_bindgen::closure::WasmClosure>(closure: &Closure<F>) -> &js_sys::Function {
    closure.as_ref().unchecked_ref()
}
