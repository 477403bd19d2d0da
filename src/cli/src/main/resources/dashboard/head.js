// The page's head: counts over all keys, and whether what is shown is live.
import { $, duration, format, groups, isNumber, setText } from "./format.js";
import { saved } from "./saved.js";

const SILENT_AFTER_MS = 10000; // no record for this long: the page says when the last one came
const LOST_AFTER_MS = 10000;   // no event for this long: the connection is taken for lost
const RATE_SPAN_MS = 5000;     // the rate over all keys looks back this far

let overview = null;
let lastRecordAt = null;
let lastEventAt = 0;
let connected = false;
let arrivals = []; // [time, examples] over the last seconds

export function startHead() {
  $("rate-box").hidden = saved !== null;
  setInterval(showState, 1000);
}

export function connection(isThere) {
  connected = isThere;
  if (isThere) arrivals = [];
  showState();
}

export function showOverview(news) {
  overview = news;
  connected = true;
  lastEventAt = Date.now();
  lastRecordAt = news.age_ms == null ? null : Date.now() - news.age_ms;
  setText($("pipeline"), news.pipeline);
  setText($("key-count"), groups(news.keys));
  setText($("key-count-label"), news.keys === 1 ? "key" : "keys");
  setText($("total-examples"), groups(news.examples));
  setText($("total-label"), news.examples === 1 ? "example" : "examples");
  setText($("lag"), groups(news.lag));
  $("lag-box").hidden = !isNumber(news.lag);
  setText($("rejected"), groups(news.dead_letters));
  $("rejected-box").hidden = !(news.dead_letters > 0);
  setText($("ignored"), groups(news.ignored));
  $("ignored-box").hidden = news.ignored === 0;
  setText($("note"), news.note);
  $("note").hidden = news.note === "";
  setText($("trouble"), news.trouble);
  $("trouble").hidden = news.trouble === "";
  $("waiting").hidden = news.keys > 0;
  $("board").hidden = news.keys === 0;
  showState();
}

function stateNow(now) {
  if (saved) return ["saved", saved.state, ""];
  const silent = lastRecordAt == null ? 0 : now - lastRecordAt;
  if (!connected || now - lastEventAt > LOST_AFTER_MS) {
    return lastEventAt === 0 ? ["connecting", "connecting", ""] : ["lost", "connection lost, retrying", ""];
  }
  if (overview.trouble !== "") return ["lost", "no broker", ""];
  if (lastRecordAt == null) return ["waiting", "waiting for data", ""];
  if (silent > SILENT_AFTER_MS) {
    // Records that wait for a report are a reason to look; a topic that is at its end is not.
    return overview.lag > 0 ? ["stalled", "no new metrics for", " " + duration(silent)]
      : ["idle", "last metrics", " " + duration(silent) + " ago"];
  }
  return ["live", "live", ""];
}

function showState() {
  const now = Date.now();
  const [state, text, since] = stateNow(now);
  const box = $("connection");
  box.dataset.state = state;
  setText(box, text + since);
  setText($("spoken"), text); // without the seconds, which a screen reader would repeat for ever
  const alarm = state === "lost" || state === "stalled";
  document.title = (alarm ? "(!) " : "") + (overview && overview.pipeline ? overview.pipeline + " \u00b7 Millrace" : "Millrace");
  document.body.dataset.state = state;
  if (!overview) return;
  arrivals.push([now, overview.examples]);
  while (arrivals.length > 2 && arrivals[1][0] <= now - RATE_SPAN_MS) arrivals.shift();
  const [then, before] = arrivals[0];
  const rate = now > then ? Math.max(0, ((overview.examples - before) * 1000) / (now - then)) : 0;
  setText($("total-rate"), groups(rate));
  if ((state === "idle" || state === "stalled") && $("rate")) setText($("rate"), format(0, 0));
}
