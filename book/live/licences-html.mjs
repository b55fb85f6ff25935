// What others wrote of what the site ships, as HTML: `@@ licences`.
import { escape } from '../lib/render/html.mjs';
import { hrefOf } from '../lib/render/site.mjs';
import { licenceFile, licences } from './site.mjs';

export const licencesHtml = () => (licences().length === 0
  ? '<p>This copy of the site was built without what its pages run: it has none of that.</p>'
  : `<ul v-pre>${licences().map(({ name, version, licence, source, text }) =>
    `<li><strong>${escape([name, version].filter(Boolean).join(' '))}</strong>, `
    + `<a href="${hrefOf(licenceFile(text))}" target="_self">${escape(licence)}</a>. `
    + `${escape(source)}.</li>`).join('')}</ul>`);
