// The theme: VitePress's own, without its fonts, in the book's look and with what the book adds.
import { useData } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h, nextTick } from 'vue';
import '/@colors.css';
import './style.css';

/** Opens the folds around what an address names. */
function openFolds(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) {
    fold.open = true;
  }
}

/** The link below a page, where there is a place to report to. */
function reportLink({ repoUrl }, { title, relativePath }) {
  const about = encodeURIComponent(`${title} (${relativePath.replace(/index\.md$/, '')})`);
  return repoUrl && h('p', { class: 'report' },
    h('a', { href: `${repoUrl}/issues/new?title=${about}` }, 'Report an error on this page'));
}

export default {
  extends: DefaultTheme,
  Layout: {
    setup() {
      const { theme, page } = useData();
      return () => h(DefaultTheme.Layout, null, {
        'doc-after': () => reportLink(theme.value, page.value),
      });
    },
  },
  enhanceApp({ router }) {
    if (import.meta.env.SSR) {
      return;
    }
    router.onAfterRouteChange = () => nextTick(() => openFolds(location.hash));
    // A link to where the reader already is changes no route.
    document.addEventListener('click', ({ target }) => {
      const link = target.closest?.('a[href*="#"]');
      if (link?.pathname === location.pathname) {
        openFolds(link.hash);
      }
    }, { capture: true });
  },
};
