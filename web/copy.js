// Copying, also where the page came over plain HTTP and browsers deny the clipboard.

import { h } from './dom.js';

/** Puts text on the clipboard; false if the browser does not allow it. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const before = document.activeElement;
  const box = h('textarea', { class: 'hidden', readonly: true });
  box.value = text;
  document.body.append(box);
  box.select();
  const copied = document.execCommand('copy');
  box.remove();
  before?.focus({ preventScroll: true });
  return copied;
}
