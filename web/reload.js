// A reload: progress while it works, then what it did.

import { section } from './articles.js';
import { $, announce, h } from './dom.js';
import { ProgressView } from './progress.js';
import { Failure, followReload, progress, reload } from './server.js';
import { refresh } from './state.js';
import { t } from './strings.js';

const AGAIN_MS = 300;
const GONE_MS = 60_000; // that a server may not be heard of until it is given up
const BUILT_IN = 'lsa-'; // embedders that are made from the articles
const CONNECT = 'yinju -embed-model bge-m3 -embed-url http://127.0.0.1:11434/v1';

export async function run() {
  $('reload').disabled = true;
  const card = $('report');
  const view = new ProgressView();
  view.show({ phase: 'idle', total: 0 });
  card.replaceChildren(h('h2', null, t.reloading), view.element);
  card.hidden = false;
  card.scrollIntoView({ block: 'nearest' });
  const over = new AbortController();
  const before = await progress().catch(() => null);
  void follow(view, over.signal);
  try {
    const report = await reload().catch((error) => reportOf(error, before, view));
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

/** Shows what the server does until there is a report; another reload may come before it. */
async function follow(view, signal) {
  while (!signal.aborted) {
    await followReload((now) => view.show(now), signal).catch(() => {});
    await new Promise((resolve) => { setTimeout(resolve, AGAIN_MS); });
  }
}

/** A connection that breaks does not end the reload: what has come of it is in its progress. */
async function reportOf(error, before, view) {
  if (error.status || !before) throw error;
  const gone = new AbortController();
  let timer;
  const heard = (now) => {
    clearTimeout(timer);
    timer = setTimeout(() => gone.abort(error), GONE_MS);
    if (now) view.show(now);
  };
  heard();
  const end = await followReload(heard, gone.signal).finally(() => clearTimeout(timer));
  if (!(end.reload > before.reload)) throw error; // it was never asked for
  if (end.last_error || !end.last_report) throw new Failure(end.last_error || error.message);
  return end.last_report;
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
