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
    if (kind === 'ul' || kind === 'ol') {
      const start = kind === 'ol' ? Number.parseInt(source, 10) : 1;
      const items = source.split('\n').map((line) => h('li', null, this.#inline(line.replace(ITEM, ''))));
      return h(kind, { start: start > 1 ? start : null }, items);
    }
    return h(kind, null, this.#inline(source));
  }

  #inline(source) {
    return source.split('**').map((part, i) => {
      const nodes = part.split(/(\[\d{1,4}\])/).map((bit) => {
        const marker = /^\[(\d+)\]$/.exec(bit);
        return marker ? this.#makeChip(Number(marker[1])) : bit;
      });
      return i % 2 ? h('strong', null, nodes) : nodes;
    }).flat();
  }
}

const ITEM = /^\s*(?:[-*+]|\d{1,3}[.)、])\s+/;

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
    const kind = ITEM.test(line) ? (/^\s*\d/.test(line) ? 'ol' : 'ul') : 'p';
    if (line.trim() === '') open = null;
    else if (heading) { begin('h3', heading[1]); open = null; }
    else if (open && (kind === open.kind || kind === 'p')) open.source += (kind === 'p' ? ' ' : '\n') + line;
    else begin(kind, line);
  }
  return blocks;
}
