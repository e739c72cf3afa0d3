import { z } from 'zod';

import { json, method, type Methods, type World } from './method.ts';
import { badRequest } from './refusal.ts';

/** A button below a message, with what a press of it brings the bot. */
export interface InlineButton {
  readonly text: string;
  readonly data: string;
}

/** A press that the bot has been told of. */
export interface Press {
  readonly id: string;
  readonly user: number;
  /** What the bot has answered; undefined as long as the client shows it as under way. */
  answer: { readonly text: string } | undefined;
}

const longestNotice = 200;
const mostDataBytes = 64;

/** The parameter `reply_markup` as far as the sandbox knows it: one inline keyboard. */
export const replyMarkup = json(
  z.object({
    inline_keyboard: z.array(z.array(z.object({ text: z.string(), callback_data: z.string() }))),
  }),
).optional();

/** @throws {Refusal} as https://core.telegram.org/bots/api#inlinekeyboardbutton has it. */
export function buttonsOf(markup: z.infer<typeof replyMarkup>): readonly InlineButton[] {
  return (markup?.inline_keyboard ?? []).flat().map(({ text, callback_data: data }) => {
    const bytes = Buffer.byteLength(data);
    if (text === '') throw badRequest('inline keyboard button text is empty');
    if (bytes === 0 || bytes > mostDataBytes) throw badRequest('BUTTON_DATA_INVALID');
    return { text, data };
  });
}

/** How a bot answers presses (https://core.telegram.org/bots/api#answercallbackquery). */
export function pressMethods({ presses }: Pick<World, 'presses'>, changed: () => void): Methods {
  return {
    answerCallbackQuery: method(
      z.object({ callback_query_id: z.string(), text: z.string().default('') }),
      ({ callback_query_id: id, text }) => {
        const press = presses.get(id);
        if (press === undefined || press.answer !== undefined) {
          throw badRequest('query is too old and response timeout expired or query ID is invalid');
        }
        if (text.length > longestNotice) throw badRequest('MESSAGE_TOO_LONG');
        press.answer = { text };
        changed();
        return true;
      },
    ),
  };
}
