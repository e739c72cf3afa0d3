import { z } from 'zod';

import type { Chat, StoredMessage } from './chats.ts';
import { settle, type FormattedText } from './formatted-text.ts';
import { HtmlError, parseHtml } from './html.ts';
import { buttonsOf, replyMarkup } from './inline-buttons.ts';
import { chatId, integer, json, method, type Methods, type World } from './method.ts';
import { messagePayload } from './payloads.ts';
import { badRequest } from './refusal.ts';

/** In UTF-16 units, after entity parsing (https://core.telegram.org/bots/api#sendmessage). */
const longestText = 4_096;
const longestCaption = 1_024;
/** https://core.telegram.org/bots/api#sendphoto */
const largestPhotoBytes = 10 * 1024 * 1024;

const formatted = {
  text: z.string().default(''),
  parse_mode: z.string().optional(),
  reply_markup: replyMarkup,
  // https://core.telegram.org/bots/api#linkpreviewoptions
  link_preview_options: json(
    z.object({ is_disabled: json(z.boolean()).default(false) }),
  ).optional(),
};

const destination = {
  chat_id: chatId,
  message_thread_id: integer.optional(),
  reply_parameters: json(
    z.object({
      message_id: integer,
      allow_sending_without_reply: json(z.boolean()).default(false),
    }),
  ).optional(),
};

/** https://core.telegram.org/bots/api#getfile */
const largestDownloadBytes = 20 * 1024 * 1024;

const fileParameter = z.object({
  name: z.string(),
  mime: z.string(),
  bytes: z.number(),
  content: z.instanceof(Uint8Array),
});

const existing = { chat_id: chatId, message_id: integer };

/** What a bot says, changes and takes back. */
export function messageMethods({ bot, chats, limits }: World): Methods {
  const spend = (chat: Chat) => limits.spend({ id: chat.id, isPrivate: chat.type === 'private' });

  return {
    sendMessage: method(z.object({ ...destination, ...formatted }), (params) => {
      const chat = chats.open(params.chat_id);
      const content = contentOf(params.text, params.parse_mode, longestText);
      if (content.text === '') throw badRequest('message text is empty');
      const place = placeOf(chat, params);
      const buttons = buttonsOf(params.reply_markup);
      spend(chat);
      const html = params.parse_mode === undefined ? undefined : params.text;
      const showsLink = params.link_preview_options?.is_disabled !== true;
      const looks = { html, buttons, showsLink };
      const message = chats.post(chat, { from: bot, content, ...looks, ...place });
      return messagePayload(chat, message);
    }),

    sendDocument: method(
      z.object({
        ...destination,
        document: fileParameter,
        caption: z.string().default(''),
        parse_mode: z.string().optional(),
      }),
      (params) => {
        const chat = chats.open(params.chat_id);
        if (params.document.bytes === 0) throw badRequest('file must be non-empty');
        const content = contentOf(params.caption, params.parse_mode, longestCaption);
        const place = placeOf(chat, params);
        spend(chat);
        const file = params.document;
        const message = chats.post(chat, { from: bot, content, kind: 'document', file, ...place });
        return messagePayload(chat, message);
      },
    ),

    sendPhoto: method(z.object({ ...destination, photo: fileParameter }), (params) => {
      const chat = chats.open(params.chat_id);
      const { photo: file } = params;
      if (file.bytes > largestPhotoBytes) throw badRequest('file is too big');
      const content = { text: '', entities: [] };
      const place = placeOf(chat, params);
      spend(chat);
      const message = chats.post(chat, { from: bot, content, kind: 'photo', file, ...place });
      return messagePayload(chat, message);
    }),

    editMessageText: method(z.object({ ...existing, ...formatted }), (params) => {
      const chat = chats.open(params.chat_id);
      const message = chat.messages.get(params.message_id);
      if (message === undefined) throw badRequest('message to edit not found');
      if (message.from.id !== bot.id) throw badRequest("message can't be edited");
      if (message.kind !== 'text') throw badRequest('there is no text in the message to edit');
      const content = contentOf(params.text, params.parse_mode, longestText);
      if (content.text === '') throw badRequest('message text is empty');
      const buttons = buttonsOf(params.reply_markup);
      spend(chat);
      if (isSame(message, content, buttons)) {
        throw badRequest(
          'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
        );
      }
      const html = params.parse_mode === undefined ? undefined : params.text;
      const showsLink = params.link_preview_options?.is_disabled !== true;
      chats.edit(message, content, { html, buttons, showsLink });
      return messagePayload(chat, message);
    }),

    deleteMessage: method(z.object(existing), (params) => {
      const chat = chats.open(params.chat_id);
      const message = chat.messages.get(params.message_id);
      if (message === undefined) throw badRequest('message to delete not found');
      if (message.from.id !== bot.id) throw badRequest("message can't be deleted");
      chats.remove(chat, params.message_id);
      return true;
    }),

    getFile: method(z.object({ file_id: z.string() }), ({ file_id: id }) => {
      const file = chats.files.get(id);
      if (file === undefined) throw badRequest('invalid file_id');
      if (file.bytes > largestDownloadBytes) throw badRequest('file is too big');
      return { file_id: id, file_unique_id: id, file_size: file.bytes, file_path: `files/${id}` };
    }),

    sendChatAction: method(
      z.object({
        chat_id: chatId,
        message_thread_id: integer.optional(),
        action: z.string().default(''),
      }),
      (params) => {
        placeOf(chats.open(params.chat_id), params);
        if (!chatActions.has(params.action)) {
          throw badRequest('wrong parameter action in request');
        }
        return true;
      },
    ),
  };
}

const chatActions = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

function contentOf(text: string, parseMode: string | undefined, longest: number): FormattedText {
  const content = settle(parse(text, parseMode));
  if (content.text.length > longest) throw badRequest('message is too long');
  return content;
}

function parse(text: string, parseMode: string | undefined): FormattedText {
  if (!text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8');
  if (parseMode === undefined || parseMode === '') return { text, entities: [] };
  if (parseMode.toLowerCase() !== 'html') throw badRequest('unsupported parse_mode');
  try {
    return parseHtml(text);
  } catch (error) {
    if (error instanceof HtmlError) throw badRequest(`can't parse entities: ${error.message}`);
    throw error;
  }
}

function placeOf(
  chat: Chat,
  params: {
    message_thread_id?: number | undefined;
    reply_parameters?: { message_id: number; allow_sending_without_reply: boolean } | undefined;
  },
): { threadId: number | undefined; replyTo: number | undefined } {
  const { message_thread_id: threadId, reply_parameters: reply } = params;
  if (threadId !== undefined && !chat.topics.has(threadId)) {
    throw badRequest('message thread not found');
  }
  if (reply === undefined) return { threadId, replyTo: undefined };
  if (chat.messages.has(reply.message_id)) return { threadId, replyTo: reply.message_id };
  if (reply.allow_sending_without_reply) return { threadId, replyTo: undefined };
  throw badRequest('message to be replied not found');
}

function isSame(
  message: StoredMessage,
  content: FormattedText,
  buttons: StoredMessage['buttons'],
): boolean {
  return (
    message.text === content.text &&
    JSON.stringify(message.buttons) === JSON.stringify(buttons) &&
    JSON.stringify(message.entities) === JSON.stringify(content.entities)
  );
}
