import { InteractionResponseType, MessageFlags, Routes } from 'discord.js';
import { z } from 'zod';

import { wordsFor } from '#port';
import type { Clock, Incoming, Intake, Logger, Received } from '#port';

import { readAddress } from './address.ts';
import { quietly } from './channel-messages.ts';
import type { Deferrals } from './deferrals.ts';
import { handOver } from './hand-over.ts';
import { describeTrouble, errorCode } from './outcome.ts';
import type { CommandPayload } from './payloads.ts';
import type { PendingCommands } from './pending-commands.ts';
import type { Answer, DiscordRest } from './rest.ts';
import type { Seal } from './seal.ts';
import { incomingCommand } from './slash-command.ts';

/** Discord drops an interaction that is not answered within 3 s. */
const deferDeadlineMs = 2_500;
/** How long a command is offered to the intake before its giver is told to try again. */
const patienceMs = 10_000;
const aftermathDeadlineMs = 5_000;

type Deferred = Pick<CommandPayload, 'application_id' | 'token'> & {
  readonly locale?: string | undefined;
};

/**
 * Takes slash commands: answers with "thinking" and hands the command over side by side, so that
 * Discord's 3 s hold however slow the store is.
 */
export class SlashCommands {
  readonly #rest: DiscordRest;
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #deferrals: Deferrals;
  readonly #pending: PendingCommands;

  constructor(
    rest: DiscordRest,
    seal: Seal,
    tools: { clock: Clock; log: Logger },
    deferrals: Deferrals,
    pending: PendingCommands,
  ) {
    this.#pending = pending;
    this.#rest = rest;
    this.#seal = seal;
    this.#clock = tools.clock;
    this.#log = tools.log;
    this.#deferrals = deferrals;
  }

  /**
   * Defers at once; the returned task hands the command over, when its turn in the conversation has
   * come. Neither rejects.
   */
  accept(command: CommandPayload, intake: Intake, signal: AbortSignal): () => Promise<void> {
    const incoming = incomingCommand(command, this.#seal, this.#clock.now());
    const noted = incoming === undefined ? Promise.resolve() : this.#pending.note(incoming);
    const deferring = noted.then(async () => this.#defer(command));
    this.#deferrals.add(command.id, deferring);
    const untilMs = this.#clock.now() + patienceMs;
    return async () => {
      const received = await handOver(
        async () => incoming,
        {
          intake,
          clock: this.#clock,
          untilMs,
          onFailure: (err, attempt) =>
            this.#log.warn({ err, attempt, prompt: `dc-i-${command.id}` }, 'command not taken in'),
        },
        signal,
      );
      if (received === undefined || isUnanswered(received)) await deferring;
      await this.#conclude(command, received);
      this.#pending.forget(`dc-i-${command.id}`);
    };
  }

  /**
   * What a process that died has deferred and perhaps not stored: offered again, so that the
   * deferred answer is filled in. What was stored is known.
   */
  async leftBehind(): Promise<readonly Incoming[]> {
    return this.#pending.left();
  }

  /** Never rejects. */
  async offerAgain(incoming: Incoming, intake: Intake, signal: AbortSignal): Promise<void> {
    const to = readAddress(incoming.address);
    const token =
      to?.kind === 'interaction' ? this.#seal.open(to.sealed, to.interaction) : undefined;
    const isAlive = to?.kind === 'interaction' && to.expiresAtMs > this.#clock.now();
    if (to?.kind === 'interaction' && token !== undefined && isAlive) {
      const onFailure = (err: unknown, attempt: number) =>
        this.#log.warn({ err, attempt, prompt: incoming.id }, 'command not taken in');
      const patience = { intake, clock: this.#clock, untilMs: to.expiresAtMs, onFailure };
      const received = await handOver(async () => incoming, patience, signal);
      if (signal.aborted && received === undefined) return;
      this.#log.info({ prompt: incoming.id, received }, 'command of an earlier process');
      const command = { application_id: to.application, token, locale: incoming.author.locale };
      await this.#conclude(command, received);
    }
    this.#pending.forget(incoming.id);
  }

  /** Once more when nobody knows what became of it: the second time Discord says that it is there. */
  async #defer(command: CommandPayload): Promise<void> {
    const signal = AbortSignal.timeout(deferDeadlineMs);
    const send = async () =>
      this.#rest.send(
        {
          method: 'post',
          route: Routes.interactionCallback(command.id, command.token),
          body: { type: InteractionResponseType.DeferredChannelMessageWithSource },
          auth: false,
          deadlineMs: 1_200,
          answer: z.unknown(),
        },
        signal,
      );
    let answer = await send();
    if (answer.kind === 'unknown') answer = await send();
    if (answer.kind === 'ok') return;
    if (answer.kind === 'error' && answer.code === errorCode.alreadyAcknowledged) return;
    const why = describeTrouble(answer);
    this.#log.warn({ prompt: `dc-i-${command.id}`, why }, 'command not deferred');
  }

  /** Where no answer will come: what is not for us leaves no trace, what was lost an apology. */
  async #conclude(command: Deferred, received: Received | undefined): Promise<void> {
    if (received === undefined) return this.#apologise(command);
    if (!isUnanswered(received)) return;
    await this.#withdraw(command);
    if (typeof received === 'object') await this.#refuse(command, received.refused);
  }

  /** For its giver's eyes only, which "thinking" was not: so it is a message of its own. */
  async #refuse({ application_id, token }: Deferred, content: string): Promise<void> {
    const flags = quietly.flags | MessageFlags.Ephemeral;
    await this.#aftermath(async (signal) =>
      this.#rest.send(
        {
          method: 'post',
          route: Routes.webhook(application_id, token),
          body: { ...quietly, content, flags },
          auth: false,
          deadlineMs: aftermathDeadlineMs,
          answer: z.unknown(),
        },
        signal,
      ),
    );
  }

  async #withdraw({ application_id, token }: Deferred): Promise<void> {
    await this.#aftermath(async (signal) =>
      this.#rest.send(
        {
          method: 'delete',
          route: Routes.webhookMessage(application_id, token, '@original'),
          auth: false,
          deadlineMs: aftermathDeadlineMs,
          answer: z.unknown(),
        },
        signal,
      ),
    );
  }

  async #apologise({ application_id, token, locale }: Deferred): Promise<void> {
    await this.#aftermath(async (signal) =>
      this.#rest.send(
        {
          method: 'patch',
          route: Routes.webhookMessage(application_id, token, '@original'),
          body: { content: wordsFor(locale).notTakenIn, ...quietly },
          auth: false,
          deadlineMs: aftermathDeadlineMs,
          answer: z.unknown(),
        },
        signal,
      ),
    );
  }

  /** Has a deadline of its own: it is wanted most when everything else is being stopped. */
  async #aftermath(send: (signal: AbortSignal) => Promise<Answer<unknown>>): Promise<void> {
    const signal = AbortSignal.timeout(aftermathDeadlineMs);
    const answer = await send(signal);
    if (answer.kind === 'unknown' && !signal.aborted) await send(signal);
  }
}

function isUnanswered(received: Received): boolean {
  return received === 'ignored' || typeof received === 'object';
}
