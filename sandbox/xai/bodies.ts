import { z } from 'zod';

/** An answer as it goes over the wire. */
export interface CannedAnswer {
  /** `null`: an event inside a stream that began with 200. */
  status: number | null;
  body: string;
  headers?: Record<string, string>;
}

const refusals = {
  /** NousResearch/hermes-agent #29344, #34171. */
  'bad-credentials': {
    status: 403,
    body: '{"code":"The caller does not have permission to execute the specified operation","error":"The OAuth2 access token could not be validated. [WKE=unauthenticated:bad-credentials]"}',
  },
  /** CLIProxyAPI, TestXAIStatusErr_BadCredentialsNestedErrorCode: the slug in `code`, nested. */
  'bad-credentials-slug': {
    status: 403,
    body: '{"type":"error","status":403,"error":{"code":"unauthenticated:bad-credentials","message":"The OAuth2 access token could not be validated."}}',
  },
  /** Live, 2026-08-18, GET /v1/models. */
  'no-credentials': {
    status: 401,
    body: '{"code":"unauthenticated:no-credentials","error":"No credentials presented."}',
  },
  /** Live, GET /v1/models; the key is echoed in part (log of 2026-06-11). */
  'invalid-api-key': {
    status: 400,
    body: '{"code":"invalid-argument","error":"Incorrect API key provided: xa***==. You can obtain an API key from https://console.x.ai."}',
  },
  /** NousResearch/hermes-agent, reported live. */
  entitlement: {
    status: 403,
    body: '{"code":"The caller does not have permission to execute the specified operation","error":"You have either run out of available resources or do not have an active Grok subscription. Manage subscriptions at https://grok.com/?_s=usage or subscribe at https://grok.com/supergrok"}',
  },
  /** Wei-Shaw/sub2api #4069, the slug from hermes-agent. */
  quota: {
    status: 403,
    body: '{"code":"personal-team-blocked:spending-limit","error":"You have run out of credits or need a Grok subscription. Add credits at https://grok.com/?_s=usage or upgrade at https://grok.com/supergrok."}',
  },
  /** CLIProxyAPI, TestXAIStatusErr_FreeUsageExhaustedSets24hRetryAfter, reported live. */
  'free-usage-exhausted': {
    status: 429,
    body: '{"code":"subscription:free-usage-exhausted","error":"You\'ve used all the included free usage for model grok-4.5-build-free for now. Usage resets over a rolling 24-hour window — tokens (actual/limit): 1065387/1000000."}',
  },
  /** Reported from production, grok-build. */
  safety: {
    status: 403,
    body: '{"code":"permission-denied","error":"Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_CYBER"}',
  },
  /** A fixture of the live shape. */
  'rate-limited': {
    status: 429,
    body: '{"code":"resource-exhausted","error":"Too many requests for team f1692451-874f-4765-ab9b-5285f6c6ff65 and model grok-4.5. Requests per Minute (actual/limit): 2/2."}',
    headers: { 'retry-after': '60' },
  },
  /** A fixture of the live shape, grok.com. */
  blocked: {
    status: 403,
    body: '{"code":7,"message":"User is blocked [WKE=unauthorized:blocked-user]","details":[]}',
  },
  /** NousResearch/hermes-agent, a bare 403. */
  forbidden: { status: 403, body: '{"message":"Forbidden","reason":"forbidden"}' },
  /** docs.x.ai, page on regional endpoints. */
  'model-unavailable': {
    status: 404,
    body: '{"code":"not-found","error":"The model grok-4-1-fast-reasoning does not exist or your team <team_id> does not have access to it. If you believe this is a mistake, please contact support and quote your team ID and the model name."}',
  },
  /** Reported live. */
  'context-too-long': {
    status: 400,
    body: '{"code":"invalid-argument","error":"This model\'s maximum prompt length is 500000 but the request contains 637815 tokens."}',
  },
  /** xai-org/grok-build, encrypted_content_400_is_detected. */
  'stale-reasoning': {
    status: 400,
    body: '{"code":"invalid-argument","error":"Could not decrypt the provided encrypted_content. Ensure the value is the unmodified encrypted_content from a previous response."}',
  },
  /** Live. */
  'invalid-request': {
    status: 422,
    body: '{"error":"Failed to deserialize the JSON body into the target type: data did not match any variant of untagged enum ModelInput"}',
  },
  /** xai-org/grok-build, try_parse_stream_error_flat_format. */
  unavailable: {
    status: 503,
    body: '{"code":"The service is currently unavailable","error":"Service temporarily unavailable. The model did not respond to this request."}',
  },
  /** xai-org/grok-build, provider_error.rs. */
  overloaded: {
    status: 529,
    body: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
  },
  /** xai-org/grok-build, json_error_numeric_code. */
  'internal-error': { status: 500, body: '{"code":500,"error":"internal server error"}' },
  /** xai-org/grok-build, parse_error_bytes_rejects_non_json_body: the edge answers, not the API. */
  html: {
    status: 524,
    body: '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>grok.com | 524: A timeout occurred</title></head>\n<body><h1>A timeout occurred Error code 524</h1></body>\n</html>',
    headers: { 'content-type': 'text/html; charset=UTF-8' },
  },
  /** xai-org/grok-build, an event inside a stream. */
  'safety-event': {
    status: null,
    body: '{"type":"response.failed","response":{"status":"failed","error":{"type":"invalid_request_error","code":"content_policy_violation","message":"Failed check: SAFETY_CHECK_TYPE"},"usage":{"input_tokens":5,"output_tokens":0,"total_tokens":5}}}',
  },
  /** NousResearch/hermes-agent, test_codex_stream_wire_error_event_surfaces_stream_error_event. */
  'entitlement-event': {
    status: null,
    body: '{"type":"error","message":"You do not have an active Grok subscription","code":"forbidden"}',
  },
  /** NousResearch/hermes-agent, …_nested_envelope_attr_style. */
  'rate-limited-event': {
    status: null,
    body: '{"type":"error","error":{"type":"rate_limit_error","code":"rate_limit_exceeded","message":"Slow down","param":null}}',
  },
  /** xai-org/grok-build, responses_sse_frame. */
  'error-event': {
    status: null,
    body: '{"type":"error","message":"The model produced an invalid tool call","code":null,"param":null}',
  },
} satisfies Record<string, CannedAnswer>;

export type RefusalKind = keyof typeof refusals;

export const refusalKindSchema = z.literal(
  // Object.keys forgets the keys' types; `refusals` is the closed list itself.
  Object.keys(refusals) as RefusalKind[],
);

/** What xAI was seen to answer in such a case; the comment above each names the source. */
export function refusalOf(kind: RefusalKind): CannedAnswer {
  return refusals[kind];
}

/** As live, with the model that was asked for. */
export function unknownModel(model: string, teamId: string): CannedAnswer {
  return error(
    404,
    'not-found',
    `The model ${model} does not exist or your team ${teamId} does not have access to it. If you believe this is a mistake, please contact support and quote your team ID and the model name.`,
  );
}

/** As live: a model that cannot be told how long to think. */
export function effortNotSupported(model: string): CannedAnswer {
  return error(
    400,
    'invalid-argument',
    `Model ${model} does not support parameter reasoningEffort.`,
  );
}

/** As live, with the numbers of the request. */
export function promptTooLong(limit: number, tokens: number): CannedAnswer {
  return error(
    400,
    'invalid-argument',
    `This model's maximum prompt length is ${limit} but the request contains ${tokens} tokens.`,
  );
}

/** As live; like xAI it echoes a piece of the key, which a log must not. */
export function incorrectApiKey(key: string): CannedAnswer {
  return error(
    400,
    'invalid-argument',
    `Incorrect API key provided: ${key.slice(0, 2)}***${key.slice(-2)}. You can obtain an API key from https://console.x.ai.`,
  );
}

/** What the API's JSON parser says of a body that is no request. */
export function undeserializable(what: string): CannedAnswer {
  return {
    status: 422,
    body: JSON.stringify({
      error: `Failed to deserialize the JSON body into the target type: ${what}`,
    }),
  };
}

function error(status: number, code: string, text: string): CannedAnswer {
  return { status, body: JSON.stringify({ code, error: text }) };
}
