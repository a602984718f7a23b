// Reading an invoice's PDF as a person would.
import { spawnSync } from "node:child_process";

/** The text of a PDF, laid out as on paper. */
export function textOf(bytes) {
  const { status, stdout, stderr, error } = spawnSync("pdftotext", ["-layout", "-", "-"], { input: bytes, encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`pdftotext: ${stderr}`);
  return stdout;
}
