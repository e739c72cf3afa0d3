import { z } from 'zod';

import { createLog, type Logger } from '../log.ts';

const lineSchema = z.looseObject({
  level: z.string(),
  msg: z.string(),
  event: z.string().optional(),
  credential: z.string().optional(),
});

/** A log for the person at the sandbox: a line for each credential event, and what goes wrong. */
export function sandboxLog(print: (line: string) => void): Logger {
  const write = (text: string) => {
    const line = lineSchema.parse(JSON.parse(text));
    if (line.event !== undefined && line.msg.startsWith('credential ')) print(eventLine(line));
    else if (['warn', 'error', 'fatal'].includes(line.level)) print(`· ${line.level}: ${line.msg}`);
  };
  return createLog({ level: 'debug', destination: { write } });
}

const ofEveryLine = new Set(['level', 'msg', 'time', 'pid', 'part', 'prompt']);

/** `· credential main: refreshed (reason reactive, generation 2, took 14 ms)`. */
function eventLine(line: z.infer<typeof lineSchema>): string {
  const { event, credential, ...others } = line;
  const facts = Object.entries(others).filter(([name]) => !ofEveryLine.has(name));
  const said = facts.map(([name, value]) => factText(name, value));
  const details = said.length === 0 ? '' : ` (${said.join(', ')})`;
  const whose = credential === undefined || credential === '-' ? '' : ` ${credential}`;
  return `· credential${whose}: ${event?.replaceAll('-', ' ')}${details}`;
}

function factText(name: string, value: unknown): string {
  if (typeof value === 'number' && /^(until|deadline)Ms$/.test(name)) {
    return `${name.slice(0, -2)} ${new Date(value).toISOString().slice(11, 19)} UTC`;
  }
  const words = name
    .replace(/Ms$/, '')
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words} ${String(value)}${name.endsWith('Ms') ? ' ms' : ''}`;
}
