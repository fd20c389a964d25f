// Starts what a test needs: the binary, a browser, a page that is watched.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

const ROOT = new URL('../../', import.meta.url).pathname;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const WAIT_MS = 15_000;

export const PHONE = { width: 360, height: 720 };
export const LAPTOP = { width: 1280, height: 800 };

let built = null;

/** The binary under test: YINJU_BIN, or a fresh build. */
export function binary() {
  built ??= process.env.YINJU_BIN ? Promise.resolve(process.env.YINJU_BIN) : build();
  return built;
}

async function build() {
  const folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-bin-'));
  process.on('exit', () => spawn('rm', ['-rf', folder], { detached: true }));
  await promisify(execFile)('go', ['build', '-o', join(folder, 'yinju'), './cmd/yinju'], { cwd: ROOT });
  return join(folder, 'yinju');
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

/** Runs the binary on a free port with a data folder of its own; {origin, stop()}. */
export async function startYinju(args = [], env = {}) {
  const data = await mkdtemp(join(tmpdir(), 'yinju-e2e-data-'));
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(await binary(), ['serve', '--listen', listen, '--data', data, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (piece) => { log += piece; });
  child.stderr.on('data', (piece) => { log += piece; });
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(data, { recursive: true, force: true });
  };
  const origin = `http://${listen}`;
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (await fetch(`${origin}/readyz`).then((r) => r.ok, () => false)) return { origin, stop };
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`yinju did not get ready:\n${log}`);
    }
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    chromiumSandbox: false,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/**
 * Opens the page of origin in a fresh profile and watches it: at the end of the test
 * there must have been no console error, no request elsewhere, no CSP violation and
 * no hostile text that ran. expected matches console errors that belong to the test;
 * refused allows CSP to have refused inline code (a browser reports it already when a
 * DOMParser, in whose documents nothing runs, meets it).
 */
export async function open(t, browser, origin, { path = '/', locale = 'zh-CN', viewport = LAPTOP, expected = null, refused = false, ...options } = {}) {
  const context = await browser.newContext({ locale, viewport, ...options });
  const page = await context.newPage();
  const wrong = [];
  page.setDefaultTimeout(WAIT_MS);
  page.on('console', (message) => { if (message.type() === 'error' && !expected?.test(message.text())) wrong.push(`console: ${message.text()}`); });
  page.on('pageerror', (error) => wrong.push(`uncaught: ${error.stack}`));
  page.on('dialog', (dialog) => { wrong.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
  context.on('request', (request) => { if (!request.url().startsWith(`${origin}/`)) wrong.push(`request elsewhere: ${request.url()}`); });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  t.after(async () => {
    const seen = await page.evaluate(() => ({ violations: window.violations, hacked: window.hacked })).catch(() => ({}));
    await context.close();
    assert.deepEqual(wrong, []);
    assert.deepEqual((seen.violations ?? []).filter((v) => !refused || !/^(?:script|style)-src-(?:attr|elem) inline$/.test(v)), []);
    assert.equal(seen.hacked, undefined, 'hostile text ran');
  });
  await page.goto(origin + path);
  return page;
}

export async function ask(page, question) {
  await page.locator('#question').fill(question);
  await page.locator('#question').press('Enter');
}

/** The newest turn, once its answer stands. */
export async function answered(page) {
  const turn = page.locator('.turn').last();
  await turn.locator('.answer:not([aria-busy])').waitFor();
  return turn;
}

/** Asserts that an element is wholly in the window. */
export async function assertInView(locator) {
  await locator.waitFor();
  const box = await locator.boundingBox();
  const window = locator.page().viewportSize();
  assert.ok(box && box.height > 0 && box.y >= 0 && box.x >= 0 && box.y + box.height <= window.height && box.x + box.width <= window.width,
    `${JSON.stringify(box)} is not in ${JSON.stringify(window)}`);
}

export async function assertNoSidewaysScroll(page) {
  const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= window, `the page is ${wide}px wide in a window of ${window}px`);
}
