// The answer while it streams: light paragraphs, lists and bold out of unfinished
// Markdown, so that little moves when the server's own rendering takes its place.

import { h } from './dom.js';

/** Shows a growing text in element. makeChip(n) gives the node for a marker [n]. */
export class LiveText {
  #element;
  #makeChip;
  #text = '';
  #shown = [];
  #frame = 0;

  constructor(element, makeChip) {
    this.#element = element;
    this.#makeChip = makeChip;
  }

  get text() { return this.#text; }

  push(piece) {
    this.#text += piece;
    // A hidden tab gets no frames; what it missed is drawn when it is seen again.
    this.#frame ||= requestAnimationFrame(() => { this.#frame = 0; this.#draw(); });
  }

  /** Shows at once what is not shown yet. */
  end() {
    cancelAnimationFrame(this.#frame);
    this.#draw();
  }

  #draw() {
    const blocks = blocksOf(this.#text);
    for (let i = Math.max(0, this.#shown.length - 1); i < blocks.length; i++) {
      const old = this.#shown[i];
      if (old?.source === blocks[i].source && old.kind === blocks[i].kind) continue;
      const node = this.#node(blocks[i]);
      if (old) old.node.replaceWith(node);
      else this.#element.append(node);
      this.#shown[i] = { ...blocks[i], node };
    }
  }

  #node({ kind, source }) {
    if (kind === 'pre') return h('pre', null, h('code', null, source));
    if (kind === 'table') return this.#table(source.split('\n'));
    if (kind === 'ul' || kind === 'ol') return this.#list(kind, source.split('\n'));
    return h(kind, null, this.#inline(source));
  }

  /** Lines with more space before their sign make a list within the item above. */
  #list(kind, lines) {
    const start = kind === 'ol' ? Number.parseInt(lines[0], 10) : 1;
    const list = h(kind, { start: start > 1 ? start : null });
    const indent = indentOf(lines[0]);
    for (let i = 0; i < lines.length;) {
      const item = h('li', null, this.#inline(lines[i].replace(ITEM, '')));
      const from = ++i;
      while (i < lines.length && indentOf(lines[i]) > indent) i++;
      if (i > from) item.append(this.#list(kindOf(lines[from]), lines.slice(from, i)));
      list.append(item);
    }
    return list;
  }

  #table(lines) {
    const rows = lines.filter((line, i) => i !== 1 || !/^[\s|:-]+$/.test(line));
    return h('div', { class: 'scroll' }, h('table', null, rows.map((line, i) => {
      const cells = line.trim().replace(/^\||\|$/g, '').split('|');
      return h('tr', null, cells.map((cell) => h(i ? 'td' : 'th', null, this.#inline(cell.trim()))));
    })));
  }

  #inline(source) {
    return source.split('**').map((part, i) => {
      const nodes = part.split(/(\\[[\]]|\[\d{1,4}\]|`[^`\n]+`|[\n\u2028])/).map((bit) => {
        if (/^\\[[\]]$/.test(bit)) return bit[1]; // a bracket that is no marker
        const marker = /^\[(\d+)\]$/.exec(bit);
        if (marker) return this.#makeChip(Number(marker[1]));
        if (/^`.+`$/.test(bit)) return h('code', null, bit.slice(1, -1));
        return bit === '\n' || bit === LINE ? h('br') : bit;
      });
      return i % 2 ? h('strong', null, nodes) : nodes;
    }).flat();
  }
}

const ITEM = /^\s*(?:[-*+]|\d{1,3}[.)、])\s+/;
const LINE = '\u2028'; // a line end within a list's item

const indentOf = (line) => Math.floor(/^\s*/.exec(line)[0].length / 2);

function kindOf(line) {
  if (ITEM.test(line)) return /^\s*\d/.test(line) ? 'ol' : 'ul';
  if (/^\s*\|/.test(line)) return 'table';
  return /^\s*>/.test(line) ? 'blockquote' : 'p';
}

/** Cuts Markdown into blocks. Only the last one can still change when text is added. */
function blocksOf(text) {
  const blocks = [];
  let open = null;
  let fenced = false;
  const begin = (kind, line) => { open = { kind, source: line }; blocks.push(open); };
  for (const line of text.split('\n')) {
    if (/^\s*```/.test(line)) {
      fenced = !fenced;
      if (fenced) begin('pre', '');
      else open = null;
      continue;
    }
    if (fenced) { open.source += (open.source && '\n') + line; continue; }
    const heading = /^#{1,6}\s+(.*)/.exec(line);
    const kind = kindOf(line);
    const words = kind === 'blockquote' ? line.replace(/^[\s>]+/, '') : line;
    if (line.trim() === '') open = null;
    else if (heading) { begin('h3', heading[1]); open = null; }
    else if (!open || !continues(open.kind, kind, line)) begin(kind, words);
    else open.source += (kind === 'p' && isList(open.kind) ? LINE : '\n') + words;
  }
  return blocks;
}

const isList = (kind) => kind === 'ul' || kind === 'ol';

/** Whether a line of a kind goes on with the open block. */
function continues(open, kind, line) {
  if (open === kind) return true;
  if (isList(open)) return kind === 'p' || (isList(kind) && indentOf(line) > 0);
  return open === 'blockquote' && kind === 'p';
}
