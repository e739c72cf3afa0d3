import type { Words } from '../words.ts';
import type { Command, CommandUse } from './command.ts';
import type { Spoken } from './conversations.ts';
import type { Account, DayUsage, Share, UsageOf } from './insight.ts';
import type { Received } from './port.ts';

/** The longest conversation that is written out, in UTF-16 units; the oldest part is left out. */
export const maxExportChars = 500_000;

/** What is kept, used and going on. */
export const reportCommands: readonly Command[] = [
  { names: ['usage'], run: tellUsage },
  { names: ['status'], run: tellStatus },
  { names: ['privacy'], run: tellPrivacy },
  { names: ['export'], run: writeOut },
  { names: ['limits'], ownersOnly: true, run: tellLimits },
  { names: ['accounts'], ownersOnly: true, run: tellAccounts },
];

/** One's own; the chat's, where it may matter that others used it; for owners everybody's. */
async function tellUsage(use: CommandUse): Promise<Received> {
  const { words, desk, insight, isOwner, isPrivate } = use;
  const { person, chat, all } = insight.limits;
  const told = async (of: UsageOf, share: Share) =>
    usageWords(await insight.usage(of), share, words);
  const own = await told({ kind: 'person', id: use.person }, person);
  const lines = [words.usage(...own)];
  if (!isPrivate && (isOwner || chat.budgetUsdPerDay !== undefined)) {
    lines.push(words.usageOfChat(...(await told({ kind: 'chat', id: use.chat }, chat))));
  }
  if (isOwner) lines.push(words.usageOfAll(...(await told({ kind: 'all' }, all))));
  return desk.say(lines.join('\n'));
}

async function tellStatus({ words, desk, insight, isOwner }: CommandUse): Promise<Received> {
  const short = (await insight.isServing()) ? words.statusFine : words.statusWaiting;
  if (!isOwner) return desk.say(short);
  const facts = words.statusFacts(insight.version, await insight.waiting());
  const accounts = await accountLines(words, async () => insight.accounts());
  return desk.say([short, facts, '', ...accounts].join('\n'));
}

async function tellPrivacy({ rest, words, desk, insight }: CommandUse): Promise<Received> {
  if (rest.toLowerCase() === 'delete') return desk.forget(words.privacyForgotten);
  const { exchanges, summary } = await desk.kept();
  const hasSummary = summary !== undefined;
  return desk.say(words.privacy(exchanges.length, hasSummary, insight.limits.historyDays));
}

async function writeOut({ words, desk }: CommandUse): Promise<Received> {
  const { exchanges, summary } = await desk.kept();
  if (exchanges.length === 0) return desk.say(words.exportNothing);
  const written = exchanges.map((exchange) => exchangeText(exchange, words));
  let left = maxExportChars;
  const fits = written.toReversed().findIndex((text) => (left -= text.length) < 0);
  const shown = fits === -1 ? written : written.slice(written.length - Math.max(1, fits));
  const omitted = written.length - shown.length;
  const said = [words.exportDone, ...(omitted === 0 ? [] : [words.exportOmitted(omitted)])];
  const condensed = summary === undefined ? [] : [`*${words.exportSummary}*`, summary];
  const text = [`# ${words.exportHeading}`, ...condensed, ...shown].join('\n\n');
  return desk.say(said.join(' '), { name: 'conversation.md', mime: 'text/markdown', text });
}

async function tellLimits({ words, desk, insight }: CommandUse): Promise<Received> {
  const { limits: names } = words;
  const { person, chat, all, perConversation, total, historyDays, access } = insight.limits;
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    [names.requestsPerMinute, person.requestsPerMinute],
    [names.requestsPerMinuteChat, chat.requestsPerMinute],
    [names.budgetPerDay, person.budgetUsdPerDay],
    [names.budgetPerDayChat, chat.budgetUsdPerDay],
    [names.budgetPerDayTotal, all.budgetUsdPerDay],
    [names.perConversation, perConversation],
    [names.total, total],
    [names.historyDays, historyDays],
    [names.access, words.accessModes[access]],
  ];
  return desk.say(rows.map(([name, value]) => `- ${name}: ${value ?? names.none}`).join('\n'));
}

async function tellAccounts({ words, desk, insight }: CommandUse): Promise<Received> {
  return desk.say((await accountLines(words, async () => insight.accounts())).join('\n'));
}

async function accountLines(
  words: Words,
  look: () => Promise<readonly Account[]>,
): Promise<string[]> {
  let accounts: readonly Account[];
  try {
    accounts = await look();
  } catch {
    return [words.accountsAway];
  }
  if (accounts.length === 0) return [words.accountsNone];
  return accounts.map(({ name, kind, state, remainingMs, why }) => {
    const minutes = remainingMs === null ? undefined : Math.round(remainingMs / 60_000);
    const reason = why === null ? '' : words.accountWhy[why.kind](why.code);
    return `- ${words.account(name, kind, words.accountStates[state], minutes, reason)}`;
  });
}

function usageWords(
  { answers, inputTokens, outputTokens, costUsd }: DayUsage,
  { budgetUsdPerDay: budget }: Share,
  words: Words,
) {
  const tokens = (inputTokens + outputTokens).toLocaleString('en-US');
  const cost = dollars(costUsd);
  return [
    answers,
    tokens,
    budget === undefined ? cost : words.ofBudget(cost, dollars(budget)),
  ] as const;
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}

function exchangeText({ prompt, answer, author, atMs }: Spoken, words: Words): string {
  const at = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  const who = author === '' ? words.exportAsked : author;
  return `**${who}** (${at} UTC)\n\n${prompt}\n\n**Grok**\n\n${answer}`;
}
