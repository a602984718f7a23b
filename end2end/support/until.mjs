// Waiting for something that is asked for again and again.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

/** Waits until something that is asked for is so, for five seconds at most. */
export async function until(is) {
  for (let tries = 0; tries < 100; tries++) {
    if (await is()) return;
    await pause(50);
  }
  assert.fail(`it did not come true: ${is}`);
}
