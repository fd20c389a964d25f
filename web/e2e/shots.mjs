// Takes screenshots into shots/, for people to look at: npm run shots
// (YINJU_URL=… takes them of a server that runs already).

import { mkdir } from 'node:fs/promises';
import { answered, ask, LAPTOP, launch, PHONE, startYinju } from './harness.mjs';

const QUESTION = process.argv[2];
const FOLDER = new URL('shots/', import.meta.url).pathname;

const VIEWS = {
  laptop: { viewport: LAPTOP },
  dark: { viewport: LAPTOP, colorScheme: 'dark' },
  phone: { viewport: PHONE, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
  wide: { viewport: { width: 2560, height: 1300 } },
  english: { viewport: LAPTOP, locale: 'en-GB' },
};

await mkdir(FOLDER, { recursive: true });
const server = process.env.YINJU_URL ? { origin: process.env.YINJU_URL, stop() {} } : await startYinju();
const browser = await launch();
for (const [name, view] of Object.entries(VIEWS)) {
  const context = await browser.newContext({ locale: 'zh-CN', ...view });
  const page = await context.newPage();
  const shoot = (what) => page.screenshot({ path: `${FOLDER}${name}-${what}.png` });
  await page.goto(server.origin);
  await page.locator('.example').first().waitFor();
  await shoot('1-empty');
  await ask(page, QUESTION ?? await page.locator('.example').first().textContent());
  const turn = await answered(page);
  await turn.locator('.cite a, .sources a').first().hover();
  await shoot('2-answer');
  await turn.locator('.cite a, .sources a').first().click();
  await page.locator('#panel mark').first().waitFor();
  await shoot('3-panel');
  await page.keyboard.press('Escape');
  await page.locator('#nav-articles').click();
  await page.locator('.articles li').first().waitFor();
  await page.locator('#reload').click();
  await page.locator('#report .close').waitFor();
  await shoot('4-articles');
  await context.close();
}
await browser.close();
await server.stop();
