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

/** Connects with a token and lists the tools; the libraries check every later answer against the schema of its tool. */
export async function connect(generation, base, token) {
  const { client, transport } = GENERATIONS[generation];
  const agent = client();
  await agent.connect(transport(new URL("/mcp", base), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
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
    const [, message, code] = /^(.*) \[(\w+)\]$/s.exec(answer.content[0].text) ?? assert.fail(answer.content[0].text);
    return { code, message };
  }
}
