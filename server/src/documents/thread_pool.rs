//! The threads that typeset.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use tokio::sync::oneshot;

/// How much later than calls these threads get a core that both want (the `nice` of the kernel: 10 is a tenth of the time).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// How much a document may nest.
const STACK_SIZE: usize = 8 << 20;

/// Threads of their own for documents. The typesetter splits its work over the pool that it runs in: here that is this one and never
/// one with a thread for each core, so the other cores stay free for calls however long a document is.
pub struct TypesettingPool(ThreadPool);

impl TypesettingPool {
    /// So many threads, for all documents together.
    pub fn new(count: usize) -> Result<Self, ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(count)
            .stack_size(STACK_SIZE)
            .thread_name(|at| format!("typesetter-{at}"))
            .start_handler(|_| give_way())
            // Whoever waits is told by the channel that was dropped.
            .panic_handler(|_| tracing::error!("the typesetter broke down"))
            .build()?;
        Ok(Self(pool))
    }

    /// Runs work on one of them. Nothing comes back when it broke down.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (done, result) = oneshot::channel();
        self.0.spawn(move || {
            // Whoever has gone away does not read it.
            let _ = done.send(work());
        });
        result.await.ok()
    }
}

/// Lets this thread give way to those that answer calls. On Linux a priority belongs to a thread; elsewhere it would be the whole
/// process that gives way.
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
