/** Lets everything happen that waits for nothing but its turn: what is resolved, and what that resolves in turn. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
