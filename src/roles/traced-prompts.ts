import type { Conversations } from '../chat/conversations.ts';
import type { Intake } from '../chat/port.ts';
import type { Prompts } from '../chat/prompts.ts';
import type { Tracing } from '../tracing.ts';

/** What is for us begins a trace; the rest passes, and nothing is lost on the way. */
export function tracedIntake(intake: Intake, platform: string, tracing: Tracing): Required<Intake> {
  return {
    edited: async (...edited) => intake.edited?.(...edited),
    deleted: async (...deleted) => intake.deleted?.(...deleted),
    suggest: async (...typed) => (await intake.suggest?.(...typed)) ?? [],
    pressed: async (press, signal) => {
      const facts = { prompt: press.id, platform };
      return tracing.span(
        'pressed',
        { kind: 'consumer', facts },
        async () => (await intake.pressed?.(press, signal)) ?? {},
      );
    },
    receive: async (message, signal) => {
      if (message.fromBot || !message.isAddressed) return intake.receive(message, signal);
      const facts = { prompt: message.id, platform };
      return tracing.span('receive', { kind: 'consumer', facts }, async () => {
        const received = await intake.receive(message, signal);
        tracing.set({ received: typeof received === 'string' ? received : 'refused' });
        return received;
      });
    },
  };
}

/** Prompts carry the span that put them in, so that whoever answers goes on from it. */
export function tracedPrompts(prompts: Prompts, tracing: Tracing): Prompts {
  return {
    enqueue: async (prompt, words, welcome) =>
      tracing.span('enqueue', { kind: 'producer' }, async () => {
        const outcome = await prompts.enqueue({ ...prompt, ...traceOf(tracing) }, words, welcome);
        tracing.set({ outcome: typeof outcome === 'object' ? outcome.kind : outcome });
        return outcome;
      }),
    say: async (...said) => prompts.say(...said),
    sayOnce: async (...said) => prompts.sayOnce(...said),
    reset: async (...reset) => prompts.reset(...reset),
    stop: async (...stop) => prompts.stop(...stop),
    amend: async (...amend) => prompts.amend(...amend),
  };
}

/** The same for prompts that are asked again. */
export function tracedRetry(
  retry: Conversations['retry'],
  tracing: Tracing,
): Conversations['retry'] {
  return async (again, words) =>
    tracing.span('enqueue', { kind: 'producer' }, async () =>
      retry({ ...again, ...traceOf(tracing) }, words),
    );
}

function traceOf(tracing: Tracing): { readonly trace?: string } {
  const trace = tracing.here();
  return trace === undefined ? {} : { trace };
}
