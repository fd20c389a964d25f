// The reload button: progress while it works, then what it did.

import { $, announce, h } from './dom.js';
import { progress, reload } from './server.js';
import { progressBar, refresh } from './state.js';
import { t } from './strings.js';

const POLL_MS = 400;
const LISTED = 50;
const BUILT_IN = 'lsa-'; // embedders that are made from the articles
const CONNECT = 'yinju -embed-model bge-m3 -embed-url http://127.0.0.1:11434/v1';

export function start() {
  $('reload').addEventListener('click', run);
}

async function run() {
  $('reload').disabled = true;
  const card = $('report');
  const bar = h('div', { class: 'progress' }, h('progress', { 'aria-label': t.reloading }));
  card.replaceChildren(h('h2', null, t.reloading), bar);
  card.hidden = false;
  card.scrollIntoView({ block: 'nearest' });
  const over = new AbortController();
  void follow(bar, over.signal);
  try {
    const report = await reload();
    card.replaceChildren(closeButton(), ...reportNodes(report));
    announce(t.reloadDone);
  } catch (error) {
    card.replaceChildren(closeButton(), h('h2', null, t.reloadFailed),
      h('div', { role: 'alert' }, h('p', null, error.message), error.hint && h('p', null, error.hint), error.status > 0 && h('p', null, t.reloadKept)));
  }
  over.abort();
  $('reload').disabled = false;
  if (document.activeElement === document.body) $('reload').focus();
  await refresh();
}

async function follow(bar, signal) {
  while (!signal.aborted) {
    await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
    const now = await progress().catch(() => null);
    if (!signal.aborted && now && now.phase !== 'idle') bar.replaceChildren(...progressBar(now).childNodes);
  }
}

function closeButton() {
  return h('button', {
    type: 'button',
    class: 'quiet close',
    onclick: () => { $('report').hidden = true; $('reload').focus(); },
  }, t.close);
}

function reportNodes(report) {
  const list = (name) => report[name] ?? [];
  const nothing = ['added', 'changed', 'removed', 'skipped'].every((name) => list(name).length === 0);
  return [
    h('h2', null, t.reloadDone),
    h('p', { class: 'meta' }, [nothing && t.reloadNothing, t.unchanged(report.unchanged), report.duplicates > 0 && t.duplicates(report.duplicates), report.phrases_tested > 0 && t.selfTest(report.phrases_found, report.phrases_tested), t.took(report.took_ms)].filter(Boolean).join(t.dot)),
    report.weighing?.embedder?.startsWith(BUILT_IN) && h('p', { class: 'meta advice' }, t.connect, ' ', h('code', null, CONNECT)),
    ...['added', 'changed', 'removed'].map((name) => section(t[name], list(name).map((path) => [path]))),
    section(t.skipped, list('skipped').map(({ path, reason }) => [path, reason])),
    section(t.warnings, list('warnings').map((words) => [null, words])),
  ].filter(Boolean);
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
