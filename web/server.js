// Calls to the server. What goes wrong becomes a Failure.

import { events } from './sse.js';
import { lang, t } from './strings.js';

/** The server comments every 15 s while it works; three missed ones mean that it is gone. */
const SILENCE_MS = 50_000;

export class Failure extends Error {
  constructor(message, { hint = '', code = '', status = 0 } = {}) {
    super(message);
    this.hint = hint;
    this.code = code;
    this.status = status;
  }

  get notReady() { return this.code === 'not_ready'; }
}

export function failureOf(body, status) {
  const error = body?.error;
  if (typeof error?.message !== 'string' || error.message === '') return new Failure(t.errorStatus(status), { status });
  return new Failure(error.message, { hint: typeof error.hint === 'string' ? error.hint : '', code: error.code, status });
}

async function get(path, options = {}) {
  try {
    return await fetch(path, { ...options, headers: { Accept: 'application/json', 'Accept-Language': lang, ...options.headers } });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure(t.errorNetwork);
  }
}

async function call(path, options) {
  const response = await get(path, options);
  if (!response.ok) throw failureOf(await response.json().catch(() => null), response.status);
  return response;
}

export async function json(path, options) {
  const response = await call(path, options);
  try {
    return await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Failure(t.errorAnswer, { status: response.status });
  }
}

export const progress = () => json('/reload', { cache: 'no-store' });
export const reload = () => json('/reload', { method: 'POST' });

/**
 * Calls on(state) with each state of the reload under way, and resolves with the last one
 * when none is any more. When the connection drops it is made anew; rejects with signal's
 * reason.
 */
export async function followReload(on, signal) {
  for (let wait = 500; ; wait = Math.min(2 * wait, 8000)) {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await call('/reload', { cache: 'no-store', headers: { Accept: 'text/event-stream' }, signal: AbortSignal.any([signal, silence.signal]) });
      for await (const event of events(response.body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        if (event === null) continue;
        const now = parse(event.data);
        wait = 500;
        if (event.event === 'done') return now;
        if (!signal.aborted) on(now);
      }
    } catch {
      // It is tried again, unless the caller has had enough.
    } finally {
      clearTimeout(timer);
    }
    await new Promise((resolve) => { setTimeout(resolve, wait); });
    signal.throwIfAborted();
  }
}

export const examples = () => json(`/examples?${new URLSearchParams({ lang })}`);
export const articles = (query, signal) => json(`/articles?${new URLSearchParams(query)}`, { signal });

/** What the server takes of a quotation and of the words around it, in characters. */
const MOST_QUOTE = 4000;
const MOST_AROUND = 500;

/** The address of an article's reading page, with the sentence to highlight. */
export function readingURL(place) {
  const query = new URLSearchParams();
  const set = (name, value) => { if (value !== undefined && value !== '') query.set(name, value); };
  const quote = [...place.quote ?? ''];
  set('start', place.start);
  // Position and quote must name the same words, so a long quote ends early in both.
  set('end', quote.length > MOST_QUOTE && place.start !== undefined ? Number(place.start) + MOST_QUOTE : place.end);
  set('quote', quote.slice(0, MOST_QUOTE).join(''));
  set('prefix', [...place.prefix ?? ''].slice(-MOST_AROUND).join(''));
  set('suffix', quote.length > MOST_QUOTE ? '' : [...place.suffix ?? ''].slice(0, MOST_AROUND).join(''));
  const text = query.toString();
  return `/articles/${encodeURIComponent(place.article)}${text && `?${text}`}`;
}

/** The <article class="reading"> of an article's reading page, in a document of its own. */
export async function reading(place, signal) {
  const response = await get(readingURL(place), { signal, headers: { Accept: 'text/html' } });
  const body = await response.text();
  const page = new DOMParser().parseFromString(body, 'text/html');
  const article = page.querySelector('article.reading');
  // A page that says why there is no article is as good an answer as an article.
  if (article) return article;
  if (response.ok) throw new Failure(t.errorAnswer, { status: response.status });
  let words = null;
  try {
    words = JSON.parse(body);
  } catch {
    // Not ours: some proxy's page.
  }
  throw failureOf(words, response.status);
}

/**
 * Asks {question, history, auto}, and calls on[event](data) for each event of the
 * stream. Resolves with the answer object, once it is whole; rejects with a Failure,
 * or an AbortError when signal says so.
 */
export async function ask(asked, on, signal) {
  const watchdog = new AbortController();
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => watchdog.abort(new Failure(t.errorSilent)), SILENCE_MS);
  };
  alive();
  try {
    return await stream(asked, on, AbortSignal.any([signal, watchdog.signal]), alive);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (watchdog.signal.aborted) throw watchdog.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function stream(asked, on, signal, alive) {
  const response = await call('/ask', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ ...asked, stream: true, html: true, explain: true }),
    signal,
  });
  if (!response.headers.get('Content-Type')?.startsWith('text/event-stream')) throw new Failure(t.errorAnswer);
  try {
    for await (const event of events(response.body)) {
      alive();
      if (event === null) continue;
      const data = parse(event.data);
      if (event.event === 'error') throw failureOf(data, response.status);
      if (event.event === 'done') {
        if (typeof data?.answer !== 'string') throw new Failure(t.errorEmpty);
        return data;
      }
      on[event.event]?.(data);
    }
  } catch (error) {
    if (error instanceof Failure || signal.aborted) throw error;
    throw new Failure(t.errorCut);
  }
  throw new Failure(t.errorCut);
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Failure(t.errorAnswer);
  }
}
