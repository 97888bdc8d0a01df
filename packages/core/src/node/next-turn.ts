/** Lets the event loop turn once, so that sockets, timers and other statements get their share. Keeps the process alive. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
