// A Chromium for the tests of the book, and what they watch: errors on the console, answers that
// fail, requests to elsewhere, a layout that shifts.
export { startBrowser } from '../../../book/editions/chromium.mjs';

/**
 * Opens a tab whose `faults` is a list of what has gone wrong in it since.
 * @param context of playwright, or the browser itself
 * @param address of the site: any request to elsewhere is a fault
 */
export async function openTab(context, address) {
  const tab = await context.newPage();
  tab.faults = [];
  const fault = (text) => tab.faults.push(text);
  tab.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      fault(`console: ${message.text()} ${message.location().url}`);
    }
  });
  tab.on('pageerror', (error) => fault(`error: ${error.message}`));
  tab.on('requestfailed', (request) => fault(`failed: ${request.url()}`));
  tab.on('request', (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) {
      fault(`requested: ${request.url()}`);
    }
  });
  return tab;
}

/** Runs in the page before all else: it remembers what moves without having been asked to. */
function rememberShifts() {
  // Nothing is shown before the whole page has arrived: how much of it comes at a time is chance.
  const hidden = new CSSStyleSheet();
  hidden.replaceSync('html { display: none }');
  document.adoptedStyleSheets.push(hidden);
  document.addEventListener('readystatechange', () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== hidden);
  }, { once: true });
  window.shifts = [];
  // What is less can be seen by nobody: the mark beside the outline, which follows the reader.
  const isSeen = ({ value }) => value >= 0.0001;
  const note = (entries) => window.shifts.push(...entries.filter(isSeen).map(({ value, sources }) =>
    `shift ${value.toFixed(4)}: ${sources.map(({ node }) => node?.outerHTML?.slice(0, 80))}`));
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  window.takeShifts = () => {
    note(observer.takeRecords());
    return window.shifts;
  };
}

/**
 * Has a tab remember what moves on the page that it goes to next. No script of the page runs before
 * all is painted as it came: what scripts move is seen then, however fast the machine is.
 */
export async function watchShifts(tab) {
  await tab.addInitScript(rememberShifts);
  await tab.route(/\/assets\/app\./, async (route) => {
    const isPainted = () => performance.getEntriesByName('first-contentful-paint').length > 0;
    await tab.waitForFunction(isPainted);
    await route.continue();
  });
}

/** What has moved since, as text. */
export const shiftsIn = (tab) => tab.evaluate(() => window.takeShifts());

/** Goes to an address and waits until scripts have taken the page over and it is drawn. */
export async function visit(tab, url) {
  const response = await tab.goto(url);
  await isReady(tab);
  return response;
}

/** Waits until Vue has taken the page over, fonts are there, and two frames have been drawn. */
export async function isReady(tab) {
  await tab.waitForFunction(() => document.querySelector('#app')?.__vue_app__ !== undefined);
  await frames(tab);
}

/** Waits until what has just changed is drawn, and what moves has arrived. It needs scripts. */
export const frames = (tab) => tab.waitForFunction(async () => {
  await document.fonts.ready;
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  await frame();
  document.getAnimations().forEach((animation) => animation.finish());
  await frame();
  return true;
});
