// The theme: VitePress's own, without its fonts, in the book's look and with what the book adds.
import { useData, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h, nextTick } from 'vue';
import '/@colors.css';
import './style.css';
import './reference.css';

/** Opens the folds around what an address names. */
function openFolds(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) {
    fold.open = true;
  }
}

/** A page-table walk takes any address, and a request goes step by step, where a page has one. */
async function startFigures() {
  if (document.querySelector('.walk')) {
    const walks = await import('./walk.mjs');
    walks.startWalks();
  }
  if (document.querySelector('.request')) {
    const requests = await import('./request.mjs');
    requests.startRequests();
  }
}

let live; // what runs a chapter in its page; loaded when somebody wants that

/** What a page can run gets a button. */
function addButtons() {
  live?.leave();
  for (const place of document.querySelectorAll('[data-live]:empty')) {
    const button = document.createElement('button');
    const { size } = place.dataset;
    button.textContent = `Run it here${size ? ` (${size})` : ''}`;
    button.onclick = async () => {
      live = await import('./live.mjs');
      live.press(place);
    };
    place.append(button);
  }
}

/** The link below a page, where there is a place to report to. */
function reportLink({ repoUrl }, { title, relativePath }) {
  const about = encodeURIComponent(`${title} (${relativePath.replace(/index\.md$/, '')})`);
  return repoUrl && h('p', { class: 'report' },
    h('a', { href: `${repoUrl}/issues/new?title=${about}` }, 'Report an error on this page'));
}

/** What is below every page. */
function siteFooter({ repoUrl, revision: { version, commit, date } }) {
  const isKnown = repoUrl && commit !== 'unknown';
  return h('footer', { class: 'about' }, h('p', [
    `Version ${version}, commit `,
    isKnown ? h('a', { href: `${repoUrl}/commit/${commit}` }, commit) : commit,
    `, ${date}. Code and text are under the MIT license, what the pages run under `,
    h('a', { href: withBase('/licences/') }, 'others'), ', too.',
  ]));
}

const missingPage = () => h('main', { class: 'missing vp-doc' }, [
  h('h1', 'There is no such page'),
  h('p', 'The menu and the search lead to all that there are.'),
  h('p', h('a', { href: withBase('/') }, 'To the first page')),
]);

export default {
  extends: DefaultTheme,
  Layout: {
    setup() {
      const { theme, page } = useData();
      return () => h(DefaultTheme.Layout, null, {
        'doc-after': () => reportLink(theme.value, page.value),
        'not-found': missingPage,
        'layout-bottom': () => siteFooter(theme.value),
      });
    },
  },
  enhanceApp({ router }) {
    if (import.meta.env.SSR) {
      return;
    }
    router.onAfterRouteChange = () => nextTick(() => {
      openFolds(location.hash);
      startFigures();
      addButtons();
    });
    // A page that was left open over a new deployment asks for scripts that are gone.
    window.addEventListener('vite:preloadError', () => location.reload());
    // A link to where the reader already is changes no route.
    document.addEventListener('click', ({ target }) => {
      const link = target.closest?.('a[href*="#"]');
      if (link?.pathname === location.pathname) {
        openFolds(link.hash);
      }
    }, { capture: true });
  },
};
