// One turn of the conversation: a question and what became of it. A record holds
// what is kept; the Turn shows it.
//
// record: {question, auto, state, partial, thinking, answer, failure}, where state is "asking",
// "done", "stopped", "interrupted" or "failed".

import { adoptHTML } from './adopt.js';
import { also } from './also.js';
import { bind, bindChips, byline, chip, register } from './cite.js';
import { copy } from './copy.js';
import { flow, h, langOf } from './dom.js';
import { filterChip } from './filters.js';
import { LiveText } from './live.js';
import { markSupport } from './support.js';
import { t } from './strings.js';
import { Thinking } from './thinking.js';
import { why } from './why.js';

export class Turn {
  /** retry() asks the record's question again; edit(text) lets the reader change what was searched for. */
  constructor(record, retry, edit) {
    this.record = record;
    this.retry = retry;
    this.edit = edit;
    this.label = h('p', { class: 'label' });
    this.thinking = new Thinking(record);
    this.text = h('div', { class: 'text' });
    this.after = h('div', { class: 'after' });
    this.body = h('div', { class: 'answer' }, this.label, this.thinking.element, this.text, this.after);
    this.element = h('article', { class: 'turn', 'aria-label': record.question },
      h('h2', { class: 'question', lang: langOf(record.question), tabindex: '-1' }, record.question), this.body);
    if (record.state !== 'asking') this.finish();
  }

  /** Empties the answer and shows that it is being looked for. */
  begin() {
    this.body.setAttribute('aria-busy', 'true');
    this.label.replaceChildren(h('span', { class: 'working' }, t.searching));
    this.thinking.begin();
    this.text.replaceChildren();
    this.after.replaceChildren();
    this.passages = [];
    this.live = new LiveText(this.text, (n) => chip(n, this.passages));
  }

  say(words) {
    this.label.replaceChildren(h('span', { class: 'working' }, words));
  }

  setPassages(passages) {
    this.passages = passages;
    register(passages);
    if (passages.length > 0) this.say(t.found(passages.length));
  }

  /** What came so far was thinking, not the answer. */
  restart() {
    this.live.end();
    this.text.replaceChildren();
    this.live = new LiveText(this.text, (n) => chip(n, this.passages));
  }

  push(piece) {
    this.thinking.stop();
    this.live.push(piece);
  }

  /** Shows the record as it ended. */
  finish() {
    this.live?.end();
    this.thinking.stop();
    this.body.removeAttribute('aria-busy');
    this.body.className = 'answer';
    this.after.replaceChildren();
    const { state, answer, failure, partial } = this.record;
    if (state === 'done') return this.#finished(answer);
    this.label.replaceChildren(...(partial ? [h('strong', null, t.unfinished)] : []));
    if (partial && !this.text.hasChildNodes()) {
      const live = new LiveText(this.text, (n) => chip(n, this.record.passages));
      live.push(partial);
      live.end();
    }
    if (state === 'failed') this.#notice([failure.message, failure.hint].filter(Boolean), t.retry, true);
    else this.#notice([state === 'stopped' ? t.stopped : t.interrupted], t.retry);
    return undefined;
  }

  #notice(words, again, wrong = false) {
    this.after.append(h('div', { class: wrong ? 'notice wrong' : 'notice', role: wrong ? 'alert' : null },
      words.map((sentence) => h('p', { lang: langOf(sentence) }, sentence)),
      h('button', { type: 'button', class: 'quiet', onclick: this.retry }, again)));
  }

  #finished(answer) {
    const citations = answer.citations ?? [];
    register(citations);
    this.text.lang = langOf(answer.answer);
    this.body.classList.add(answer.mode);
    this.#showLabel(answer);
    if (typeof answer.html === 'string') {
      this.text.replaceChildren(adoptHTML(answer.html, 2));
      bindChips(this.text, citations);
      for (const table of this.text.querySelectorAll('table')) wrapTable(table);
      for (const code of this.text.querySelectorAll('pre')) code.tabIndex = 0; // it scrolls sideways, by keys too
    } else {
      this.text.replaceChildren();
      new LiveText(this.text, (n) => chip(n, citations)).push(answer.answer);
    }
    const weak = answer.html ? markSupport(this.text, answer.sentences ?? []) : 0;
    if (weak > 0) this.after.append(h('p', { class: 'meta' }, t.supportSummary(weak)));
    this.#showNotice(answer);
    this.after.append(...[
      citationList(t.sources, citations, answer),
      citationList(t.closest, answer.closest ?? [], answer),
      this.#actions(answer),
    ].filter(Boolean));
    register(answer.closest ?? []);
  }

  /** The server's own words about the answer. They speak its language and of what stands above. */
  #showNotice(answer) {
    const words = answer.notice || (answer.mode === 'extractive' && answer.complete !== false && t.extractiveLong) || '';
    if (answer.complete === false) this.#notice([words || t.incomplete], t.retry);
    else if (words) this.after.append(h('p', { class: answer.mode === 'extractive' ? 'meta' : 'notice', lang: langOf(words) }, words));
  }

  #showLabel(answer) {
    const words = {
      model: [t.generatedBy(answer.model ?? ''), !answer.model && t.generated].filter(Boolean).at(-1),
      extractive: t.extractive,
      refused: t.refused,
    }[answer.mode] ?? '';
    const parts = [h('strong', null, words)];
    if (answer.stats?.total_ms >= 0) parts.push(h('span', null, t.took(answer.stats.total_ms)));
    if (answer.searched_as && answer.searched_as !== this.record.question) parts.push(this.#searchedAs(answer.searched_as));
    const narrowed = filterChip(answer.searched_filters ?? [], () => this.#widen());
    if (narrowed) parts.push(narrowed);
    this.label.replaceChildren(...parts);
  }

  /** What a follow-up was understood as, and a way to put it right. */
  #searchedAs(question) {
    return h('span', { class: 'searched-as' }, h('span', { lang: langOf(question) }, t.searchedAs(question)), ' ',
      h('button', { type: 'button', class: 'quiet', title: t.editLong, onclick: () => this.edit(question) }, t.edit));
  }

  /** Asks again, and lets the dates and sources of the question narrow nothing. */
  #widen() {
    this.record.auto = false;
    this.retry();
  }

  #actions(answer) {
    const said = h('span', { class: 'meta', role: 'status' });
    return h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'quiet', onclick: async () => { said.textContent = await copy(footnoted(answer)) ? t.copied : t.copyFailed; } }, t.copy),
      answer.mode === 'model' && answer.complete !== false && h('button', { type: 'button', class: 'quiet', onclick: this.retry }, t.again),
      said);
  }
}

function wrapTable(table) {
  const box = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': table.caption?.textContent ?? t.answerBy });
  table.replaceWith(box);
  box.append(table);
}

/** The cited (or closest) passages as a list that leads into the articles. */
function citationList(title, citations, answer) {
  if (citations.length === 0) return null;
  const numbered = citations === answer.citations;
  return h('section', { class: 'sources' },
    h('h3', null, title),
    h(numbered ? 'ol' : 'ul', null, citations.map((citation) => h('li', null,
      bind(h('a', null,
        numbered && h('span', { class: 'number' }, String(citation.number)),
        h('span', { class: 'source-title', lang: langOf(citation.title) }, citation.title)), citation),
      byline(citation) && h('span', { class: 'meta' }, byline(citation)),
      h('span', { class: 'quote', lang: langOf(citation.quote ?? '') }, flow(citation.quote ?? '')),
      citation.flagged && h('span', { class: 'meta flagged' }, t.flagged),
      also(citation),
      why(citation, answer)))));
}

/** The answer as plain text with its sources as footnotes. */
function footnoted(answer) {
  const notes = (answer.citations ?? []).map((c) => `[${c.number}] ${[c.title, c.source, c.author !== c.source && c.author, c.published, c.page && t.page(c.page), c.url].filter(Boolean).join(t.comma)}`);
  return [answer.answer.replace(/\\([[\]])/g, '$1'), ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}
