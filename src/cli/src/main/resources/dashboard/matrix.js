// The confusion matrix as a heat map: the more classes, the smaller, and the last thing to go is the
// number in each cell.
import { $, css, element, groups, setText } from "./format.js";

const MAX_CLASSES = 40;       // beyond this those with the most examples are shown
const MOST_WITH_NUMBERS = 9;  // with more classes its cells are colours only

let matrixCounts = "counts";
let shownMatrix = null;

/** Takes the counts of the window or those since the start. */
export function showMatrix(counts) {
  matrixCounts = counts;
  drawMatrix(shownMatrix);
}

/** Draws the block of a metrics record, which may be absent. */
export function drawMatrix(matrix) {
  shownMatrix = matrix;
  const counts = matrix && (matrix[matrixCounts] || matrix.counts);
  const table = $("confusion");
  $("confusion-panel").hidden = !counts;
  if (!counts) return;
  const sums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const shown = matrix.labels.map((label, i) => i);
  if (shown.length > MAX_CLASSES) {
    shown.sort((a, b) => sums[b] - sums[a]);
    shown.length = MAX_CLASSES;
  }
  const labels = shown.map((i) => matrix.labels[i]);
  const signature = JSON.stringify(labels);
  if (table.dataset.signature !== signature) {
    buildMatrix(table, labels);
    table.dataset.signature = signature;
  }
  const colours = [css("--model-rgb"), css("--bad-rgb")];
  shown.forEach((i, row) => shown.forEach((j, place) => {
    const share = sums[i] > 0 ? counts[i][j] / sums[i] : 0;
    const text = matrix.labels[i] + " predicted as " + matrix.labels[j] + ": ";
    drawCell(table.tBodies[0].rows[row].cells[place + 1], text, counts[i][j], share, colours[i === j ? 0 : 1], shown.length);
  }));
  setText($("confusion-note"), shown.length < matrix.labels.length
    ? "The " + MAX_CLASSES + " classes with the most examples, of " + matrix.labels.length + "." : "");
}

function buildMatrix(table, labels) {
  table.className = "matrix" + (labels.length > MOST_WITH_NUMBERS ? " tiny" : labels.length > 5 ? " dense" : "");
  const head = element("tr");
  const corner = element("td", "corner");
  corner.append(element("span", "unseen", "actual, then predicted"));
  head.append(corner, ...labels.map((label) => heading(label, "col")));
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const label of labels) {
    const line = element("tr");
    line.append(heading(label, "row"), ...labels.map(() => element("td")));
    body.append(line);
  }
  table.replaceChildren(top, body);
}

function heading(label, scope) {
  const node = element("th");
  node.append(element("span", "", label));
  node.scope = scope;
  node.title = label;
  return node;
}

/** Blue is right, red is wrong; the depth is the share of the actual class. */
function drawCell(node, text, count, share, colour, classes) {
  const withNumber = classes <= MOST_WITH_NUMBERS;
  node.title = text + groups(count) + " (" + (share * 100).toFixed(1) + " %)";
  setText(node, withNumber ? groups(count) : "");
  if (!withNumber) node.setAttribute("aria-label", node.title);
  // Under a number the colour stays light enough for the number to be read.
  const depth = 0.06 + (withNumber ? 0.4 : 0.94) * Math.sqrt(share);
  node.style.backgroundColor = count > 0 ? "rgba(" + colour + "," + depth.toFixed(3) + ")" : "";
}
