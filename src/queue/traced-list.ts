import type { Tracing } from '../tracing.ts';
import type { PromptList } from './prompt-list.ts';

/** What a turn does with its list. */
export type TurnList = Pick<PromptList, 'begin' | 'settle' | 'postpone'>;

/** The list with each settling in a span, from which the reply's delivery goes on. */
export function tracedList(list: TurnList, tracing: Tracing): TurnList {
  return {
    begin: async (conversation) => list.begin(conversation),
    postpone: async (...postponed) => list.postpone(...postponed),
    settle: async (turn, { reply, ...ending }, wake) =>
      tracing.span('settle', {}, async () => {
        const trace = tracing.here();
        const traced = reply === undefined || trace === undefined ? reply : { ...reply, trace };
        const settled = await list.settle(turn, { ...ending, reply: traced }, wake);
        tracing.set({ settled: settled.kind });
        return settled;
      }),
  };
}
