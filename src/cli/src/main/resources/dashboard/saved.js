// A page that was saved to a file has the server's answers in it, and needs no server.
const node = document.getElementById("saved");

/** What was saved with the page; null if a server answers. */
export const saved = node ? JSON.parse(node.textContent) : null;

/** The answer to a request; null if the key is unknown. */
export function savedAnswer(path) {
  const { pathname, searchParams } = new URL(path, "http://saved");
  const key = searchParams.get("key");
  const one = key === null ? null : saved.keys.find(({ summary }) => summary.key === key);
  const isLater = searchParams.has("after"); // and nothing comes later
  switch (pathname) {
    case "/api/keys": return page(searchParams);
    case "/api/history": return one ? (isLater ? without(one.history) : one.history) : null;
    case "/api/latest": return one ? one.latest : null;
    case "/api/events": return one ? one.events : saved.events;
    case "/api/summary": return isLater ? without(saved.summary) : saved.summary;
    default: return saved.dead_letters;
  }
}

const without = (points) => ({ ...points, values: points.values.map(() => []) });

/** The keys are saved in the order of the worst; other orders are the places of their keys. */
function page(search) {
  const order = saved.orders[search.get("sort")];
  const text = (search.get("search") || "").toLowerCase();
  const keys = (order ? order.map((place) => saved.keys[place]) : saved.keys)
    .map(({ summary }) => summary).filter((summary) => summary.key.toLowerCase().includes(text));
  const offset = Math.min(Number(search.get("offset")), keys.length);
  return { matching: keys.length, offset, keys: keys.slice(offset, offset + Number(search.get("limit"))) };
}
