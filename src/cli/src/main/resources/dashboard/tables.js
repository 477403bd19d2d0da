// Tables of a fixed shape whose texts change.
import { element, keyLabel, setText } from "./format.js";

/** Lines are [name, cells, class]; cells are texts. A name of null leaves the cell as it is. */
export function drawTable(table, headings, lines) {
  const shape = headings.length + "x" + lines.length;
  if (table.dataset.shape !== shape) {
    buildTable(table, headings.length, lines.length);
    table.dataset.shape = shape;
  }
  headings.forEach((text, i) => setText(table.tHead.rows[0].cells[i], text));
  lines.forEach(([name, cells, className], i) => {
    const line = table.tBodies[0].rows[i];
    line.className = className || "";
    [name, ...cells].forEach((text, j) => { if (text != null) setText(line.cells[j], text); });
    if (name != null) line.cells[0].title = name;
  });
}

function buildTable(table, columns, lines) {
  const head = element("tr");
  for (let i = 0; i < columns; i++) head.append(element("th"));
  for (const cell of head.cells) cell.scope = "col";
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (let i = 0; i < lines; i++) {
    const line = element("tr");
    line.append(element("th"), ...Array.from({ length: columns - 1 }, () => element("td")));
    line.cells[0].scope = "row";
    body.append(line);
  }
  table.replaceChildren(top, body);
}

/** A key as a link to its model. */
function keyLink(key, name) {
  const link = element("a", "key-link", keyLabel(name));
  link.href = "#key=" + encodeURIComponent(key);
  link.title = keyLabel(name);
  return link;
}

/** Like drawTable, with a link to a key in the first cell of each line; lines are [key, cells, name of the link]. */
export function drawLinked(table, headings, lines) {
  drawTable(table, headings, lines.map(([, cells]) => [null, cells]));
  lines.forEach(([key, , name = key], i) => {
    const cell = table.tBodies[0].rows[i].cells[0];
    if (cell.dataset.key !== key || !cell.firstElementChild) {
      cell.dataset.key = key;
      cell.replaceChildren(keyLink(key, name));
    }
  });
}

/** Pairs of a name and a text; a third entry is the text's id. */
export function drawList(list, lines) {
  if (list.children.length !== 2 * lines.length) {
    list.replaceChildren(...lines.flatMap(() => [element("dt"), element("dd")]));
  }
  lines.forEach(([name, text, id], i) => {
    const value = list.children[2 * i + 1];
    setText(list.children[2 * i], name);
    setText(value, text);
    value.title = text;
    if (id) value.id = id;
    else value.removeAttribute("id");
  });
}
