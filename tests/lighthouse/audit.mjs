// Audit pages with Lighthouse, as its users do: on a phone on a slow network; say what it found as JSON.
//
//     node audit.mjs FOLDER CHROMIUM ADDRESS…
//
// FOLDER holds the node_modules. A page whose speed has less than the full score is measured again, up to
// RUNS times: what else the machine does can only slow a page down, so the best run is nearest to the truth.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, chromePath, ...addresses] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(`${folder}/package.json`).resolve(name)));
const [{ default: lighthouse }, launcher] = [await load("lighthouse"), await load("chrome-launcher")];

const RUNS = 3;
// Nothing outside this machine is asked for, whatever a page or the browser itself would like to.
const chromeFlags = ["--headless=new", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

const chrome = await launcher.launch({ chromePath, chromeFlags });
try {
  const found = {};
  for (const address of addresses) found[address] = await best(address);
  console.log(JSON.stringify(found));
} finally {
  chrome.kill();
}

async function best(address) {
  const runs = [];
  while (runs.length < RUNS && runs.at(-1)?.scores.performance !== 1) runs.push(await run(address));
  return runs.reduce((one, other) => (other.scores.performance > one.scores.performance ? other : one));
}

async function run(address) {
  const flags = { port: chrome.port, logLevel: "error", disableFullPageScreenshot: true };
  const { lhr } = await lighthouse(address, flags);
  const counted = (audit) => audit.score !== null && audit.score < 1;
  const faults = Object.values(lhr.categories)
    .filter((category) => category.id !== "performance" && category.score < 1)
    .flatMap((category) => category.auditRefs.filter((ref) => ref.weight).map((ref) => lhr.audits[ref.id]))
    .filter(counted)
    .map((audit) => `${audit.id}: ${audit.title} ${JSON.stringify(audit.details?.items ?? [])}`);
  return {
    scores: Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, score])),
    faults,
    shift: lhr.audits["cumulative-layout-shift"].numericValue,
    bytes: lhr.audits["total-byte-weight"].numericValue,
    requests: lhr.audits["network-requests"].details.items.map((item) => item.url),
  };
}
