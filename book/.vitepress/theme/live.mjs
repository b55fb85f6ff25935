// A chapter that runs in its page: the panel below its recording. Loaded when somebody presses a
// button. The machine itself is in a worker; there is one at a time.
import { withBase } from 'vitepress';
import { manifestUrl } from '/@live';
import { escape } from '../../lib/render/html.mjs';
import { Log } from './live-log.mjs';
import { Sees, seesHtml } from './live-sees.mjs';
import { headline, placeHtml, situation } from './live-words.mjs';
import sheet from './live.css?inline';

const firstWithGuest = 5;
const firstToSpeak = 7; // the first chapter whose guest can say something
const firstWithInput = 13;

const outdated = 'What runs here cannot be loaded: this page is older than the site, or there is no '
  + 'network.';

const button = (action, text) => `<button type="button" data-action="${action}">${text}</button>`;

const typingHtml = '<form class="typing"><label>Type <input autocomplete="off" '
  + 'autocapitalize="off" autocorrect="off" spellcheck="false" enterkeyhint="send"></label>'
  + '<button>Enter</button></form>';

const panelHtml = (chapter) => '<div class="command"><p class="head">On the strict machine, in this '
  + 'page: <b></b></p><div class="buttons">'
  + `${button('restart', 'Start again')}${button('pause', 'Pause')}${button('stop', 'Stop')}`
  + '</div></div><div class="code" role="log" aria-live="off" aria-label="Console" tabindex="0">'
  + `<div class="lines"></div></div>${chapter >= firstWithInput ? typingHtml : ''}`
  + `<p class="said" role="status"></p>${chapter >= firstWithGuest ? seesHtml(chapter) : ''}`;

/** Adds the style sheet, which no page needs before. */
function dress() {
  if (!document.getElementById('live-style')) {
    const style = Object.assign(document.createElement('style'), { id: 'live-style' });
    style.textContent = sheet;
    document.head.append(style);
  }
}

class Panel {
  #step;
  #name;
  #until;
  #chapter;
  #worker;
  #state;
  #size; // of what is loaded
  #log;
  #sees;
  #parts;
  #said;

  /** @param place that of the button */
  constructor(place) {
    [this.#step, this.#name] = place.dataset.live.split('/');
    this.#chapter = Number(this.#step.slice(0, 2));
    const element = document.createElement('section');
    element.className = ['live console wide', place.dataset.size && 'long',
      this.#chapter >= firstToSpeak && 'with-guest'].filter(Boolean).join(' ');
    element.ariaLabel = `${this.#step}, ${this.#name}, run here`;
    element.tabIndex = -1;
    element.innerHTML = panelHtml(this.#chapter);
    const find = (selector) => element.querySelector(selector);
    this.element = element;
    this.#parts = {
      code: find('.code'), head: find('.head b'), said: find('.said'),
      pause: find('[data-action=pause]'), input: find('.typing input'),
    };
    this.#log = new Log(find('.lines'), this.#chapter);
    this.#sees = find('.sees') && new Sees(element, this.#chapter, (message) => this.#send(message));
    element.addEventListener('click', ({ target }) => this.#press(target.closest('[data-action]')));
    find('.typing')?.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#type();
    });
    (place.closest('.console') ?? place).after(element);
  }

  start() {
    this.end();
    this.#state = undefined;
    this.#log.clear();
    this.#parts.head.textContent = 'loading';
    this.#say('It is being loaded.');
    this.#worker = new Worker(new URL('./live-worker.mjs', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = () => this.#miss();
    this.#send({ action: 'start', manifestUrl, step: this.#step, name: this.#name });
    this.#show();
  }

  /** Where the reader goes who has started it. */
  focus() {
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: 'nearest' });
  }

  end() {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  stop() {
    if (this.#worker) {
      this.end();
      this.#say('Stopped.');
      this.#show();
    }
  }

  #send(message) {
    this.#worker?.postMessage(message);
  }

  /** Says how it stands, also aloud, and so only what is new. */
  #say(html) {
    if (this.#said !== html) {
      this.#parts.said.innerHTML = html;
      this.#said = html;
    }
  }

  #press(pressed) {
    const { action } = pressed?.dataset ?? {};
    if (action === undefined || pressed.ariaDisabled === 'true') {
      return;
    }
    if (action === 'stop') {
      this.stop();
    } else if (action === 'restart' && !this.#worker) {
      begin(this);
    } else if (action === 'pause') {
      const { isAtRest } = this.#state ?? {};
      this.#send({ action: isAtRest ? 'go' : 'pause' });
      this.#say(isAtRest ? 'It runs.' : '');
    } else {
      this.#send({ action });
      if (action === 'restart') {
        this.#say('It runs.');
      }
    }
  }

  #type() {
    const { input, code } = this.#parts;
    this.#send({ action: 'type', input: `${input.value}\r` });
    input.value = '';
    code.scrollTop = code.scrollHeight;
  }

  #hear(message) {
    const { kind } = message;
    const handlers = {
      about: ({ bytes, until }) => [this.#size, this.#until] = [bytes, until],
      progress: ({ loaded }) => this.#progress(loaded),
      refused: ({ text }) => this.#refuse(text),
      missing: () => this.#miss(),
      clear: () => this.#log.clear(),
      state: () => this.#update(message),
      walk: () => this.#sees.showWalk(message),
    };
    handlers[kind](message);
  }

  #progress(loaded) {
    const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
    if (this.#size > 1e6) {
      this.#parts.head.textContent = `${megabytes(loaded)} of ${megabytes(this.#size)} MB`;
    }
  }

  #miss() {
    this.end();
    this.#say(`${outdated} <a href="${escape(location.pathname)}">Load the page again</a>`);
    this.#show();
  }

  /** What is loaded cannot start: so QEMU says it, too. */
  #refuse(text) {
    this.#log.note(`<p class="strict"><b>${escape(text)}</b></p>`);
    this.#say('The machine does not start.');
    this.end();
    this.#show();
  }

  #update(state) {
    const { code, head } = this.#parts;
    const isFollowed = code.scrollTop + code.clientHeight > code.scrollHeight - 24;
    this.#state = state;
    this.#log.write(state.text);
    if (state.report) {
      this.#report(state);
    }
    if (state.monitor?.length > 0) {
      this.#log.note(`<pre class="monitor">${state.monitor.map((line) =>
        `<span>${escape(line)}\n</span>`).join('')}</pre>`);
    }
    if (isFollowed) {
      code.scrollTop = code.scrollHeight;
    }
    head.textContent = headline(state);
    const told = situation(state, { until: this.#until, takesInput: this.#parts.input !== null });
    const isLost = ['still', 'asleep', 'silent'].includes(state.why) && state.place;
    this.#say(escape(told) + (isLost ? ` It is at ${this.#placeHtml(state.place)}.` : ''));
    this.#show();
  }

  #placeHtml(place) {
    const fallback = document.getElementById(this.#name) ? `#${this.#name}` : undefined;
    return placeHtml(place, { hrefOf: (href) => withBase(`/${href}`), fallback });
  }

  /** A strict report, where it happened. */
  #report({ report, place }) {
    const where = place ? `At ${this.#placeHtml(place)}.`
      : /, VS?U?-mode$/.test(report) ? 'It was the guest that ran.' : '';
    this.#log.note(`<p class="strict"><b>${escape(report)}</b> ${where}</p>`);
  }

  #show() {
    const { pause } = this.#parts;
    const { isAtRest, phase } = this.#state ?? {};
    pause.textContent = isAtRest ? 'Go on' : 'Pause';
    // Not disabled, or the focus would be lost.
    pause.ariaDisabled = String(!this.#worker || phase === 'ended');
    if (this.#sees && this.#state) {
      this.#sees.show(this.#state, this.#placeHtml(this.#state.place));
    }
  }
}

const panels = new Map(); // by the place of their button
let current;

function begin(panel) {
  if (current !== panel) {
    current?.stop();
  }
  current = panel;
  panel.start();
}

/** Runs what belongs to a button, anew if it was there. */
export function press(place) {
  dress();
  if (!panels.get(place)?.element.isConnected) {
    panels.set(place, new Panel(place));
  }
  begin(panels.get(place));
  current.focus();
}

/** Ends the run of a page that is gone. */
export function leave() {
  if (current && !current.element.isConnected) {
    current.end();
    current = undefined;
    panels.clear();
  }
}
