// What survives a reload of the tab: the conversation and the question being typed.

const KEY = 'yinju.conversation';

/** {records, draft}; empty if nothing (or nothing readable) is kept. */
export function load() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    if (!Array.isArray(kept?.records)) return { records: [], draft: '' };
    const whole = (r) => typeof r?.question === 'string' && (r.state !== 'done' || typeof r.answer?.answer === 'string');
    return { records: kept.records.filter(whole), draft: String(kept.draft ?? '') };
  } catch {
    return { records: [], draft: '' };
  }
}

/** Keeps as many of the newest turns as the browser has room for. */
export function save(records, draft) {
  for (let from = 0; from <= records.length; from++) {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ records: records.slice(from), draft }));
      return;
    } catch {
      // Full (or forbidden): the oldest turn goes first.
    }
  }
}
