import { z } from 'zod';

export type KeyVerdict =
  | { readonly kind: 'accepted'; readonly name: string; readonly hasModel: boolean }
  | { readonly kind: 'rejected'; readonly why: string }
  /** Nobody knows: the API could not be asked. */
  | { readonly kind: 'unknown'; readonly why: string };

const deadlineMs = 15_000;

/**
 * Asks the API whether it takes the key, and whether the model is among those it may use. What xAI
 * alone has (`GET /api-key`: the key's name, whether it is blocked) may be missing elsewhere.
 */
export async function checkGrokKey(
  { apiUrl, key, model }: { apiUrl: string; key: string; model: string },
  signal: AbortSignal,
): Promise<KeyVerdict> {
  // An HTTP header takes no others.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return { kind: 'rejected', why: 'it holds spaces or letters that no key has' };
  }
  const until = () => AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const headers = { authorization: `Bearer ${key}`, 'user-agent': 'grok-bridge' };
  const get = async (path: string) =>
    fetch(`${apiUrl}${path}`, { headers, redirect: 'error', signal: until() });
  try {
    const models = await get('/models');
    if (models.status >= 400 && models.status <= 403) {
      return { kind: 'rejected', why: `the API answers ${models.status} to it` };
    }
    if (!models.ok) return { kind: 'unknown', why: `the API answers ${models.status}` };
    const list = modelsSchema.parse(await models.json());
    const about = await get('/api-key');
    const facts = aboutSchema.parse(about.ok ? await about.json() : {});
    if (facts.api_key_blocked || facts.api_key_disabled || facts.team_blocked) {
      return { kind: 'rejected', why: 'it, or its team, is blocked or disabled' };
    }
    const hasModel = list.data.some(
      ({ id, aliases = [] }) => id === model || aliases.includes(model),
    );
    return { kind: 'accepted', name: facts.name, hasModel };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
  }
}

const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string(), aliases: z.array(z.string()).optional() })),
});

const flag = z.boolean().catch(false);
const aboutSchema = z.object({
  name: z.string().catch(''),
  api_key_blocked: flag,
  api_key_disabled: flag,
  team_blocked: flag,
});
