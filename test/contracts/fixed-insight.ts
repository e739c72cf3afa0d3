import type { Account, Insight, Limits, SignIn, UsageOf } from '../../src/chat/insight.ts';
import { BridgeError } from '../../src/errors.ts';

/** What commands may know, as a test sets it. */
export class FixedInsight implements Insight {
  readonly version = '1.2.3';
  readonly model = 'grok-4.3';
  limits: Limits = {
    person: { requestsPerMinute: 10 },
    chat: { budgetUsdPerDay: 5 },
    all: {},
    perConversation: 50,
    total: 1000,
    historyDays: 30,
    access: 'open',
  };
  known: { id: string; aliases: readonly string[] }[] = [
    { id: 'grok-4.3', aliases: [] },
    { id: 'grok-4.7', aliases: ['grok-latest'] },
    { id: 'grok-4.20', aliases: [] },
  ];
  members: readonly Account[] | undefined = [];
  serves = true;

  async models() {
    return this.known;
  }

  efforts(model: string) {
    return model === 'grok-4.20' ? [] : (['low', 'high'] as const);
  }

  async usage({ kind }: UsageOf) {
    const isOne = kind !== 'all';
    return {
      answers: isOne ? 1 : 5,
      inputTokens: 1000,
      outputTokens: 234,
      costUsd: isOne ? 0.0125 : 2,
    };
  }

  async isServing() {
    return this.serves;
  }

  async waiting() {
    return 2;
  }

  async accounts() {
    if (this.members !== undefined) return this.members;
    throw new BridgeError('CREDENTIAL_KEY_MISSING', 'no key here');
  }
}

/** A sign-in that ends when and as a test says. */
export class ScriptedSignIn implements SignIn {
  readonly end = Promise.withResolvers<void>();
  readonly signals: AbortSignal[] = [];
  fails = false;

  async begin(signal: AbortSignal) {
    this.signals.push(signal);
    if (this.fails) throw new BridgeError('OAUTH_UNREACHABLE', 'nobody there');
    return { url: 'https://accounts.x.ai/device', code: 'ABCD-1234', done: this.end.promise };
  }
}
