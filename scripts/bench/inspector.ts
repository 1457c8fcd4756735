// What V8 tells of a Worker's isolate, over workerd's inspector.

export interface Isolate {
  /**
   * Bytes of the isolate's heap in use, once all that is unreachable has been collected. That happens when the isolate
   * next has something to do: `wake` gives it a request.
   */
  readonly heapBytes: (wake: () => Promise<unknown>) => Promise<number>;
  readonly close: () => void;
}

export async function inspect(inspector: URL, worker: string): Promise<Isolate> {
  const socket = new WebSocket(new URL(`/core:user:${worker}`, inspector).href);
  await new Promise((open, fail) => {
    socket.addEventListener("open", open);
    socket.addEventListener("error", () => fail(new Error("the inspector does not answer")));
  });
  const waiting = new Map<number, (result: Reply) => void>();
  socket.addEventListener("message", ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    if (reply.id !== undefined) waiting.get(reply.id)?.(reply);
  });
  let last = 0;
  const call = (method: string): Promise<Reply> => {
    last += 1;
    const id = last;
    socket.send(JSON.stringify({ id, method }));
    return new Promise((done) => waiting.set(id, done));
  };
  return {
    async heapBytes(wake) {
      const collected = call("HeapProfiler.collectGarbage").then(() => true);
      const woken = () => wake().then(() => false);
      while (!(await Promise.race([collected, woken()]))) continue;
      const { result, error } = await call("Runtime.getHeapUsage");
      if (result === undefined) throw new Error(`the inspector tells no heap: ${error?.message}`);
      return result.usedSize;
    },
    close: () => socket.close(),
  };
}

interface Reply {
  readonly id?: number;
  readonly result?: { readonly usedSize: number };
  readonly error?: { readonly message: string };
}
