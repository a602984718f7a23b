// A balancer in front of several servers: each request goes to the next one, whoever sends it.
import http from "node:http";

/**
 * Starts a balancer before these addresses. `from` is the address that it says its clients come from.
 *
 * The result has `url` and `stop()`.
 */
export async function roundRobin(port, targets, from = "203.0.113.7") {
  let turn = 0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  const server = http.createServer((request, response) => {
    const target = new URL(targets[(turn += 1) % targets.length]);
    const headers = { ...request.headers, "x-forwarded-for": from };
    const options = { host: target.hostname, port: target.port, method: request.method, path: request.url, headers, agent };
    const onwards = http.request(options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onwards.on("error", () => response.writeHead(502).end());
    request.pipe(onwards);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = () => {
    agent.destroy();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}
