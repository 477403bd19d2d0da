// Lines over examples or over time, by uPlot, with marks where something happened to the model.
import { compact, css, element, format, isNumber, setText } from "./format.js";

const LATEST_POINTS = 120;
const WHOLE = Array.from({ length: 39 }, (_, i) => [1, 2, 5][i % 3] * 10 ** Math.floor(i / 3));

/** Marks on the charts and words in the legend, by event. */
export const MARKS = {
  drift: { shape: "diamond", colour: "--warn", word: "drift" },
  input_drift: { shape: "diamond", colour: "--model", word: "input drift" },
  reset: { shape: "square", colour: "--bad", word: "reset" },
  expired: { shape: "square", colour: "--bad", word: "expired" },
  erased: { shape: "square", colour: "--muted", word: "erased" },
  skipped_steps: { shape: "cross", colour: "--muted", word: "skipped steps" },
  rollback: { shape: "square", colour: "--bad", word: "rolled back" },
  champion_changed: { shape: "triangle", colour: "--good", word: "new champion" },
  warning: { shape: "ring", colour: "--warn", word: "warning" },
};

/** The event in words; one that is not known by its own name. */
export const eventWord = (event) => (MARKS[event] ? MARKS[event].word : event.replaceAll("_", " "));

/** The charts of one view. */
export class Charts {
  /**
   * @param container element that takes the charts
   * @param specs what they show, as in views.js
   */
  constructor(container, specs) {
    this.container = container;
    this.specs = specs;
    this.charts = [];
    this.signature = "";
    this.marks = [];
    this.columns = {};
  }

  /**
   * Draws.
   *
   * @param data { places, times, of(name), byTime, latestOnly, marks }; marks have seq and time
   * @param extra one more chart with its own points, or null: { spec, places, of(name) }
   */
  draw(data, extra) {
    const begin = data.times.find((time) => time > 0); // points before it have no time
    const byTime = data.byTime && begin !== undefined;
    const from = data.latestOnly ? Math.max(0, data.places.length - LATEST_POINTS) : 0;
    const places = (byTime ? data.times.map((time) => Math.max(begin, time) / 1000) : data.places).slice(from);
    const wanted = [];
    for (const spec of this.specs) {
      const lines = spec.lines.filter((line) => !line.optional || data.of(line.of).some(isNumber));
      if (lines.length === 0) continue;
      wanted.push({ spec, byTime, lines, data: [places, ...lines.map((line) => data.of(line.of).slice(from))] });
    }
    if (extra) {
      const { spec } = extra;
      wanted.push({ spec, byTime: false, lines: spec.lines, data: [extra.places, ...spec.lines.map((line) => extra.of(line.of))] });
    }
    this.marks = (data.marks || []).map((mark) => ({ at: byTime ? mark.time / 1000 : mark.seq, event: mark.event }));
    this.build(wanted);
    this.charts.forEach((chart, i) => { chart.data = wanted[i].data; drawChart(chart); });
  }

  /** Creates the charts again if other ones are wanted. */
  build(wanted) {
    const signature = JSON.stringify([document.documentElement.dataset.theme,
      wanted.map((chart) => [chart.spec.title, chart.byTime, chart.lines.map((line) => line.of)])]);
    if (signature === this.signature) return;
    this.clear();
    this.signature = signature;
    this.charts = wanted.map(({ spec, byTime, lines }) => newChart(this, spec, byTime, lines));
  }

  clear() {
    this.charts.forEach((chart) => { chart.observer.disconnect(); chart.plot.destroy(); });
    this.charts = [];
    this.signature = "";
    this.container.replaceChildren();
  }
}

function newChart(owner, spec, byTime, lines) {
  const box = element("section", "chart");
  const head = element("div", "chart-head");
  const title = element("h3", "", spec.title);
  if (spec.hint) title.append(" ", element("span", "hint", spec.hint));
  const legends = element("div", "legends");
  const readouts = lines.map((line) => newLegend(legends, line));
  head.append(title, legends);
  const target = element("div", "plot");
  target.tabIndex = 0;
  target.setAttribute("role", "img");
  const empty = element("div", "plot-empty", "no value yet");
  target.append(empty);
  box.append(head, target);
  owner.container.append(box);
  const chart = { owner, spec, byTime, lines, target, empty, readouts, data: [[], ...lines.map(() => [])] };
  chart.plot = new uPlot(options(chart), chart.data, target);
  chart.observer = new ResizeObserver(() => chart.plot.setSize(plotSize(target)));
  chart.observer.observe(target);
  target.addEventListener("keydown", (event) => moveCursor(chart, event));
  target.addEventListener("blur", () => chart.plot.setCursor({ left: -10, top: -10 }));
  return chart;
}

function newLegend(legends, line) {
  const legend = element("span", "legend");
  const key = element("i", "line " + line.style + (line.dash ? (line.dash[0] === 1 ? " dotted" : " dashed") : ""));
  const value = element("b");
  legend.append(key, line.name + " ", value);
  legends.append(legend);
  return value;
}

/** A tick of the time axis in UTC: as much of it as the step between two ticks needs. */
function clock(seconds, step) {
  const text = new Date(seconds * 1000).toISOString();
  if (step >= 86400 || seconds % 86400 === 0) return text.slice(5, 10);
  return step >= 60 ? text.slice(11, 16) : text.slice(11, 19);
}

const plotSize = (target) => ({ width: Math.max(120, target.clientWidth + 6), height: Math.max(120, target.clientHeight - 4) });

function options(chart) {
  const axis = {
    stroke: css("--muted"),
    font: "11px " + getComputedStyle(document.body).fontFamily,
    grid: { stroke: css("--grid"), width: 1 },
    ticks: { show: false },
  };
  const points = { show: (plot, i) => plot.data[i].filter(isNumber).length === 1 }; // one makes no line
  const ticks = (plot, values) => values.map(compact);
  const places = chart.byTime
    ? { values: (plot, values, axisAt, space, step) => values.map((value) => clock(value, step)) }
    : { values: ticks, incrs: WHOLE };
  return {
    ...plotSize(chart.target),
    padding: [10, 14, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: { show: false },
    cursor: { sync: { key: chart.byTime ? "time" : chart.spec.places || "seq" }, y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: chart.byTime }, y: { range: (plot, low, high) => yRange(chart.spec, low, high) } },
    axes: [
      { ...axis, size: 28, space: 70, ...places },
      { ...axis, size: 52, space: 34, values: ticks },
    ],
    series: [{}, ...chart.lines.map((line) => ({ stroke: css("--" + line.style), width: line.own ? 1.75 : 1.5, dash: line.dash, auto: !line.aside, points }))],
    bands: chart.spec.band ? [{ series: [2, 3], fill: css("--band") }] : [],
    hooks: { setCursor: [() => drawReadouts(chart)], draw: [(plot) => drawMarks(chart, plot)] },
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
  chart.plot.setData(chart.data);
  const own = chart.data[1].filter(isNumber);
  chart.empty.hidden = own.length > 0;
  drawReadouts(chart);
  const { digits, title } = chart.spec;
  const now = chart.lines.map((line, i) => (line.name + " " + format(last(chart.data[i + 1]), digits)).trim());
  chart.target.setAttribute("aria-label", own.length === 0 ? title + ": no value yet"
    : title + ": " + now.join(", ") + "; between " + format(Math.min(...own), digits) + " and " + format(Math.max(...own), digits));
}

const last = (values) => values[values.length - 1];

/** The values under the cursor, or the latest. */
function drawReadouts(chart) {
  if (!chart.plot) return;
  const { data, cursor } = chart.plot;
  chart.readouts.forEach((readout, i) => {
    const values = data[i + 1];
    const at = cursor.idx != null && cursor.left >= 0 ? cursor.idx : values.length - 1;
    setText(readout, format(values[at], chart.spec.digits));
  });
}

/** Left and right go from point to point, Home and End to the first and the last. */
function moveCursor(chart, event) {
  const { plot } = chart;
  const places = plot.data[0];
  const at = plot.cursor.left >= 0 && plot.cursor.idx != null ? plot.cursor.idx : places.length;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[event.key];
  if (to == null || places.length === 0) return;
  event.preventDefault();
  const place = places[Math.min(places.length - 1, Math.max(0, to))];
  plot.setCursor({ left: plot.valToPos(place, "x"), top: 0 });
}

/** A line with a shape of its own on top, so that marks differ in more than colour. */
function drawMarks(chart, plot) {
  if (chart.spec.places || chart.owner.marks.length === 0) return;
  const { ctx, bbox } = plot;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.setLineDash([]);
  for (const { at, event } of chart.owner.marks) {
    const mark = MARKS[event];
    if (!mark || at < plot.scales.x.min || at > plot.scales.x.max) continue;
    const x = Math.round(plot.valToPos(at, "x", true));
    ctx.strokeStyle = ctx.fillStyle = css(mark.colour);
    ctx.lineWidth = unit;
    ctx.globalAlpha = event === "warning" ? 0.45 : 0.85;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    drawShape(ctx, mark.shape, x, bbox.top, 4 * unit);
  }
  ctx.restore();
}

function drawShape(ctx, shape, x, y, r) {
  ctx.beginPath();
  if (shape === "square") {
    ctx.rect(x - r, y - r, 2 * r, 2 * r);
  } else if (shape === "diamond") {
    ctx.moveTo(x, y - r - 1); ctx.lineTo(x + r + 1, y); ctx.lineTo(x, y + r + 1); ctx.lineTo(x - r - 1, y);
  } else if (shape === "triangle") {
    ctx.moveTo(x, y - r - 1); ctx.lineTo(x + r + 1, y + r); ctx.lineTo(x - r - 1, y + r);
  } else if (shape === "ring") {
    ctx.arc(x, y, r - 1, 0, 7);
  } else {
    ctx.moveTo(x - r, y - r); ctx.lineTo(x + r, y + r); ctx.moveTo(x + r, y - r); ctx.lineTo(x - r, y + r);
  }
  if (shape === "ring" || shape === "cross") ctx.stroke();
  else { ctx.closePath(); ctx.fill(); }
}
