// What a model thinks aloud before it answers, folded away above the answer.

import { h, langOf } from './dom.js';
import { t } from './strings.js';

/** Characters that are kept of a turn's thinking: the rest is seen while it comes, then no more. */
const KEPT = 20_000;

export class Thinking {
  #words = h('span', null);
  #text = h('div', { class: 'thoughts', tabindex: '0' }) /* it scrolls, by keys too */;
  #began = 0;
  #timer = 0;
  #frame = 0;
  #shown = '';

  /** record.thinking is {text, seconds}, if there was any. */
  constructor(record) {
    this.record = record;
    this.element = h('details', { class: 'thinking', hidden: true }, h('summary', null, this.#words), this.#text);
    if (record.thinking) this.#finished();
  }

  begin() {
    this.stop();
    this.record.thinking = undefined;
    this.#shown = '';
    this.#text.textContent = '';
    this.element.hidden = true;
    this.element.open = false;
  }

  push(piece) {
    if (!this.record.thinking) {
      this.record.thinking = { text: '', seconds: 0 };
      this.#began = performance.now();
      this.element.hidden = false;
    }
    if (!this.#timer) {
      this.#count();
      this.#timer = setInterval(() => this.#count(), 1000);
    }
    this.#shown += piece;
    this.record.thinking.text = this.#shown.slice(0, KEPT);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** The answer begins, or it is all over. */
  stop() {
    if (!this.#timer) return;
    clearInterval(this.#timer);
    this.#timer = 0;
    cancelAnimationFrame(this.#frame);
    this.#draw();
    this.record.thinking.seconds = this.#seconds();
    this.#words.textContent = t.thought(this.#seconds());
  }

  #seconds() { return Math.round((performance.now() - this.#began) / 1000); }

  #count() { this.#words.textContent = t.thinking(this.#seconds()); }

  #draw() {
    this.#frame = 0;
    this.#text.textContent = this.#shown;
    this.#text.lang = langOf(this.#shown);
  }

  #finished() {
    const { text, seconds } = this.record.thinking;
    this.#shown = String(text ?? '');
    this.#draw();
    this.#words.textContent = t.thought(Number(seconds) || 0);
    this.element.hidden = this.#shown === '';
  }
}
