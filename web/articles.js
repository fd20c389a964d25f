// The list of articles: search, facts, what was left out.

import { $, h, langOf } from './dom.js';
import { hashOf, onChange } from './route.js';
import { articles } from './server.js';
import { last, onState } from './state.js';
import { t } from './strings.js';

const LISTED = 50; // of a long list of files
const PAGE = 50;
const PAUSE_MS = 200;

let list;
let message;
let more;
let skipped;
let search;
let next = '';
let asked = null; // AbortController of the list under way
let shown = false;
let tools;
let generation;

export function start() {
  onChange(({ view }) => {
    if (view === 'articles' && !shown) build();
    shown ||= view === 'articles';
  });
  onState((state) => {
    if (shown && state.generation !== generation) void fill();
  });
}

function build() {
  let timer;
  search = h('input', { type: 'search', id: 'articles-search', placeholder: t.articlesSearch, 'aria-label': t.articlesSearch, autocomplete: 'off' });
  search.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(fill, PAUSE_MS);
  });
  list = h('ul', { class: 'articles' });
  message = h('p', { class: 'meta', role: 'status' });
  more = h('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => fill(next) }, t.more);
  skipped = h('div');
  $('articles-view').append(h('h1', null, t.articles), h('form', { role: 'search', class: 'search', onsubmit: (event) => { event.preventDefault(); void fill(); } }, search), message, list, more, skipped);
  void fill();
  void import('./upload.js').then((it) => it.start(message, (remover) => { tools = remover; void fill(); }));
}

/** Shows the first page, or adds the one after `after`. */
async function fill(after) {
  const from = typeof after === 'string' ? after : '';
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const page = await articles({ q: search.value.trim(), limit: PAGE, after: from }, signal);
    if (signal.aborted) return;
    const items = (page.articles ?? []).map(item);
    if (from) list.append(...items);
    else list.replaceChildren(...items);
    if (from) items[0]?.querySelector('a').focus();
    next = page.next ?? '';
    more.hidden = !next;
    message.textContent = list.children.length > 0 ? '' : (search.value.trim() && t.articlesNone) || t.articlesEmpty;
  } catch (error) {
    if (error.name === 'AbortError') return;
    message.replaceChildren([error.message, error.hint].filter(Boolean).join(' '), ' ', h('button', { type: 'button', class: 'quiet', onclick: () => fill(from) }, t.retry));
  }
  generation = last()?.generation;
  const left = last()?.last_report?.skipped ?? [];
  skipped.replaceChildren(...[section(t.skippedFiles, left.map(({ path, reason }) => [path, reason]))].filter(Boolean));
}

function item(article) {
  const facts = [article.source, article.author !== article.source && article.author, article.published || t.undated, t.passages(article.passages), article.encoding, size(article.bytes)];
  return h('li', null,
    h('a', { href: hashOf({ view: 'articles', article: article.id }), lang: langOf(article.title) }, article.title),
    h('span', { class: 'meta' }, facts.filter(Boolean).join(t.dot)),
    h('span', { class: 'path' }, article.path),
    tools?.(article));
}

function size(bytes) {
  const kb = bytes / 1024;
  if (kb < 1) return `${bytes} B`;
  return kb < 1024 ? `${kb.toFixed(1)} KB` : `${(kb / 1024).toFixed(1)} MB`;
}

/** A titled list of [path, words]; null if there is none. */
export function section(title, items) {
  if (items.length === 0) return null;
  const rest = items.length - LISTED;
  return h('section', null,
    h('h3', null, t.counted(title, items.length)),
    h('ul', { class: 'files' },
      items.slice(0, LISTED).map(([path, words]) => h('li', null, path && h('span', { class: 'path' }, path), words && h('span', { class: 'meta' }, words))),
      rest > 0 && h('li', { class: 'meta' }, t.andMore(rest))));
}
