// Every page of Stint, with the studio of `stint demo` behind them.

/** The pages that are open to everybody. */
export const OPEN = [
  { name: "landing", path: "/" },
  { name: "sign-up", path: "/sign-up" },
  { name: "sign-in", path: "/sign-in" },
  { name: "invitation-missing", path: "/invitation/nothing" },
  { name: "forgot", path: "/forgot" },
  { name: "verify-missing", path: "/verify/nothing" },
  { name: "reset-missing", path: "/reset/nothing" },
  { name: "welcome", path: "/welcome" },
  { name: "not-found", path: "/nowhere" },
];

const STATES = ["draft", "sent", "overdue", "partly_paid", "paid", "void"];

/** The pages of the demo's studio, in every state that an invoice can have. */
export async function pagesOf(slug, api) {
  const [clients, projects, entries] = await Promise.all([api("list_clients"), api("list_projects"), api("list_time_entries", { billed: false, limit: 20 })]);
  const all = (await api("list_invoices", { limit: 200 })).items;
  const invoices = STATES.map((state) => all.find((invoice) => invoice.status === state));
  const missing = STATES.filter((_, at) => !invoices[at]);
  if (missing.length) throw new Error(`the demo has no invoice that is ${missing.join(" or ")}`);
  const budgets = (await api("list_budgets")).items;
  const [client, project, entry] = [clients.items[0], projects.items[0], entries.items.find((entry) => !entry.running)];
  // A call that can be undone, which its page offers.
  const logged = await api("create_time_entry", { project: project.id, date: "2002-02-02", duration: "1m" });
  const page = (name, path = name) => ({ name, path: `/o/${slug}/${path}`.replace(/\/$/, "") });
  return [
    page("dashboard", ""),
    page("time"),
    page("time-by-clock", "time?by=clock"),
    page("time-change", `time?from=${mondayOf(entry.day)}&edit=${entry.id}.${entry.version}`),
    page("time-empty-week", "time?from=2001-01-01"),
    page("clients"),
    page("client", `clients/${client.id}`),
    page("client-missing", "clients/00000000-0000-0000-0000-000000000000"),
    page("projects"),
    page("project", `projects/${project.id}`),
    ...budgets.map((budget, at) => page(`project-budget-${at + 1}`, `projects/${budget.project.id}`)),
    page("invoices"),
    page("invoices-overdue", "invoices?status=overdue"),
    page("invoice-numbers", "invoices/numbers"),
    page("invoice-new", "invoices/new"),
    page("invoice-preview", `invoices/new?client=${client.id}`),
    ...invoices.map((invoice) => page(`invoice-${invoice.status}`, `invoices/${invoice.id}`)),
    page("settings"),
    page("settings-organization", "settings/organization"),
    page("settings-members", "settings/members"),
    page("settings-tokens", "settings/tokens"),
    page("settings-organizations", "settings/organizations"),
    page("settings-mails", "settings/mails"),
    page("settings-assistant", "settings/assistant"),
    page("settings-audit", "settings/audit"),
    page("settings-audit-verified", "settings/audit?verify=yes"),
    page("settings-audit-entry", `settings/audit?entry=${logged.action}`),
    page("settings-audit-none", "settings/audit?operation=nothing"),
    page("settings-missing", "settings/nothing"),
    { name: "organization-missing", path: "/o/of-nobody" },
  ];
}

function mondayOf(day) {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
