// Files put into the folder and taken out of it, where the service allows it. Loaded
// with the list of articles, so that those who only read don't wait for it.

import { announce, h } from './dom.js';
import { Failure, failureOf, json, reload } from './server.js';
import { refresh } from './state.js';
import { lang, t } from './strings.js';
import { words as u } from './uploadwords.js';

const KEY = 'yinju-write-token'; // in sessionStorage: gone with the tab

let place; // where the token is asked for
let asking = null;

/** Where files may be written, shows the upload before an element and hands over what removes an article. */
export async function start(before, ready) {
  const { writes } = await json('/healthz').catch(() => ({}));
  if (!writes) return;
  document.head.append(h('link', { rel: 'stylesheet', href: new URL('upload.css', import.meta.url).pathname }));
  before.before(uploader());
  ready(remover);
}

const remove = (id, bearer) => json(`/articles/${encodeURIComponent(id)}`, { method: 'DELETE', headers: { Authorization: `Bearer ${bearer}` } });

/**
 * Sends a file without waiting for the reload behind it; on(share) is told how much of
 * it is gone. Resolves with the answer, also if that refuses the file.
 */
function upload(file, bearer, { replace = false, copies = false } = {}, on) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of what is sent
    request.open('POST', `/articles?${new URLSearchParams({ wait: false, replace, copies })}`);
    request.setRequestHeader('Authorization', `Bearer ${bearer}`);
    request.setRequestHeader('Accept-Language', lang);
    request.responseType = 'json';
    request.upload.addEventListener('progress', ({ loaded, total }) => on(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () => {
      if (request.response?.files?.length > 0) resolve(request.response);
      else reject(failureOf(request.response, request.status));
    });
    request.addEventListener('error', () => reject(new Failure(t.errorNetwork)));
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

/** The area that takes files, by button or by drag and drop. */
function uploader() {
  const input = h('input', { type: 'file', multiple: true, id: 'upload', class: 'hidden', tabindex: '-1', 'aria-hidden': 'true', onchange: () => { void send([...input.files], rows); input.value = ''; } });
  const rows = h('ul', { class: 'files', 'aria-label': u.uploads });
  place = h('div');
  const zone = h('section', { class: 'upload', 'aria-label': u.upload },
    input,
    h('button', { type: 'button', class: 'quiet', onclick: () => input.click() }, u.upload),
    h('span', { class: 'meta' }, u.uploadDrop),
    place, rows);
  zone.addEventListener('dragover', (event) => { event.preventDefault(); zone.classList.add('over'); });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    void send([...event.dataTransfer.files], rows);
  });
  return zone;
}

/** The token, asked for once; rejects if the reader would rather not. */
function token() {
  const kept = sessionStorage.getItem(KEY);
  if (kept) return Promise.resolve(kept);
  asking ??= new Promise((resolve, reject) => {
    const field = h('input', { type: 'password', id: 'write-token', required: true, autocomplete: 'off' });
    const end = (then) => (event) => { event.preventDefault(); asking = null; place.replaceChildren(); then(); };
    place.replaceChildren(h('form', { class: 'token', onsubmit: end(() => { sessionStorage.setItem(KEY, field.value.trim()); resolve(field.value.trim()); }) },
      h('label', { for: 'write-token' }, u.token), field,
      h('button', { type: 'submit', class: 'quiet' }, u.confirm),
      h('button', { type: 'button', class: 'quiet', onclick: end(() => reject(new DOMException('', 'AbortError'))) }, u.cancel)));
    field.focus();
  });
  return asking;
}

/** Calls act with the token, and asks for another one while it is wrong. */
async function authorised(act) {
  for (;;) {
    const bearer = await token();
    try {
      return await act(bearer);
    } catch (error) {
      if (error.status !== 401) throw error;
      sessionStorage.removeItem(KEY);
      announce(error.message);
    }
  }
}

async function send(files, rows) {
  if (files.length === 0) return;
  rows.replaceChildren();
  const waiting = files.map((file) => ({ file, row: rows.appendChild(h('li', null, h('span', { class: 'path' }, file.name))) }));
  let changed = false;
  for (const { file, row } of waiting) {
    try {
      changed = await sendOne(file, row) || changed;
    } catch (error) {
      if (error.name === 'AbortError') return;
      told(row, file, [error.message, error.hint].filter(Boolean).join(' '));
    }
  }
  if (changed) await takeIn(rows);
  announce(u.uploadDone);
}

/** Sends a file and tells in its row what became of it; resolves with whether the folder changed. */
async function sendOne(file, row, options) {
  const bar = h('progress', { max: 1, value: 0, 'aria-label': file.name });
  row.replaceChildren(h('span', { class: 'path' }, file.name), bar);
  const result = await authorised((bearer) => upload(file, bearer, options, (share) => { bar.value = share; }));
  const [one] = result.files;
  const words = [u.uploadOutcome[one.outcome], one.duplicate_of, one.error?.message, one.error?.hint, ...(one.skipped ?? []).map(({ path, reason }) => `${path}: ${reason}`), ...one.warnings ?? []];
  const again = one.error?.code === 'file_exists' ? { words: u.replace, replace: true } : one.outcome === 'duplicate' && { words: u.uploadCopy, copies: true };
  told(row, file, words.filter(Boolean).join(t.dot), again);
  return one.outcome === 'added' || one.outcome === 'replaced';
}

function told(row, file, words, again) {
  const button = again && h('button', {
    type: 'button', class: 'quiet', onclick: async () => {
      try {
        if (await sendOne(file, row, again)) await takeIn(row.parentElement);
      } catch (error) {
        if (error.name !== 'AbortError') told(row, file, error.message);
      }
    },
  }, again.words);
  row.replaceChildren(...[h('span', { class: 'path' }, file.name), h('span', { class: 'meta' }, words), button].filter(Boolean));
}

/** Lets the service read what is new in its folder; it may have begun by itself. */
async function takeIn(rows) {
  try {
    await reload();
  } catch (error) {
    rows.append(h('li', { role: 'alert' }, [error.message, error.hint].filter(Boolean).join(' ')));
  }
  await refresh();
}

/** The button that removes an article, once it has been asked whether it means it. */
function remover(article) {
  const box = h('span', { class: 'remove' });
  const ask = h('button', { type: 'button', class: 'quiet', 'aria-label': u.removeThis(article.title) }, u.remove);
  const say = (...children) => box.replaceChildren(...children.filter(Boolean));
  ask.addEventListener('click', () => {
    const sure = h('button', { type: 'button', class: 'quiet', 'aria-label': u.removeThis(article.title), onclick: act }, u.removeSure);
    say(sure, h('button', { type: 'button', class: 'quiet', onclick: () => { say(ask); ask.focus(); } }, u.cancel));
    sure.focus();
  });
  async function act() {
    try {
      await authorised((bearer) => remove(article.id, bearer));
      announce(u.removedThis(article.title));
      await refresh();
    } catch (error) {
      say(ask, error.name !== 'AbortError' && h('span', { class: 'meta', role: 'alert' }, [error.message, error.hint].filter(Boolean).join(' ')));
    }
  }
  say(ask);
  return box;
}
