// An organization of its own for one story without a browser: an owner, whom the operator adds, and their token.

/** Adds somebody with an organization; the answer has its `slug`, and `token`, which may do everything at once. */
export async function officeOf(stint, name) {
  const email = `${name.replace(/\W+/g, "-").toLowerCase()}@example.com`;
  const person = ["--email", email, "--name", "Ada Lovelace", "--password", "correct horse battery"];
  const { organization } = await stint.json("admin", "create-user", ...person, "--organization", `Office ${name}`);
  const who = ["--email", email, "--organization", organization.slug];
  const { token } = await stint.json("admin", "create-token", ...who, "--name", "Agent", "--writes", "direct");
  return { slug: organization.slug, token };
}
