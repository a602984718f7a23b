// Adds a token to every request, for programs that cannot send one themselves (the conformance suite).
//
// From a story: `const proxy = await bearerProxy("http://127.0.0.1:3000", token)`.
// By hand: `node support/bearer-proxy.mjs http://127.0.0.1:3000 TOKEN`, which prints its address.
import { createServer, request } from "node:http";
import { pathToFileURL } from "node:url";

/** Listens on a free port of this machine only; Host and Origin go through as they came. */
export async function bearerProxy(target, token) {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    const onward = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [target, token] = process.argv.slice(2);
  if (!target || !token) {
    console.error("usage: bearer-proxy.mjs TARGET_URL TOKEN");
    process.exit(2);
  }
  console.log((await bearerProxy(target, token)).url);
}
