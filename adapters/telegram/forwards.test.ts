import { expect, test } from 'vitest';

import type { Incoming } from '#port';

import { withComments } from './forwards.ts';
import type { Heard } from './update-reading.ts';

const heard = (text: string, more: Partial<Incoming> = {}, atSeconds = 100): Heard => ({
  kind: 'said',
  atSeconds,
  message: {
    id: `tg-1-${text}`,
    conversation: '7',
    address: '{}',
    author: { id: 'telegram:7', name: 'Ada' },
    fromBot: false,
    isPrivate: true,
    isAddressed: true,
    places: [],
    text,
    ...more,
  },
});

const forward = (atSeconds = 100) =>
  heard('', { part: { kind: 'forward' }, forwarded: [{ text: 'Buy!' }] }, atSeconds);
const elsewhere = heard('Hi', { conversation: '8' });

test('what is said to a message that is passed on with it may go on', () => {
  const batch = withComments([heard('True?'), elsewhere, forward(101), forward(101)]);
  expect(batch.map(({ message }) => message.part?.kind)).toEqual([
    'comment',
    undefined,
    'forward',
    'forward',
  ]);
});

test.each([
  ['something comes between', [heard('True?'), heard('Well?'), forward()], 1],
  ['it was long before', [heard('True?', {}, 90), forward()], undefined],
  ['it is a command', [heard('/reset'), forward()], undefined],
  [
    'it is another’s',
    [heard('True?', { author: { id: 'telegram:9', name: 'Bo' } }), forward()],
    undefined,
  ],
  ['nothing is passed on', [heard('True?'), heard('Well?')], undefined],
])('where %s, it stands for itself', (_, batch, comment) => {
  const marked = withComments(batch).findIndex(({ message }) => message.part?.kind === 'comment');
  expect(marked).toBe(comment ?? -1);
});
