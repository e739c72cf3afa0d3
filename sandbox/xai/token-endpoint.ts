import { setTimeout as delay } from 'node:timers/promises';

import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

import type { Clock } from '../../src/clock.ts';
import type { Fault, Faults } from '../faults.ts';
import type { CannedAnswer } from './bodies.ts';
import type { Devices } from './device.ts';
import type { Gate } from './gate.ts';
import { goneSignal } from './gone.ts';
import type { Grants } from './grants.ts';
import type { Journal, TokenCall } from './journal.ts';
import { cut, meetFault } from './meet-fault.ts';
import type { Settings } from './settings.ts';
import { fingerprint } from './tokens.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export interface TokenEndpoint {
  clientId: string;
  grants: Grants;
  devices: Devices;
  journal: Journal;
  faults: Faults;
  settings: Settings;
  tokenGate: Gate;
  /** Sent, one after the other, instead of what was decided. */
  garbled: CannedAnswer[];
  clock: Pick<Clock, 'now'>;
}

/**
 * `POST /oauth2/token`. Each call is decided the moment it arrives; the gate, `tokenDelayMs` and the
 * faults then only decide when, and whether, the answer gets through.
 */
export function serveTokens(app: FastifyInstance, parts: TokenEndpoint): void {
  const { journal, faults, settings, clock } = parts;
  app.post('/oauth2/token', async (request, reply) => {
    const form = formSchema.safeParse(request.body ?? {}).data ?? {};
    const call = callOf(form, parts);
    journal.addTokenCall(call);
    reply.raw.once('close', () => {
      call.endedAt = clock.now();
      journal.changed();
    });
    const { over, fault } = await meetFault(faults, request, reply);
    if (fault !== undefined) call.fault = fault.kind;
    if (over) {
      call.outcome = 'not processed';
      journal.changed();
      return reply;
    }
    const decision = decide(form, parts);
    call.outcome = decision.outcome;
    journal.changed();
    // Whoever hangs up in the meantime gets no answer, but what was decided stays decided.
    const gone = goneSignal(reply.raw);
    await parts.tokenGate.pass(gone);
    if (settings.tokenDelayMs > 0) {
      await delay(settings.tokenDelayMs, undefined, { signal: gone }).catch(() => undefined);
    }
    const garbled = parts.garbled.shift();
    return answer(reply, garbled ?? asAnswer(decision), fault);
  });
}

const formSchema = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  refresh_token: z.string().optional(),
  device_code: z.string().optional(),
});

type Form = z.infer<typeof formSchema>;

interface Decision {
  status: number;
  body: object;
  outcome: string;
}

function callOf(form: Form, { grants, clock }: TokenEndpoint): TokenCall {
  const call: TokenCall = {
    at: clock.now(),
    grantType: form.grant_type ?? 'none',
    outcome: 'pending',
  };
  if (form.refresh_token === undefined) return call;
  return {
    ...call,
    refreshTokenFingerprint: fingerprint(form.refresh_token),
    ...grants.originOf(form.refresh_token),
  };
}

function decide(form: Form, parts: TokenEndpoint): Decision {
  if (form.client_id !== parts.clientId) return refused(401, 'invalid_client');
  switch (form.grant_type) {
    case undefined:
      return refused(400, 'invalid_request', 'grant_type is missing');
    case 'refresh_token':
      return form.refresh_token === undefined
        ? refused(400, 'invalid_request', 'refresh_token is missing')
        : refresh(form.refresh_token, form.client_id, parts.grants);
    case DEVICE_GRANT:
      return form.device_code === undefined
        ? refused(400, 'invalid_request', 'device_code is missing')
        : pollDevice(form.device_code, form.client_id, parts);
    default:
      return refused(400, 'unsupported_grant_type');
  }
}

function refresh(token: string, clientId: string, grants: Grants): Decision {
  const refreshed = grants.refresh(token, clientId);
  switch (refreshed.kind) {
    case 'rotated':
    case 'kept':
    case 'grace':
      return { status: 200, body: refreshed.tokens, outcome: refreshed.kind };
    case 'reuse':
    case 'revoked':
      return {
        ...refused(400, 'invalid_grant', 'Refresh token has been revoked'),
        outcome: refreshed.kind,
      };
    case 'wrong-client':
    case 'unknown':
      return {
        ...refused(400, 'invalid_grant', 'Refresh token not found or invalid'),
        outcome: refreshed.kind,
      };
  }
}

function pollDevice(deviceCode: string, clientId: string, { devices, grants }: TokenEndpoint) {
  const poll = devices.poll(deviceCode, clientId);
  switch (poll.kind) {
    case 'approved': {
      const tokens = grants.signIn({ name: poll.name, clientId, scope: poll.scope });
      return { status: 200, body: tokens, outcome: 'signed in' };
    }
    case 'unknown':
      return refused(400, 'invalid_grant', 'Device code not found or already used');
    case 'authorization_pending':
    case 'slow_down':
    case 'access_denied':
    case 'expired_token':
      return refused(400, poll.kind);
  }
}

function refused(status: number, error: string, description?: string): Decision {
  return {
    status,
    body: { error, ...(description === undefined ? {} : { error_description: description }) },
    outcome: error,
  };
}

function asAnswer({ status, body }: Decision): CannedAnswer {
  return { status, body: JSON.stringify(body) };
}

function answer(
  reply: FastifyReply,
  { status, body, headers }: CannedAnswer,
  fault: Fault | undefined,
): FastifyReply {
  if (fault?.kind === 'drop-after') {
    cut(reply);
    return reply;
  }
  return reply
    .code(status ?? 200)
    .headers({ 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .send(body);
}
