// The conversation: the question box, the turns, and what goes to the server.

import { forget, hide } from './cite.js';
import { $, announce, h } from './dom.js';
import { go } from './route.js';
import { Failure, ask } from './server.js';
import { refresh, whenReady } from './state.js';
import { load, save } from './store.js';
import { t } from './strings.js';
import { Turn } from './turn.js';

/** Earlier turns sent with a question, and how much of each, in characters. */
const HISTORY_TURNS = 5;
const HISTORY_CHARS = 2000;

let turns = [];
let alone = false; // what stands in the box is a whole question: it is asked without what came before
let running = null; // AbortController of the question under way
let leaving = false; // the page is being left, which ends requests as a fault would

const box = () => $('question');
const keep = () => save(turns.map((turn) => turn.record), box().value);

export function start() {
  const kept = load();
  for (const record of kept.records) {
    // The page went away while this one was being answered.
    if (record.state === 'asking') record.state = 'interrupted';
    append(record);
  }
  box().value = kept.draft;
  fit();
  showState();
  wireComposer();
  addEventListener('pagehide', keep);
  addEventListener('beforeunload', () => {
    leaving = true;
    setTimeout(() => { leaving = false; }, 3000); // it was only a download, say
  });
}

/** Asks a question as if it had been typed; whole ones need nothing of what came before. */
export function put(question, whole = false) {
  const text = question.trim();
  if (text === '' || running) return;
  go('#');
  const turn = append({ question: text, state: 'asking', ...(whole && { alone: true }) });
  void run(turn);
  // The question goes to the top and the answer grows below it: nothing moves while one reads.
  turn.element.scrollIntoView({ block: 'start', behavior: motion() });
}

function motion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}

function append(record) {
  const turn = new Turn(record, () => { if (!running) void run(turn); }, edit);
  turns.push(turn);
  $('turns').append(turn.element);
  return turn;
}

async function run(turn) {
  running = new AbortController();
  const { signal } = running;
  Object.assign(turn.record, { state: 'asking', partial: '', answer: undefined, failure: undefined, passages: undefined });
  turn.begin();
  showState();
  keep();
  const on = {
    passages: (data) => { turn.record.passages = data?.passages ?? []; turn.setPassages(turn.record.passages); },
    thinking: (data) => { if (typeof data?.text === 'string') turn.thinking.push(data.text); },
    restart: () => { turn.record.partial = ''; turn.restart(); },
    delta: (data) => {
      if (typeof data?.text !== 'string') return;
      turn.record.partial += data.text;
      turn.push(data.text);
    },
  };
  try {
    turn.record.answer = await patiently(turn, on, signal);
    turn.record.state = 'done';
    delete turn.record.partial;
    delete turn.record.passages;
  } catch (error) {
    turn.record.state = (signal.aborted && 'stopped') || (leaving && 'interrupted') || 'failed';
    if (turn.record.state === 'failed') turn.record.failure = { message: error.message, hint: error.hint ?? '' };
    if (!signal.aborted && !(error instanceof Failure)) console.error(error);
  }
  running = null;
  turn.finish();
  showState();
  keep();
  if (turn.record.state === 'done') {
    announce(t.done(turn.text.textContent));
    refresh(turn.record.answer.generation);
  }
}

/** Asks; while the articles are still being indexed waits and asks again. */
async function patiently(turn, on, signal) {
  for (;;) {
    try {
      return await ask({ question: turn.record.question, history: historyBefore(turn), auto: turn.record.auto !== false }, on, signal);
    } catch (error) {
      if (!error.notReady) throw error;
      turn.say(t.indexing);
      await whenReady(signal);
    }
  }
}

/** Puts a question that stands for itself into the box, to be changed and asked. */
function edit(question) {
  box().value = question;
  alone = true;
  fit();
  showState();
  box().focus();
  box().setSelectionRange(question.length, question.length);
}

function historyBefore(turn) {
  if (turn.record.alone) return [];
  const done = turns.slice(0, turns.indexOf(turn)).filter(({ record }) => record.state === 'done');
  return done.slice(-HISTORY_TURNS).flatMap(({ record }) => [
    { role: 'user', content: beginning(record.question) },
    { role: 'assistant', content: beginning(record.answer.answer) },
  ].filter((message) => message.content.trim() !== ''));
}

function beginning(text) {
  return [...text].slice(0, HISTORY_CHARS).join('');
}

function clear() {
  running?.abort();
  turns = [];
  forget();
  hide();
  $('turns').replaceChildren();
  box().value = '';
  alone = false;
  fit();
  go('#');
  showState();
  keep();
  box().focus();
}

/** Buttons, welcome and hints as the state wants them. */
function showState() {
  const focused = document.activeElement;
  $('send').hidden = running !== null;
  $('stop').hidden = running === null;
  $('send').disabled = box().value.trim() === '';
  $('new').disabled = turns.length === 0;
  $('welcome').hidden = turns.length > 0;
  $('turns').hidden = turns.length === 0;
  box().placeholder = turns.length > 0 ? t.placeholderNext : t.placeholder;
  // A hidden button would lose the focus to nowhere.
  if (focused === $('stop') || focused === $('send')) box().focus();
}

function wireComposer() {
  let composing = false;
  box().addEventListener('compositionstart', () => { composing = true; });
  // Safari ends the composition before it tells of the key that ended it.
  box().addEventListener('compositionend', () => { setTimeout(() => { composing = false; }, 0); });
  box().addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    // 229 is the key code of a key that an input method has taken.
    if (composing || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  box().addEventListener('input', () => {
    if (box().value.trim() === '') alone = false;
    fit();
    showState();
  });
  $('composer').addEventListener('submit', (event) => { event.preventDefault(); submit(); });
  $('stop').addEventListener('click', () => running?.abort());
  $('new').addEventListener('click', clear);
}

function submit() {
  const question = box().value;
  if (question.trim() === '' || running) return;
  const whole = alone;
  box().value = '';
  alone = false;
  fit();
  put(question, whole);
}

/** Lets the box grow with its text; the style sheet sets the limit. */
function fit() {
  box().style.height = 'auto';
  box().style.height = `${box().scrollHeight}px`;
}

/** The example questions of an empty page. */
export function showExamples(questions) {
  $('examples').replaceChildren(...questions.slice(0, 3).map((question) => h('li', null,
    h('button', { type: 'button', class: 'example', onclick: () => put(question) }, question))));
}
