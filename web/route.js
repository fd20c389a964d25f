// The place in the page, kept in the address behind the #: which view, and which
// article at which sentence stands in the panel. So links can be shared and the
// back button closes what a click has opened.

const NAMES = ['view', 'article', 'start', 'end', 'quote'];

/** The hash for a place; quote lets the link survive an edit of the article. */
export function hashOf(place) {
  const query = new URLSearchParams();
  for (const name of NAMES) if (place[name] !== undefined && place[name] !== '') query.set(name, place[name]);
  return `#${query}`;
}

export function current() {
  const query = new URLSearchParams(location.hash.slice(1));
  const place = {};
  for (const name of NAMES) if (query.get(name)) place[name] = query.get(name);
  place.view = place.view === 'articles' ? 'articles' : '';
  return place;
}

/** The place of a citation, beside the conversation. */
export function placeOf(citation) {
  const { article_id: article, start, end, quote } = citation;
  return { article, start, end, quote: quote?.length <= 300 ? quote : '' };
}

const listeners = [];

/** Calls back with the place now and after each change of it. */
export function onChange(listener) {
  listeners.push(listener);
  listener(current());
}

function tell() {
  for (const listener of listeners) listener(current());
}

/** Goes to a hash. An open panel that shows another sentence is no step of its own in the history. */
export function go(hash) {
  const before = current();
  const url = location.pathname + location.search + (hash === '#' ? '' : hash);
  if (hash === hashOf(before)) return tell();
  const after = new URLSearchParams(hash.slice(1));
  if (before.article && after.has('article') && before.view === (after.get('view') ?? '')) history.replaceState(history.state, '', url);
  else history.pushState({ opened: after.has('article') }, '', url);
  return tell();
}

/** Closes the panel: one step back if a click opened it, else (a shared link) in place. */
export function leaveArticle() {
  if (history.state?.opened) return history.back();
  return replaceWith(hashOf({ view: current().view }));
}

function replaceWith(hash) {
  history.replaceState(null, '', location.pathname + location.search + (hash === '#' ? '' : hash));
  tell();
}

addEventListener('popstate', tell);

// Plain clicks on links within the page stay in the page; all others (new tab,
// middle button) are the browser's.
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.('a[href^="#"]');
  if (!link) return;
  event.preventDefault();
  go(link.getAttribute('href'));
});
