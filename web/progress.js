// A reload while it works: the bar, the phase in words, the file in hand, what it waits
// for, and which files could not be read.

import { announce, h } from './dom.js';
import { t } from './strings.js';

const QUIET_MS = 8000; // between two things that are told to screen readers

/** Shows the states of a reload, one after the other, in element. */
export class ProgressView {
  #bar = h('progress', null);
  #words = h('span', { class: 'meta' });
  #at = h('p', { class: 'meta at' });
  #waiting = h('p', { class: 'waiting' });
  #failed = h('ul', { class: 'files' });
  #failedBox = h('details', { class: 'failed', hidden: true }, h('summary', null), this.#failed);
  #listed = '[]';
  #told = { phase: '', waiting: '', at: -QUIET_MS };
  element = h('div', { class: 'reloading' }, h('div', { class: 'progress' }, this.#bar, this.#words), this.#waiting, this.#at, this.#failedBox);

  show(now) {
    const phase = t.phase[now.phase] ?? now.phase;
    this.#bar.setAttribute('aria-label', phase);
    if (now.total > 0) {
      this.#bar.max = now.total;
      this.#bar.value = now.done;
    } else {
      this.#bar.removeAttribute('value');
    }
    set(this.#words, [phase, now.total > 0 && t.progress(now.done, now.total), now.rate >= 0.05 && t.rate(now.rate), now.eta_ms > 1000 && t.eta(Math.round(now.eta_ms / 1000)), now.queued && t.queued]);
    const files = now.files ?? {};
    set(this.#at, [files.in_hand?.length > 0 && t.reading(files.in_hand[0].path), files.read + files.failed > 0 && t.filesSoFar(files)]);
    const waiting = now.waiting ? t.waiting(now.waiting) : '';
    set(this.#waiting, [waiting]);
    this.#showFailed(files.failures ?? []);
    this.#tell(phase, now.waiting, waiting);
  }

  #showFailed(files) {
    this.#failedBox.hidden = files.length === 0;
    const newest = JSON.stringify(files);
    if (newest === this.#listed) return;
    this.#listed = newest;
    this.#failedBox.firstChild.textContent = t.failedSoFar;
    this.#failed.replaceChildren(...files.map(({ path, reason }) => h('li', null, h('span', { class: 'path' }, path), h('span', { class: 'meta' }, reason))));
  }

  /** Screen readers hear of a new phase, and once of what is waited for; of no number. */
  #tell(phase, waiting, words) {
    const key = waiting ? `${waiting.what} ${waiting.name} ${waiting.why}` : '';
    const news = key !== '' && key !== this.#told.waiting ? words : phase !== this.#told.phase ? phase : '';
    if (news === '' || performance.now() - this.#told.at < QUIET_MS) return;
    this.#told = { phase, waiting: key, at: performance.now() };
    announce(news);
  }
}

function set(element, words) {
  const text = words.filter(Boolean).join(t.dot);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === '';
}
