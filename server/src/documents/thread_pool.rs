//! The thread pool of the typesetter.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;

/// The niceness of these threads, so that calls get a core first (10 is a tenth of the time).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// The stack size of a thread, which bounds how deep a document may nest.
const STACK_SIZE: usize = 8 << 20;

/// A thread pool for documents. The typesetter splits its work over the pool that it runs in: this one and never one with a thread for each
/// core, so the other cores stay free for calls however long a document is.
pub struct TypesettingPool(ThreadPool);

impl TypesettingPool {
    /// A pool with this many threads, for all documents together.
    pub fn new(count: usize) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .stack_size(STACK_SIZE)
            .thread_name(|at| format!("typesetter-{at}"))
            .start_handler(|_| give_way())
            // The caller sees the panic as a dropped channel.
            .panic_handler(|_| tracing::error!("the typesetter broke down"))
            .build()?;
        Ok(Self(pool))
    }

    /// Runs work on one of the threads; none when it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, result) = oneshot::channel();
        self.0.spawn(move || {
            // The caller may have gone away.
            let _ = done.send(work());
        });
        result.await.ok()
    }
}

/// Lowers the priority of this thread below those that answer calls. On Linux a priority belongs to a thread; elsewhere it would apply to
/// the whole process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the typesetter keeps the priority of calls");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_split_over_threads_stays_among_them_and_gives_way_to_calls() {
        let threads = TypesettingPool::new(1).unwrap();
        assert_eq!(threads.run(rayon::current_num_threads).await, Some(1));
        #[cfg(target_os = "linux")]
        assert_eq!(threads.run(|| rustix::process::getpriority_process(None)).await, Some(Ok(NICE)));
    }

    #[tokio::test]
    async fn work_that_breaks_down_is_told_and_leaves_the_thread_to_the_next() {
        let threads = TypesettingPool::new(1).unwrap();
        assert_eq!(threads.run(|| -> u8 { panic!("on purpose") }).await, None);
        assert_eq!(threads.run(|| 7).await, Some(7));
    }
}
