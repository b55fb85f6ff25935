// What `make book`, `book-serve` and `book-dev` can be told: BASE, SITE_URL, REPO_URL, EDITIONS and
// PORT, all from the environment, where make puts what stands on its command line.
import { refuse } from '../../common/stairs/steps.mjs';

function readBase(base = '/') {
  if (!/^\/(?:[\w.~-]+\/)*$/.test(base)) {
    refuse(`BASE=${base}: it begins and ends with a slash, as in BASE=/x/`);
  }
  return base;
}

/** An address of the web without a slash at its end; undefined if there is none. */
function readUrl(name, text) {
  if (text === undefined) {
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!/^https?:$/.test(url?.protocol) || url.search || url.hash) {
    refuse(`${name}=${text}: it is the address of a page, as in ${name}=https://name.example/x/`);
  }
  return url.href.replace(/\/+$/, '');
}

function readSiteUrl(text, base) {
  const url = readUrl('SITE_URL', text);
  if (url !== undefined && new URL(`${url}/`).pathname !== base) {
    refuse(`SITE_URL=${text}: it does not end with BASE=${base}`);
  }
  return url === undefined ? undefined : `${url}/`;
}

function readPort(text) {
  if (text !== undefined && !(/^\d{1,5}$/.test(text) && text >= 1 && text <= 65535)) {
    refuse(`PORT=${text}: it is a number up to 65535`);
  }
  return text === undefined ? undefined : Number(text);
}

/**
 * Reads the parameters; what is empty counts as not given.
 * @returns base: where on its server the site lies, with a slash at both ends;
 *   siteUrl: the address of its first page, with a slash at the end;
 *   repoUrl: that of the repository, without one; port: a number; hasEditions: whether the site has
 *   the PDF and the EPUB as well.
 *   Addresses and port are undefined when nobody has said so.
 */
export function readParameters(environment = process.env) {
  const given = (name) => environment[name] || undefined;
  const base = readBase(given('BASE'));
  return {
    base,
    siteUrl: readSiteUrl(given('SITE_URL'), base),
    repoUrl: readUrl('REPO_URL', given('REPO_URL')),
    port: readPort(given('PORT')),
    hasEditions: given('EDITIONS') !== undefined,
  };
}
