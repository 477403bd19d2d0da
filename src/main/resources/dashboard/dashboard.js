// The page over the metrics topic. Server-sent events say what changed; what is on screen is then
// fetched. Keys and class names are other people's data: they enter the page as text only.
(() => {
  "use strict";

  const LIST_PERIOD_MS = 1500;   // the key list is sorted and drawn again at most this often
  const SILENT_AFTER_MS = 10000; // no record for this long: the page says that data stopped
  const LOST_AFTER_MS = 10000;   // no event for this long: the connection is taken for lost
  const RATE_SPAN_MS = 5000;     // the rate over all keys looks back this far
  const MAX_POINTS = 4000;       // beyond this the thinned history is fetched afresh
  const MAX_MATRIX = 40;         // classes that a confusion matrix shows
  const MOST_WITH_NUMBERS = 9;   // with more classes its cells are colours only

  const $ = (id) => document.getElementById(id);

  // ---- what is drawn, by kind of task ---------------------------------------------------------

  const share = { digits: 3, low: 0, high: 1 };
  const amount = { digits: null, low: 0 };
  const CLASSIFICATION = {
    main: { name: "accuracy", label: "acc", baseline: "baseline_accuracy", better: 1, ...share },
    tiles: [
      { id: "window-accuracy", label: "Accuracy", of: "accuracy", versus: "no_change", better: 1, ...share },
      { id: "window-f1", label: "F1", of: "f1", versus: "no_change", better: 1, ...share },
      { id: "window-loss", label: "Loss", of: "loss", ...amount },
    ],
    charts: [
      { title: "Accuracy", of: "accuracy", baseline: "baseline_accuracy", versus: "no-change", ...share },
      { title: "F1", of: "f1", baseline: "baseline_f1", versus: "no-change", ...share },
      { title: "Loss", of: "loss", ...amount },
      { title: "Rate", hint: "examples/s as they arrive", of: "rate", from: 0, ...amount },
    ],
    compare: ["accuracy", "f1", "kappa", "loss"],
    baselines: [["no_change", "no change"], ["majority", "majority class"]],
  };
  const REGRESSION = {
    main: { name: "mae", label: "MAE", baseline: "baseline_mae", better: -1, ...amount },
    tiles: [
      { id: "window-mae", label: "MAE", of: "mae", versus: "last_value", better: -1, ...amount },
      { id: "window-rmse", label: "RMSE", of: "rmse", versus: "last_value", better: -1, ...amount },
      { id: "window-r2", label: "R²", of: "r2", digits: 3 },
      { id: "window-loss", label: "Loss", of: "loss", ...amount },
    ],
    charts: [
      { title: "MAE", of: "mae", baseline: "baseline_mae", versus: "last value", ...amount },
      { title: "R²", of: "r2", digits: 3, high: 1 },
      { title: "Loss", of: "loss", ...amount },
      { title: "Rate", hint: "examples/s as they arrive", of: "rate", from: 0, ...amount },
    ],
    compare: ["mae", "rmse", "r2", "loss"],
    baselines: [["last_value", "last value"], ["mean", "mean"]],
  };
  const viewOf = (task) => (task === "regression" ? REGRESSION : CLASSIFICATION);
  const FIGURE_NAMES = { accuracy: "acc", f1: "F1", kappa: "kappa", loss: "loss", mae: "MAE", rmse: "RMSE", r2: "R²" };

  // ---- numbers and elements -------------------------------------------------------------------

  const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
  const groups = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const minus = (text) => text.replace("-", "\u2212");

  /** Fixed digits, or four significant ones; a figure that does not exist is a dash. */
  function format(value, digits) {
    if (!isNumber(value)) return "\u2013";
    if (digits != null) return minus(value.toFixed(digits));
    const size = Math.abs(value);
    if (size >= 1e7) return minus(value.toExponential(2));
    if (size >= 1000) return minus((value < 0 ? "-" : "") + groups(size));
    if (size >= 100) return minus(value.toFixed(1));
    if (size >= 1) return minus(value.toFixed(2));
    if (size === 0) return "0";
    return size >= 0.001 ? minus(value.toFixed(4)) : minus(value.toExponential(1));
  }

  /** Axis labels: 42,000 is 42k. */
  function compact(value) {
    const size = Math.abs(value);
    const [unit, name] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
    return minus(name ? String(+(value / unit).toFixed(2)) + name : String(+value.toPrecision(6)));
  }

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text != null) node.textContent = text;
    return node;
  }

  const keyLabel = (key) => (key === "" ? "(empty key)" : key);
  const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  /** The server is away. The connection state says so, and reconnecting fetches everything again. */
  class Unreachable extends Error {}

  async function getJson(path) {
    try {
      const answer = await fetch(path, { cache: "no-store" });
      if (answer.status === 404) return null;
      if (answer.ok) return await answer.json();
    } catch (error) {
      throw new Unreachable(path);
    }
    throw new Unreachable(path);
  }

  const unlessUnreachable = (error) => { if (!(error instanceof Unreachable)) throw error; };

  /** Runs a refresh one at a time; calls that come meanwhile lead to one more run, paced. */
  function paced(refresh, periodMs) {
    let busy = false;
    let again = false;
    return async function run() {
      if (busy) { again = true; return; }
      busy = true;
      await refresh().catch(unlessUnreachable);
      setTimeout(() => { busy = false; if (again) { again = false; run(); } }, periodMs);
    };
  }

  // ---- head: counts and connection ------------------------------------------------------------

  let overview = null;
  let lastRecordAt = null;
  let lastEventAt = 0;
  let connected = false;
  let arrivals = []; // [time, examples] over the last seconds

  function showOverview(news) {
    overview = news;
    lastEventAt = Date.now();
    lastRecordAt = news.age_ms == null ? null : Date.now() - news.age_ms;
    setText($("pipeline"), news.pipeline);
    document.title = news.pipeline ? news.pipeline + " \u00b7 Millrace" : "Millrace";
    setText($("key-count"), groups(news.keys));
    setText($("key-count-label"), news.keys === 1 ? "key" : "keys");
    setText($("total-examples"), groups(news.examples));
    setText($("ignored"), groups(news.ignored));
    $("ignored-box").hidden = news.ignored === 0;
    setText($("note"), news.note);
    $("note").hidden = news.note === "";
    $("waiting").hidden = news.keys > 0;
    $("board").hidden = news.keys === 0;
    showState();
  }

  function showState() {
    const now = Date.now();
    const silent = lastRecordAt == null ? 0 : now - lastRecordAt;
    const box = $("connection");
    let [state, text] = ["live", "live"];
    if (!connected || now - lastEventAt > LOST_AFTER_MS) {
      [state, text] = lastEventAt === 0 ? ["connecting", "connecting"] : ["lost", "connection lost, retrying"];
    } else if (lastRecordAt == null) {
      [state, text] = ["waiting", "waiting for data"];
    } else if (silent > SILENT_AFTER_MS) {
      [state, text] = ["idle", "no new data for " + duration(silent)];
      if ($("rate")) setText($("rate"), "0");
    }
    box.dataset.state = state;
    setText(box, text);
    if (overview) {
      arrivals.push([now, overview.examples]);
      while (arrivals.length > 2 && arrivals[1][0] <= now - RATE_SPAN_MS) arrivals.shift();
      const [then, before] = arrivals[0];
      const rate = now > then ? Math.max(0, ((overview.examples - before) * 1000) / (now - then)) : 0;
      setText($("total-rate"), groups(rate));
    }
  }

  function duration(ms) {
    const seconds = Math.floor(ms / 1000);
    if (seconds < 120) return seconds + " s";
    return seconds < 7200 ? Math.floor(seconds / 60) + " min" : Math.floor(seconds / 3600) + " h";
  }

  // ---- left: the keys -------------------------------------------------------------------------

  const rows = new Map(); // key -> its row
  let selected = decodeHash();
  let pointerOverList = false;

  function decodeHash() {
    try {
      const match = /^#key=(.*)$/.exec(location.hash);
      return match ? decodeURIComponent(match[1]) : null;
    } catch (error) {
      return null;
    }
  }

  async function loadKeys() {
    const search = $("search").value;
    const answer = await getJson("/api/keys?search=" + encodeURIComponent(search));
    if (search !== $("search").value) return;
    if (selected == null && answer.keys.length > 0) select(answer.keys[0].key);
    drawKeys(answer.keys);
    const hidden = answer.matching - answer.keys.length;
    setText($("key-list-note"),
      answer.matching === 0 ? "No key contains \u201c" + search + "\u201d."
        : hidden > 0 ? groups(answer.keys.length) + " of " + groups(answer.matching) + " keys shown. Search finds the others." : "");
  }

  const refreshKeys = paced(loadKeys, LIST_PERIOD_MS);

  function drawKeys(summaries) {
    const list = $("key-list");
    const wanted = new Set(summaries.map((summary) => summary.key));
    for (const [key, row] of rows) {
      if (!wanted.has(key)) { row.item.remove(); rows.delete(key); }
    }
    const focused = document.activeElement;
    let place = list.firstChild;
    for (const summary of summaries) {
      const row = rows.get(summary.key) || newRow(summary.key);
      drawRow(row, summary);
      drawSpark(row, summary.spark);
      if (row.item === place) {
        place = place.nextSibling;
      } else if (!pointerOverList || row.item.parentNode == null) {
        list.insertBefore(row.item, place); // rows stay put under the pointer
      }
    }
    if (focused && focused !== document.activeElement && list.contains(focused)) focused.focus();
    markSelected();
  }

  function newRow(key) {
    const item = element("li");
    const button = element("button", "key");
    button.type = "button";
    button.title = keyLabel(key);
    button.addEventListener("click", () => select(key));
    const figures = element("span", "key-figures");
    const spark = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    spark.setAttribute("class", "spark");
    spark.setAttribute("viewBox", "0 0 64 26");
    spark.setAttribute("preserveAspectRatio", "none");
    spark.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    spark.append(line);
    button.append(element("span", "key-name", keyLabel(key)), spark, figures);
    item.append(button);
    const row = { item, button, figures, line };
    rows.set(key, row);
    return row;
  }

  function drawRow(row, summary) {
    const { main } = viewOf(summary.task);
    const value = summary[main.name];
    const baseline = summary[main.baseline];
    const below = isNumber(value) && isNumber(baseline) && (value - baseline) * main.better < 0;
    row.figures.replaceChildren(
      "loss " + format(summary.loss, summary.loss < 1 ? 3 : null) + " \u00b7 " + main.label + " " + format(value, main.digits));
    if (below) {
      row.figures.append(" ", element("span", "below", main.better > 0 ? "\u25bc" : "\u25b2"));
    }
    row.button.setAttribute("aria-label",
      row.button.title + ", loss " + format(summary.loss) + ", " + main.label + " " +
      format(value, main.digits) + (below ? ", worse than the baseline" : ""));
  }

  function drawSpark(row, values) {
    const known = values.filter(isNumber);
    const low = Math.min(...known);
    const span = Math.max(...known) - low || 1;
    const step = 64 / Math.max(1, values.length - 1);
    const points = [];
    values.forEach((value, i) => {
      if (isNumber(value)) points.push((i * step).toFixed(1) + "," + (24 - (22 * (value - low)) / span).toFixed(1));
    });
    row.line.setAttribute("points", points.join(" "));
  }

  function markSelected() {
    let reachable = null; // one row is in the tab order, arrows go from there
    for (const [key, row] of rows) {
      row.button.tabIndex = -1;
      row.button.removeAttribute("aria-current");
      if (key === selected) {
        row.button.setAttribute("aria-current", "true");
        reachable = row.button;
      }
    }
    const first = $("key-list").querySelector("button");
    if (reachable || first) (reachable || first).tabIndex = 0;
  }

  function moveInList(event) {
    const buttons = [...$("key-list").querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to == null || at < 0) return;
    event.preventDefault();
    if (buttons[to]) buttons[to].focus();
  }

  function select(key) {
    if (key !== selected) history.replaceState(null, "", "#key=" + encodeURIComponent(key));
    selected = key;
    points = null;
    latest = null;
    markSelected();
    refreshSelected();
  }

  // ---- main: the selected key -----------------------------------------------------------------

  let points = null; // { key, run, columns, values }, one array per column
  let latest = null; // the key's whole metrics record
  let charts = [];
  let shownView = null;

  const refreshSelected = paced(async () => {
    if (selected == null) return;
    const key = selected;
    const name = encodeURIComponent(key);
    const held = points && points.key === key ? points : null;
    const after = held && held.values[0].length > 0 ? held.values[0][held.values[0].length - 1] : -1;
    const [news, record] = await Promise.all([
      getJson("/api/history?key=" + name + (after >= 0 ? "&after=" + after : "")),
      getJson("/api/latest?key=" + name),
    ]);
    if (key !== selected) { refreshSelected(); return; }
    if (news == null || record == null) { selected = null; refreshKeys(); return; }
    if (held && (held.run !== news.run || held.values[0].length > MAX_POINTS)) {
      points = null;
      refreshSelected();
      return;
    }
    points = held ? appended(held, news) : news;
    latest = record;
    drawSelected();
  }, 200);

  function appended(held, news) {
    return { ...held, values: held.values.map((column, i) => column.concat(news.values[i])) };
  }

  const column = (name) => points.values[points.columns.indexOf(name)] || [];

  function drawSelected() {
    if (!latest || !points) return;
    const view = viewOf(latest.task);
    if (view !== shownView) buildView(view);
    setText($("key-name"), keyLabel(latest.key));
    const size = latest.window.size;
    setText($("key-sub"), latest.task + (isNumber(size) ? ", window of the last " + groups(size) + " examples" : ""));
    drawTiles(view);
    charts.forEach(drawChart);
    drawConfusion();
    drawClasses();
    drawCompare(view);
    drawSettings();
  }

  function buildView(view) {
    shownView = view;
    charts.forEach((chart) => { chart.observer.disconnect(); chart.plot.destroy(); });
    const own = view.tiles.map((tile) => newTile(tile.id, tile.label, tile.versus ? "tile versus" : "tile"));
    $("tiles").replaceChildren(...own, newTile("examples", "Examples", "tile"), newTile("rate", "Examples/s", "tile"));
    $("charts").replaceChildren();
    charts = view.charts.map(newChart);
    $("confusion-panel").hidden = view === REGRESSION;
    $("classes-panel").hidden = view === REGRESSION;
  }

  function newTile(id, label, className) {
    const tile = element("dl", className);
    const value = element("dd", "value");
    value.id = id;
    value.dataset.testid = id;
    const delta = element("dd", "delta");
    delta.id = id + "-delta";
    tile.append(element("dt", "", label), value, delta);
    return tile;
  }

  function drawTiles(view) {
    for (const tile of view.tiles) {
      const value = latest.window[tile.of];
      setText($(tile.id), format(value, tile.digits));
      if (!tile.versus) continue;
      const block = latest.baseline && latest.baseline[tile.versus];
      const baseline = block && block.window ? block.window[tile.of] : null;
      drawDelta($(tile.id + "-delta"), tile, value, baseline);
    }
    setText($("examples"), groups(latest.examples));
    const rates = column("rate").filter(isNumber);
    setText($("rate"), rates.length > 0 ? groups(rates[rates.length - 1]) : "\u2013");
  }

  function drawDelta(node, tile, value, baseline) {
    if (!isNumber(value) || !isNumber(baseline)) {
      node.className = "delta";
      setText(node, "");
      return;
    }
    const gain = (value - baseline) * tile.better;
    node.className = "delta " + (gain > 0 ? "good" : gain < 0 ? "bad" : "");
    const name = tile.versus === "no_change" ? "no-change" : "last value";
    const sign = value > baseline ? "+" : value < baseline ? "\u2212" : "\u00b1";
    setText(node, sign + format(Math.abs(value - baseline), tile.digits) + " vs " + name);
  }

  // ---- charts ---------------------------------------------------------------------------------

  function newChart(spec) {
    const box = element("section", "chart");
    const head = element("div", "chart-head");
    const title = element("h3", "", spec.title);
    if (spec.hint) title.append(" ", element("span", "hint", spec.hint));
    head.append(title);
    const legends = element("div", "legends");
    const readouts = [newLegend(legends, "legend", spec.baseline ? "model" : "")];
    if (spec.baseline) readouts.push(newLegend(legends, "legend baseline", spec.versus));
    head.append(legends);
    const target = element("div", "plot");
    const empty = element("div", "plot-empty", "no value yet");
    target.append(empty);
    box.append(head, target);
    $("charts").append(box);
    const chart = { spec, target, empty, readouts, plot: null, observer: null };
    chart.plot = new uPlot(chartOptions(chart), [[], ...readouts.map(() => [])], target);
    chart.observer = new ResizeObserver(() => chart.plot.setSize(plotSize(target)));
    chart.observer.observe(target);
    return chart;
  }

  function newLegend(legends, className, name) {
    const legend = element("span", className, name + " ");
    const value = element("b");
    legend.append(value);
    legends.append(legend);
    return value;
  }

  const plotSize = (target) => ({ width: Math.max(120, target.clientWidth + 6), height: Math.max(120, target.clientHeight - 4) });

  function chartOptions(chart) {
    const axis = {
      stroke: css("--muted"),
      font: "11px " + getComputedStyle(document.body).fontFamily,
      grid: { stroke: css("--grid"), width: 1 },
      ticks: { show: false },
    };
    const points = { show: (plot) => plot.data[0].length === 1 }; // one point makes no line
    const series = [
      {},
      { stroke: css("--model"), width: 1.75, points },
      { stroke: css("--baseline"), width: 1.5, dash: [5, 4], points },
    ];
    return {
      ...plotSize(chart.target),
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "millrace" }, y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: false }, y: { range: (plot, low, high) => yRange(chart.spec, low, high) } },
      axes: [
        { ...axis, size: 28, space: 70, values: (plot, ticks) => ticks.map(compact) },
        { ...axis, size: 52, space: 34, values: (plot, ticks) => ticks.map(compact) },
      ],
      series: series.slice(0, chart.readouts.length + 1),
      hooks: { setCursor: [() => drawReadouts(chart)] },
    };
  }

  /** Room around the lines, but never beyond what the figure can be. */
  function yRange(spec, low, high) {
    if (low == null || high == null) return [0, 1];
    const pad = (high - low) * 0.08 || Math.abs(high) * 0.1 || 0.1;
    const bottom = spec.from != null ? spec.from : low - pad;
    const top = high + pad;
    return [
      spec.low != null ? Math.max(spec.low, bottom) : bottom,
      spec.high != null && high <= spec.high ? Math.min(spec.high, top) : top,
    ];
  }

  function drawChart(chart) {
    const values = [column(chart.spec.of)];
    if (chart.spec.baseline) values.push(column(chart.spec.baseline));
    chart.plot.setData([column("seq"), ...values]);
    chart.empty.hidden = values[0].some(isNumber);
    drawReadouts(chart);
  }

  /** The values under the cursor, or the latest. */
  function drawReadouts(chart) {
    if (!chart.plot || !points) return;
    const { data, cursor } = chart.plot;
    chart.readouts.forEach((readout, i) => {
      const values = data[i + 1];
      const at = cursor.idx != null && cursor.left >= 0 ? cursor.idx : values.length - 1;
      setText(readout, format(values[at], chart.spec.digits));
    });
  }

  // ---- right: confusion matrix, classes, baselines, settings ----------------------------------

  let matrixCounts = "counts";

  function drawConfusion() {
    const matrix = latest.confusion_matrix;
    const counts = matrix && (matrix[matrixCounts] || matrix.counts);
    const table = $("confusion");
    $("confusion-panel").hidden = !counts;
    if (!counts) return;
    const sums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
    const shown = matrix.labels.map((label, i) => i);
    if (shown.length > MAX_MATRIX) {
      shown.sort((a, b) => sums[b] - sums[a]);
      shown.length = MAX_MATRIX;
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
      ? "The " + MAX_MATRIX + " classes with the most examples, of " + matrix.labels.length + "." : "");
  }

  function buildMatrix(table, labels) {
    table.className = "matrix" + (labels.length > MOST_WITH_NUMBERS ? " tiny" : labels.length > 5 ? " dense" : "");
    const head = element("tr");
    head.append(element("td", "corner"), ...labels.map((label) => heading(label, "col")));
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
    const node = element("th", "", label);
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

  function drawTable(table, headings, lines) {
    const shape = headings.length + "x" + lines.length;
    if (table.dataset.shape !== shape) {
      buildTable(table, headings.length, lines.length);
      table.dataset.shape = shape;
    }
    headings.forEach((text, i) => setText(table.tHead.rows[0].cells[i], text));
    lines.forEach(([first, cells, className], i) => {
      const line = table.tBodies[0].rows[i];
      line.className = className || "";
      [first, ...cells].forEach((text, j) => setText(line.cells[j], text));
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

  function drawClasses() {
    const classes = latest.per_class;
    $("classes-panel").hidden = !classes;
    if (!classes) return;
    drawTable($("classes"), ["class", "precision", "recall", "F1", "count"],
      classes.map((one) => [one.class,
        [format(one.precision, 3), format(one.recall, 3), format(one.f1, 3), isNumber(one.support) ? groups(one.support) : "\u2013"]]));
  }

  function drawCompare(view) {
    const digits = view === REGRESSION ? null : 3;
    const figures = (block) => view.compare.map((name) => format(block && block[name], name === "loss" ? null : name === "r2" ? 3 : digits));
    const baseline = latest.baseline || {};
    const known = view.baselines.filter(([id]) => baseline[id]);
    const block = (of) => [
      ["model", figures(latest[of]), "own"],
      ...known.map(([id, name]) => [name, figures(baseline[id][of])]),
    ];
    const second = ["since start", view.compare.map(() => ""), "group"];
    drawTable($("compare"), ["window", ...view.compare.map((name) => FIGURE_NAMES[name])],
      [...block("window"), second, ...block("total")]);
  }

  function drawSettings() {
    const count = (value) => (isNumber(value) ? groups(value) : "\u2013");
    const lines = [
      ["model version", count(latest.model_version), "model-version"],
      ["learning rate", isNumber(latest.learning_rate) ? String(latest.learning_rate) : "\u2013", "learning-rate"],
      ["skipped steps", count(latest.skipped_steps), "skipped-steps"],
      ["event time", typeof latest.event_time === "string" ? latest.event_time.replace("T", " ").replace(/\.\d+Z$/, "Z") : "\u2013", "event-time"],
      ["config", latest.config || "\u2013", "config"],
    ];
    for (const [topic, partitions] of Object.entries(latest.input || {})) {
      for (const [partition, range] of Object.entries(partitions)) {
        lines.push([topic + " [" + partition + "]", "offsets " + [].concat(range).join("\u2013"), ""]);
      }
    }
    const list = $("settings");
    if (list.children.length !== 2 * lines.length) {
      list.replaceChildren(...lines.flatMap(() => [element("dt"), element("dd")]));
    }
    lines.forEach(([name, text, id], i) => {
      setText(list.children[2 * i], name);
      setText(list.children[2 * i + 1], text);
      if (id) list.children[2 * i + 1].id = id;
    });
  }

  // ---- events ---------------------------------------------------------------------------------

  let source = null;

  function connect() {
    if (source) source.close();
    source = new EventSource("/events");
    source.addEventListener("open", () => {
      connected = true;
      arrivals = [];
      points = null; // the server may be a new one, with another history
    });
    source.addEventListener("update", (event) => onEvent(JSON.parse(event.data)));
    source.addEventListener("heartbeat", (event) => onEvent(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      connected = false;
      showState();
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
    });
  }

  function onEvent(news) {
    connected = true;
    showOverview(news.overview);
    for (const summary of news.changed) {
      const row = rows.get(summary.key);
      if (row) drawRow(row, summary);
    }
    if (news.overview.keys === 0) return;
    if (news.more || news.changed.length > 0) refreshKeys();
    if (news.more || news.changed.some((summary) => summary.key === selected)) refreshSelected();
  }

  function start() {
    let typing = 0;
    $("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => loadKeys().catch(unlessUnreachable), 120); });
    $("key-list").addEventListener("keydown", moveInList);
    $("key-list").addEventListener("pointerenter", () => { pointerOverList = true; });
    $("key-list").addEventListener("pointerleave", () => { pointerOverList = false; });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && document.activeElement !== $("search")) { event.preventDefault(); $("search").focus(); }
    });
    const counts = { "matrix-window": "counts", "matrix-total": "total_counts" };
    for (const id of Object.keys(counts)) {
      $(id).addEventListener("click", () => {
        matrixCounts = counts[id];
        for (const other of Object.keys(counts)) $(other).setAttribute("aria-pressed", String(other === id));
        if (latest) drawConfusion();
      });
    }
    window.addEventListener("hashchange", () => { const key = decodeHash(); if (key != null && key !== selected) select(key); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { shownView = null; drawSelected(); });
    setInterval(showState, 1000);
    connect();
  }

  start();
})();
