// A studio of its own for one story: somebody who signed up, with the client Acme and two projects.
import { setTimeout as pause } from "node:timers/promises";
import { apiOf, tokenOf } from "./api.mjs";
import { address, Person } from "./person.mjs";

/** Signs somebody up; beside the person the answer has the `slug` of their studio, and `api`, a program of theirs. */
export async function studioOf(stint, page, { name, script = true }) {
  const person = new Person(page, { script });
  const slug = await person.signUp({ name });
  const api = patient(apiOf(stint.url, await tokenOf(stint, { email: address(name), slug })));
  await api("create_client", { name: "Acme", rate: "100.00", tax_category: "S", tax_rate: "19" });
  for (const project of ["Archive", "Website"]) await api("create_project", { client: "Acme", name: project });
  await person.open(`/o/${slug}`);
  return { person, slug, api };
}

/** An agent of somebody, whose writes wait as drafts. */
export async function agentOf(stint, { name, slug }) {
  const who = ["--email", address(name), "--organization", slug];
  const made = await stint.json("admin", "create-token", ...who, "--name", "Agent", "--writes", "drafts");
  return patient(apiOf(stint.url, made.token));
}

/** The same program, that waits when it is told that it calls too often. */
function patient(api) {
  return async (operation, args) => {
    for (;;) {
      try {
        return await api(operation, args);
      } catch (error) {
        if (!/: 429 /.test(error.message)) throw error;
        await pause(1_000);
      }
    }
  };
}
