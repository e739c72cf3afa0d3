import { messageItem, suggestions } from './chat.js';
import { credentialCards } from './credentials.js';
import { byId, element, fill } from './dom.js';
import { connect, listen } from './stream.js';
import { moment, nowMs } from './time.js';

/** @import { ChatMessage, ChatName, Deed } from '../playground.ts' */
/** @import { CredentialView, PlatformView } from '../snapshot.ts' */

/** @type {readonly CredentialView[]} */
let credentials = [];
const showCredentials = () => fill(byId('credentials'), credentialCards(credentials));

listen({
  onSections: (sections) => {
    if (sections.credentials?.kind === 'known') {
      credentials = sections.credentials.value;
      showCredentials();
    }
    if (sections.platforms?.kind === 'known') sections.platforms.value.forEach(showPlatform);
  },
  onOpen: (isOpen) => {
    document.body.dataset['stream'] = isOpen ? 'open' : 'cut';
    byId('stream').textContent = isOpen ? 'live' : 'connection lost, trying again';
  },
});
setInterval(showCredentials, 15_000);

/** @type {Readonly<Record<string, (event: MessageEvent<string>) => void>>} */
const events = {
  chats: (event) => {
    /** @type {{ chats: { name: ChatName, messages: ChatMessage[] }[], deeds: Deed[] }} */
    const { chats, deeds } = JSON.parse(event.data);
    for (const { name, messages } of chats) {
      const list = listOf(name);
      list.replaceChildren(...messages.map((message) => messageItem(name, message)));
      if (messages.length === 0) list.append(suggestions(name, (text) => void say(name, text)));
      list.scrollTop = list.scrollHeight;
    }
    showDeeds(deeds);
    document.body.dataset['ready'] = 'yes';
  },
  message: (event) => {
    /** @type {{ chat: ChatName, message: ChatMessage }} */
    const { chat, message } = JSON.parse(event.data);
    const list = listOf(chat);
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const item = messageItem(chat, message);
    const shown = itemOf(list, message.id);
    if (shown === undefined) {
      list.querySelector('.suggestions')?.remove();
      list.append(item);
    } else shown.replaceWith(item);
    if (isAtEnd || message.from === 'you') list.scrollTop = list.scrollHeight;
  },
  gone: (event) => {
    /** @type {{ chat: ChatName, id: string }} */
    const { chat, id } = JSON.parse(event.data);
    itemOf(listOf(chat), id)?.remove();
  },
};
connect('/playground/events', events, () => undefined);

for (const form of document.querySelectorAll('.chat form')) {
  const chat =
    form.closest('.chat')?.getAttribute('data-chat') === 'telegram' ? 'telegram' : 'discord';
  const field = form.querySelector('textarea');
  if (!(form instanceof HTMLFormElement) || field === null) continue;
  const send = () => {
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    void say(chat, text);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener('keydown', (event) => {
    // While a word is being composed (Chinese, Japanese), Enter ends the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
}

/**
 * @param {ChatName} chat
 * @param {string} text
 */
async function say(chat, text) {
  const answer = await post('/playground/say', { chat, text });
  if (answer !== undefined && !answer.ok) tell(`Not sent (${answer.status}).`, 'is-bad');
}

/** @param {Deed} deed */
async function run(deed) {
  const answer = await post('/playground/do', { deed: deed.name });
  if (answer === undefined) return;
  /** @type {{ said?: string }} */
  const { said = `It could not be done (${answer.status}).` } = await answer.json();
  tell(said, answer.ok ? '' : 'is-bad');
}

/**
 * @param {string} path
 * @param {object} body
 */
async function post(path, body) {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    tell('The bridge does not answer.', 'is-bad');
    return undefined;
  }
}

/**
 * @param {string} text
 * @param {string} mood
 */
function tell(text, mood) {
  const said = byId('said');
  said.prepend(element('p', { class: mood }, element('time', {}, moment(nowMs())), ' ', text));
  while (said.children.length > 6) said.lastElementChild?.remove();
}

/** @param {readonly Deed[]} deeds */
function showDeeds(deeds) {
  const groups = Map.groupBy(deeds, ({ group }) => group);
  const known = Object.keys(titles);
  const inOrder = [...groups].sort(([one], [other]) => known.indexOf(one) - known.indexOf(other));
  const rows = inOrder.map(([group, members]) =>
    element(
      'div',
      { class: 'deeds', role: 'group', 'aria-label': titles[group] ?? group },
      element('p', { 'aria-hidden': 'true' }, titles[group] ?? group),
      ...members.map((deed) => {
        const button = element(
          'button',
          { type: 'button', title: deed.help, 'data-deed': deed.name },
          deed.label,
        );
        button.addEventListener('click', () => void run(deed));
        return button;
      }),
    ),
  );
  byId('deeds').replaceChildren(...rows);
}

/** @type {Readonly<Record<string, string>>} */
const titles = {
  credential: 'The sign-in',
  world: 'Everything',
  answers: 'The next answer',
  platforms: 'The platforms',
};

/** @param {PlatformView} platform */
function showPlatform({ platform, state }) {
  const chip = document.querySelector(`.chip[data-platform="${CSS.escape(platform)}"]`);
  if (chip === null) return;
  chip.className = `chip ${state === 'up' ? 'is-good' : 'is-bad'}`;
  chip.textContent = state;
}

/** @param {ChatName} chat */
function listOf(chat) {
  const list = document.querySelector(`.chat.${chat} .messages`);
  if (list === null) throw new Error(`the page has no chat ${chat}`);
  return list;
}

/**
 * @param {Element} list
 * @param {string} id
 */
function itemOf(list, id) {
  return [...list.children].find((item) => item.getAttribute('data-id') === id);
}
