import { OpenAI } from 'openai';

const openai = new OpenAI({ baseURL: needed('XAI_API_URL'), apiKey: needed('XAI_API_KEY') });

/** What Grok answers, asked as the openai SDK's manual has it: streamed, and put together. */
export async function plainAnswer(question: string): Promise<string> {
  const stream = await openai.responses.create({
    model: 'grok-4.3',
    input: question,
    store: false,
    stream: true,
  });
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  return text;
}

/** A variable of the environment that a bot of the bench is started with. */
export function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
