// Days by the clock of the people in the stories, which is no server's: what they call today is another day than that of UTC for hours.

/** The zone of every browser, and of whoever signs up in one with scripts. */
export const ZONE = "America/St_Johns";

const DAY_MS = 86_400_000;

/** The day so many days ago, such as 2026-11-29; today's without any. Without scripts no browser tells its zone: there it is that of UTC. */
export function dayAgo(days = 0, timeZone = ZONE) {
  const calendar = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return calendar.format(Date.now() - days * DAY_MS);
}
