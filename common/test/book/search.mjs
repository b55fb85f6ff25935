// Searching the site as a reader does.
import { isReady } from './chromium.mjs';

/** Searches for a name, goes to the first place that is found, and waits until the name is seen. */
export async function searchFor(tab, name) {
  const field = tab.locator('.VPLocalSearchBox input');
  await open(tab, field);
  await field.fill(name);
  const result = tab.locator('.VPLocalSearchBox .result').first();
  const url = new URL(await result.getAttribute('href'), tab.url()).href;
  await result.click();
  await tab.waitForURL(url);
  await isReady(tab);
  await tab.waitForFunction(isInView, name);
}

/** Opens the search. A page of an older deployment may have to load itself anew before it can. */
async function open(tab, field) {
  const button = tab.locator('.VPNavBarSearchButton');
  const reload = tab.waitForEvent('load').then(() => true, () => false);
  await button.click();
  if (await Promise.race([reload, field.waitFor().then(() => false)])) {
    await isReady(tab);
    await button.click();
  }
}

/** Whether that text is somewhere in the window; runs in the page. */
function isInView(text) {
  const nodes = document.createTreeWalker(document.querySelector('.vp-doc'), NodeFilter.SHOW_TEXT);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const { top, bottom, height } = range.getBoundingClientRect();
    if (node.data.includes(text) && height > 0 && bottom > 0 && top < innerHeight) {
      return true;
    }
  }
  return false;
}
