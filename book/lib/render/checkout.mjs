// Where the sources are: the site knows that if it was told REPO_URL.
import { shellHtml } from './html.mjs';
import { repoUrl } from './site.mjs';

const directory = 'hypervisor-workbook';

/** The command that fetches the sources. Without an address of theirs, it is said who has them. */
export const checkoutHtml = () => (repoUrl
  ? '<p>This fetches the sources, once:</p>'
    + shellHtml(`git clone ${repoUrl} ${directory} && cd ${directory}`)
  : '<p>The sources are the directory of which this site was built. Whoever has given you the site '
    + 'has them as well.</p>');
