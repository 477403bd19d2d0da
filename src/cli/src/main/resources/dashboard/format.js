// Numbers, elements and requests. Keys and class names are other people's data: they enter the
// page as text only.

import { saved, savedAnswer } from "./saved.js";

export const $ = (id) => document.getElementById(id);
export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
export const DASH = "\u2013";

const minus = (text) => text.replace("-", "\u2212");

/** 1234567 is 1,234,567; what is no number is a dash. */
export const groups = (value) =>
  isNumber(value) ? minus(Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",")) : DASH;

/** Fixed digits, or four significant ones; a figure that does not exist is a dash. */
export function format(value, digits) {
  if (!isNumber(value)) return DASH;
  if (digits != null) return minus(value.toFixed(digits));
  const size = Math.abs(value);
  if (size >= 1e7) return minus(value.toExponential(2));
  if (size >= 1000) return groups(value);
  if (size >= 100) return minus(value.toFixed(1));
  if (size >= 1) return minus(value.toFixed(2));
  if (size === 0) return "0";
  return size >= 0.001 ? minus(value.toFixed(4)) : minus(value.toExponential(1));
}

/** Axis labels: 42,000 is 42k. */
export function compact(value) {
  const size = Math.abs(value);
  const [unit, name] = size >= 1e9 ? [1e9, "G"] : size >= 1e6 ? [1e6, "M"] : size >= 1e4 ? [1e3, "k"] : [1, ""];
  return minus(name ? String(+(value / unit).toFixed(2)) + name : String(+value.toPrecision(6)));
}

export function duration(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return seconds + " s";
  return seconds < 7200 ? Math.floor(seconds / 60) + " min" : Math.floor(seconds / 3600) + " h";
}

/** A moment in UTC, to the second. */
export const moment = (ms) =>
  isNumber(ms) && ms > 0 ? new Date(ms).toISOString().replace("T", " ").replace(/\.\d+Z$/, "Z") : DASH;

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text != null) node.textContent = text;
  return node;
}

export const keyLabel = (key) => (key === "" ? "(empty key)" : key);
export const setText = (node, text) => { if (node.textContent !== text) node.textContent = text; };
export const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The server is away. The connection state says so, and reconnecting fetches everything again. */
class Unreachable extends Error {}

export async function getJson(path) {
  if (saved) return savedAnswer(path);
  try {
    const answer = await fetch(path, { cache: "no-store" });
    if (answer.status === 404) return null;
    if (answer.ok) return await answer.json();
  } catch (error) {
    throw new Unreachable(path);
  }
  throw new Unreachable(path);
}

export const unlessUnreachable = (error) => { if (!(error instanceof Unreachable)) throw error; };

/** Runs a refresh one at a time; calls that come meanwhile lead to one more run, paced. */
export function paced(refresh, periodMs) {
  let busy = false;
  let again = false;
  return async function run() {
    if (busy) { again = true; return; }
    busy = true;
    await refresh().catch(unlessUnreachable);
    setTimeout(() => { busy = false; if (again) { again = false; run(); } }, periodMs);
  };
}

/** Brings points up to date: adds what is new, or takes all where the series began again. */
export function merged(held, news) {
  if (!held || held.run !== news.run || held.key !== news.key) return news;
  return { ...news, values: held.values.map((column, i) => column.concat(news.values[i])) };
}

/** Where to go on from, as the end of a request; "" to fetch everything. */
export function after(held, most) {
  const places = held ? held.values[0] : [];
  return places.length > 0 && places.length < most ? "&after=" + places[places.length - 1] : "";
}

export const column = (points, name) => points.values[points.columns.indexOf(name)] || [];
