// An editor puts files into the folder and takes them out, on the page.

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { answered, ask, launch, open, startYinju } from './harness.mjs';

const TOKEN = 'e2e-token-0123456789';
const TEXT = '# 渡口的船\n\n青石渡口的摆渡船每天早上六点半开出第一班，船票两元。\n';
const file = (name, text) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) });

let browser;
let folder;
let yinju;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yinju-e2e-articles-'));
  await writeFile(join(folder, '旧文.md'), '# 旧文\n\n老城的钟楼建于一九二一年，高二十三米。\n');
  [browser, yinju] = await Promise.all([launch(), startYinju(['--articles', folder, '--allow-writes'], { YINJU_WRITE_TOKEN: TOKEN })]);
});
after(async () => { await browser?.close(); await yinju?.stop(); await rm(folder, { recursive: true, force: true }); });

const row = (page, n = 0) => page.locator('.upload .files li').nth(n);
const refused = { expected: /status of (?:401|409|415)/ };

async function giveToken(page, token) {
  await page.locator('#write-token').fill(token);
  await page.locator('#write-token').press('Enter');
}

test('a file is uploaded, asked, recognised, replaced and removed', async (t) => {
  const page = await open(t, browser, yinju.origin, { path: '/#view=articles', ...refused });
  await page.locator('#upload').setInputFiles([file('渡口.md', TEXT), file('坏.exe', 'MZ')]);
  await giveToken(page, 'a wrong one');
  await page.locator('#write-token').waitFor();
  await giveToken(page, TOKEN);
  await row(page).getByText('已收下').waitFor();
  await row(page, 1).getByText('没有收下').waitFor();
  assert.match(await row(page, 1).textContent(), /\.exe/);
  await page.locator('.articles').getByText('渡口的船').waitFor();
  assert.equal(await readFile(join(folder, '渡口.md'), 'utf8'), TEXT);

  await page.locator('#upload').setInputFiles(file('副本.md', TEXT));
  await row(page).getByText('渡口.md').waitFor();
  assert.equal(await page.locator('#write-token').count(), 0, 'the token was asked for again');
  await page.locator('#upload').setInputFiles(file('渡口.md', `${TEXT}冬天推迟到七点。\n`));
  await row(page).getByRole('button', { name: '取代原来的文件' }).click();
  await row(page).getByText('已取代').waitFor();

  await page.locator('#nav-ask').click();
  await ask(page, '青石渡口的摆渡船第一班几点开出？');
  assert.match(await (await answered(page)).locator('.text').textContent(), /六点半/);

  await page.locator('#nav-articles').click();
  await page.getByRole('button', { name: '删除：渡口的船' }).click();
  await page.getByRole('button', { name: '取消' }).click();
  await page.getByRole('button', { name: '删除：渡口的船' }).click();
  await page.getByRole('button', { name: '删除：渡口的船' }).click();
  await page.locator('.articles').getByText('渡口的船').waitFor({ state: 'detached' });
  assert.deepEqual((await readdir(folder)).filter((name) => !name.startsWith('.')), ['旧文.md']);
});

test('files are dropped, in English', async (t) => {
  const page = await open(t, browser, yinju.origin, { path: '/#view=articles', locale: 'en-US' });
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['The lighthouse of the north cape was lit in 1904.'], 'cape.txt'));
    return transfer;
  });
  await page.locator('.upload').dispatchEvent('drop', { dataTransfer: data });
  await giveToken(page, TOKEN);
  await row(page).getByText('Taken in').waitFor();
  await page.locator('.articles').getByText('cape.txt').waitFor();
});

test('where nothing may be written, nothing offers it', async (t) => {
  const samples = await startYinju();
  t.after(() => samples.stop());
  const page = await open(t, browser, samples.origin, { path: '/#view=articles' });
  await page.locator('.articles li').first().waitFor();
  assert.equal(await page.locator('.upload, .remove').count(), 0);
});
