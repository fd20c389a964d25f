// What the service holds: polled while it indexes, looked at again when an answer
// comes from another generation.

import { $, h } from './dom.js';
import { ProgressView } from './progress.js';
import { progress } from './server.js';
import { t } from './strings.js';

const POLL_MS = 700;

let state = null;
let waiting = null; // promise of readiness
const listeners = [];

export const last = () => state;

/** Calls back with each new state of a service that is ready. */
export function onState(listener) {
  listeners.push(listener);
}

/** A bar, and the phase in words. */
export function progressBar(now) {
  const words = [t.phase[now.phase] ?? now.phase, now.total > 0 && t.progress(now.done, now.total), now.eta_ms > 1000 && t.eta(Math.round(now.eta_ms / 1000))];
  const bar = h('progress', { max: now.total || null, value: now.total ? now.done : null, 'aria-label': t.phase[now.phase] ?? now.phase });
  return h('div', { class: 'progress' }, bar, h('span', { class: 'meta' }, words.filter(Boolean).join(t.dot)));
}

/** Looks at the service now; a no-op if generation is the one that is shown. */
export async function refresh(generation) {
  if (generation !== undefined && state?.generation === generation) return;
  try {
    set(await progress());
  } catch {
    // The status line stays as it was; whoever asks next is told what is wrong.
  }
}

// A vector space may be named by the hash of what made it, which tells readers nothing.
function set(now) {
  state = now;
  $('status').textContent = [...t.status(now), now.embedder && t.embedder(now.embedder.replace(/-[0-9a-f]{12,}$/, '')), now.weighing && t.weighing(now.weighing)].filter(Boolean).join(t.dot);
  for (const listener of listeners) listener(now);
}

/** Resolves once questions can be asked; shows the progress until then. */
export function whenReady(signal) {
  waiting ??= poll().finally(() => { waiting = null; });
  if (!signal) return waiting;
  return Promise.race([waiting, new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  })]);
}

async function poll() {
  const notice = $('indexing');
  const view = new ProgressView();
  for (let wait = POLL_MS; ; ) {
    let now = null;
    try {
      now = await progress();
      wait = POLL_MS;
    } catch (error) {
      // Not there yet, or gone: slower and slower, up to ten seconds.
      notice.replaceChildren(h('p', null, error.message));
      wait = Math.min(wait * 1.6, 10_000);
    }
    if (now?.generation > 0) {
      notice.hidden = true;
      set(now);
      return;
    }
    if (now) {
      view.show(now);
      if (view.element.parentNode !== notice) notice.replaceChildren(h('p', null, h('strong', null, t.indexing)), view.element, h('p', { class: 'meta' }, t.indexingText), h('p', { class: 'problem' }));
      notice.querySelector('.problem').textContent = now.last_error;
    }
    notice.hidden = false;
    await new Promise((resolve) => { setTimeout(resolve, wait); });
  }
}
