import { expect } from 'vitest';

import type { Stage } from './adapter-stage.ts';
import type { Listening, Take } from './listening.ts';
import { outgoing } from './outgoing.ts';

/** Declares what an adapter with buttons promises. */
export function promiseButtons(
  promise: (needs: 'buttons', what: string, shown: () => Promise<void>) => void,
  {
    stage,
    listening,
  }: {
    readonly stage: () => Promise<Stage>;
    readonly listening: (on: Stage, take?: Take) => Promise<Listening>;
  },
): void {
  promise('buttons', 'shows buttons until an edit comes without them', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    expect(adapter.takesButtons).toBe(true);
    await on.say('private', 'hello');
    const { address } = await hear('hello');
    const message = { ...outgoing('…', 'placeholder', 'n.0'), buttons: [halt] };
    const posted = await adapter.post(address, message, never);
    if (posted.kind !== 'done') throw new Error(`not posted: ${posted.kind}`);
    const below = () => on.buttons?.below('private', posted.messageId);
    expect(below()).toEqual(['Halt']);
    const other = { label: 'Again', command: '/retry p1' };
    const more = { ...outgoing('Hel…', 'preview', 'n.0'), buttons: [halt, other] };
    expect((await adapter.edit(address, posted.messageId, more, never)).kind).toBe('done');
    expect(below()).toEqual(['Halt', 'Again']);
    const final = outgoing('Hello.', 'answer', 'n.0');
    expect((await adapter.edit(address, posted.messageId, final, never)).kind).toBe('done');
    expect(below()).toEqual([]);
  });

  promise(
    'buttons',
    'hands a press over until it is taken, and tells what came of it',
    async () => {
      const on = await stage();
      let fails = 2;
      const listener = await listening(on, ({ text }) => {
        if (text === halt.command && (fails -= 1) >= 0) throw new Error('Redis is away');
      });
      for (const place of ['private', 'group'] as const) {
        await on.say(place, place);
        const asked = await listener.hear(place);
        const message = { ...outgoing('…', 'placeholder', `${place}.0`), buttons: [halt] };
        const posted = await listener.adapter.post(asked.address, message, never);
        if (posted.kind !== 'done') throw new Error(`not posted: ${posted.kind}`);
        const told = await on.buttons?.press(place, posted.messageId, 'Halt');
        expect(told).toBe('You pressed /stop p1');
        const press = listener.pressed.at(-1);
        expect(press).toMatchObject({
          text: '/stop p1',
          conversation: asked.conversation,
          author: { id: asked.author.id },
          isPrivate: place === 'private',
          isAddressed: true,
          fromBot: false,
          places: asked.places,
        });
        expect(press?.id).not.toBe(asked.id);
        const answer = outgoing('Done.', 'answer', `${place}.again`);
        const address = press?.address ?? '';
        expect((await listener.adapter.post(address, answer, never)).kind).toBe('done');
        expect(on.shown(place).at(-1)).toBe('Done.');
      }
    },
  );
}

const halt = { label: 'Halt', command: '/stop p1' };
const never = new AbortController().signal;
