import { expect, it } from 'vitest';

import { Asking, completed, FakeServer, sendEvents } from './grok-harness.ts';

const images = [{ mime: 'image/png', base64: 'iVBORw0KGgo=' }];
const url = 'data:image/png;base64,iVBORw0KGgo=';

it('pictures are sent in the request itself, before the text, in the way of each API', async () => {
  await using responses = await FakeServer.start((response) => {
    sendEvents(response, completed('Fine.'));
    response.end();
  });
  await using ask = new Asking(responses.url);
  await ask.ask({ text: 'What?', images });
  expect(responses.asked[0]?.body).toMatchObject({
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: url, detail: 'auto' },
          { type: 'input_text', text: 'What?' },
        ],
      },
    ],
  });

  await using chat = await FakeServer.start((response) => {
    const choices = [{ index: 0, delta: { content: 'Fine.' }, finish_reason: 'stop' }];
    sendEvents(response, { id: 'c', model: 'grok-4.3', choices }, 'data: [DONE]\n\n');
    response.end();
  });
  await using other = new Asking(chat.url, { api: 'chat' });
  await other.ask({ text: 'What?', images });
  expect(chat.asked[0]?.body).toMatchObject({
    messages: [
      { role: 'system' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url } },
          { type: 'text', text: 'What?' },
        ],
      },
    ],
  });
});
