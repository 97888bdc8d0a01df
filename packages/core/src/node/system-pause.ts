/**
 * Waits without blocking: with 0 for one turn of the event loop, so that sockets, timers and other statements get their
 * share. Keeps the process alive, unlike the clock's tasks.
 */
export function systemPause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (delayMs <= 0) setImmediate(resolve);
    else setTimeout(resolve, delayMs);
  });
}
