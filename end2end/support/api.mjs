// A program with a token, for what a story needs to know or to have done beside the pages.

/** Calls operations over REST; a refusal is thrown. */
export function apiOf(base, token) {
  return async (operation, args = {}) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(new URL(`/api/v1/${operation}`, base), { method: "POST", headers, body: JSON.stringify(args) });
    if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}

/** A token of somebody who signed up in the story, made by the operator beside the running server. */
export async function tokenOf(stint, { email, slug }) {
  const made = await stint.json("admin", "create-token", "--email", email, "--organization", slug, "--name", "Story", "--writes", "direct");
  return made.token;
}
