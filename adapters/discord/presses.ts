import { InteractionResponseType, MessageFlags, Routes } from 'discord.js';
import { z } from 'zod';

import type { Clock, Intake, Logger } from '#port';

import { quietly } from './channel-messages.ts';
import { untilTaken } from './hand-over.ts';
import { describeTrouble } from './outcome.ts';
import type { PressPayload } from './payloads.ts';
import type { Answer, DiscordRest } from './rest.ts';
import { incomingPress } from './slash-command.ts';

/** Discord says that a button has failed when it hears nothing within 3 s. */
const ackDeadlineMs = 2_500;
const noticeDeadlineMs = 5_000;
/** How long a press is offered to the intake. */
const patienceMs = 10_000;

/**
 * Takes presses of buttons: says at once that they have arrived, and side by side hands them over.
 * What whoever pressed is told is shown to them alone.
 */
export class Presses {
  readonly #rest: DiscordRest;
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(rest: DiscordRest, { clock, log }: { clock: Clock; log: Logger }) {
    this.#rest = rest;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Acknowledges at once; the returned task hands the press over, when its turn in the conversation
   * has come. Neither rejects.
   */
  accept(press: PressPayload, intake: Intake, signal: AbortSignal): () => Promise<void> {
    const incoming = incomingPress(press);
    const prompt = `dc-i-${press.id}`;
    const acknowledged = this.#send(Routes.interactionCallback(press.id, press.token), {
      body: { type: InteractionResponseType.DeferredMessageUpdate },
      deadlineMs: ackDeadlineMs,
    });
    const patience = {
      clock: this.#clock,
      untilMs: this.#clock.now() + patienceMs,
      onFailure: (err: unknown, attempt: number) =>
        this.#log.warn({ err, attempt, prompt }, 'press not taken in'),
    };
    return async () => {
      const offer = async () =>
        incoming === undefined ? {} : ((await intake.pressed?.(incoming, signal)) ?? {});
      const pressed = await untilTaken(offer, patience, signal);
      const answer = await acknowledged;
      if (answer.kind !== 'ok') {
        this.#log.warn({ prompt, why: describeTrouble(answer) }, 'press not acknowledged');
      }
      if (pressed?.notice === undefined) return;
      await this.#send(Routes.webhook(press.application_id, press.token), {
        body: { ...quietly, content: pressed.notice, flags: MessageFlags.Ephemeral },
        deadlineMs: noticeDeadlineMs,
      });
    };
  }

  /** With deadlines of their own: what is waited for by a person is not given up by a shutdown. */
  async #send(
    route: `/${string}`,
    { body, deadlineMs }: { readonly body: object; readonly deadlineMs: number },
  ): Promise<Answer<unknown>> {
    const signal = AbortSignal.timeout(deadlineMs);
    return this.#rest.send(
      { method: 'post', route, body, auth: false, deadlineMs, answer: z.unknown() },
      signal,
    );
  }
}
