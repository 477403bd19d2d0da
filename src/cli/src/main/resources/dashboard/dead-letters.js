// Records that the pipeline rejected: the count and the last one of each reason.
import { $, element, getJson, groups, setText } from "./format.js";
import { drawTable } from "./tables.js";

const PLACES = ["first-dead-letters", "dead-letters", "all-dead-letters"]; // before any key, beside one, beside all

let shown = -1;

/**
 * Fetches the reasons if there are more dead letters than are shown.
 *
 * @param count of the dead letters that the server has
 */
export async function loadDeadLetters(count) {
  if (count === shown) return;
  shown = count;
  const { reasons } = await getJson("/api/dead-letters");
  PLACES.forEach((place) => draw(place, reasons));
}

/** Forgets what is shown, as the server may be a new one. */
export function forgetDeadLetters() {
  shown = -1;
}

function draw(place, reasons) {
  $(place + "-panel").hidden = reasons.length === 0;
  drawTable($(place), ["reason", "count"], reasons.map((one) => [one.reason, [groups(one.count)]]));
  const list = $(place + "-last");
  while (list.children.length > reasons.length) list.lastElementChild.remove();
  while (list.children.length < reasons.length) list.append(element("li", "hint", ""));
  reasons.forEach(({ reason, last }, i) => setText(list.children[i],
    "last " + reason + ", " + last.topic + " [" + last.partition + "] offset " + last.offset + ": " + last.message));
}
