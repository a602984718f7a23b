// A mail server that takes its time: every message it has taken is kept.
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const END_OF_MESSAGE = "\r\n.\r\n";

/** Listens on a free port; `taking(n)` says how many milliseconds the n-th message takes to be accepted. */
export async function mailServer(taking) {
  const messages = [];
  const sockets = new Set();
  let begun = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    talk(socket, async (message) => {
      messages.push(message); // whoever has sent it all has sent it, whether or not the answer is heard
      await pause(taking((begun += 1)));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${server.address().port}`,
    messages,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function talk(socket, take) {
  const say = (line) => socket.writable && socket.write(`${line}\r\n`);
  let heard = "";
  let inMessage = false;
  let working = Promise.resolve();
  const go = async () => {
    for (;;) {
      const end = heard.indexOf(inMessage ? END_OF_MESSAGE : "\r\n");
      if (end < 0) return;
      const said = heard.slice(0, end);
      heard = heard.slice(end + (inMessage ? END_OF_MESSAGE : "\r\n").length);
      if (inMessage) {
        inMessage = false;
        await take(said);
        say("250 taken");
      } else {
        const verb = said.slice(0, 4).toUpperCase();
        inMessage = verb === "DATA";
        say({ EHLO: "250 mail.example", DATA: "354 go on", QUIT: "221 bye" }[verb] ?? "250 ok");
        if (verb === "QUIT") socket.end();
      }
    }
  };
  say("220 mail.example");
  socket.setEncoding("utf8").on("data", (text) => {
    heard += text;
    working = working.then(go);
  });
}

/** The first link in a message whose path begins so; nothing when there is none. */
export function linkIn(message, path) {
  const text = message.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return text.match(/https?:\/\/[^\s"<>]+/g)?.find((link) => new URL(link).pathname.startsWith(path));
}
