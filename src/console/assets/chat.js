import { element } from './dom.js';
import { formatted } from './entities.js';
import { markdown } from './markdown.js';

/** @import { ChatMessage, ChatName } from '../playground.ts' */

/**
 * A message as the platform's own client would draw it.
 * @param {ChatName} chat
 * @param {ChatMessage} message
 */
export function messageItem(chat, message) {
  const { id, from, atMs, edits, files, isThinking, isUnfinished } = message;
  const at = element(
    'time',
    { datetime: new Date(atMs).toISOString() },
    new Date(atMs).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
  );
  const edited =
    edits === 0
      ? undefined
      : element('span', { class: 'edits', title: 'How often it was edited' }, `edited ${edits}×`);
  const body = element(
    'div',
    { class: isThinking || isUnfinished ? 'text is-unfinished' : 'text' },
    ...bodyOf(chat, message),
    ...files.map((name) => element('p', { class: 'file' }, name)),
  );
  const who = from === 'bot' ? 'Grok' : 'You';
  const attributes = { class: `message is-${from}`, 'data-id': id };
  switch (chat) {
    case 'discord':
      return element(
        'li',
        attributes,
        element('span', { class: 'avatar', 'aria-hidden': 'true' }, who.charAt(0)),
        element(
          'p',
          { class: 'who' },
          element('strong', {}, who),
          from === 'bot' ? element('span', { class: 'app' }, 'APP') : undefined,
          at,
          edited,
        ),
        body,
      );
    case 'telegram':
      return element(
        'li',
        attributes,
        element('p', { class: 'hidden' }, who),
        body,
        element('p', { class: 'stamp' }, edited, at),
      );
  }
}

/**
 * What a person may begin with.
 * @param {ChatName} chat
 * @param {(text: string) => void} say
 */
export function suggestions(chat, say) {
  const texts = ['What is a bridge?', 'Give me a long answer', 'An answer with sources', '/help'];
  const buttons = texts.map((text) => {
    const button = element('button', { type: 'button' }, text);
    button.addEventListener('click', () => say(text));
    return button;
  });
  return element(
    'li',
    { class: 'suggestions' },
    element(
      'p',
      {},
      `Nothing said yet. Write as somebody on ${chat === 'discord' ? 'Discord' : 'Telegram'}:`,
    ),
    ...buttons,
  );
}

/**
 * @param {ChatName} chat
 * @param {ChatMessage} message
 * @returns {(Node | string)[]}
 */
function bodyOf(chat, { text, entities, isThinking, from }) {
  if (isThinking) return ['Grok is thinking …'];
  if (entities !== undefined) return formatted(text, entities);
  return chat === 'discord' && from === 'bot' ? markdown(text) : [text];
}
