// Agents as they come: the client library of today and the one that most programs still use.
import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as EarlierClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as EarlierTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const WHO = { name: "stint-story", version: "1.0.0" };

/** The generations of the protocol, each by its own library. */
export const GENERATIONS = {
  "2026-07-28": {
    client: () => new Client(WHO, { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
    transport: (url, options) => new StreamableHTTPClientTransport(url, options),
  },
  "2025-11-25": {
    client: () => new EarlierClient(WHO),
    transport: (url, options) => new EarlierTransport(url, options),
  },
};

/** Connects with a token and lists all its tools; the libraries check every later answer against the schema of its tool. */
export async function connect(generation, base, token) {
  const { client, transport } = GENERATIONS[generation];
  const agent = client();
  await agent.connect(transport(new URL("/mcp?toolset=all", base), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
  const { tools } = await agent.listTools();
  return new Agent(agent, tools);
}

/** An agent with its tools. */
class Agent {
  constructor(client, tools) {
    this.client = client;
    this.tools = tools;
  }

  close() {
    return this.client.close();
  }

  /** Calls a tool and gives what it answers. */
  async call(name, args = {}) {
    const answer = await this.client.callTool({ name, arguments: args });
    assert.ok(!answer.isError, `${name} was refused: ${answer.content?.[0]?.text}`);
    assert.ok(answer.structuredContent, `${name} gave nothing that its schema could be held against`);
    return answer.structuredContent;
  }

  /** Calls a tool that refuses, and gives the refusal: its sentences, and the code at their end. */
  async refused(name, args = {}) {
    const answer = await this.client.callTool({ name, arguments: args });
    assert.ok(answer.isError, `${name} was not refused: ${JSON.stringify(answer)}`);
    return refusalIn(answer);
  }

  /** Calls a tool, and once more with what `next` makes of the refusal when it is refused; says how many calls it took. */
  async corrected(name, args, next) {
    const answer = await this.client.callTool({ name, arguments: args });
    if (!answer.isError) return { made: answer.structuredContent, calls: 1 };
    return { made: await this.call(name, next(refusalIn(answer))), calls: 2 };
  }
}

/** A refusal is one line of sentences with a code at its end. JSON is none: some clients take that for the answer itself. */
function refusalIn(answer) {
  assert.equal(answer.content.length, 1);
  assert.equal(answer.structuredContent, undefined);
  const [, message, code] = /^([^{[\n][^\n]*) \[(\w+)\]$/.exec(answer.content[0].text) ?? assert.fail(answer.content[0].text);
  return { code, message };
}

/** The bytes of a document, from the link that the answer hands over: whoever opens it is not signed in. */
export async function fileOf({ url }) {
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
}
